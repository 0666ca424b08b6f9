import type { FeedEvent, Notification, NotificationPage } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import { PagedStore } from './paged.ts';
import type { Stores } from './stores.ts';

/** What this member is told, newest first, and how much of it is unread. Read at once here, and taken back when the server refuses. */
export class NotificationsStore extends PagedStore<Notification, NotificationPage> {
  /** Of all, not of those loaded; null before the first answer: a badge shows nothing rather than a wrong zero. */
  unread: number | null = null;
  /** Why something could not be marked as read. */
  readError: ApiError | null = null;
  readonly #client: PatchbayClient;
  readonly #pageSize: number;

  constructor(client: PatchbayClient, pageSize = 30) {
    super();
    this.#client = client;
    this.#pageSize = pageSize;
  }

  protected ask(after?: string) {
    return this.#client.listNotifications({ limit: this.#pageSize, ...(after !== undefined && { after }) });
  }
  protected override told({ unread }: NotificationPage): void {
    this.unread = unread;
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
    const generation = this.outdate();
    this.changed();
    try {
      const { unread } = await this.#client.readNotifications(id === null ? undefined : [id]);
      if (this.isLatest(generation)) this.unread = unread;
      this.changed();
      return true;
    } catch (cause) {
      this.readError = ApiError.fromUnknown(cause);
      if (this.isLatest(generation)) Object.assign(this, before);
      this.changed();
      if (!this.isLatest(generation)) await this.refresh();
      return false;
    }
  }

  take({ type }: FeedEvent): void {
    if (this.status === 'ready' && type.startsWith('notification.')) void this.refresh();
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
