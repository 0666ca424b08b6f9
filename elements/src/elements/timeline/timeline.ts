import { html, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TimelineEntry } from '@patchbay/server-kit/contract';
import { TIMELINE_KINDS, type TimelineKind } from '@patchbay/server-kit/contract/names';
import { BaseElement } from '../../internal/base-element.ts';
import { icon } from '../../internal/icons.ts';
import { Lazy } from '../../internal/lazy.ts';
import { emptyState, errorState, feedNotice, why } from '../../internal/parts.ts';
import { VirtualRows } from '../../internal/virtual-rows.ts';
import { keyOf, timelineOf, type TimelineStore } from '../../stores/timeline.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { enRecord } from '../../words/en-record.ts';
import { enTimeline } from '../../words/en-timeline.ts';
import { addEnglish } from '../../words/i18n.ts';
import { says } from './says.ts';
import { styles } from './timeline.styles.ts';

addEnglish(enRecord);
addEnglish(enTimeline);

const KINDS = Object.keys(TIMELINE_KINDS) as TimelineKind[];

/**
 * @summary Everything that happened with one contact in one column, and what is coming.
 *
 * @slot empty - Instead of the words for an empty timeline.
 * @csspart filters - The choice of what is shown.
 * @csspart filter - One choice.
 * @csspart list - What scrolls.
 * @csspart upcoming - What waits for its hour.
 * @csspart upcoming-entry - One text that waits.
 * @csspart day - A day divider.
 * @csspart entry - One thing that happened.
 */
export class Timeline extends BaseElement {
  static override readonly elementName: string = 'timeline';
  static override styles = [tokens, base, styles];
  static {
    // Heights are known only once rows are drawn; what is then missing is a second update, and meant to be one.
    Timeline.disableWarning?.('change-in-update');
  }

  @query('.scroller') private scroller!: HTMLElement | null;
  @query('.rows') private rows!: HTMLElement | null;

  /** Whose timeline. */
  @property({ attribute: 'contact-id' }) contactId: string | null = null;
  /** Which end is at the top. Default: the newest. */
  @property() order: 'newest' | 'oldest' = 'newest';
  /** Only this kind, until someone chooses another. Default: all. */
  @property() kind: TimelineKind | null = null;
  /** Leaves out the choice of what is shown. */
  @property({ type: Boolean, attribute: 'no-filter' }) noFilter = false;
  /** Nothing upcoming can be changed. */
  @property({ type: Boolean, attribute: 'read-only' }) readOnly = false;

  @state() private moving: string | null = null;
  @state() private said = '';

  readonly #virtual = new VirtualRows(this, {
    scroller: () => this.scroller,
    rows: () => this.rows,
    count: () => this.store?.items.length ?? 0,
    key: (index) => keyOf(this.#at(index) as TimelineEntry),
    estimate: 58,
    onScroll: ({ atStart, atEnd }) => this.#onPlace(this.order === 'oldest' ? atStart : atEnd),
  });
  readonly #upcoming = new Lazy(this, () => import('./upcoming.ts'));
  #drawn: TimelineStore | null = null;
  #placed = false;
  #newest: string | undefined;
  #toTop = false;

  /** The store that is drawn. */
  get store(): TimelineStore | null {
    return this.contactId !== null && this.stores
      ? timelineOf(this.stores, this.contactId, this.kind || null)
      : null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const { store } = this;
    this.watch(store, this.stores?.session);
    if (store !== this.#drawn || changed.has('order')) this.#begin(store);
    if (store?.status === 'idle') void store.load();
    this.#notice(store);
    this.#toTop = this.order === 'newest' && (this.scroller?.scrollTop ?? 0) < 8;
    this.#virtual.prepare();
    // The newest is at the bottom: that is where one begins.
    if (this.order === 'oldest' && !this.#placed && store?.status === 'ready') {
      this.#placed = true;
      const last = this.#at(store.items.length - 1);
      if (last) this.#virtual.scrollToKey(keyOf(last), 'nearest');
    }
  }

  protected override updated(): void {
    // Whoever looks at the newest keeps looking at the newest.
    if (this.#toTop && this.scroller) this.scroller.scrollTop = 0;
  }

  #begin(store: TimelineStore | null): void {
    this.#drawn = store;
    this.#virtual.reset();
    this.#placed = false;
    this.#newest = undefined;
    this.moving = null;
    this.said = '';
  }

  /** Says what has just happened; history that is loaded is no news. */
  #notice(store: TimelineStore | null): void {
    const newest = store?.items[0];
    if (!newest || store.status !== 'ready') return;
    const key = keyOf(newest);
    if (key === this.#newest) return;
    const first = this.#newest === undefined;
    this.#newest = key;
    if (first) return;
    const { text, by } = says(newest, this.i18n);
    this.said = `${text} · ${by}`;
  }

  #at(index: number): TimelineEntry | undefined {
    const items = this.store?.items ?? [];
    return items[this.order === 'oldest' ? items.length - 1 - index : index];
  }

  #onPlace(atOldest: boolean): void {
    const { store } = this;
    if (atOldest && store?.hasOlder && !store.loadingOlder && !store.olderError) void store.loadOlder();
  }

  protected override render() {
    const { i18n, store } = this;
    return html`<div class="root" part="base" dir=${i18n.dir} lang=${i18n.locale}>
      ${this.noFilter || !store ? nothing : this.#renderFilters()}
      ${feedNotice(i18n, this.stores?.session.feed ?? 'idle')}
      <div class="scroller" part="list" tabindex="0" role="group" aria-label=${this.t('timeline')}>
        ${store ? this.#renderBody(store) : emptyState('history', this.t('timeline.none'), this.t('timeline.noneHint'))}
      </div>
      <div class="hidden" role="status">${this.said}</div>
    </div>`;
  }

  #renderFilters() {
    return html`<div class="filters" part="filters" role="group" aria-label=${this.t('timeline.filter')}>
      ${[null, ...KINDS].map(
        (kind) =>
          html`<button
            class="chip ${(this.kind || null) === kind ? 'accent' : ''}"
            part="filter"
            aria-pressed=${(this.kind || null) === kind}
            @click=${() => (this.kind = kind)}
          >
            ${this.t(`timeline.${kind ?? 'all'}`)}
          </button>`,
      )}
    </div>`;
  }

  #renderBody(store: TimelineStore) {
    const { i18n } = this;
    if (store.status === 'error')
      return errorState(i18n, 'error.timeline', store.error, () => void store.load());
    if (store.status !== 'ready') {
      return html`<div class="ghosts" part="loading" role="status" aria-label=${this.t('loading')}>
        ${[1, 2, 3, 4, 5, 6].map(() => html`<span class="ghost"><i></i><span class="bones"></span></span>`)}
      </div>`;
    }
    const upcoming = this.#renderUpcoming(store);
    const oldest = this.order === 'oldest';
    if (store.items.length === 0) {
      const word = this.kind ? 'timeline.emptyKind' : 'timeline.empty';
      return html`${upcoming}<slot name="empty"
          >${emptyState('history', this.t(word), this.t(`${word}Hint`))}</slot
        >`;
    }
    return html`${oldest ? this.#renderOlder(store) : upcoming}
      <div></div>
      <div class="rows" role="list">${this.#renderRows(store.items.length)}</div>
      <div></div>
      ${oldest ? upcoming : this.#renderOlder(store)}`;
  }

  #renderUpcoming(store: TimelineStore) {
    if (store.upcoming.length + store.tasks.length === 0) return nothing;
    return this.#upcoming.now?.upcomingBlock({
      i18n: this.i18n,
      store,
      moving: this.moving,
      readOnly: this.readOnly,
      move: (id) => (this.moving = id),
    });
  }

  #renderRows(count: number) {
    const { start, end } = this.#virtual;
    const indexes = Array.from({ length: Math.min(end, count) - start }, (_, i) => start + i);
    const hour = Math.floor(Date.now() / 3_600_000);
    return repeat(
      indexes,
      (index) => keyOf(this.#at(index) as TimelineEntry),
      (index) => {
        const entry = this.#at(index) as TimelineEntry;
        const before = this.#at(index - 1);
        return guard([entry, before?.at, this.i18n, hour], () => this.#renderEntry(entry, before?.at));
      },
    );
  }

  #renderEntry(entry: TimelineEntry, before: string | undefined) {
    const { i18n } = this;
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

  #renderOlder(store: TimelineStore) {
    if (store.olderError) {
      return html`<div class="rim" role="alert">
        ${this.t('error.timelineOlder')} ${why(this.i18n, store.olderError)}
        <button class="link" @click=${() => void store.loadOlder()}>${this.t('tryAgain')}</button>
      </div>`;
    }
    if (store.hasOlder) return html`<div class="rim" role="status">${this.t('timeline.loadingOlder')}…</div>`;
    return this.kind ? nothing : html`<div class="rim">${this.t('timeline.beginning')}</div>`;
  }
}
