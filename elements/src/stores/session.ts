import type { Brand, ContactField, Me, QuickReply } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { FeedState, PatchbayClient } from '../client/types.ts';
import { Store, type Loading } from './store.ts';

/** Who is using the elements, the tenant's brand, the quick replies, and how the live feed does. */
export class SessionStore extends Store {
  me: Me | null = null;
  brand: Brand | null = null;
  status: Loading = 'idle';
  error: ApiError | null = null;
  quickReplies: QuickReply[] | null = null;
  /** The account's own fields of a contact; null until asked for. */
  contactFields: ContactField[] | null = null;
  feed: FeedState = 'idle';
  #askedFields = false;
  readonly #client: PatchbayClient;

  constructor(client: PatchbayClient) {
    super();
    this.#client = client;
  }

  /** Loads once; a failed load is tried again by the next call. */
  async load(): Promise<void> {
    if (this.status === 'loading' || this.status === 'ready') return;
    this.status = 'loading';
    this.changed();
    // A brand that cannot be had must not keep anyone from the messages: the defaults do.
    const [me, brand] = await Promise.allSettled([this.#client.me(), this.#client.brand()]);
    if (brand.status === 'fulfilled') this.brand = brand.value;
    if (me.status === 'fulfilled') {
      this.me = me.value;
      this.status = 'ready';
      this.error = null;
    } else {
      this.status = 'error';
      this.error = ApiError.fromUnknown(me.reason);
    }
    this.changed();
  }

  /** Loads again what could not be loaded. */
  async recover(): Promise<void> {
    if (this.status === 'error') return this.load();
    if (this.status !== 'ready' || this.brand !== null) return;
    this.brand = await this.#client.brand().catch(() => null);
    this.changed();
  }

  async loadQuickReplies(): Promise<void> {
    if (this.quickReplies !== null) return;
    this.quickReplies = await this.#client.listQuickReplies().catch(() => null);
    this.changed();
  }

  /** Asks once. Without them a contact is still worth showing: its values are free text then. */
  async loadContactFields(): Promise<void> {
    if (this.#askedFields) return;
    this.#askedFields = true;
    this.contactFields = await this.#client.listContactFields().catch(() => null);
    this.#askedFields = this.contactFields !== null;
    this.changed();
  }

  setFeed(state: FeedState): void {
    if (state === this.feed) return;
    this.feed = state;
    this.changed();
  }
}
