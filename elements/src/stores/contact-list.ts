import type { Contact, ContactsFound, Filter, JobTarget } from '@patchbay/server-kit/contract';
import type { ContactSort } from '@patchbay/server-kit/contract/names';
import type { FeedEvent } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import { Selection } from './selection.ts';
import { Store, type Loading } from './store.ts';

export interface ContactView {
  /** Whoever is in this segment; null: everybody. */
  segmentId: string | null;
  /** And whom this finds. */
  filter: Filter | null;
  /** And whom these words find. */
  q: string;
  sort: ContactSort;
}

export interface ContactListOptions {
  client: PatchbayClient;
  /** Rows a page. Default 100, the most that the server gives. */
  pageSize?: number;
  /** Pages kept in memory around what is looked at, on each side. Default 4. */
  kept?: number;
  /** How long after an event the list is asked for again, in ms. */
  delay?: number;
}

const EVERYBODY: ContactView = { segmentId: null, filter: null, q: '', sort: 'newest' };
/** Requests for pages at once: a bar dragged through the whole list must not ask for all of it. */
const AT_ONCE = 4;

/**
 * A list of people of any length. A cursor leads from each page to the next, so the list is known as far as somebody has
 * scrolled; from then on each known page can be asked for again by its cursor, and only those near the reader are kept.
 */
export class ContactListStore extends Store {
  view: ContactView = EVERYBODY;
  status: Loading = 'idle';
  error: ApiError | null = null;
  /** Why more could not be loaded. */
  moreError: ApiError | null = null;
  /** How many the view has; null while that is not known. */
  count: number | null = null;
  readonly selection = new Selection();

  readonly pageSize: number;
  readonly #client: PatchbayClient;
  readonly #kept: number;
  readonly #delay: number;
  #pages = new Map<number, Contact[]>();
  /** What each page is asked for with; the first without. */
  #cursors: (string | undefined)[] = [undefined];
  /** Known when the last page was seen. */
  #length: number | null = null;
  #asked = new Map<number, Promise<void>>();
  #window: readonly [number, number] = [0, 0];
  /** Counts up with every other view: answers to an older one are late. */
  #generation = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ client, pageSize = 100, kept = 4, delay = 400 }: ContactListOptions) {
    super();
    this.#client = client;
    this.pageSize = pageSize;
    this.#kept = kept;
    this.#delay = delay;
  }

  /** Rows that are known to exist, and where there is more, a few that are on their way. */
  get length(): number {
    return this.#length ?? Math.min((this.#cursors.length - 1) * this.pageSize + 3, this.count ?? Infinity);
  }

  get ended(): boolean {
    return this.#length !== null;
  }

  /** The person in a row; undefined while the row is not loaded. */
  at(index: number): Contact | undefined {
    return this.#pages.get(Math.floor(index / this.pageSize))?.[index % this.pageSize];
  }

  /** Whoever is in memory, in order. */
  get loaded(): Contact[] {
    return [...this.#pages].toSorted(([a], [b]) => a - b).flatMap(([, items]) => items);
  }

  get filtered(): boolean {
    return this.view.q !== '' || this.view.filter !== null;
  }

  /** Another segment, filter, search or order. Who was chosen stays chosen only in another order of the same. */
  show(change: Partial<ContactView>): void {
    const view = { ...this.view, ...change };
    if (JSON.stringify(view) === JSON.stringify(this.view) && this.status !== 'idle') return;
    const samePeople = JSON.stringify({ ...view, sort: this.view.sort }) === JSON.stringify(this.view);
    this.view = view;
    if (!samePeople) {
      this.selection.clear();
      this.count = null;
    }
    void this.load();
  }

  /** From the start. */
  async load(): Promise<void> {
    this.#generation += 1;
    this.status = 'loading';
    this.error = this.moreError = null;
    this.#asked.clear();
    this.#pages.clear();
    this.#cursors = [undefined];
    this.#length = null;
    this.#window = [0, 0];
    this.changed();
    const generation = this.#generation;
    await this.#load(0);
    if (generation !== this.#generation) return;
    if (this.#pages.has(0)) await this.#recount();
  }

  /** What is looked at: loads it and what is near, and forgets what is far. */
  want(from: number, to: number): void {
    if (this.status !== 'ready') return;
    const first = Math.floor(from / this.pageSize);
    const last = Math.floor(Math.max(from, to - 1) / this.pageSize);
    this.#window = [first, last];
    for (const page of this.#pages.keys()) {
      if (page < first - this.#kept || page > last + this.#kept) this.#pages.delete(page);
    }
    for (let page = Math.max(0, first - 1); page <= last + 1; page += 1) {
      if (page < this.#cursors.length && !this.#pages.has(page) && !this.moreError) void this.#load(page);
    }
  }

  retry(): void {
    if (this.status === 'error') return void this.load();
    this.moreError = null;
    this.want(this.#window[0] * this.pageSize, (this.#window[1] + 1) * this.pageSize);
    this.changed();
  }

  #load(page: number): Promise<void> {
    let asked = this.#asked.get(page);
    if (asked || (this.#asked.size >= AT_ONCE && page > 0)) return asked ?? Promise.resolve();
    const generation = this.#generation;
    asked = this.#fetch(page)
      .then((found) => {
        if (generation !== this.#generation) return;
        this.#take(page, found);
      })
      .catch((cause: unknown) => {
        if (generation !== this.#generation) return;
        const error = ApiError.fromUnknown(cause);
        if (this.status === 'ready') this.moreError = error;
        else {
          this.error = error;
          this.status = 'error';
        }
      })
      .finally(() => {
        if (generation !== this.#generation) return;
        this.#asked.delete(page);
        this.changed();
        // whoever scrolled on meanwhile waits for other pages
        const [first, last] = this.#window;
        this.want(first * this.pageSize, (last + 1) * this.pageSize);
      });
    this.#asked.set(page, asked);
    return asked;
  }

  #fetch(page: number): Promise<ContactsFound> {
    const after = this.#cursors[page];
    return this.#client.searchContacts({
      ...this.#query(),
      sort: this.view.sort,
      limit: this.pageSize,
      ...(after !== undefined && { after }),
    });
  }

  #take(page: number, { items, next }: ContactsFound): void {
    this.status = 'ready';
    this.#pages.set(page, items);
    if (next === null) {
      this.#length = page * this.pageSize + items.length;
      this.#cursors.length = page + 1;
    } else if (this.#cursors.length === page + 1) this.#cursors.push(next);
    if (this.#length !== null && page === 0) this.count = this.#length;
  }

  async #recount(): Promise<void> {
    if (this.#length !== null && this.#cursors.length === 1) return;
    const generation = this.#generation;
    const found = await this.#client
      .searchContacts({ ...this.#query(), limit: 1, counted: true })
      .catch(() => null); // the list is worth showing without it
    if (generation !== this.#generation || found === null) return;
    this.count = found.count;
    this.changed();
  }

  #query(): { filter?: Filter; q?: string } {
    const { segmentId, filter, q } = this.view;
    const both: Filter[] = [
      ...(segmentId === null ? [] : [{ segment: { id: segmentId } }]),
      ...(filter === null ? [] : [filter]),
    ];
    return {
      ...(both.length > 0 && { filter: both.length === 1 ? both[0] : { all: both } }),
      ...(q.trim() !== '' && { q: q.trim() }),
    };
  }

  /** Everybody in the view, as a job names them. */
  get target(): JobTarget {
    const { segmentId } = this.view;
    return segmentId !== null && !this.filtered ? { segment_id: segmentId } : this.#query();
  }

  /** Chooses or leaves out the rows between two, both included; those that are not in memory are asked for. */
  async choose(from: number, to: number, chosen: boolean): Promise<void> {
    const [low, high] = from < to ? [from, to] : [to, from];
    const ids: string[] = [];
    for (let page = Math.floor(low / this.pageSize); page <= Math.floor(high / this.pageSize); page += 1) {
      const known = this.#pages.get(page);
      const items =
        known ??
        (await this.#fetch(page)
          .then((found) => found.items)
          .catch(() => []));
      for (const [at, { id }] of items.entries()) {
        const index = page * this.pageSize + at;
        if (index >= low && index <= high) ids.push(id);
      }
    }
    this.selection.set(
      ids,
      chosen,
      this.loaded.map(({ id }) => id),
    );
    this.changed();
  }

  chooseAll(chosen: boolean): void {
    if (chosen) this.selection.everybody();
    else this.selection.clear();
    this.changed();
  }

  /** What is in memory as it is now: after a job, and when somebody else has changed something. */
  async refresh(): Promise<void> {
    if (this.status === 'error') return this.load();
    if (this.status !== 'ready') return;
    const generation = this.#generation;
    const pages = this.#window[0] === 0 && this.#window[1] === 0 ? [0] : [...this.#pages.keys()];
    const found = await Promise.all(
      pages.map((page) => this.#fetch(page).then((answer) => [page, answer] as const)),
    ).catch(() => []);
    if (generation !== this.#generation || found.length === 0) return;
    if (pages.length === 1 && pages[0] === 0) {
      // at the top the list may grow and shrink: what lies below is found again from here
      this.#pages.clear();
      this.#cursors = [undefined];
      this.#length = null;
    }
    for (const [page, answer] of found) this.#take(page, answer);
    this.changed();
    await this.#recount();
  }

  take({ type }: FeedEvent): void {
    if (!/^(contact|consent)\./.test(type) && type !== 'segment.entered' && type !== 'segment.left') return;
    if (this.status !== 'ready') return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.refresh();
    }, this.#delay);
  }

  reload(): void {
    if (this.status !== 'idle') void this.refresh();
  }

  recover(): void {
    if (this.error || this.moreError) this.retry();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#generation += 1;
  }
}
