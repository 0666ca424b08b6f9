/** The entries of a timeline: loaded while the first page of them is on its way. */
import { html, nothing, type LitElement, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TimelineEntry } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import { why } from '../../internal/parts.ts';
import { VirtualRows, type VirtualRowsOptions } from '../../internal/virtual-rows.ts';
import { keyOf, type TimelineStore } from '../../stores/timeline.ts';
import { enList } from '../../words/en-list.ts';
import { enRecord } from '../../words/en-record.ts';
import { enTimeline } from '../../words/en-timeline.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';
import { says } from './says.ts';

export { timelineOf } from '../../stores/timeline.ts';
export { styles } from './entries.styles.ts';

addEnglish(enList);
addEnglish(enRecord);
addEnglish(enTimeline);

export interface EntriesOptions extends Pick<VirtualRowsOptions, 'scroller' | 'rows' | 'count' | 'onScroll'> {
  at: (index: number) => TimelineEntry | undefined;
}

export class Entries {
  readonly #options: EntriesOptions;
  readonly #virtual: VirtualRows;

  constructor(host: LitElement, options: EntriesOptions) {
    this.#options = options;
    const { at, ...rest } = options;
    this.#virtual = new VirtualRows(host, {
      ...rest,
      key: (index) => keyOf(at(index) as TimelineEntry),
      estimate: 58,
    });
  }

  prepare(): void {
    this.#virtual.prepare();
  }

  /** Another timeline: from its beginning. */
  reset(): void {
    this.#virtual.reset();
  }

  toStart(): void {
    this.#virtual.scrollToStart();
  }

  show(entry: TimelineEntry): void {
    this.#virtual.scrollToKey(keyOf(entry), 'nearest');
  }

  say(entry: TimelineEntry, i18n: I18n): string {
    const { text, by } = says(entry, i18n);
    return `${text} · ${by}`;
  }

  readonly older = older;

  draw(i18n: I18n): unknown {
    const { count, at } = this.#options;
    const { start, end } = this.#virtual;
    const indexes = Array.from({ length: Math.min(end, count()) - start }, (_, i) => start + i);
    const hour = Math.floor(Date.now() / 3_600_000);
    return repeat(
      indexes,
      (index) => keyOf(at(index) as TimelineEntry),
      (index) => {
        const entry = at(index) as TimelineEntry;
        const before = at(index - 1);
        return guard([entry, before?.at, i18n, hour], () => line(entry, before?.at, i18n));
      },
    );
  }
}

function older(store: TimelineStore, i18n: I18n): unknown {
  if (store.olderError) {
    return html`<div class="rim" role="alert">
      ${i18n.t('error.timelineOlder')} ${why(i18n, store.olderError)}
      <button class="link" @click=${() => void store.loadOlder()}>${i18n.t('tryAgain')}</button>
    </div>`;
  }
  if (store.hasOlder) return html`<div class="rim" role="status">${i18n.t('timeline.loadingOlder')}…</div>`;
  return store.kind === null ? html`<div class="rim">${i18n.t('timeline.beginning')}</div>` : nothing;
}

function line(entry: TimelineEntry, before: string | undefined, i18n: I18n): TemplateResult {
  const { icon: name, tone, text, by, quote } = says(entry, i18n);
  return html`<div class="line" role="listitem" data-key=${keyOf(entry)}>
    ${
      before !== undefined && i18n.sameDay(before, entry.at)
        ? nothing
        : html`<div class="day" part="day">${i18n.day(entry.at)}</div>`
    }
    <div class="entry ${tone}" part="entry entry-${entry.kind}">
      <span class="mark">${icon(name, name === 'send' ? 'flip' : '')}</span>
      <div class="grow">
        <p class="words ${quote ? 'quote' : ''}"><bdi>${text}</bdi></p>
        ${by ? html`<p class="by"><bdi>${by}</bdi></p>` : nothing}
      </div>
      <time class="num" datetime=${entry.at} title=${i18n.moment(entry.at)}>${i18n.time(entry.at)}</time>
    </div>
  </div>`;
}
