import type { FeedEvent } from '@patchbay/server-kit/contract';
import type { FeedSignal, PatchbayClient } from '../client/types.ts';
import type { ConversationCache } from './cache.ts';
import type { ConversationsStore } from './conversations.ts';
import type { DraftsStore } from './drafts.ts';
import { SessionStore } from './session.ts';
import { safeStorage, type SafeStorage } from './storage.ts';
import type { UnreadStore } from './unread.ts';

/** Stores that come later, such as those of an open conversation, and want to hear of the feed. */
export interface Attached {
  take(event: FeedEvent): void;
  reload(): void;
  /** The server can be reached again: load what could not be loaded. */
  recover?(): void;
}

/** The stores of conversations: `messaging.ts` brings them, with the elements that show any. */
export interface Messaging extends Attached {
  readonly cache: ConversationCache;
  readonly conversations: ConversationsStore;
  readonly unread: UnreadStore;
  readonly drafts: DraftsStore;
  recover(): void;
  /** Follows other tabs; returns what ends that. */
  start(): () => void;
  /** It is known who looks. */
  settle(): void;
}
let makeMessaging: ((stores: Stores) => Messaging) | undefined;

/** Whoever shows no conversations, such as a table of people, does not load their stores. */
export function provideMessaging(make: (stores: Stores) => Messaging): void {
  makeMessaging = make;
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
  readonly storage: SafeStorage;
  readonly #attached: Attached[] = [];
  #users = 0;
  #stop: (() => void)[] = [];
  #left = false;
  #messages: Messaging | undefined;

  constructor(client: PatchbayClient, storage: SafeStorage = safeStorage()) {
    this.client = client;
    this.session = new SessionStore(client);
    this.storage = storage;
  }

  /** Under whose name something is kept in this browser; empty while it is not known. */
  get scope(): string {
    const { me } = this.session;
    return me === null ? '' : `${me.tenant.id}:${me.member.id}`;
  }

  get cache(): ConversationCache {
    return this.#messaging.cache;
  }
  get conversations(): ConversationsStore {
    return this.#messaging.conversations;
  }
  get unread(): UnreadStore {
    return this.#messaging.unread;
  }
  get drafts(): DraftsStore {
    return this.#messaging.drafts;
  }

  get #messaging(): Messaging {
    if (!this.#messages) {
      if (!makeMessaging)
        throw new Error('Import "@patchbay/elements/stores" to use the stores of conversations.');
      this.#messages = makeMessaging(this);
      if (this.#users > 0) this.#stop.push(this.#messages.start());
    }
    return this.#messages;
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
      this.#left = true;
    };
  }

  /** Loads everything that is shown afresh. */
  reload(): void {
    this.#messages?.reload();
    for (const attached of this.#attached) attached.reload();
    this.#recoverSession();
  }

  /** Loads again what could not be loaded, and nothing else. */
  recover(): void {
    this.#messages?.recover();
    for (const attached of this.#attached) attached.recover?.();
    this.#recoverSession();
  }

  #recoverSession(): void {
    void this.session.recover().then(() => this.#messages?.settle());
  }

  #start(): void {
    this.#stop.push(
      this.client.feed.listen((signal) => this.#heard(signal)),
      this.#watchWindow(),
      ...(this.#messages ? [this.#messages.start()] : []),
    );
    void this.session.load().then(() => this.#messages?.settle());
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
    this.#messages?.take(event);
    // what a job changes comes without events of its own: whatever is shown may be another
    if (isEndOfWork(event)) this.reload();
    for (const attached of this.#attached) attached.take(event);
  }
}

/** A bulk action or an import that is over, also one that was stopped half-way. */
const isEndOfWork = ({ type, data }: FeedEvent) =>
  type === 'job.updated' &&
  /^(bulk|import) (done|failed|canceled)/.test(`${data['kind'] as string} ${data['state'] as string}`);

const known = new WeakMap<PatchbayClient, Stores>();

/** The stores of a client: the same ones for everybody who uses that client, so elements agree with each other. */
export function storesFor(client: PatchbayClient): Stores {
  let stores = known.get(client);
  if (!stores) known.set(client, (stores = new Stores(client)));
  return stores;
}
