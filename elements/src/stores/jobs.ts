import type { Job } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient, StartExport, StartJob } from '../client/types.ts';
import type { SafeStorage } from './storage.ts';
import { Store } from './store.ts';

export interface JobsOptions {
  client: PatchbayClient;
  storage: SafeStorage;
  /** Under whose name jobs are remembered; empty while it is not known. */
  scope: () => string;
  /** Waits before a running job is asked about again. Default: 0.7 s, and more while nothing moves, up to 5 s. */
  wait?: (ms: number) => Promise<void>;
}

const ENDED: readonly Job['state'][] = ['done', 'failed', 'canceled'];
const SHORT = 700;
const LONG = 5_000;

/** The jobs that somebody has started here: how far each is. A reload of the page finds them again. */
export class JobsStore extends Store {
  /** Newest first. */
  jobs: Job[] = [];
  /** Why the last one could not be started or ended. */
  error: ApiError | null = null;
  readonly #options: JobsOptions;
  readonly #followed = new Set<string>();
  readonly #listeners = new Set<(job: Job) => void>();
  #found = false;
  #stopped = false;

  constructor(options: JobsOptions) {
    super();
    this.#options = options;
  }

  /** Calls `listener` with each job that has ended. */
  onEnd(listener: (job: Job) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The jobs that this member has left running. Asks once it is known who that is. */
  async find(): Promise<void> {
    if (this.#found || this.#options.scope() === '') return;
    this.#found = true;
    const ids = this.#remembered();
    await Promise.all(
      ids.map(async (id) => {
        try {
          this.#put(await this.#options.client.getJob(id));
          this.#follow(id);
        } catch (cause) {
          if (ApiError.fromUnknown(cause).code === 'not_found') this.#forget(id);
        }
      }),
    );
  }

  start(job: StartJob): Promise<Job | null> {
    return this.#begin(() => this.#options.client.startJob(job));
  }

  export(job: StartExport): Promise<Job | null> {
    return this.#begin(() => this.#options.client.startExport(job));
  }

  /** A job that was started elsewhere. */
  follow(job: Job): void {
    this.#put(job);
    this.#remember(job.id);
    this.#follow(job.id);
  }

  async cancel(id: string): Promise<void> {
    try {
      this.#put(await this.#options.client.cancelJob(id));
    } catch (cause) {
      this.error = ApiError.fromUnknown(cause);
      this.changed();
    }
  }

  /** No longer shown. */
  dismiss(id: string): void {
    this.jobs = this.jobs.filter((job) => job.id !== id);
    this.#forget(id);
    this.changed();
  }

  clearError(): void {
    this.error = null;
    this.changed();
  }

  stop(): void {
    this.#stopped = true;
  }

  async #begin(ask: () => Promise<Job>): Promise<Job | null> {
    this.error = null;
    try {
      const job = await ask();
      this.follow(job);
      return job;
    } catch (cause) {
      this.error = ApiError.fromUnknown(cause);
      this.changed();
      return null;
    }
  }

  #follow(id: string): void {
    if (this.#followed.has(id)) return;
    this.#followed.add(id);
    void this.#watch(id).finally(() => this.#followed.delete(id));
  }

  async #watch(id: string): Promise<void> {
    const wait = this.#options.wait ?? ((ms: number) => new Promise<void>((done) => setTimeout(done, ms)));
    let pause = SHORT;
    while (!this.#stopped) {
      const before = this.jobs.find((job) => job.id === id);
      if (!before) return;
      if (ENDED.includes(before.state)) {
        for (const listener of this.#listeners) listener(before);
        return;
      }
      await wait(pause);
      try {
        const now = await this.#options.client.getJob(id);
        pause = now.done === before.done ? Math.min(LONG, pause * 1.5) : SHORT;
        if (this.jobs.some((job) => job.id === id)) this.#put(now);
      } catch (cause) {
        if (ApiError.fromUnknown(cause).code === 'not_found') return this.dismiss(id);
        pause = LONG;
      }
    }
  }

  #put(job: Job): void {
    const known = this.jobs.some(({ id }) => id === job.id);
    this.jobs = known ? this.jobs.map((one) => (one.id === job.id ? job : one)) : [job, ...this.jobs];
    this.changed();
  }

  get #key(): string {
    return `pb:jobs:${this.#options.scope()}`;
  }

  #remembered(): string[] {
    try {
      const ids = JSON.parse(this.#options.storage.get(this.#key) ?? '[]') as unknown;
      return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
    } catch {
      return [];
    }
  }

  #remember(id: string): void {
    this.#options.storage.set(this.#key, JSON.stringify([id, ...this.#remembered()].slice(0, 20)));
  }

  #forget(id: string): void {
    const rest = this.#remembered().filter((one) => one !== id);
    this.#options.storage.set(this.#key, rest.length === 0 ? null : JSON.stringify(rest));
  }
}
