import type { FeedEvent } from '@patchbay/server-kit/contract';
import type { FeedSignal, PatchbayClient } from '../client/types.ts';
import { ConversationCache } from './cache.ts';
import { ConversationsStore } from './conversations.ts';
import { DraftsStore } from './drafts.ts';
import { SessionStore } from './session.ts';
import { safeStorage, type SafeStorage } from './storage.ts';
import { UnreadStore } from './unread.ts';

/** Stores that come later, such as those of an open conversation, and want to hear of the feed. */
export interface Attached {
  take(event: FeedEvent): void;
  reload(): void;
  /** The server can be reached again: load what could not be loaded. */
  recover?(): void;
}

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
  readonly storage: SafeStorage;
  readonly #attached: Attached[] = [];
  #users = 0;
  #stop: (() => void)[] = [];
  #left = false;

  constructor(client: PatchbayClient, storage: SafeStorage = safeStorage()) {
    this.client = client;
    this.session = new SessionStore(client);
    this.cache = new ConversationCache(client, (id) =>
      this.session.me?.members.find((member) => member.id === id),
    );
    this.conversations = new ConversationsStore({
      client,
      cache: this.cache,
      memberId: () => this.session.me?.member.id,
    });
    this.unread = new UnreadStore(client, this.cache);
    this.storage = storage;
    this.drafts = new DraftsStore(storage, () => this.scope);
  }

  /** Under whose name something is kept in this browser; empty while it is not known. */
  get scope(): string {
    const { me } = this.session;
    return me === null ? '' : `${me.tenant.id}:${me.member.id}`;
  }

  attach(attached: Attached): void {
    this.#attached.push(attached);
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
    this.unread.reload();
    for (const attached of this.#attached) attached.reload();
    this.#recoverSession();
  }

  /** Loads again what could not be loaded, and nothing else. */
  recover(): void {
    this.conversations.recover();
    this.unread.recover();
    for (const attached of this.#attached) attached.recover?.();
    this.#recoverSession();
  }

  #recoverSession(): void {
    this.cache.recover();
    void this.session.recover().then(() => this.drafts.settle());
  }

  #start(): void {
    this.#stop.push(
      this.client.feed.listen((signal) => this.#heard(signal)),
      this.drafts.watch(),
      this.#watchWindow(),
    );
    void this.session.load().then(() => this.drafts.settle());
    this.session.setFeed(this.client.feed.state);
    // Nobody listened for a while: what happened meanwhile is not in any store.
    if (this.#left) this.reload();
    this.#left = false;
  }

  #heard(signal: FeedSignal): void {
    if (signal.kind === 'state') {
      this.session.setFeed(signal.state);
      if (signal.state === 'live') this.recover();
    } else if (signal.kind === 'reset') this.reload();
    else this.#take(signal.event);
  }

  /** A load may fail while the feed is well: whoever comes back to the window should not have to ask for it. */
  #watchWindow(): () => void {
    if (typeof window === 'undefined') return () => undefined;
    const again = () => this.recover();
    for (const name of ['focus', 'online']) window.addEventListener(name, again);
    return () => {
      for (const name of ['focus', 'online']) window.removeEventListener(name, again);
    };
  }

  #take(event: FeedEvent): void {
    if (event.conversation) {
      this.cache.put(event.conversation);
      this.conversations.recount();
      this.unread.recount();
    }
    // whose conversation it was is gone or somebody else's: what is listed is asked for again
    if (/^contact\.(deleted|merged|unmerged)$/.test(event.type)) {
      this.conversations.reload();
      this.unread.reload();
    }
    // what a job changes comes without events of its own: whatever is shown may be another
    if (isEndOfWork(event)) this.reload();
    for (const attached of this.#attached) attached.take(event);
  }
}

/** A bulk action or an import that is over, also one that was stopped half-way. */
function isEndOfWork({ type, data }: FeedEvent): boolean {
  return (
    type === 'job.updated' &&
    data['kind'] !== 'export' &&
    ['done', 'failed', 'canceled'].includes(String(data['state']))
  );
}

const known = new WeakMap<PatchbayClient, Stores>();

/** The stores of a client: the same ones for everybody who uses that client, so elements agree with each other. */
export function storesFor(client: PatchbayClient): Stores {
  let stores = known.get(client);
  if (!stores) known.set(client, (stores = new Stores(client)));
  return stores;
}
