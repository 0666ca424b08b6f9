/** Looks at a tenant's event log whenever there is something new in it, and at every tenant's now and then. */
import type { KitContext } from '../context.ts';
import { look, RELATIVE_EVERY_S } from './keeper.ts';

export interface Keeper {
  /** Lets the look that has started finish. */
  stop(): Promise<void>;
}

/** News of so many milliseconds share a look. */
const GATHER_MS = 250;
/** For what nobody told us about, and for relative dates. */
const SWEEP_MS = 5_000;

export function startKeeper({ database, feed, log }: Pick<KitContext, 'database' | 'feed' | 'log'>): Keeper {
  const waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  let stopped = false;

  const wake = (tenant: string) => {
    if (stopped) return;
    waiting.add(tenant);
    timer ??= setTimeout(() => {
      timer = undefined;
      working = working.then(work);
    }, GATHER_MS);
  };

  async function work(): Promise<void> {
    const tenants = [...waiting];
    waiting.clear();
    for (const tenant of tenants) {
      if (stopped) return;
      try {
        if (await look(database, tenant)) wake(tenant);
      } catch (error) {
        // the cursor has not moved: the sweep comes back to it
        log.warn({ tenant, err: (error as Error).message }, 'segments could not be brought up to date');
      }
    }
  }

  async function sweep(): Promise<void> {
    try {
      const due = await database.directory(
        (sql) => sql<{ tenant_id: string }[]>`
          select tenant_id from segment_cursors
          where judged_at <= moment() - make_interval(secs => ${RELATIVE_EVERY_S}) order by judged_at limit 500`,
      );
      for (const { tenant_id: tenant } of due) wake(tenant);
    } catch (error) {
      log.warn({ err: (error as Error).message }, 'the segments’ sweep could not read what is due');
    }
  }

  const unwatch = feed.watch(wake);
  const sweepTimer = setInterval(() => {
    working = working.then(sweep);
  }, SWEEP_MS);

  return {
    async stop() {
      stopped = true;
      unwatch();
      clearTimeout(timer);
      clearInterval(sweepTimer);
      await working;
    },
  };
}
