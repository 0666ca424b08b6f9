import type { FeedEvent } from '@patchbay/server-kit/contract';
import type { FeedSignal, PatchbayClient } from '../client/types.ts';
import { ConversationCache } from './cache.ts';
import { ContactStore } from './contact.ts';
import { ConversationsStore } from './conversations.ts';
import { DraftsStore } from './drafts.ts';
import { Outbox } from './outbox.ts';
import { SessionStore } from './session.ts';
import { safeStorage, type SafeStorage } from './storage.ts';
import { ThreadStore } from './thread.ts';
import { UnreadStore } from './unread.ts';

/** How many threads and contacts stay in memory after they were left; opening one of them again is instant. */
const KEPT = 12;

/**
 * All stores around one client, wired to its live feed: the headless half of the elements, usable without them.
 *
 *   const stores = storesFor(createClient({ baseUrl: '/crm', token }));
 *   const release = stores.retain();   // opens the feed; the last release closes it
 */
export class Stores {
  readonly client: PatchbayClient;
  readonly session: SessionStore;
  readonly cache: ConversationCache;
  readonly conversations: ConversationsStore;
  readonly unread: UnreadStore;
  readonly drafts: DraftsStore;
  readonly #outbox: Outbox;
  readonly #threads = new Map<string, ThreadStore>();
  readonly #contacts = new Map<string, ContactStore>();
  #users = 0;
  #stop: (() => void)[] = [];
  #left = false;

  constructor(client: PatchbayClient, storage: SafeStorage = safeStorage()) {
    this.client = client;
    this.session = new SessionStore(client);
    const scope = () => {
      const { me } = this.session;
      return me === null ? '' : `${me.tenant.id}:${me.member.id}`;
    };
    this.cache = new ConversationCache(client, (id) =>
      this.session.me?.members.find((member) => member.id === id),
    );
    this.conversations = new ConversationsStore({
      client,
      cache: this.cache,
      memberId: () => this.session.me?.member.id,
    });
    this.unread = new UnreadStore(client, this.cache);
    this.drafts = new DraftsStore(storage, scope);
    this.#outbox = new Outbox(storage, scope);
  }

  thread(conversationId: string): ThreadStore {
    return recent(this.#threads, conversationId, () => {
      const { client, cache } = this;
      return new ThreadStore({ conversationId, client, cache, outbox: this.#outbox });
    });
  }

  contact(contactId: string): ContactStore {
    return recent(this.#contacts, contactId, () => new ContactStore(this.client, contactId));
  }

  /** Starts the feed for the first user and stops it after the last. */
  retain(): () => void {
    this.#users += 1;
    if (this.#users === 1) this.#start();
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#users -= 1;
      if (this.#users > 0) return;
      for (const stop of this.#stop.splice(0)) stop();
      this.conversations.dispose();
      this.unread.dispose();
      this.#left = true;
    };
  }

  /** Loads everything that is shown afresh. */
  reload(): void {
    this.conversations.reload();
    if (this.unread.count !== null) void this.unread.load();
    for (const thread of this.#threads.values()) void thread.reload();
    for (const contact of this.#contacts.values()) contact.reload();
  }

  #start(): void {
    this.#stop.push(
      this.client.feed.listen((signal) => this.#heard(signal)),
      this.drafts.watch(),
    );
    void this.session.load().then(() => this.drafts.settle());
    this.session.setFeed(this.client.feed.state);
    // Nobody listened for a while: what happened meanwhile is not in any store.
    if (this.#left) this.reload();
    this.#left = false;
  }

  #heard(signal: FeedSignal): void {
    if (signal.kind === 'state') this.session.setFeed(signal.state);
    else if (signal.kind === 'reset') this.reload();
    else this.#take(signal.event);
  }

  #take(event: FeedEvent): void {
    const { message, conversation, contact_id } = event;
    if (conversation) {
      this.cache.put(conversation);
      this.conversations.recount();
      this.unread.recount();
    }
    if (message) this.#threads.get(message.conversation_id)?.apply(message);
    else if (conversation) this.#threads.get(conversation.id)?.applyEvent(event);
    if (contact_id !== null && /^(contact|consent)\./.test(event.type))
      this.#contacts.get(contact_id)?.reload();
  }
}

/** The entry of `map`, made when missing; the one that was used longest ago leaves. */
function recent<T>(map: Map<string, T>, key: string, make: () => T): T {
  const value = map.get(key) ?? make();
  map.delete(key);
  map.set(key, value);
  if (map.size > KEPT) map.delete(map.keys().next().value as string);
  return value;
}

const known = new WeakMap<PatchbayClient, Stores>();

/** The stores of a client: the same ones for everybody who uses that client, so elements agree with each other. */
export function storesFor(client: PatchbayClient): Stores {
  let stores = known.get(client);
  if (!stores) known.set(client, (stores = new Stores(client)));
  return stores;
}
