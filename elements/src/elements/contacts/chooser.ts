/** Which columns are shown, and in which order: by drag, or by the buttons. */
import { css, html, type TemplateResult } from 'lit';
import { icon } from '../../internal/icons.ts';
import { modal, modalStyles } from '../../internal/modal.ts';
import { enContactsMore } from '../../words/en-contacts-more.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';
import type { Column, ColumnPrefs } from './columns.ts';

addEnglish(enContactsMore);

export const styles = css`
  ${modalStyles}
  .columns li {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 38px;
    border-bottom: 1px solid var(--_line);
    cursor: grab;
  }
  .columns li.over {
    border-top: 2px solid var(--_accent);
  }
  .columns label {
    flex: 1;
    display: flex;
    align-items: center;
    gap: 10px;
    color: var(--_text);
    font-size: var(--_text-m);
  }
  .columns input {
    width: 17px;
    height: 17px;
    accent-color: var(--_accent);
  }
`;

export interface ChooserContext {
  i18n: I18n;
  columns: readonly Column[];
  prefs: ColumnPrefs;
  /** The keys to show in order; null: as at first. */
  change: (shown: string[] | null) => void;
  close: () => void;
}

export function chooser({ i18n, columns, prefs, change, close }: ChooserContext): TemplateResult {
  const others = columns.filter(({ key }) => key !== 'name');
  const shown = prefs.shown.filter((key) => others.some((column) => column.key === key));
  const ordered = [
    ...shown.flatMap((key) => others.find((column) => column.key === key) ?? []),
    ...others.filter(({ key }) => !shown.includes(key)),
  ];
  const move = (key: string, to: number) => {
    const rest = shown.filter((one) => one !== key);
    rest.splice(to, 0, key);
    change(rest);
  };
  const item = ({ key, label }: Column) => {
    const at = shown.indexOf(key);
    const on = at >= 0;
    return html`<li
      draggable="true"
      @dragstart=${(event: DragEvent) => event.dataTransfer?.setData('text/plain', key)}
      @dragover=${(event: DragEvent) => {
        event.preventDefault();
        (event.currentTarget as Element).classList.add('over');
      }}
      @dragleave=${(event: DragEvent) => (event.currentTarget as Element).classList.remove('over')}
      @drop=${(event: DragEvent) => {
        event.preventDefault();
        (event.currentTarget as Element).classList.remove('over');
        const from = event.dataTransfer?.getData('text/plain') ?? '';
        if (others.some((column) => column.key === from)) move(from, on ? at : shown.length);
      }}
    >
      <label
        ><input
          type="checkbox"
          .checked=${on}
          @change=${() => change(on ? shown.filter((one) => one !== key) : [...shown, key])}
        />${label}</label
      >
      <button
        class="tool"
        ?disabled=${at < 1}
        aria-label=${i18n.t('chooser.up', { name: label })}
        @click=${() => move(key, at - 1)}
      >
        ${icon('up')}
      </button>
      <button
        class="tool"
        ?disabled=${!on || at === shown.length - 1}
        aria-label=${i18n.t('chooser.down', { name: label })}
        @click=${() => move(key, at + 1)}
      >
        ${icon('down')}
      </button>
    </li>`;
  };
  return modal({
    i18n,
    name: 'columns',
    title: i18n.t('chooser.title'),
    close,
    body: html`<p class="muted">${i18n.t('chooser.hint')}</p>
      <ul class="columns">
        ${ordered.map(item)}
      </ul>
      <div class="end">
        <button class="button" @click=${() => change(null)}>${i18n.t('chooser.reset')}</button>
      </div>`,
  });
}
