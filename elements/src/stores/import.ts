import type { ImportDetails, ImportPreview, Job, StartImport } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import type { SafeStorage } from './storage.ts';
import { Store } from './store.ts';

export const IMPORT_STEPS = ['file', 'columns', 'rules', 'check'] as const;
export type ImportStep = (typeof IMPORT_STEPS)[number];

/** As the server takes it, with nothing left out. */
export type ImportSettings = Pick<StartImport, 'mapping' | 'tags' | 'dedupe' | 'consent'>;

export interface ImportOptions {
  client: PatchbayClient;
  storage: SafeStorage;
  /** Under whose name an upload is remembered; empty while it is not known. */
  scope: () => string;
}

/**
 * One import on its way from a file to a running job. What has been uploaded and decided is remembered, so that a reload, or a
 * dialog that was closed too early, goes on where it was.
 */
export class ImportStore extends Store {
  step: ImportStep = 'file';
  details: ImportDetails | null = null;
  settings: ImportSettings = {
    mapping: [],
    tags: [],
    // oxlint-disable-next-line unicorn/no-thenable
    dedupe: { by: 'phone_or_email', then: 'update' },
    consent: null,
  };
  preview: ImportPreview['items'] | null = null;
  /** What is being waited for. */
  busy: 'upload' | 'resume' | 'preview' | 'start' | null = null;
  error: ApiError | null = null;
  /** Of the file that is on its way. */
  fileName = '';
  readonly #options: ImportOptions;
  #abort: AbortController | null = null;

  constructor(options: ImportOptions) {
    super();
    this.#options = options;
  }

  /** Fields that two columns claim: only one of them could be kept. */
  get claimedTwice(): string[] {
    const { mapping } = this.settings;
    return [
      ...new Set(
        mapping.filter(
          (field, index): field is string =>
            field !== null && field !== 'tags' && mapping.indexOf(field) !== index,
        ),
      ),
    ];
  }

  /** Something that tells people apart is among the columns. */
  get isMapped(): boolean {
    return this.settings.mapping.some((field) => field !== null);
  }

  /** Goes on with an upload that was left waiting, if there is one. */
  async resume(): Promise<void> {
    const id = this.#options.storage.get(this.#key);
    if (id === null || this.details !== null || this.busy !== null) return;
    await this.#wait('resume', async (signal) => {
      const details = await this.#options.client.getImport(id, { signal });
      if (details.job.state === 'waiting') this.#take(details);
      else this.forget();
    });
    // over, or somebody else's: nothing to tell anybody
    if (this.error) this.forget();
  }

  async upload(file: Blob & { name?: string }): Promise<void> {
    this.fileName = file.name ?? 'contacts.csv';
    await this.#wait('upload', async (signal) => {
      const details = await this.#options.client.uploadImport(file, { name: this.fileName, signal });
      this.#options.storage.set(this.#key, details.job.id);
      this.#take(details);
    });
  }

  change(settings: Partial<ImportSettings>): void {
    this.settings = { ...this.settings, ...settings };
    this.preview = null;
    this.error = null;
    this.changed();
  }

  map(column: number, field: string | null): void {
    this.change({ mapping: this.settings.mapping.map((old, index) => (index === column ? field : old)) });
  }

  go(step: ImportStep): void {
    this.step = step;
    this.error = null;
    this.changed();
    if (step === 'check') void this.look();
  }

  /** Asks what would become of the first rows. */
  async look(): Promise<void> {
    const { details } = this;
    if (!details) return;
    await this.#wait('preview', async (signal) => {
      this.preview = (
        await this.#options.client.previewImport(details.job.id, this.settings, { signal })
      ).items;
    });
  }

  /** The job that runs now; null when it was refused, see `error`. */
  async start(): Promise<Job | null> {
    const { details } = this;
    if (!details) return null;
    let started: Job | null = null;
    await this.#wait('start', async () => {
      started = await this.#options.client.startImport(details.job.id, this.settings);
      this.forget();
    });
    return started;
  }

  /** Begins anew. A file that was uploaded goes with its job on the server. */
  async discard(): Promise<void> {
    const { details } = this;
    this.forget();
    // the server sweeps it in any case
    if (details) await this.#options.client.cancelJob(details.job.id).catch(() => undefined);
  }

  forget(): void {
    this.#abort?.abort();
    this.#options.storage.set(this.#key, null);
    this.details = this.preview = this.error = this.busy = null;
    this.step = 'file';
    this.changed();
  }

  #take(details: ImportDetails): void {
    this.details = details;
    this.settings = { ...this.settings, mapping: details.columns.map(({ proposed }) => proposed) };
    this.step = 'columns';
  }

  async #wait(
    what: NonNullable<ImportStore['busy']>,
    ask: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.busy = what;
    this.error = null;
    this.changed();
    try {
      await ask(abort.signal);
    } catch (cause) {
      if (abort.signal.aborted) return;
      this.error = ApiError.fromUnknown(cause);
    }
    if (this.#abort === abort) this.busy = null;
    this.changed();
  }

  get #key(): string {
    return `pb:import:${this.#options.scope()}`;
  }
}
