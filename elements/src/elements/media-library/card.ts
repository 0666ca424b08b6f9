/** One file of the library: a card, or a line. */
import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { Asset } from '@patchbay/server-kit/contract';
import type { AssetKind } from '@patchbay/server-kit/contract/names';
import { clock, fileSize } from '../../internal/amounts.ts';
import { icon, outline } from '../../internal/icons.ts';
import { safeUrl } from '../../internal/text.ts';
import type { I18n } from '../../words/i18n.ts';

const CAMERA = 'M4 6h11v12H4zM15 10.500 20 7v10l-5-3.500z';
const MORE = 'M5 12h.01M12 12h.01M19 12h.01';
const MARKS: Record<AssetKind, string> = {
  video: CAMERA,
  picture: 'M4 5h16v14H4zM8.5 10.5h.01M4 17l5-4.5 3.5 3L16 12l4 4',
  document: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 15.500h6',
  audio: 'M5 10v4M8.500 7v10M12 4v16M15.500 8v8M19 10.500v3',
};

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

/** What a file looks like before it is opened. */
export function thumb({ kind, poster_url, file_url, duration_ms }: Asset): TemplateResult {
  const picture = safeUrl(poster_url ?? (kind === 'picture' ? file_url : '') ?? '');
  return html`<span class="thumb ${kind}"
    >${
      picture !== null && (poster_url !== null || kind === 'picture')
        ? html`<img src=${picture} alt="" loading="lazy" decoding="async" />`
        : outline(MARKS[kind])
    }${duration_ms === null ? nothing : html`<span class="length num">${clock(duration_ms)}</span>`}</span
  >`;
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
