import type { FeedEvent } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import { Store, type Loading } from './store.ts';
import type { Attached } from './stores.ts';

export interface Page<T> {
  items: readonly T[];
  next: string | null;
}

/** A list that is fetched page by page, newest first, and asked for again when something has happened. */
export abstract class PagedStore<T extends { id: string }, P extends Page<T> = Page<T>>
  extends Store
  implements Attached
{
  items: readonly T[] = [];
  status: Loading = 'idle';
  error: ApiError | null = null;
  loadingMore = false;
  moreError: ApiError | null = null;
  #next: string | null = null;
  #generation = 0;

  get hasMore(): boolean {
    return this.#next !== null;
  }

  /** From the beginning, or from where a page ended. */
  protected abstract ask(after?: string): Promise<P>;
  abstract take(event: FeedEvent): void;
  /** What a first page says besides its items. */
  protected told(_page: P): void {}

  /** Whoever asked before this has asked in vain. The number says later whether it is still so. */
  protected outdate(): number {
    return ++this.#generation;
  }
  protected isLatest(generation: number): boolean {
    return generation === this.#generation;
  }

  async load(): Promise<void> {
    if (this.status === 'loading' || this.status === 'ready') return;
    this.status = 'loading';
    this.changed();
    await this.refresh();
  }

  /** The first page again; what was loaded beyond it stays, unless another list is wanted. */
  async refresh(anew = false): Promise<void> {
    const generation = this.outdate();
    try {
      const page = await this.ask();
      if (!this.isLatest(generation)) return;
      const last = page.items.at(-1)?.id;
      const end = anew || page.next === null ? -1 : this.items.findIndex(({ id }) => id === last);
      const tail = end < 0 ? [] : this.items.slice(end + 1);
      this.items = [...page.items, ...tail];
      if (tail.length === 0) this.#next = page.next;
      this.told(page);
      this.status = 'ready';
      this.error = null;
    } catch (cause) {
      if (!this.isLatest(generation)) return;
      this.error = ApiError.fromUnknown(cause);
      if (anew || this.status !== 'ready') this.status = 'error';
    }
    this.changed();
  }

  async loadMore(): Promise<void> {
    if (this.#next === null || this.loadingMore || this.status !== 'ready') return;
    const generation = this.#generation;
    this.loadingMore = true;
    this.moreError = null;
    this.changed();
    try {
      const page = await this.ask(this.#next);
      // after another first page this one may not follow it any more
      if (this.isLatest(generation)) {
        const known = new Set(this.items.map(({ id }) => id));
        this.items = [...this.items, ...page.items.filter(({ id }) => !known.has(id))];
        this.#next = page.next;
      }
    } catch (cause) {
      this.moreError = ApiError.fromUnknown(cause);
    }
    this.loadingMore = false;
    this.changed();
  }

  reload(): void {
    if (this.status === 'ready') void this.refresh();
  }
  recover(): void {
    if (this.status === 'error') void this.load();
    else if (this.error) void this.refresh();
  }
}
