import type {
  DueEnrollments,
  FeedEvent,
  LibraryWorkflow,
  Workflow,
  WorkflowCheck,
  WorkflowCounts,
  WorkflowDetails,
  WorkflowHook,
  WorkflowVersion,
} from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import { FailuresStore } from './failures.ts';
import { Store, type Loading } from './store.ts';
import type { Attached, Stores } from './stores.ts';

/** What is known of the one workflow that is open. */
export interface OpenWorkflow {
  details: WorkflowDetails;
  counts: WorkflowCounts | null;
  versions: readonly WorkflowVersion[] | null;
  /** Where other systems call; null: nowhere, or the member may not know. */
  hooks: readonly WorkflowHook[] | null;
}

/** How long what many events say is gathered before it is asked for once, in ms. */
const GATHER = 1_000;

/** The account's workflows, and the one of them that is open. */
export class WorkflowsStore extends Store implements Attached {
  items: readonly Workflow[] = [];
  open: OpenWorkflow | null = null;
  /** What failed in the one that is open. */
  failures: FailuresStore | null = null;
  status: Loading = 'idle';
  error: ApiError | null = null;
  /** Why the last change was refused. */
  changeError: ApiError | null = null;
  busy = false;
  library: readonly LibraryWorkflow[] | null = null;
  readonly #client: PatchbayClient;
  readonly #isManager: () => boolean;
  #generation = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `isManager`: who else may not know the addresses of webhooks. */
  constructor(client: PatchbayClient, isManager: () => boolean = () => true) {
    super();
    this.#client = client;
    this.#isManager = isManager;
  }

  async load(): Promise<void> {
    if (this.status === 'loading' || this.status === 'ready') return;
    this.status = 'loading';
    this.changed();
    await this.refresh();
  }

  async refresh(): Promise<void> {
    const generation = ++this.#generation;
    const id = this.open?.details.id;
    try {
      const [items, open] = await Promise.all([
        this.#client.listWorkflows(),
        id === undefined ? null : this.#look(id),
      ]);
      if (generation !== this.#generation) return;
      this.items = items;
      if (this.open?.details.id === id && open) this.open = open;
      this.status = 'ready';
      this.error = null;
    } catch (cause) {
      if (generation !== this.#generation) return;
      this.error = ApiError.fromUnknown(cause);
      if (this.status === 'loading') this.status = 'error';
    }
    this.changed();
  }

  /** Shows one, or none. */
  async show(id: string | null): Promise<void> {
    this.changeError = null;
    if (id === null || this.open?.details.id === id) {
      this.#opens(null);
      return this.changed();
    }
    await this.#try(async () => this.#opens(await this.#look(id)));
  }

  publish({ id, version }: Workflow): Promise<boolean> {
    return this.#change(() => this.#client.publishWorkflow(id, version));
  }
  pause({ id }: Workflow): Promise<boolean> {
    return this.#change(() => this.#client.pauseWorkflow(id));
  }
  resume({ id }: Workflow, due: 'run' | 'skip'): Promise<boolean> {
    return this.#change(() => this.#client.resumeWorkflow(id, due));
  }
  archive({ id, version }: Workflow): Promise<boolean> {
    return this.#change(async () => {
      await this.#client.archiveWorkflow(id, version);
      if (this.open?.details.id === id) this.#opens(null);
    });
  }
  rollBack({ id, version }: Workflow, to: number): Promise<boolean> {
    return this.#change(() => this.#client.rollBackWorkflow(id, to, version));
  }

  renewHook({ id }: Workflow, key: string): Promise<boolean> {
    return this.#change(() => this.#client.renewWorkflowHook(id, key));
  }

  /** What waits for somebody to say whether it runs. Throws an `ApiError`. */
  due(id: string): Promise<DueEnrollments> {
    return this.#client.listDue(id);
  }
  /** Throws an `ApiError`. */
  check(source: string): Promise<WorkflowCheck> {
    return this.#client.checkWorkflow(source);
  }

  /** Keeps a draft: of the workflow that has its key, or of a new one. Shows it. */
  keep(source: string, key: string | null): Promise<boolean> {
    return this.#change(async () => {
      const known = this.items.find((each) => each.key === key);
      const { id } = known
        ? await this.#client.updateWorkflow(known.id, source, known.version)
        : await this.#client.createWorkflow({ source });
      this.#opens(await this.#look(id));
    });
  }

  async loadLibrary(): Promise<void> {
    await this.#try(async () => (this.library = await this.#client.listWorkflowLibrary()));
  }

  take(event: FeedEvent): void {
    this.failures?.take(event);
    const { type } = event;
    if (this.status !== 'ready' || !/^(workflow|enrollment)\./.test(type) || this.#timer) return;
    // a segment that is enrolled says so a hundred thousand times
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.refresh();
    }, GATHER);
  }
  reload(): void {
    if (this.status === 'ready') void this.refresh();
    if (this.failures?.status === 'ready') void this.failures.refresh();
  }
  recover(): void {
    this.failures?.recover();
    if (this.status === 'error') void this.load();
    else if (this.error) void this.refresh();
  }

  #opens(open: OpenWorkflow | null): void {
    this.open = open;
    const id = open?.details.id ?? null;
    if (id === (this.failures?.workflowId ?? null)) return;
    this.failures = id === null ? null : new FailuresStore(this.#client, id);
  }

  async #look(id: string): Promise<OpenWorkflow> {
    const [details, counts, versions] = await Promise.all([
      this.#client.getWorkflow(id),
      this.#client.countWorkflow(id).catch(() => null),
      this.#client.listWorkflowVersions(id).catch(() => null),
    ]);
    const isCalled = details.published && details.triggers.includes('webhook');
    const hooks =
      isCalled && this.#isManager() ? await this.#client.listWorkflowHooks(id).catch(() => null) : null;
    return { details, counts, versions, hooks };
  }

  async #try(ask: () => Promise<unknown>): Promise<boolean> {
    this.changeError = null;
    try {
      await ask();
    } catch (cause) {
      this.changeError = ApiError.fromUnknown(cause);
    }
    this.changed();
    return this.changeError === null;
  }

  async #change(ask: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.changed();
    const done = await this.#try(ask);
    this.busy = false;
    await this.refresh();
    return done;
  }
}

const known = new WeakMap<Stores, WorkflowsStore>();

export function workflowsOf(stores: Stores): WorkflowsStore {
  let store = known.get(stores);
  if (!store) {
    const isManager = () => stores.session.me?.member.role === 'manager';
    known.set(stores, (store = new WorkflowsStore(stores.client, isManager)));
    stores.attach(store);
  }
  return store;
}
