import type { Enrollment, EnrollmentDetails, FeedEvent, Workflow } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import type { RunControl } from '../client/workflows.ts';
import { perContact } from './per-contact.ts';
import { Store, type Loading } from './store.ts';

/** The workflows that one contact is in, and was. */
export class RunsStore extends Store {
  readonly contactId: string;
  /** Those that run first, then the last that ended. */
  runs: readonly Enrollment[] = [];
  /** Of those that were opened, by id: every step that they took. */
  readonly opened = new Map<string, EnrollmentDetails>();
  /** What can be enrolled in; null until somebody wants to. */
  workflows: readonly Workflow[] | null = null;
  status: Loading = 'idle';
  error: ApiError | null = null;
  /** Why the last change was refused. */
  changeError: ApiError | null = null;
  /** Whoever was to be enrolled last may not come in. */
  turnedAway = false;
  /** The run that is being changed; `new` while somebody is enrolled, `all` for all of them. */
  busy: string | null = null;
  readonly #client: PatchbayClient;
  /** Those whose steps are to be shown. */
  readonly #wanted = new Set<string>();
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
      const [{ items }, ...details] = await Promise.all([
        this.#client.listContactEnrollments(this.contactId),
        ...[...this.#wanted].map((id) => this.#client.getEnrollment(id)),
      ]);
      if (generation !== this.#generation) return;
      this.runs = items;
      for (const one of details) if (this.#wanted.has(one.id)) this.opened.set(one.id, one);
      this.status = 'ready';
      this.error = null;
    } catch (cause) {
      if (generation !== this.#generation) return;
      this.error = ApiError.fromUnknown(cause);
      if (this.status === 'loading') this.status = 'error';
    }
    this.changed();
  }

  take({ type, contact_id, data }: FeedEvent): void {
    if (this.status !== 'ready') return;
    const ofUs = contact_id === this.contactId && /^(enrollment|message|consent)\./.test(type);
    const ofTheirs =
      type.startsWith('workflow.') && this.runs.some(({ workflow }) => workflow.id === data['workflow_id']);
    if (ofUs || ofTheirs) void this.refresh();
  }

  /** Shows what a run did, or hides it. */
  async toggle(id: string): Promise<void> {
    this.changeError = null;
    if (this.#wanted.delete(id)) {
      this.opened.delete(id);
      return this.changed();
    }
    this.#wanted.add(id);
    // with all the others, so that an older answer never comes after a newer one
    await this.refresh();
    if (this.error === null) return;
    this.#wanted.delete(id);
    this.changeError = this.error;
    this.changed();
  }

  control(id: string, what: RunControl, due?: 'run' | 'skip'): Promise<boolean> {
    return this.#change(id, () => this.#client.controlEnrollment(id, what, due));
  }

  /** Everything automatic of this contact. */
  pauseAll(): Promise<boolean> {
    return this.#change('all', () => this.#client.pauseContact(this.contactId));
  }
  resumeAll(due: 'run' | 'skip'): Promise<boolean> {
    return this.#change('all', () => this.#client.resumeContact(this.contactId, due));
  }

  enroll(workflowId: string): Promise<boolean> {
    return this.#change('new', async () => {
      const { enrolled } = await this.#client.enroll(workflowId, this.contactId);
      this.turnedAway = enrolled === 0;
    });
  }

  /** Asks what there is to enroll in. */
  async choose(): Promise<void> {
    try {
      const all = await this.#client.listWorkflows();
      this.workflows = all.filter(({ state }) => state === 'active' || state === 'paused');
    } catch (cause) {
      this.changeError = ApiError.fromUnknown(cause);
    }
    this.changed();
  }

  async #change(what: string, ask: () => Promise<unknown>): Promise<boolean> {
    if (this.busy !== null) return false;
    this.busy = what;
    this.changeError = null;
    this.turnedAway = false;
    this.changed();
    try {
      await ask();
    } catch (cause) {
      this.changeError = ApiError.fromUnknown(cause);
    }
    this.busy = null;
    // also after a refusal: it was refused because things are not as they were shown
    await this.refresh();
    return this.changeError === null && !this.turnedAway;
  }
}

/** The workflows of one contact: the same store for everybody who asks. */
export const runsOf = perContact((client, contactId) => new RunsStore(client, contactId));
