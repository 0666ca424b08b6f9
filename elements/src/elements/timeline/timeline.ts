import { html, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { TimelineEntry } from '@patchbay/server-kit/contract';
import type { TimelineKind } from '@patchbay/server-kit/contract/names';
import { BaseElement } from '../../internal/base-element.ts';
import { Lazy } from '../../internal/lazy.ts';
import { emptyState, errorState, feedNotice } from '../../internal/parts.ts';
import type { TimelineStore } from '../../stores/timeline.ts';
import { core } from '../../styles/core.ts';
import { tokens } from '../../styles/tokens.ts';
import { enTimelineShell } from '../../words/en-timeline-shell.ts';
import { addEnglish } from '../../words/i18n.ts';
import type { Entries } from './entries.ts';
import { styles } from './timeline.styles.ts';

addEnglish(enTimelineShell);

/** By name: the table of the kinds brings the others of its file along. */
const KINDS: readonly TimelineKind[] = [
  'message',
  'call',
  'consent',
  'contact',
  'conversation',
  'workflow',
  'note',
  'task',
];

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
  static override styles = [tokens, core, styles];
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

  /** The store, and what draws its entries: loaded beside the client, while ghosts stand for them. */
  readonly #drawing = new Lazy(this, () => import('./entries.ts'));
  #entries: Entries | undefined;
  readonly #upcoming = new Lazy(this, () => import('./upcoming.ts'));
  #drawn: TimelineStore | null = null;
  #placed = false;
  #newest: string | undefined;
  #toTop = false;

  /** The store that is drawn; null also until its code is there. */
  get store(): TimelineStore | null {
    const code = this.#drawing.value;
    return code && this.contactId !== null && this.stores
      ? code.timelineOf(this.stores, this.contactId, this.kind || null)
      : null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const code = this.contactId !== null && this.stores ? this.#drawing.now : undefined;
    const { store } = this;
    this.watch(store, this.stores?.session);
    if (store !== this.#drawn || changed.has('order')) this.#begin(store);
    if (store?.status === 'idle') void store.load();
    if (code) {
      this.#entries ??= new code.Entries(this, {
        scroller: () => this.scroller,
        rows: () => this.rows,
        count: () => this.store?.items.length ?? 0,
        at: (index) => this.#at(index),
        onScroll: ({ atStart, atEnd }) => this.#onPlace(this.order === 'oldest' ? atStart : atEnd),
      });
    }
    this.#notice(store);
    this.#toTop = this.order === 'newest' && (this.scroller?.scrollTop ?? 0) < 8;
    this.#entries?.prepare();
    // The newest is at the bottom: that is where one begins.
    if (this.order === 'oldest' && !this.#placed && store?.status === 'ready' && this.#entries) {
      this.#placed = true;
      const last = this.#at(store.items.length - 1);
      if (last) this.#entries.show(last);
    }
  }

  protected override updated(): void {
    // Whoever looks at the newest keeps looking at the newest.
    if (this.#toTop) this.#entries?.toStart();
  }

  #begin(store: TimelineStore | null): void {
    this.#drawn = store;
    this.#entries?.reset();
    this.#placed = false;
    this.#newest = undefined;
    this.moving = null;
    this.said = '';
  }

  /** Says what has just happened; history that is loaded is no news. */
  #notice(store: TimelineStore | null): void {
    const newest = store?.items[0];
    if (!newest || store.status !== 'ready') return;
    const key = newest.message?.id ?? newest.id;
    if (key === this.#newest) return;
    const first = this.#newest === undefined;
    this.#newest = key;
    if (!first) this.said = this.#entries?.say(newest, this.i18n) ?? '';
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
    const chosen = this.contactId !== null && this.stores !== null;
    return html`<div class="root" part="base" dir=${i18n.dir} lang=${i18n.locale}>
      ${this.noFilter || !chosen ? nothing : this.#renderFilters()}
      ${feedNotice(i18n, this.stores?.session.feed ?? 'idle')}
      <div class="scroller" part="list" tabindex="0" role="group" aria-label=${this.t('timeline')}>
        ${chosen ? this.#renderBody(store) : emptyState('history', this.t('timeline.none'), this.t('timeline.noneHint'))}
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

  #renderBody(store: TimelineStore | null) {
    const { i18n } = this;
    if (store?.status === 'error')
      return errorState(i18n, 'error.timeline', store.error, () => void store.load());
    if (store?.status !== 'ready' || !this.#entries) {
      return html`<div class="ghosts" part="loading" role="status" aria-label=${this.t('loading')}>
        ${[1, 2, 3, 4, 5, 6].map(() => html`<span class="ghost"><i></i><span class="bones"></span></span>`)}
      </div>`;
    }
    const upcoming = this.#renderUpcoming(store);
    const older = this.#entries.older(store, i18n);
    const oldest = this.order === 'oldest';
    if (store.items.length === 0) {
      const word = this.kind ? 'timeline.emptyKind' : 'timeline.empty';
      return html`${upcoming}<slot name="empty"
          >${emptyState('history', this.t(word), this.t(`${word}Hint`))}</slot
        >`;
    }
    return html`${oldest ? older : upcoming}
      <div></div>
      <div class="rows" role="list">${this.#entries.draw(i18n)}</div>
      <div></div>
      ${oldest ? upcoming : older}`;
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
}
