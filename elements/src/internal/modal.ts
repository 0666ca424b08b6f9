import { css, html, noChange, type TemplateResult } from 'lit';
import { AsyncDirective } from 'lit/async-directive.js';
import { directive, type ElementPart } from 'lit/directive.js';
import type { I18n } from '../words/i18n.ts';
import { icon } from './icons-more.ts';

export interface ModalOptions {
  i18n: I18n;
  /** For the part and the label's id. */
  name: string;
  title: string;
  body: unknown;
  close: () => void;
}

class Opened extends AsyncDirective {
  #opener: Element | null = null;

  render(): unknown {
    return noChange;
  }

  override update({ element }: ElementPart): unknown {
    const dialog = element as HTMLDialogElement;
    // it is drawn before it is put in its place, and only there it can be opened
    queueMicrotask(() => {
      if (!dialog.isConnected || dialog.open) return;
      this.#opener = rootOf(dialog).activeElement;
      dialog.showModal();
    });
    return noChange;
  }

  /** A dialog that is closed gives the focus back; one that is taken away does not, so that is done here. */
  protected override disconnected(): void {
    const opener = this.#opener;
    queueMicrotask(() => {
      if (opener instanceof HTMLElement && opener.isConnected && !rootOf(opener).activeElement)
        opener.focus();
    });
  }
}
const opened = directive(Opened);
const rootOf = (node: Node): DocumentOrShadowRoot => node.getRootNode() as Document | ShadowRoot;

/** A dialog that is open for as long as it is drawn. Escape and its cross close it; the browser keeps the focus inside. */
export function modal({ i18n, name, title, body, close }: ModalOptions): TemplateResult {
  return html`<dialog
    part=${name}
    aria-labelledby=${name}
    ${opened()}
    @close=${close}
    @keydown=${(event: KeyboardEvent) => event.stopPropagation()}
  >
    <div class="row title">
      <h2 id=${name}>${title}</h2>
      <button class="tool" type="button" aria-label=${i18n.t('close')} @click=${close}>${icon('x')}</button>
    </div>
    ${body}
  </dialog>`;
}

export const modalStyles = css`
  dialog {
    width: min(440px, calc(100vw - 32px));
    max-height: calc(100dvh - 32px);
    padding: 16px 20px 20px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-l);
    background: var(--_surface-raised);
    color: var(--_text);
    box-shadow: var(--_shadow-float);
  }
  dialog::backdrop {
    background: rgb(10 14 20 / 0.45);
  }
  dialog .title {
    align-items: center;
    margin-bottom: 8px;
  }
  dialog h2 {
    flex: 1;
    font-size: var(--_text-l);
    font-weight: 650;
  }
  dialog form,
  .stack {
    display: grid;
    gap: 10px;
  }
  dialog label {
    display: grid;
    gap: 4px;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  dialog .field {
    color: var(--_text);
    font-size: var(--_text-m);
  }
  dialog .end {
    display: flex;
    justify-content: flex-end;
    gap: 8px;
    margin-top: 6px;
  }
  dialog > p + .end {
    margin-top: 16px;
  }
  .button.danger {
    border-color: var(--_bad);
    color: var(--_bad);
  }
  .wrong {
    color: var(--_bad);
    font-size: var(--_text-s);
  }
`;
