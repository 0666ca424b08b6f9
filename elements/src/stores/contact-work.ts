import type { FeedEvent, Note, Task } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import { perContact } from './per-contact.ts';
import { Store, type Loading } from './store.ts';

/** What is to be done for a contact, and what was noted about them. */
export class ContactWorkStore extends Store {
  readonly contactId: string;
  /** Open ones, soonest first. */
  tasks: readonly Task[] = [];
  /** Newest first. */
  notes: readonly Note[] = [];
  status: Loading = 'idle';
  error: ApiError | null = null;
  /** Why the last change was refused. */
  changeError: ApiError | null = null;
  readonly #client: PatchbayClient;
  #generation = 0;

  constructor(client: PatchbayClient, contactId: string) {
    super();
    this.#client = client;
    this.contactId = contactId;
  }

  async load(): Promise<void> {
    if (this.status === 'loading' || this.status === 'ready') return;
    this.status = 'loading';
    this.changed();
    await this.refresh();
  }

  async refresh(): Promise<void> {
    const generation = ++this.#generation;
    try {
      const [tasks, notes] = await Promise.all([
        this.#client.listTasks({ contact_id: this.contactId, limit: 100 }),
        this.#client.listNotes(this.contactId, { limit: 100 }),
      ]);
      if (generation !== this.#generation) return;
      this.tasks = tasks.items;
      this.notes = notes.items;
      this.status = 'ready';
      this.error = null;
    } catch (cause) {
      if (generation !== this.#generation) return;
      this.error = ApiError.fromUnknown(cause);
      if (this.status === 'loading') this.status = 'error';
    }
    this.changed();
  }

  /** Takes a live event. */
  take({ type, contact_id }: FeedEvent): void {
    if (this.status !== 'ready' || !/^(task|note|contact)\./.test(type)) return;
    if (contact_id === this.contactId) void this.refresh();
  }

  /** `day` as ISO writes it; null: without a date. */
  addTask(title: string, day: string | null): Promise<boolean> {
    const due = day === null ? null : { on: day };
    return this.#change(() => this.#client.createTask({ title, contact_id: this.contactId, due }));
  }

  /** Ticked off at once; back when the server refuses. */
  complete(id: string): Promise<boolean> {
    const before = this.tasks;
    this.tasks = before.filter((task) => task.id !== id);
    return this.#change(
      () => this.#client.updateTask(id, { done: true }),
      () => (this.tasks = before),
    );
  }

  addNote(text: string): Promise<boolean> {
    return this.#change(() => this.#client.addNote(this.contactId, { text }));
  }
  editNote(id: string, text: string): Promise<boolean> {
    return this.#change(() => this.#client.updateNote(id, text));
  }
  deleteNote(id: string): Promise<boolean> {
    return this.#change(() => this.#client.deleteNote(id));
  }

  async #change(ask: () => Promise<unknown>, undo: () => unknown = () => undefined): Promise<boolean> {
    this.changeError = null;
    this.changed();
    try {
      await ask();
    } catch (cause) {
      this.changeError = ApiError.fromUnknown(cause);
      undo();
      this.changed();
      return false;
    }
    await this.refresh();
    return true;
  }
}

/** Tasks and notes of one contact: the same store for everybody who asks. */
export const contactWorkOf = perContact((client, contactId) => new ContactWorkStore(client, contactId));
