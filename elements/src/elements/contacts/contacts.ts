import { html, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { ContactField, Filter, JobTarget, MemberRef } from '@patchbay/server-kit/contract';
import type { ContactSort } from '@patchbay/server-kit/contract/names';
import { BaseElement } from '../../internal/base-element.ts';
import { Lazy } from '../../internal/lazy.ts';
import { emptyState, errorState, feedNotice } from '../../internal/parts.ts';
import type { ContactListStore } from '../../stores/contact-list.ts';
import { contactList, segmentsOf } from '../../stores/people.ts';
import type { JobsStore } from '../../stores/jobs.ts';
import type { Stores } from '../../stores/stores.ts';
import { core } from '../../styles/core.ts';
import { tokens } from '../../styles/tokens.ts';
import { enContacts } from '../../words/en-contacts.ts';
import { enFields } from '../../words/en-fields.ts';
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
import { Grid } from './grid.ts';
import type { Drawing } from './head.ts';
import { Panels, type PanelContext } from './panels.ts';
import { toolbar, type Open } from './toolbar.ts';

addEnglish(enFields);
addEnglish(enContacts);

interface Drawn extends Drawing {
  all: Column[];
  prefs: ColumnPrefs;
  fields: readonly ContactField[] | null;
}
const NOBODY: readonly MemberRef[] = [];

/** Under this width people are cards. */
const NARROW = 640;
/** How long after the last letter a search is sent, in ms. */
const TYPING = 200;

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
 * @csspart panel - The filter beside the table.
 */
export class Contacts extends BaseElement {
  static override readonly elementName: string = 'contacts';
  static override styles = [tokens, core, styles];

  /** The segment that is shown; null: everybody. */
  @property({ attribute: 'segment-id' }) segmentId: string | null = null;
  /** Leaves out what adds people. */
  @property({ type: Boolean, attribute: 'read-only' }) readOnly = false;

  @state() private narrow = false;
  @state() private open: Open | null = null;
  @state() private prefs: ColumnPrefs | null = null;
  @state() private said = '';

  readonly #grid = new Grid(this, {
    list: () => this.list,
    narrow: () => this.narrow,
    drawing: () => this.#drawing(),
    open: ({ id }) => this.emit('contact-open', { contactId: id, conversationId: null }),
    chose: () => (this.said = this.selectedWords()),
  });
  readonly #panels = new Panels(this);
  readonly #working = new Lazy(this, () => import('../../stores/working.ts'));
  readonly #sizes =
    typeof ResizeObserver === 'undefined'
      ? null
      : new ResizeObserver(([entry]) => (this.narrow = (entry?.contentRect.width ?? NARROW) < NARROW));
  #held: { list: ContactListStore; release: () => void } | null = null;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #drawn: Drawn | undefined;
  #prefsOf = '';
  #endOfJobs: (() => void) | undefined;
  #worksFor: Stores | null = null;

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
    this.#worksFor = null;
    this.#held = stores ? contactList(stores) : null;
    this.#prefsOf = '';
    if (!stores) return;
    void segmentsOf(stores).load();
    void stores.session.loadContactFields();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const { stores, list } = this;
    // what runs in the worker is asked for when the people are there
    const working = list?.status === 'ready' ? this.#working.now : this.#working.value;
    this.watch(
      list,
      stores?.session,
      stores && segmentsOf(stores),
      working && stores && working.jobsOf(stores),
      working && stores && this.open === 'import' ? working.importOf(stores) : null,
    );
    if (working && stores) this.#work(stores, working.jobsOf(stores));
    if (stores && list) {
      if (changed.has('segmentId') || this.#prefsOf !== `${stores.scope} ${this.segmentId ?? ''}`)
        this.#show(stores, list);
    }
  }

  #work(stores: Stores, jobs: JobsStore): void {
    void jobs.find();
    if (this.#worksFor === stores) return;
    this.#worksFor = stores;
    this.#endOfJobs?.();
    this.#endOfJobs = jobs.onEnd(() => void this.list?.refresh());
  }

  /** The view, with what is remembered of it. Shown at once also before it is known who looks. */
  #show(stores: Stores, list: ContactListStore): void {
    this.#prefsOf = `${stores.scope} ${this.segmentId ?? ''}`;
    this.prefs = readPrefs(stores.storage, stores.scope, this.segmentId);
    list.show({ segmentId: this.segmentId, sort: this.prefs.sort });
    this.#grid.reset();
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

  /** The same object until something in it changes: rows that were drawn with it are not drawn again. */
  #drawing(): Drawn {
    const { session, storage } = this.stores!;
    const { i18n } = this;
    const prefs = this.prefs ?? readPrefs(storage, '', null);
    const fields = session.contactFields;
    const members = session.me?.members ?? NOBODY;
    const before = this.#drawn;
    if (
      before?.i18n === i18n &&
      before.prefs === prefs &&
      before.fields === fields &&
      before.members === members
    )
      return before;
    const all = columnsOf(i18n, fields ?? []);
    return (this.#drawn = { i18n, all, columns: chosen(all, prefs), members, prefs, fields });
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
    this.#grid.reset();
  }

  #search(event: InputEvent): void {
    const q = (event.target as HTMLInputElement).value;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.list?.show({ q });
      this.#grid.reset();
    }, TYPING);
  }

  /** Whom the filter finds, besides the segment. */
  setFilter(filter: Filter | null): void {
    this.list?.show({ filter });
    this.#grid.reset();
  }

  #clear(): void {
    const input = this.renderRoot.querySelector<HTMLInputElement>('input[type=search]');
    if (input) input.value = '';
    this.list?.show({ filter: null, q: '' });
    this.#grid.reset();
  }

  #view(id: string | null): void {
    this.open = null;
    this.segmentId = id;
    this.list?.show({ filter: null });
  }

  private selectedWords(): string {
    const { list } = this;
    if (!list) return '';
    const count = list.selection.count(list.count);
    if (count === null) return this.t('contacts.allSelectedMany');
    return this.t(list.selection.all ? 'contacts.allSelected' : 'contacts.selected', { count });
  }

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
                ${this.#renderList(list)} ${this.#panels.beside(this.#parts(stores, list))}
              </div>
              ${this.#panels.below(this.#parts(stores, list))}`
          : emptyState('user', this.t('noClient'), this.t('noClientHint'))
      }
      <div class="hidden" role="status">${this.said}</div>
    </div>`;
  }

  /** The host may bring an import of its own. */
  #openImport(): void {
    if (!this.stores || !this.emit('contacts-import', {})) return;
    this.open = 'import';
    const { stores } = this;
    void this.#working.load().then(({ importOf }) => importOf(stores).resume());
  }

  #renderList(list: ContactListStore) {
    if (list.status === 'error') {
      return html`<div class="grow">
        ${errorState(this.i18n, 'error.contacts', list.error, () => list.retry())}
      </div>`;
    }
    if (list.status === 'ready' && list.length === 0)
      return html`<div class="grow">${this.#renderEmpty(list)}</div>`;
    const { columns, prefs } = this.#drawing();
    return this.#grid.render(list, {
      widths: columns.map((column) => widthOf(column, prefs)),
      sortBy: (sort) => this.#sort(sort),
      resize: (column, width, done) => this.#resize(column, width, done),
    });
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

  #parts(stores: Stores, list: ContactListStore): PanelContext {
    const { i18n, open } = this;
    const { all, prefs } = this.#drawing();
    return {
      i18n,
      stores,
      list,
      open,
      columns: all,
      prefs,
      segmentId: this.segmentId,
      jobs: this.#working.value?.jobsOf(stores).jobs.length ?? 0,
      words: this.selectedWords(),
      target: this.target,
      tag: this.tag('segment-builder'),
      prefix: this.tag(''),
      close: () => (this.open = null),
      view: (id) => this.#view(id),
      filter: (filter) => this.setFilter(filter),
      keep: (change) => this.#keep(change),
      added: (contact) => {
        this.emit('contact-add', { contact });
        void list.refresh();
      },
    };
  }
}
