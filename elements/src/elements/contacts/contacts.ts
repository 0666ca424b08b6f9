import { html, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { Contact, Filter, JobTarget } from '@patchbay/server-kit/contract';
import type { ContactSort } from '@patchbay/server-kit/contract/names';
import { BaseElement } from '../../internal/base-element.ts';
import { FixedRows } from '../../internal/fixed-rows.ts';
import { Lazy } from '../../internal/lazy.ts';
import { emptyState, errorState, feedNotice, why } from '../../internal/parts.ts';
import type { ContactListStore } from '../../stores/contact-list.ts';
import { contactList, importOf, jobsOf, segmentsOf } from '../../stores/people.ts';
import type { Stores } from '../../stores/stores.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { enContacts } from '../../words/en-contacts.ts';
import { enRecord } from '../../words/en-record.ts';
import { addEnglish } from '../../words/i18n.ts';
import {
  chosen,
  columnsOf,
  NARROWEST,
  readPrefs,
  WIDEST,
  widthOf,
  writePrefs,
  type Column,
  type ColumnPrefs,
} from './columns.ts';
import { styles } from './contacts.styles.ts';
import { card, head, row, type Drawing } from './table.ts';
import { toolbar, type Open } from './toolbar.ts';

addEnglish(enRecord);
addEnglish(enContacts);

/** Under this width people are cards. */
const NARROW = 640;
/** How long after the last letter a search is sent, in ms. */
const TYPING = 200;
/** How long a finger rests on a card to choose it. */
const LONG_PRESS = 500;

/**
 * @summary The people of an account: a table to look through, choose from and act upon.
 *
 * @slot empty - Instead of the words for an account without people.
 * @slot actions - Beside the buttons at the top.
 * @event contact-open - A person was chosen; cancelable.
 * @event contacts-import - Someone wants to import people; cancelable, for a host that brings its own import.
 * @event contact-add - A contact was added here.
 * @event segment-save - A segment was made or changed in the filter.
 * @csspart views - The tabs with everybody and the segments.
 * @csspart view - One tab.
 * @csspart search - The search field.
 * @csspart list - What scrolls.
 * @csspart row - One person.
 * @csspart card - One person on a narrow screen.
 * @csspart select-all - The box that chooses everybody.
 * @csspart bulk - The bar with what can be done.
 * @csspart job - The progress of one job.
 * @csspart download - The button that fetches what a job has written.
 * @csspart panel - The filter beside the table.
 */
export class Contacts extends BaseElement {
  static override readonly elementName: string = 'contacts';
  static override styles = [tokens, base, styles];
  static {
    // The height of a row is known only once one is drawn; what is then missing is a second update, and meant to be one.
    Contacts.disableWarning?.('change-in-update');
  }

  @query('.scroller') private scroller!: HTMLElement | null;
  @query('.sizer') private sizer!: HTMLElement | null;

  /** The segment that is shown; null: everybody. */
  @property({ attribute: 'segment-id' }) segmentId: string | null = null;
  /** Leaves out what adds people. */
  @property({ type: Boolean, attribute: 'read-only' }) readOnly = false;

  @state() private narrow = false;
  @state() private active = 0;
  @state() private open: Open | null = null;
  @state() private prefs: ColumnPrefs | null = null;
  @state() private said = '';

  readonly #rows = new FixedRows(this, {
    scroller: () => this.scroller,
    sizer: () => this.sizer,
    count: () => this.list?.length ?? 0,
    above: () => (this.narrow ? 0 : 40),
    onWindow: (start, end) => this.list?.want(start, end),
  });
  readonly #bulk = new Lazy(this, () => import('./bulk.ts'));
  readonly #chooser = new Lazy(this, () => import('./chooser.ts'));
  readonly #add = new Lazy(this, () => import('./add.ts'));
  readonly #import = new Lazy(this, () => import('./import-dialog.ts'));
  readonly #filter = new Lazy(this, () => import('./filter-panel.ts'));
  readonly #sizes =
    typeof ResizeObserver === 'undefined'
      ? null
      : new ResizeObserver(([entry]) => (this.narrow = (entry?.contentRect.width ?? NARROW) < NARROW));
  #held: { list: ContactListStore; release: () => void } | null = null;
  #anchor = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #pressing: ReturnType<typeof setTimeout> | undefined;
  #pressed = false;
  #prefsOf = '';
  #endOfJobs: (() => void) | undefined;

  /** The list that is drawn. */
  get list(): ContactListStore | null {
    return this.#held?.list ?? null;
  }

  /** Whom the bulk bar is about; null while nobody is chosen. */
  get target(): JobTarget | null {
    return this.list?.selection.target(this.list.target) ?? null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes?.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes?.disconnect();
    clearTimeout(this.#typing);
    this.#hold(null);
  }

  protected override storesChanged(stores: Stores | null): void {
    super.storesChanged(stores);
    this.#hold(stores);
  }

  #hold(stores: Stores | null): void {
    this.#held?.release();
    this.#endOfJobs?.();
    this.#held = stores ? contactList(stores) : null;
    this.#prefsOf = '';
    if (!stores) return;
    this.#endOfJobs = jobsOf(stores).onEnd(() => void this.list?.refresh());
    void segmentsOf(stores).load();
    void stores.session.loadContactFields();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const { stores, list } = this;
    this.watch(
      list,
      stores?.session,
      stores && segmentsOf(stores),
      stores && jobsOf(stores),
      stores && this.open === 'import' ? importOf(stores) : null,
    );
    if (stores && list) {
      void jobsOf(stores).find();
      if (changed.has('segmentId') || this.#prefsOf !== `${stores.scope} ${this.segmentId ?? ''}`)
        this.#show(stores, list);
    }
    this.#rows.prepare();
  }

  /** The view, with what is remembered of it. Shown at once also before it is known who looks. */
  #show(stores: Stores, list: ContactListStore): void {
    this.#prefsOf = `${stores.scope} ${this.segmentId ?? ''}`;
    this.prefs = readPrefs(stores.storage, stores.scope, this.segmentId);
    list.show({ segmentId: this.segmentId, sort: this.prefs.sort });
    this.#top();
  }

  protected override updated(): void {
    const table = this.renderRoot.querySelector<HTMLElement>('.table');
    if (!table || this.narrow) return;
    const { columns, prefs } = this.#drawing();
    const widths = columns.map((column) => widthOf(column, prefs));
    const wanted = {
      '--_cols': `44px ${widths.map((px) => `${px}px`).join(' ')} 1fr`,
      '--_wide': `${widths.reduce((sum, px) => sum + px, 44)}px`,
    };
    // set again, even to the same, each would style all cells anew: 3 to 11 ms
    for (const [name, value] of Object.entries(wanted))
      if (table.style.getPropertyValue(name) !== value) table.style.setProperty(name, value);
  }

  #drawing(): Drawing & { all: Column[]; prefs: ColumnPrefs } {
    const { session, storage } = this.stores!;
    const prefs = this.prefs ?? readPrefs(storage, '', null);
    const all = columnsOf(this.i18n, session.contactFields ?? []);
    return { i18n: this.i18n, all, columns: chosen(all, prefs), members: session.me?.members ?? [], prefs };
  }

  #keep(change: Partial<ColumnPrefs>, remembered = true): void {
    const { stores } = this;
    if (!stores) return;
    this.prefs = { ...this.#drawing().prefs, ...change };
    if (remembered) writePrefs(stores.storage, stores.scope, this.segmentId, this.prefs);
  }

  #sort(sort: ContactSort): void {
    this.#keep({ sort });
    this.list?.show({ sort });
    this.#top();
  }

  #top(): void {
    this.active = this.#anchor = 0;
    this.#rows.reset();
  }

  #search(event: InputEvent): void {
    const q = (event.target as HTMLInputElement).value;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.list?.show({ q });
      this.#top();
    }, TYPING);
  }

  /** Whom the filter finds, besides the segment. */
  setFilter(filter: Filter | null): void {
    this.list?.show({ filter });
    this.#top();
  }

  #clear(): void {
    const input = this.renderRoot.querySelector<HTMLInputElement>('input[type=search]');
    if (input) input.value = '';
    this.list?.show({ filter: null, q: '' });
    this.#top();
  }

  #view(id: string | null): void {
    this.open = null;
    this.segmentId = id;
    this.list?.show({ filter: null });
  }

  #openContact(contact: Contact): void {
    this.emit('contact-open', { contactId: contact.id, conversationId: null });
  }

  // The keyboard: the grid holds the focus and says which row is meant.
  readonly #key = (event: KeyboardEvent) => {
    const { list } = this;
    if (!list || event.target !== event.currentTarget) return;
    const last = list.length - 1;
    const { key, shiftKey: shift } = event;
    const to = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + this.#rows.perView,
      PageUp: this.active - this.#rows.perView,
      Home: 0,
      End: last,
    }[key];
    if (to !== undefined) {
      this.active = Math.max(0, Math.min(to, last));
      this.#rows.reveal(this.active);
      if (shift) this.#range(true);
      else this.#anchor = this.active;
    } else if (key === ' ') {
      if (shift) this.#range(true);
      else this.#toggle(this.active);
    } else if (key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) this.#all(true);
    else if (key === 'Escape' && !list.selection.empty) this.#all(false);
    else if (key === 'Enter') {
      const contact = list.at(this.active);
      if (contact) this.#openContact(contact);
    } else return;
    event.preventDefault();
  };

  #toggle(index: number): void {
    const contact = this.list?.at(index);
    if (!contact || !this.list) return;
    this.#anchor = this.active = index;
    void this.list.choose(index, index, !this.list.selection.has(contact.id)).then(() => this.#say());
  }

  #range(on: boolean): void {
    void this.list?.choose(this.#anchor, this.active, on).then(() => this.#say());
  }

  #all(on: boolean): void {
    this.list?.chooseAll(on);
    this.#say();
  }

  #say(): void {
    this.said = this.selectedWords();
  }

  private selectedWords(): string {
    const { list } = this;
    if (!list) return '';
    const count = list.selection.count(list.count);
    if (count === null) return this.t('contacts.allSelectedMany');
    return this.t(list.selection.all ? 'contacts.allSelected' : 'contacts.selected', { count });
  }

  readonly #click = (event: MouseEvent) => {
    const found = (event.target as Element).closest<HTMLElement>('[data-index]');
    const { list } = this;
    if (!found || !list) return;
    const index = Number(found.dataset['index']);
    if (this.#pressed) return void (this.#pressed = false);
    const ticking = (event.target as Element).closest('[data-tick]') !== null;
    if (event.shiftKey) {
      this.active = index;
      this.#range(true);
    } else if (ticking || event.ctrlKey || event.metaKey || (this.narrow && !list.selection.empty))
      this.#toggle(index);
    else {
      this.active = this.#anchor = index;
      const contact = list.at(index);
      if (contact) this.#openContact(contact);
    }
  };

  // A finger that rests on a card chooses it; one that moves scrolls.
  readonly #down = (event: PointerEvent) => {
    clearTimeout(this.#pressing);
    this.#pressed = false;
    const found = (event.target as Element).closest<HTMLElement>('[data-index]');
    if (event.pointerType === 'mouse' || !found) return;
    this.#pressing = setTimeout(() => {
      this.#pressed = true;
      this.#toggle(Number(found.dataset['index']));
    }, LONG_PRESS);
  };
  readonly #up = () => clearTimeout(this.#pressing);

  protected override render() {
    const { i18n, stores, list } = this;
    return html`<div
      class="root ${this.narrow ? 'narrow' : ''}"
      part="base"
      dir=${i18n.dir}
      lang=${i18n.locale}
    >
      ${
        stores && list
          ? html`${toolbar({
                i18n,
                list,
                segments: segmentsOf(stores).items,
                shown: this.segmentId,
                narrow: this.narrow,
                readOnly: this.readOnly,
                open: this.open,
                toggle: (open) => (this.open = this.open === open ? null : open),
                search: (event) => this.#search(event),
                sort: (sort) => this.#sort(sort),
                view: (id) => this.#view(id),
                toImport: () => this.#openImport(),
              })}
              ${feedNotice(i18n, stores.session.feed)}
              <div class="middle">
                ${this.#renderList(list)}
                ${this.open === 'filter' ? this.#renderFilter(stores, list) : nothing}
              </div>
              ${this.#renderBulk(stores, list)} ${this.open === 'columns' ? this.#renderChooser() : nothing}
              ${
                this.open === 'import'
                  ? this.#import.now?.importDialog({
                      i18n,
                      stores,
                      close: () => (this.open = null),
                      started: () => this.requestUpdate(),
                    })
                  : nothing
              }
              ${
                this.open === 'add'
                  ? this.#add.now?.addDialog({
                      i18n,
                      stores,
                      close: () => (this.open = null),
                      added: (contact) => {
                        this.emit('contact-add', { contact });
                        void list.refresh();
                      },
                    })
                  : nothing
              }`
          : emptyState('user', this.t('noClient'), this.t('noClientHint'))
      }
      <div class="hidden" role="status">${this.said}</div>
    </div>`;
  }

  /** The host may bring an import of its own. */
  #openImport(): void {
    if (!this.stores || !this.emit('contacts-import', {})) return;
    this.open = 'import';
    void importOf(this.stores).resume();
  }

  #renderList(list: ContactListStore) {
    if (list.status === 'error') {
      return html`<div class="grow">
        ${errorState(this.i18n, 'error.contacts', list.error, () => list.retry())}
      </div>`;
    }
    if (list.status === 'ready' && list.length === 0)
      return html`<div class="grow">${this.#renderEmpty(list)}</div>`;
    const drawing = this.#drawing();
    const waiting = list.status !== 'ready';
    const { start, end } = waiting ? { start: 0, end: 12 } : this.#rows;
    const draw = this.narrow ? card : row;
    const { selection } = list;
    const rows = Array.from({ length: Math.max(0, end - start) }, (_, nth) => {
      const index = start + nth;
      const contact = list.at(index);
      const chosen = contact ? selection.has(contact.id) : selection.all;
      return draw(contact, { index, active: index === this.active, chosen }, drawing);
    });
    return html`<div
      class="scroller"
      part="list"
      role="grid"
      tabindex="0"
      aria-label=${this.t('contacts')}
      aria-multiselectable="true"
      aria-busy=${waiting}
      aria-rowcount=${list.count === null ? -1 : list.count + (this.narrow ? 0 : 1)}
      aria-colcount=${drawing.columns.length + 1}
      aria-activedescendant=${waiting || this.active < start || this.active >= end ? nothing : `row-${this.active}`}
      @keydown=${this.#key}
      @click=${this.#click}
      @pointerdown=${this.#down}
      @pointerup=${this.#up}
      @pointercancel=${this.#up}
      @pointermove=${this.#up}
    >
      <div class="table" role="presentation">
        ${
          this.narrow
            ? nothing
            : html`<div class="heads" role="rowgroup">
                ${head(drawing, {
                  sort: list.view.sort,
                  all: selection.all,
                  some: !selection.empty,
                  widths: drawing.columns.map((column) => widthOf(column, drawing.prefs)),
                  tickAll: () => this.#all(!selection.all),
                  sortBy: (sort) => this.#sort(sort),
                  resize: (column, width, done) => this.#resize(column, width, done),
                })}
              </div>`
        }
        <div class="sizer" role="rowgroup"><div class="window" role="presentation">${rows}</div></div>
      </div>
      ${
        list.moreError
          ? html`<div class="notice bad rim" role="alert">
              <span>${this.t('error.contactsMore')} ${why(this.i18n, list.moreError)}</span>
              <button class="link" @click=${() => list.retry()}>${this.t('tryAgain')}</button>
            </div>`
          : nothing
      }
    </div>`;
  }

  #resize(column: Column, width: number, done: boolean): void {
    const widths = {
      ...this.#drawing().prefs.widths,
      [column.key]: Math.round(Math.max(NARROWEST, Math.min(width, WIDEST))),
    };
    this.#keep({ widths }, done);
  }

  #renderEmpty(list: ContactListStore) {
    const again = html`<button class="button" @click=${() => this.#clear()}>
      ${this.t('contacts.clearFilter')}
    </button>`;
    if (list.filtered)
      return emptyState('search', this.t('contacts.noMatch'), this.t('contacts.noMatchHint'), again);
    if (this.segmentId !== null)
      return emptyState('user', this.t('contacts.emptySegment'), this.t('contacts.emptySegmentHint'));
    return html`<slot name="empty"
      >${emptyState('user', this.t('contacts.empty'), this.t('contacts.emptyHint'))}</slot
    >`;
  }

  #renderFilter(stores: Stores, list: ContactListStore) {
    return this.#filter.now?.filterPanel({
      i18n: this.i18n,
      tag: this.tag('segment-builder'),
      prefix: this.tag(''),
      filter: list.view.filter,
      segment: segmentsOf(stores).get(this.segmentId) ?? null,
      change: (filter) => this.setFilter(filter),
      show: (id) => this.#view(id),
      close: () => (this.open = null),
    });
  }

  #renderChooser() {
    const { all, prefs } = this.#drawing();
    return this.#chooser.now?.chooser({
      i18n: this.i18n,
      columns: all,
      prefs,
      change: (shown) => this.#keep(shown === null ? readPrefs(this.stores!.storage, '', null) : { shown }),
      close: () => (this.open = null),
    });
  }

  #renderBulk(stores: Stores, list: ContactListStore) {
    const jobs = jobsOf(stores);
    if (list.selection.empty && jobs.jobs.length === 0 && !this.#bulk.value?.busy(this)) return nothing;
    return this.#bulk.now?.bulk({
      host: this,
      stores,
      list,
      i18n: this.i18n,
      words: this.selectedWords(),
      target: this.target,
    });
  }
}
