/**
 * Keeps the engine going in a process. Tenants take turns, one batch each, so that who has a hundred thousand runs due holds
 * nobody up for longer than a batch. What rings is the event log (whoever makes something due appends to it) and a timer for
 * the next time that something is due; a bell that nobody heard costs a sweep, not a run.
 */
import type { KitContext } from '../../context.ts';
import type { StepRunner } from '../steps/step.ts';
import { createEngine, runDue, type EngineContext } from './run.ts';

/** Looks even when nobody rang. */
const SWEEP_MS = 2_000;
/** Rings in quick succession are one look. */
const GATHER_MS = 25;
/** A tenant whose due runs another process has, or whose batch failed, is left alone for so long. */
const REST_MS = 250;
const LONGEST_REST_MS = 5_000;
/** Batches at a time in a process, of different tenants: while one waits for Postgres the other thinks. */
const LANES = 2;
/** Tenants read at a look. */
const PAGE = 500;

export interface RunningEngine {
  /** Lets the batches that have begun finish. */
  stop(): Promise<void>;
}

type LoopContext = EngineContext & { feed: Pick<KitContext['feed'], 'watch'> };

/** `batch`: runs at a time. Default 500. */
export function startEngine(
  context: LoopContext,
  runners: readonly StepRunner[],
  options: { batch?: number } = {},
): RunningEngine {
  const { database, log } = context;
  const engine = createEngine(context, runners, options);
  /** Whose turn it is, in order. A tenant stands here or is being run, never both. */
  const queue: string[] = [];
  const known = new Set<string>();
  const resting = new Map<string, { until: number; failures: number }>();
  const lanes = new Set<Promise<void>>();
  let stopping = false;
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Infinity;

  const clock = () => database.options.clock?.() ?? new Date();

  function lookIn(milliseconds: number): void {
    const at = performance.now() + Math.max(0, milliseconds);
    if (stopping || at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(() => {
      timerAt = Infinity;
      looking = (looking ?? Promise.resolve()).then(look);
    }, milliseconds);
  }

  async function look(): Promise<void> {
    if (stopping) return;
    lookIn(SWEEP_MS);
    try {
      const now = clock();
      const rows = await database.directory(
        (sql) => sql<{ tenant_id: string; due_at: string }[]>`
          select tenant_id, due_at from workflow_wakeups
          where due_at <= ${now.toISOString()}::timestamptz + make_interval(secs => ${SWEEP_MS / 1_000})
          order by due_at limit ${PAGE}`,
      );
      for (const { tenant_id: tenant, due_at } of rows) {
        const wait = Date.parse(due_at) - now.getTime();
        if (wait <= 0) take(tenant);
        else lookIn(wait);
      }
    } catch (error) {
      if (!stopping)
        log.warn(
          { err: (error as Error).message },
          'what is due of workflows could not be read; trying again',
        );
    }
  }

  function take(tenant: string): void {
    const rest = resting.get(tenant);
    if (known.has(tenant) || stopping) return;
    if (rest && rest.until > performance.now()) return lookIn(rest.until - performance.now());
    known.add(tenant);
    queue.push(tenant);
    fill();
  }

  function fill(): void {
    while (!stopping && lanes.size < LANES && queue.length > 0) {
      const tenant = queue.shift()!;
      const lane: Promise<void> = turn(tenant).finally(() => {
        lanes.delete(lane);
        fill();
      });
      lanes.add(lane);
    }
  }

  /** One batch; with more to do it goes to the end of the queue. */
  async function turn(tenant: string): Promise<void> {
    try {
      const { runs, more } = await runDue(engine, tenant);
      if (more && !stopping) {
        queue.push(tenant);
        return;
      }
      known.delete(tenant);
      resting.delete(tenant);
      // nothing to take although it was due: another process has it, or it was a moment too early
      if (runs === 0) rest(tenant, 0);
      lookIn(GATHER_MS);
    } catch (error) {
      known.delete(tenant);
      rest(tenant, (resting.get(tenant)?.failures ?? 0) + 1);
      if (!stopping)
        log.warn(
          { tenant, err: (error as Error).message },
          'a batch of workflow steps failed; it is tried again',
        );
    }
  }

  function rest(tenant: string, failures: number): void {
    const span = Math.min(REST_MS * 2 ** failures, LONGEST_REST_MS);
    resting.set(tenant, { until: performance.now() + span, failures });
    lookIn(span);
  }

  const unwatch = context.feed.watch(() => lookIn(GATHER_MS));
  lookIn(0);

  return {
    async stop() {
      stopping = true;
      unwatch();
      clearTimeout(timer);
      await looking;
      await Promise.all(lanes);
    },
  };
}
