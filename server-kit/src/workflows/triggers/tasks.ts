/** Looks at a tenant's log whenever there is something new in it, at its clock when it is time, and at everybody's now and then. */
import type { KitContext } from '../../context.ts';
import { lookAtClock } from './clock.ts';
import { readLog } from './log.ts';

export interface Triggers {
  /** Lets the look that has started finish. */
  stop(): Promise<void>;
}

/** News of so many milliseconds share a look. */
const GATHER_MS = 100;
/** Until what an older transaction holds back is looked for again, doubled each time that it still does. */
const AGAIN_MS = 250;
/** For what nobody told us about. */
const SWEEP_MS = 5_000;
/** Tenants a sweep. A look that finds nothing is four short statements. */
const SWEPT = 100;

export function startTriggers({
  database,
  feed,
  log,
}: Pick<KitContext, 'database' | 'feed' | 'log'>): Triggers {
  const waiting = new Set<string>();
  const later = new Set<NodeJS.Timeout>();
  const patience = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  /** The clocks have a line of their own: a round through a million people is no wait for an event. */
  let ticking: Promise<void> = Promise.resolve();
  let stopped = false;
  /** Where the sweep is among the tenants. */
  let swept = '';

  const wake = (tenant: string) => {
    if (stopped) return;
    waiting.add(tenant);
    timer ??= setTimeout(() => {
      timer = undefined;
      working = working.then(work);
    }, GATHER_MS);
  };
  const wakeLater = (tenant: string) => {
    const after = patience.get(tenant) ?? AGAIN_MS;
    // beyond that the sweep is as soon
    if (after > SWEEP_MS) return;
    patience.set(tenant, after * 2);
    const alarm = setTimeout(() => {
      later.delete(alarm);
      wake(tenant);
    }, after);
    later.add(alarm);
  };

  /** A page of each in turn, so that a storm at one is no wait for the others. */
  async function work(): Promise<void> {
    while (waiting.size > 0 && !stopped) {
      const tenants = [...waiting];
      waiting.clear();
      for (const tenant of tenants) {
        if (stopped) return;
        try {
          const { events, more, ahead } = await readLog({ database, log }, tenant);
          if (events > 0) patience.delete(tenant);
          if (more) waiting.add(tenant);
          else if (ahead) wakeLater(tenant);
        } catch (error) {
          // the cursor has not moved; a collision with somebody who merges two people is over soon
          wakeLater(tenant);
          log.warn({ tenant, err: (error as Error).message }, 'triggers could not be read');
        }
      }
    }
  }

  async function sweep(): Promise<void> {
    try {
      const some = await database.directory(
        (sql) => sql<{ tenant_id: string }[]>`
          select tenant_id from workflow_cursors where tenant_id > ${swept} order by tenant_id limit ${SWEPT}`,
      );
      swept = some.length === SWEPT ? some.at(-1)!.tenant_id : '';
      for (const { tenant_id: tenant } of some) wake(tenant);
    } catch (error) {
      log.warn({ err: (error as Error).message }, 'the sweep of triggers could not read whose log there is');
    }
  }

  async function tick(): Promise<void> {
    try {
      const now = database.options.clock?.().toISOString() ?? null;
      const due = await database.directory(
        (sql) => sql<{ tenant_id: string }[]>`
          select tenant_id from workflow_clocks where due_at <= coalesce(${now}::timestamptz, now())
          order by due_at limit 500`,
      );
      let tenants = due.map((row) => row.tenant_id);
      while (tenants.length > 0 && !stopped) tenants = await tickEach(tenants);
    } catch (error) {
      log.warn({ err: (error as Error).message }, 'the clock of triggers could not be read');
    }
  }

  /** A piece of each in turn. Returns those with more to do. */
  async function tickEach(tenants: string[]): Promise<string[]> {
    const more: string[] = [];
    for (const tenant of tenants) {
      if (stopped) return [];
      try {
        if (await lookAtClock({ database, log }, tenant)) more.push(tenant);
      } catch (error) {
        // nothing of the piece is written: the next tick comes back to it
        log.warn({ tenant, err: (error as Error).message }, 'what time sets off could not be seen to');
      }
    }
    return more;
  }

  const unwatch = feed.watch(wake);
  const sweepTimer = setInterval(() => {
    working = working.then(sweep);
    ticking = ticking.then(tick);
  }, SWEEP_MS);

  return {
    async stop() {
      stopped = true;
      unwatch();
      clearTimeout(timer);
      clearInterval(sweepTimer);
      for (const alarm of later) clearTimeout(alarm);
      await Promise.all([working, ticking]);
    },
  };
}
