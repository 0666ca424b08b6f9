import { TIMELINE_LEAVES_OUT, timelineKind, type TimelineKind } from '@patchbay/server-kit/contract/names';
import type {
  FeedEvent,
  Message,
  Task,
  TimelineEntry,
  TimelinePage,
  UpdateTask,
} from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import { newer } from './message-order.ts';
import { Store, type Loading } from './store.ts';
import type { Attached, Stores } from './stores.ts';

/** Reports about a message: its entry changes, and none is added. */
const REPORTS = /^message\.(?!received|queued|released)/;

/** Written and not on its way: it belongs to what is coming. */
const isWaiting = ({ status, hold }: Message) => status === 'queued' && hold !== null;

/**
 * Everything that happened with one contact, or all of one kind, newest first, each once; and what is coming. A
 * message's entry is found by the message, however many events speak of it.
 */
export class TimelineStore extends Store {
  readonly contactId: string;
  readonly kind: TimelineKind | null;
  /** Newest first. Replaced, never changed in place. */
  items: readonly TimelineEntry[] = [];
  /** Soonest first. */
  upcoming: readonly Message[] = [];
  /** Open ones, soonest first; those without a time last. */
  tasks: readonly Task[] = [];
  status: Loading = 'idle';
  error: ApiError | null = null;
  loadingOlder = false;
  olderError: ApiError | null = null;
  /** Why the last change to something upcoming was refused. */
  changeError: ApiError | null = null;
  readonly #client: PatchbayClient;
  readonly #pageSize: number;
  #before: string | null = null;
  #generation = 0;

  constructor(client: PatchbayClient, contactId: string, kind: TimelineKind | null = null, pageSize = 50) {
    super();
    this.#client = client;
    this.contactId = contactId;
    this.kind = kind;
    this.#pageSize = pageSize;
  }

  get hasOlder(): boolean {
    return this.#before !== null;
  }

  /** The newest page; a no-op when it is there already. */
  async load(): Promise<void> {
    if (this.status === 'loading' || this.status === 'ready') return;
    this.status = 'loading';
    this.changed();
    await this.#fetch();
  }

  /** After a gap in the live feed: the newest page, joined to what is here when they overlap. */
  async reload(): Promise<void> {
    if (this.status === 'error') return this.load();
    if (this.status === 'ready') await this.#fetch();
  }

  async loadOlder(): Promise<void> {
    if (this.#before === null || this.loadingOlder || this.status !== 'ready') return;
    const generation = this.#generation;
    this.loadingOlder = true;
    this.olderError = null;
    this.changed();
    try {
      const page = await this.#page({ before: this.#before });
      if (generation === this.#generation) {
        const known = new Set(this.items.map(keyOf));
        this.items = toldOnce([...this.items, ...page.items.filter((entry) => !known.has(keyOf(entry)))]);
        this.#before = page.before;
      }
    } catch (cause) {
      this.olderError = ApiError.fromUnknown(cause);
    }
    this.loadingOlder = false;
    this.changed();
  }

  /** Takes a live event. */
  take(event: FeedEvent): void {
    if (event.contact_id !== this.contactId || this.status !== 'ready') return;
    const { id, type, at, actor, data, message } = event;
    if (message) return this.#takeMessage(message, event);
    if (type.startsWith('message.') || (TIMELINE_LEAVES_OUT as readonly string[]).includes(type)) return;
    if (type === 'conversation.updated' && !('state' in data || 'assignee' in data)) return;
    if (type.startsWith('task.')) void this.#lookAtTasks();
    this.#put({ id, kind: timelineKind(type), type, at, actor, data, message: null });
  }

  /** What waits leaves at once. */
  sendNow(id: string): Promise<boolean> {
    return this.#change(() => this.#client.editMessage(id, { send_at: null }));
  }
  reschedule(id: string, sendAt: string): Promise<boolean> {
    return this.#change(() => this.#client.editMessage(id, { send_at: sendAt }));
  }
  cancel(id: string): Promise<boolean> {
    return this.#change(() => this.#client.cancelMessage(id));
  }

  completeTask(id: string): Promise<boolean> {
    return this.#changeTask(id, { done: true });
  }
  rescheduleTask(id: string, at: string): Promise<boolean> {
    return this.#changeTask(id, { due: { at } });
  }

  async #changeTask(id: string, patch: UpdateTask): Promise<boolean> {
    this.changeError = null;
    try {
      const task = await this.#client.updateTask(id, patch);
      const rest = this.tasks.filter((one) => one.id !== id);
      this.tasks = task.completed_at === null ? [...rest, task].sort(soonest) : rest;
      this.changed();
      return true;
    } catch (cause) {
      this.changeError = ApiError.fromUnknown(cause);
      if (this.changeError.code === 'not_found') void this.#lookAtTasks();
      this.changed();
      return false;
    }
  }

  /** An event tells what happened to a task, not where it stands among the others. */
  async #lookAtTasks(): Promise<void> {
    if (this.kind !== null && this.kind !== 'task') return;
    const query = { contact_id: this.contactId, limit: 100 };
    const page = await this.#client.listTasks(query).catch(() => null);
    if (!page) return;
    this.tasks = page.items;
    this.changed();
  }

  async #change(ask: () => Promise<Message>): Promise<boolean> {
    this.changeError = null;
    try {
      const message = await ask();
      this.#takeMessage(message, { id: message.id, type: 'message.released', at: message.created_at });
      return true;
    } catch (cause) {
      this.changeError = ApiError.fromUnknown(cause);
      // It may have left meanwhile: show it where it is now.
      if (this.changeError.code === 'not_editable') void this.reload();
      this.changed();
      return false;
    }
  }

  #takeMessage(message: Message, { id, type }: Pick<FeedEvent, 'id' | 'type' | 'at'>): void {
    const waits = this.upcoming.some((each) => each.id === message.id);
    const rest = this.upcoming.filter((each) => each.id !== message.id);
    if (isWaiting(message)) {
      if (this.kind !== null && this.kind !== 'message') return;
      this.upcoming = [...rest, message].sort((a, b) => (dueOf(a) < dueOf(b) ? -1 : 1));
      this.items = this.items.filter((entry) => entry.message?.id !== message.id);
      return this.changed();
    }
    this.upcoming = rest;
    const known = this.items.find((entry) => entry.message?.id === message.id);
    const state = known?.message ? newer(known.message, message) : message;
    if (known && known.at === state.created_at) {
      this.items = this.items.map((entry) => (entry === known ? { ...entry, message: state } : entry));
    } else if (known || waits || !REPORTS.test(type)) {
      this.items = this.items.filter((entry) => entry !== known);
      const author = message.author;
      this.#put({ id, kind: 'message', type, at: state.created_at, actor: author, data: {}, message: state });
    }
    this.changed();
  }

  /** Puts a new entry in its place, unless that place lies beyond what is loaded. */
  #put(entry: TimelineEntry): void {
    if (this.kind !== null && this.kind !== entry.kind) return;
    if (this.items.some((known) => keyOf(known) === keyOf(entry))) return;
    const place = this.items.findIndex(({ at }) => at <= entry.at);
    if (place < 0 && this.#before !== null) return;
    const items = this.items.toSpliced(place < 0 ? this.items.length : place, 0, entry);
    this.items = /^(stage\.entered|contact\.updated)$/.test(entry.type) ? toldOnce(items) : items;
    this.changed();
  }

  #page(query: { before?: string }): Promise<TimelinePage> {
    const kind = this.kind === null ? {} : { kind: this.kind };
    return this.#client.getTimeline(this.contactId, { ...kind, ...query, limit: this.#pageSize });
  }

  async #fetch(): Promise<void> {
    const generation = ++this.#generation;
    try {
      const page = await this.#page({});
      if (generation !== this.#generation) return;
      const fresh = new Set(page.items.map(keyOf));
      const overlaps = this.items.some((entry) => fresh.has(keyOf(entry)));
      const last = page.items.at(-1)?.at ?? '';
      const tail = overlaps ? this.items.filter((entry) => !fresh.has(keyOf(entry)) && entry.at <= last) : [];
      this.items = toldOnce([...page.items, ...tail]);
      this.upcoming = page.upcoming;
      this.tasks = page.tasks;
      if (!overlaps) this.#before = page.before;
      this.status = 'ready';
      this.error = null;
    } catch (cause) {
      if (generation !== this.#generation) return;
      this.error = ApiError.fromUnknown(cause);
      if (this.status === 'loading') this.status = 'error';
    }
    this.changed();
  }
}

/**
 * Whoever writes a stage into a contact moves its card: two events of one transaction, and so of one instant. The move says
 * more; of the other stays what else was changed.
 */
function toldOnce(items: readonly TimelineEntry[]): readonly TimelineEntry[] {
  const moves = new Set(items.filter(({ type }) => type === 'stage.entered').map(({ at }) => at));
  if (moves.size === 0) return items;
  return items.flatMap((entry) => {
    const { changed } = entry.data;
    if (entry.type !== 'contact.updated' || !moves.has(entry.at) || !Array.isArray(changed)) return [entry];
    const rest = changed.filter((field) => field !== 'stage');
    return rest.length === 0 ? [] : [{ ...entry, data: { ...entry.data, changed: rest } }];
  });
}

/** What a message's entries have in common, whichever event brought them. */
export const keyOf = ({ id, message }: TimelineEntry): string => message?.id ?? id;

const dueOf = ({ hold, send_at }: Message) => hold?.until ?? send_at ?? '';

const soonest = (a: Task, b: Task) => ((a.due_at ?? '9') < (b.due_at ?? '9') ? -1 : 1);

/** How many timelines stay in memory after they were left. */
const KEPT = 8;

class Timelines implements Attached {
  readonly #stores: Stores;
  readonly #open = new Map<string, TimelineStore>();

  constructor(stores: Stores) {
    this.#stores = stores;
    stores.attach(this);
  }

  of(contactId: string, kind: TimelineKind | null): TimelineStore {
    const key = `${contactId} ${kind ?? ''}`;
    const store = this.#open.get(key) ?? new TimelineStore(this.#stores.client, contactId, kind);
    this.#open.delete(key);
    this.#open.set(key, store);
    if (this.#open.size > KEPT) this.#open.delete(this.#open.keys().next().value as string);
    return store;
  }

  take(event: FeedEvent): void {
    for (const store of this.#open.values()) store.take(event);
  }
  reload(): void {
    for (const store of this.#open.values()) void store.reload();
  }
  recover(): void {
    for (const store of this.#open.values()) {
      if (store.error) void store.reload();
      else if (store.olderError) void store.loadOlder();
    }
  }
}

const known = new WeakMap<Stores, Timelines>();

/** The timeline of one contact: the same store for everybody who asks for the same kind. */
export function timelineOf(
  stores: Stores,
  contactId: string,
  kind: TimelineKind | null = null,
): TimelineStore {
  let timelines = known.get(stores);
  if (!timelines) known.set(stores, (timelines = new Timelines(stores)));
  return timelines.of(contactId, kind);
}
