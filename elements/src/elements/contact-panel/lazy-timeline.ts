import { nothing, type LitElement, type TemplateResult } from 'lit';
import { html, unsafeStatic } from 'lit/static-html.js';
import { icon } from '../../internal/icons.ts';
import { Lazy } from '../../internal/lazy.ts';
import { register } from '../../register.ts';
import type { I18n } from '../../words/i18n.ts';

/** The panel's timeline: fetched when it is first opened, and registered under the panel's own prefix. */
export class LazyTimeline {
  open = false;
  readonly #host: LitElement;
  readonly #tag: () => string;
  readonly #element: Lazy<object>;

  constructor(host: LitElement, tag: () => string) {
    this.#host = host;
    this.#tag = tag;
    this.#element = new Lazy(host, async () => {
      const { Timeline } = await import('../timeline/timeline.ts');
      register(tag().slice(0, -'-timeline'.length), [Timeline]);
      return {};
    });
  }

  render(i18n: I18n, contactId: string, readOnly: boolean): TemplateResult {
    // Our own name with another ending, never text from outside: `unsafeStatic` is safe here.
    const tag = unsafeStatic(this.#tag());
    const shown = this.open && this.#element.now;
    return html`<section class="timeline">
      <button class="toggle" aria-expanded=${this.open} @click=${this.#toggle}>
        <span class="grow">${i18n.t('panel.timeline')}</span>${icon(this.open ? 'up' : 'down')}
      </button>
      ${shown ? html`<${tag} part="timeline" contact-id=${contactId} ?read-only=${readOnly}></${tag}>` : nothing}
    </section>`;
  }

  readonly #toggle = () => {
    this.open = !this.open;
    this.#host.requestUpdate();
  };
}
