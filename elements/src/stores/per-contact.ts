import type { FeedEvent } from '@patchbay/server-kit/contract';
import type { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import type { Attached, Stores } from './stores.ts';

interface ContactStore {
  readonly status: string;
  readonly error: ApiError | null;
  load(): Promise<void>;
  refresh(): Promise<void>;
  take(event: FeedEvent): void;
}

/** How many contacts' stay in memory after they were left. */
const KEPT = 8;

class PerContact<S extends ContactStore> implements Attached {
  readonly #make: (contactId: string) => S;
  readonly #open = new Map<string, S>();

  constructor(stores: Stores, make: (contactId: string) => S) {
    this.#make = make;
    stores.attach(this);
  }

  of(contactId: string): S {
    const store = this.#open.get(contactId) ?? this.#make(contactId);
    this.#open.delete(contactId);
    this.#open.set(contactId, store);
    if (this.#open.size > KEPT) this.#open.delete(this.#open.keys().next().value as string);
    return store;
  }

  take(event: FeedEvent): void {
    for (const store of this.#open.values()) store.take(event);
  }
  reload(): void {
    for (const store of this.#open.values()) if (store.status === 'ready') void store.refresh();
  }
  recover(): void {
    for (const store of this.#open.values()) {
      if (store.status === 'error') void store.load();
      else if (store.error) void store.refresh();
    }
  }
}

/** Of a kind of store that is about one contact: the same one for everybody who asks, live with the others of `stores`. */
export function perContact<S extends ContactStore>(
  make: (client: PatchbayClient, contactId: string) => S,
): (stores: Stores, contactId: string) => S {
  const known = new WeakMap<Stores, PerContact<S>>();
  return (stores, contactId) => {
    let all = known.get(stores);
    if (!all) known.set(stores, (all = new PerContact(stores, (id) => make(stores.client, id))));
    return all.of(contactId);
  };
}
