import type {
  FailureCounts,
  FeedEvent,
  RetriedFailures,
  WorkflowFailure,
} from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import { Store, type Loading } from './store.ts';

type Alike = FailureCounts['items'][number];

/** What is known of those that failed alike. */
export interface FailedAlike extends Alike {
  key: string;
  /** The people, once somebody wants to see them. */
  people: readonly WorkflowFailure[] | null;
  more: boolean;
}

/** How long what many events say is gathered before it is asked for once, in ms. */
const GATHER = 1_000;
const PAGE = 20;

const keyOf = ({ step, reason }: Pick<Alike, 'step' | 'reason'>) => JSON.stringify([step, reason]);

/** What failed in one workflow, by step and reason, and how it is tried again. */
export class FailuresStore extends Store {
  readonly workflowId: string;
  total = 0;
  groups: readonly FailedAlike[] = [];
  status: Loading = 'idle';
  error: ApiError | null = null;
  /** Why the last retry was refused. */
  changeError: ApiError | null = null;
  /** What came of the last retry. */
  result: RetriedFailures | null = null;
  /** What is being tried again: a group's key, or a failure's id. */
  busy: string | null = null;
  readonly #client: PatchbayClient;
  /** How many people of each opened group are shown. */
  readonly #opened = new Map<string, number>();
  #generation = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: PatchbayClient, workflowId: string) {
    super();
    this.#client = client;
    this.workflowId = workflowId;
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
      const { total, items } = await this.#client.countFailures(this.workflowId);
      const groups = await Promise.all(items.map((one) => this.#group(one)));
      if (generation !== this.#generation) return;
      this.total = total;
      this.groups = groups;
      this.status = 'ready';
      this.error = null;
    } catch (cause) {
      if (generation !== this.#generation) return;
      this.error = ApiError.fromUnknown(cause);
      if (this.status === 'loading') this.status = 'error';
    }
    this.changed();
  }

  /** Shows who it is about, or hides them. */
  async toggle(key: string): Promise<void> {
    if (this.#opened.delete(key)) {
      this.groups = this.groups.map((group) => (group.key === key ? { ...group, people: null } : group));
      return this.changed();
    }
    this.#opened.set(key, PAGE);
    await this.refresh();
  }

  async more(key: string): Promise<void> {
    this.#opened.set(key, (this.#opened.get(key) ?? 0) + PAGE);
    await this.refresh();
  }

  retryOne({ id }: WorkflowFailure): Promise<boolean> {
    return this.#retry(id, () => this.#client.retryFailure(this.workflowId, id));
  }

  /** All of a group, as many requests as that takes. */
  retryAll({ key, step, reason }: FailedAlike): Promise<boolean> {
    return this.#retry(key, async () => {
      const sum: RetriedFailures = { retried: 0, skipped: 0, left: 0 };
      for (;;) {
        const { retried, skipped, left } = await this.#client.retryFailures(this.workflowId, {
          step,
          reason,
        });
        sum.retried += retried;
        // those that cannot be tried again are met in every round
        sum.skipped = skipped;
        if (left > 0 && retried > 0) continue;
        // whoever is left stands there with the reason
        if (sum.skipped > 0 && !this.#opened.has(key)) this.#opened.set(key, PAGE);
        return sum;
      }
    });
  }

  take({ type, data }: FeedEvent): void {
    const ours = data['workflow_id'] === this.workflowId && /^enrollment\.(step_failed|resumed)$/.test(type);
    if (!ours || this.status !== 'ready' || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.refresh();
    }, GATHER);
  }
  recover(): void {
    if (this.status === 'error') void this.load();
    else if (this.error) void this.refresh();
  }

  async #group(alike: Alike): Promise<FailedAlike> {
    const key = keyOf(alike);
    const shown = this.#opened.get(key);
    if (shown === undefined) return { ...alike, key, people: null, more: false };
    const { step, reason } = alike;
    const people: WorkflowFailure[] = [];
    let after: string | null | undefined;
    do {
      const page = await this.#client.listFailures(this.workflowId, {
        step,
        reason,
        limit: PAGE,
        ...(after && { after }),
      });
      people.push(...page.items);
      after = page.next;
    } while (after && people.length < shown);
    return { ...alike, key, people, more: Boolean(after) };
  }

  async #retry(what: string, ask: () => Promise<RetriedFailures>): Promise<boolean> {
    if (this.busy !== null) return false;
    this.busy = what;
    this.changeError = null;
    this.result = null;
    this.changed();
    try {
      this.result = await ask();
    } catch (cause) {
      this.changeError = ApiError.fromUnknown(cause);
    }
    this.busy = null;
    // also after a refusal: it was refused because things are not as they were shown
    await this.refresh();
    return this.changeError === null;
  }
}
