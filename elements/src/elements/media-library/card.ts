/** One file of the library: a card, or a line. */
import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { Asset } from '@patchbay/server-kit/contract';
import { clock, fileSize } from '../../internal/amounts.ts';
import { thumb } from '../../internal/asset-view.ts';
import { icon, outline } from '../../internal/icons.ts';
import type { I18n } from '../../words/i18n.ts';

const MORE = 'M5 12h.01M12 12h.01M19 12h.01';

export interface CardContext {
  i18n: I18n;
  selectable: boolean;
  renaming: boolean;
  menuOpen: boolean;
  readOnly: boolean;
  press: () => void;
  toggle: () => void;
  /** Null: it keeps its name. */
  rename: (to: string | null) => void;
  menu: unknown;
}

export function card(asset: Asset, context: CardContext): TemplateResult {
  const { id, name, size, usage, plays, duration_ms, created_at } = asset;
  const { i18n, selectable, renaming, menuOpen, readOnly, press, toggle, rename, menu } = context;
  const label = i18n.t(selectable ? 'media.choose' : 'media.open', { name });
  const use = usage.sent > 0 ? i18n.t('media.sent', { count: usage.sent }) : i18n.t('media.unused');
  const seen = usage.views > 0 ? i18n.t('media.views', { count: usage.views }) : '';
  return html`<li part="asset" data-id=${id}>
    <button
      class="face"
      aria-label=${duration_ms === null ? label : `${label}, ${clock(duration_ms)}`}
      @click=${press}
    >
      ${thumb(asset)}
    </button>
    <div class="words">
      ${renaming ? nameField(name, context) : html`<b class="ell"><bdi title=${name}>${name}</bdi></b>`}
      <span class="facts muted"
        ><span>${fileSize(size, i18n.locale)}</span
        ><span>${use}</span>${seen ? html`<span>${seen}</span>` : nothing}<span class="wide"
          >${i18n.date(created_at)}</span
        ></span
      >
      ${plays === 'some' ? html`<span class="chip warn">${icon('alert')}${i18n.t('media.some')}</span>` : nothing}
    </div>
    ${
      readOnly || selectable
        ? nothing
        : html`<div class="menu">
            <button
              class="tool"
              aria-label=${i18n.t('media.options', { name })}
              aria-haspopup="menu"
              aria-expanded=${menuOpen}
              @click=${toggle}
            >
              ${outline(MORE)}
            </button>
            ${menu}
          </div>`
    }
  </li>`;

  function nameField(was: string, { i18n: words }: CardContext): TemplateResult {
    const end = (event: Event) => rename((event.target as HTMLInputElement).value.trim() || null);
    return html`<input
      class="field"
      name="name"
      maxlength="200"
      aria-label=${words.t('media.newName', { name: was })}
      .value=${was}
      ${ref((field) => queueMicrotask(() => (field as HTMLInputElement | undefined)?.select()))}
      @blur=${end}
      @keydown=${(event: KeyboardEvent) => {
        event.stopPropagation();
        if (event.isComposing) return;
        if (event.key === 'Enter') end(event);
        else if (event.key === 'Escape') rename(null);
      }}
    />`;
  }
}
