import type { FeedEvent } from '@patchbay/server-kit/contract';
import { ContactStore } from './contact.ts';
import { Outbox } from './outbox.ts';
import './messaging.ts';
import type { Attached, Stores } from './stores.ts';
import { ThreadStore } from './thread.ts';

/** How many threads and contacts stay in memory after they were left; opening one of them again is instant. */
const KEPT = 12;

/** The stores of what is open, beside the list's: they are loaded with the elements that show them. */
class Opened implements Attached {
  readonly #stores: Stores;
  readonly #outbox: Outbox;
  readonly #threads = new Map<string, ThreadStore>();
  readonly #contacts = new Map<string, ContactStore>();

  constructor(stores: Stores) {
    this.#stores = stores;
    this.#outbox = new Outbox(stores.storage, () => stores.scope);
    stores.attach(this);
  }

  thread(conversationId: string): ThreadStore {
    return recent(this.#threads, conversationId, () => {
      const { client, cache } = this.#stores;
      return new ThreadStore({ conversationId, client, cache, outbox: this.#outbox });
    });
  }

  contact(contactId: string): ContactStore {
    return recent(this.#contacts, contactId, () => new ContactStore(this.#stores.client, contactId));
  }

  take(event: FeedEvent): void {
    const { message, conversation, contact_id, type } = event;
    if (message) this.#threads.get(message.conversation_id)?.apply(message);
    else if (conversation) this.#threads.get(conversation.id)?.applyEvent(event);
    for (const id of conversationIds(event)) void this.#threads.get(id)?.reload();
    if (contact_id !== null && /^(contact|consent|stage|opportunity)\./.test(type))
      this.#contacts.get(contact_id)?.reload();
  }

  reload(): void {
    for (const thread of this.#threads.values()) void thread.reload();
    for (const contact of this.#contacts.values()) contact.reload();
  }

  recover(): void {
    for (const thread of this.#threads.values()) {
      if (thread.error) void thread.reload();
      else if (thread.olderError) void thread.loadOlder();
    }
    for (const contact of this.#contacts.values()) if (contact.error) contact.reload();
  }
}

/** The conversations that a deleted contact takes along. */
function conversationIds({ type, data }: FeedEvent): string[] {
  const ids = data['conversation_ids'];
  return type === 'contact.deleted' && Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
}

const known = new WeakMap<Stores, Opened>();

function openedOf(stores: Stores): Opened {
  let opened = known.get(stores);
  if (!opened) known.set(stores, (opened = new Opened(stores)));
  return opened;
}

/** The messages of one conversation: the same store for everybody who asks. */
export function threadOf(stores: Stores, conversationId: string): ThreadStore {
  return openedOf(stores).thread(conversationId);
}

/** One contact: the same store for everybody who asks. */
export function contactOf(stores: Stores, contactId: string): ContactStore {
  return openedOf(stores).contact(contactId);
}

/** The entry of `map`, made when missing; the one that was used longest ago leaves. */
function recent<T>(map: Map<string, T>, key: string, make: () => T): T {
  const value = map.get(key) ?? make();
  map.delete(key);
  map.set(key, value);
  if (map.size > KEPT) map.delete(map.keys().next().value as string);
  return value;
}
