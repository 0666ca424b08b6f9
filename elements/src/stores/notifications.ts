import type { FeedEvent, Notification } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import { Store, type Loading } from './store.ts';
import type { Attached, Stores } from './stores.ts';

/** What this member is told, newest first, and how much of it is unread. Read at once here, and taken back when the server refuses. */
export class NotificationsStore extends Store implements Attached {
  items: readonly Notification[] = [];
  /** Of all, not of those loaded; null before the first answer: a badge shows nothing rather than a wrong zero. */
  unread: number | null = null;
  status: Loading = 'idle';
  error: ApiError | null = null;
  loadingMore = false;
  moreError: ApiError | null = null;
  /** Why something could not be marked as read. */
  readError: ApiError | null = null;
  readonly #client: PatchbayClient;
  readonly #pageSize: number;
  #next: string | null = null;
  #generation = 0;

  constructor(client: PatchbayClient, pageSize = 30) {
    super();
    this.#client = client;
    this.#pageSize = pageSize;
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  async load(): Promise<void> {
    if (this.status === 'loading' || this.status === 'ready') return;
    this.status = 'loading';
    this.changed();
    await this.refresh();
  }

  /** The first page again; what was loaded beyond it stays. */
  async refresh(): Promise<void> {
    const generation = ++this.#generation;
    try {
      const page = await this.#client.listNotifications({ limit: this.#pageSize });
      if (generation !== this.#generation) return;
      const last = page.items.at(-1)?.id;
      const end = page.next === null ? -1 : this.items.findIndex(({ id }) => id === last);
      const tail = end < 0 ? [] : this.items.slice(end + 1);
      this.items = [...page.items, ...tail];
      if (tail.length === 0) this.#next = page.next;
      this.unread = page.unread;
      this.status = 'ready';
      this.error = null;
    } catch (cause) {
      if (generation !== this.#generation) return;
      this.error = ApiError.fromUnknown(cause);
      if (this.status !== 'ready') this.status = 'error';
    }
    this.changed();
  }

  async loadMore(): Promise<void> {
    if (this.#next === null || this.loadingMore || this.status !== 'ready') return;
    this.loadingMore = true;
    this.moreError = null;
    this.changed();
    try {
      const page = await this.#client.listNotifications({ after: this.#next, limit: this.#pageSize });
      const known = new Set(this.items.map(({ id }) => id));
      this.items = [...this.items, ...page.items.filter(({ id }) => !known.has(id))];
      this.#next = page.next;
    } catch (cause) {
      this.moreError = ApiError.fromUnknown(cause);
    }
    this.loadingMore = false;
    this.changed();
  }

  /** Marks one as read, or all. */
  async read(id: string | null = null): Promise<boolean> {
    const fresh = this.items.filter((one) => one.read_at === null && (id === null || one.id === id));
    if (id !== null && fresh.length === 0) return true;
    const before = { items: this.items, unread: this.unread };
    const read_at = new Date().toISOString();
    this.items = this.items.map((one) => (fresh.includes(one) ? { ...one, read_at } : one));
    this.unread = id === null ? 0 : Math.max(0, (this.unread ?? 0) - fresh.length);
    this.readError = null;
    // an answer that was read before this would undo it
    const generation = ++this.#generation;
    this.changed();
    try {
      const { unread } = await this.#client.readNotifications(id === null ? undefined : [id]);
      if (generation === this.#generation) this.unread = unread;
      this.changed();
      return true;
    } catch (cause) {
      this.readError = ApiError.fromUnknown(cause);
      if (generation === this.#generation) Object.assign(this, before);
      this.changed();
      if (generation !== this.#generation) await this.refresh();
      return false;
    }
  }

  take({ type }: FeedEvent): void {
    if (this.status === 'ready' && type.startsWith('notification.')) void this.refresh();
  }
  reload(): void {
    if (this.status === 'ready') void this.refresh();
  }
  recover(): void {
    if (this.status === 'error') void this.load();
    else if (this.error) void this.refresh();
  }
}

const known = new WeakMap<Stores, NotificationsStore>();

/** What the member is told: the same store for everybody who asks. */
export function notificationsOf(stores: Stores): NotificationsStore {
  let store = known.get(stores);
  if (!store) {
    known.set(stores, (store = new NotificationsStore(stores.client)));
    stores.attach(store);
  }
  return store;
}
