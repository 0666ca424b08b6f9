import { ImportStore } from './import.ts';
import { JobsStore } from './jobs.ts';
import type { Attached, Stores } from './stores.ts';

/** What runs over many people in the worker: loaded after the people themselves. */
class Working implements Attached {
  readonly jobs: JobsStore;
  readonly import: ImportStore;

  constructor(stores: Stores) {
    const options = { client: stores.client, storage: stores.storage, scope: () => stores.scope };
    this.jobs = new JobsStore(options);
    this.import = new ImportStore(options);
    stores.attach(this);
  }

  // jobs ask for their own state while they run
  take(): void {}
  reload(): void {}
  recover(): void {
    void this.jobs.find();
  }
}

const known = new WeakMap<Stores, Working>();

function workingOf(stores: Stores): Working {
  let working = known.get(stores);
  if (!working) known.set(stores, (working = new Working(stores)));
  return working;
}

/** The jobs started here: the same store for everybody. */
export const jobsOf = (stores: Stores): JobsStore => workingOf(stores).jobs;

/** The import that somebody is preparing. It outlives its dialog. */
export const importOf = (stores: Stores): ImportStore => workingOf(stores).import;
