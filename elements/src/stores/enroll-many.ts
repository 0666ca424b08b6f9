import type { EnrollmentPreview, Job, JobTarget, Workflow } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import type { JobsStore } from './jobs.ts';
import { Store } from './store.ts';

/** Many people into one workflow: which, who comes in, and the job that does it. Lives as long as its dialog. */
export class EnrollManyStore extends Store {
  readonly target: JobTarget;
  /** Those that are published, paused ones too; null until they are known. */
  workflows: readonly Workflow[] | null = null;
  chosen: string | null = null;
  /** Of the one that is chosen; null while it is counted. */
  preview: EnrollmentPreview | null = null;
  error: ApiError | null = null;
  busy = false;
  readonly #client: PatchbayClient;
  readonly #jobs: Pick<JobsStore, 'start' | 'clearError' | 'error'>;
  /** Saying it twice is one job. */
  readonly #id = crypto.randomUUID();
  #asking: AbortController | undefined;

  constructor(
    client: PatchbayClient,
    jobs: Pick<JobsStore, 'start' | 'clearError' | 'error'>,
    target: JobTarget,
  ) {
    super();
    this.#client = client;
    this.#jobs = jobs;
    this.target = target;
  }

  async load(): Promise<void> {
    this.error = null;
    this.changed();
    try {
      const all = await this.#client.listWorkflows();
      this.workflows = all.filter(({ state }) => state === 'active' || state === 'paused');
    } catch (cause) {
      this.error = ApiError.fromUnknown(cause);
    }
    this.changed();
    const [first] = this.workflows ?? [];
    if (first && this.chosen === null) await this.choose(first.id);
  }

  async choose(id: string): Promise<void> {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    this.chosen = id;
    this.preview = null;
    this.error = null;
    this.changed();
    try {
      const preview = await this.#client.previewEnrolling(id, this.target, { signal: asking.signal });
      if (asking.signal.aborted) return;
      this.preview = preview;
    } catch (cause) {
      if (asking.signal.aborted) return;
      this.error = ApiError.fromUnknown(cause);
    }
    this.changed();
  }

  /** Null: it was refused, and `error` says why. */
  async start(): Promise<Job | null> {
    if (this.chosen === null || this.busy) return null;
    this.busy = true;
    this.changed();
    const action = { type: 'enroll' as const, workflow_id: this.chosen };
    const job = await this.#jobs.start({ id: this.#id, target: this.target, action });
    this.busy = false;
    if (!job) {
      // said here, where it was asked, and not once more below
      this.error = this.#jobs.error;
      this.#jobs.clearError();
    }
    this.changed();
    return job;
  }

  stop(): void {
    this.#asking?.abort();
  }
}
