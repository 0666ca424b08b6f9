/** The list's filter menu: whose, unread, by channel, by segment, by tag. Fetched when it is opened, and the segments with it. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { menuKeys } from '../../internal/dismiss.ts';
import { icon } from '../../internal/icons.ts';
import { why } from '../../internal/parts.ts';
import { StoreController } from '../../internal/store-controller.ts';
import type { ConversationFilter } from '../../stores/conversations.ts';
import { segmentsOf } from '../../stores/people.ts';
import type { SegmentsStore } from '../../stores/segments.ts';
import type { Stores } from '../../stores/stores.ts';
import { enFilter } from '../../words/en-filter.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';
import { same } from './same-filter.ts';

addEnglish(enFilter);

const FILTERS = [
  ['filter.all', {}],
  ['filter.me', { assignee: 'me' }],
  ['filter.none', { assignee: 'none' }],
  ['filter.unread', { unread: true }],
] as const;

export const styles = css`
  .pop h3 {
    padding: 8px 10px 3px;
    color: var(--_text-muted);
    font-size: var(--_text-xs);
    font-weight: 600;
  }
  .pop .note {
    padding: 4px 10px 8px;
    color: var(--_text-muted);
  }
`;

export interface MenuContext {
  i18n: I18n;
  stores: Stores | null;
  filter: ConversationFilter;
  choose: (filter: ConversationFilter) => void;
}

export class FilterMenu {
  readonly #watched: StoreController;

  constructor(host: ConstructorParameters<typeof StoreController>[0]) {
    this.#watched = new StoreController(host);
  }

  /** Null while it is not known. */
  segmentName(stores: Stores | null, id: string): string | null {
    return this.#segments(stores)?.get(id)?.name ?? null;
  }

  render({ i18n, stores, filter, choose }: MenuContext): TemplateResult {
    const segments = this.#segments(stores);
    const channels = [...new Set((stores?.session.me?.senders ?? []).map(({ channel }) => channel))];
    const item = (words: string, each: ConversationFilter) => {
      const on = same(each, filter);
      return html`<button
        class="item"
        role="menuitemradio"
        aria-checked=${on}
        @click=${() => choose({ ...each })}
      >
        <span class="grow ell"><bdi>${words}</bdi></span
        >${on ? icon('check') : nothing}
      </button>`;
    };
    const group = (title: string, items: TemplateResult[]) =>
      html`<div role="group" aria-label=${title}>
        <h3 role="presentation">${title}</h3>
        ${items}
      </div>`;
    return html`<div class="pop" part="filter-menu" @keydown=${menuKeys}>
      <div role="menu" aria-label=${i18n.t('filter')}>
        ${FILTERS.map(([word, each]) => item(i18n.t(word), each))}
        ${
          channels.length > 1
            ? group(
                i18n.t('filter.channels'),
                channels.map((channel) => item(i18n.t(`channel.${channel}`), { channel })),
              )
            : nothing
        }
        ${
          segments && segments.items.length > 0
            ? group(
                i18n.t('filter.segments'),
                segments.items.map(({ id, name }) => item(name, { segment: id })),
              )
            : nothing
        }
      </div>
      ${segments?.status === 'loading' ? html`<p class="note" role="status">${i18n.t('loading')}…</p>` : nothing}
      ${
        segments?.error
          ? html`<p class="note" role="alert">
              ${i18n.t('error.segmentsList')} ${why(i18n, segments.error)}
            </p>`
          : nothing
      }
      <input
        class="field"
        aria-label=${i18n.t('filter.tagInput')}
        placeholder=${i18n.t('filter.tagInput')}
        .value=${filter.tag ?? ''}
        @change=${(event: Event) => {
          const tag = (event.target as HTMLInputElement).value.trim();
          choose(tag === '' ? {} : { tag });
        }}
      />
    </div>`;
  }

  /** Loaded when somebody looks for the first time; what failed is asked for again. */
  #segments(stores: Stores | null): SegmentsStore | null {
    const segments = stores && segmentsOf(stores);
    this.#watched.use(segments, stores?.session);
    if (segments?.status === 'idle') void segments.load();
    return segments;
  }
}
