import type { FeedEvent } from '@patchbay/server-kit/contract';
import { ContactListStore } from './contact-list.ts';
import { SegmentsStore } from './segments.ts';
import type { Attached, Stores } from './stores.ts';

/** The stores of tables of people, beside the inbox's: they are loaded with the elements that show them. */
class People implements Attached {
  readonly segments: SegmentsStore;
  readonly #lists = new Set<ContactListStore>();

  constructor(stores: Stores) {
    this.segments = new SegmentsStore(stores.client);
    stores.attach(this);
  }

  add(list: ContactListStore): void {
    this.#lists.add(list);
  }
  drop(list: ContactListStore): void {
    list.dispose();
    this.#lists.delete(list);
  }

  take(event: FeedEvent): void {
    for (const list of this.#lists) list.take(event);
  }
  reload(): void {
    for (const list of this.#lists) list.reload();
    void this.segments.reload();
  }
  recover(): void {
    for (const list of this.#lists) list.recover();
    this.segments.recover();
  }
}

const known = new WeakMap<Stores, People>();

function peopleOf(stores: Stores): People {
  let people = known.get(stores);
  if (!people) known.set(stores, (people = new People(stores)));
  return people;
}

/** The segments of the account: the same store for everybody. */
export const segmentsOf = (stores: Stores): SegmentsStore => peopleOf(stores).segments;
/** A list of its own, live while it is held: two tables on a page may show different people. */
export function contactList(stores: Stores): { list: ContactListStore; release: () => void } {
  const list = new ContactListStore({ client: stores.client });
  const people = peopleOf(stores);
  people.add(list);
  return { list, release: () => people.drop(list) };
}
