/**
 * Runs jobs piece by piece. Vocabulary:
 *
 * - *lease*: who claims a job has it for some seconds, and for as many more with every piece. A killed worker's lease ends, and
 *   whoever looks next goes on.
 * - *piece*: a transaction that does the next part of a job and writes down its counts and its place. So each part is done
 *   or not done, never half and never twice, wherever a process ends.
 * - *holder*: a name for one claim. A piece begins by looking whether the job is still its own, under the job's row
 *   lock: a process that was frozen, and has been replaced, does nothing more.
 */
import { randomUUID } from 'node:crypto';
import type { KitContext } from '../context.ts';
import type { Job } from '../contract/index.ts';
import type { Database, Tx } from '../db/client.ts';
import { retryCollisions } from '../db/retry.ts';
import { ProblemError } from '../errors.ts';
import { removeFiles } from './files.ts';
import { finish, isOver, tell, type JobRow } from './jobs.ts';

/** What a piece has done. */
export interface Step {
  /** Contacts or rows seen to, those that failed among them. */
  done: number;
  failed?: number;
  counts?: Record<string, number>;
  total?: number;
  /** Where the next piece begins. */
  place: unknown;
  over: boolean;
}

/** One claim's work on a job. */
export interface Run {
  /**
   * Does what comes at `job.place`; after a collision it is asked once more for the same. Throws a ProblemError to end the
   * job with its words.
   */
  piece(tx: Tx, job: JobRow): Promise<Step>;
}

/** A kind of job. */
export interface Work {
  /** Takes a job up at `job.place`, null at its start. Reads nothing yet. */
  open(database: Database, tenant: string, job: JobRow): Run;
}

export type Works = Partial<Record<Job['kind'], Work>>;

const LEASE_S = 6;
const LOOK_EVERY_MS = 500;
/** Jobs at a time in a process. */
const AT_ONCE = 2;
/** Claims without one finished piece after which a job is given up. */
const MAX_TRIES = 8;
/** Milliseconds; a piece is one or a few statements over thousands of rows. */
const PIECE_TIMEOUT = 60_000;

export interface Runner {
  /** Runs what is due to its end. */
  look(): Promise<void>;
  /** Lets running pieces finish, and hands their jobs on. */
  stop(): Promise<void>;
}

type RunnerContext = Pick<KitContext, 'database' | 'log'>;

export function startRunner(context: RunnerContext, works: Works): Runner {
  const runner = createRunner(context, works);
  const timer = setInterval(() => void runner.look(), LOOK_EVERY_MS);
  return {
    look: () => runner.look(),
    async stop() {
      clearInterval(timer);
      await runner.stop();
    },
  };
}

/** One that looks only when it is told to. */
export function createRunner({ database, log }: RunnerContext, works: Works): Runner {
  const running = new Map<string, Promise<void>>();
  let stopping = false;

  async function look(): Promise<void> {
    if (stopping || running.size >= AT_ONCE) return;
    let due: readonly { tenant_id: string; job_id: string }[];
    try {
      const now = database.options.clock?.().toISOString() ?? null;
      due = await database.directory(
        (sql) => sql<{ tenant_id: string; job_id: string }[]>`
          select tenant_id, job_id from bulk_leases where due_at <= coalesce(${now}::timestamptz, now())
          order by due_at limit ${AT_ONCE * 4}`,
      );
    } catch (error) {
      log.warn(
        { err: (error as Error).message },
        'the jobs that are due could not be read; they are looked for again',
      );
      return;
    }
    const started: Promise<void>[] = [];
    for (const { tenant_id: tenant, job_id: id } of due) {
      if (stopping || running.size >= AT_ONCE) break;
      if (running.has(id)) continue;
      const work = take(tenant, id)
        .catch((error: unknown) => {
          // the lease ends by itself, and the next claim goes on at the last piece that was committed
          log.warn({ tenant, job: id, ...bare(error) }, 'a job was interrupted; it is taken up again');
        })
        .finally(() => running.delete(id));
      running.set(id, work);
      started.push(work);
    }
    await Promise.all(started);
  }

  async function take(tenant: string, id: string): Promise<void> {
    const holder = randomUUID();
    const job = await claim(database, tenant, id, holder);
    if (!job) return;
    const run = works[job.kind]!.open(database, tenant, job);
    try {
      while (!stopping) {
        const goesOn = await retryCollisions(() =>
          database.transaction(tenant, (tx) => pieceOf(tx, id, holder, run)),
        );
        if (!goesOn) return;
      }
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      await database.transaction(tenant, async (tx) => {
        const held = await hold(tx, id, holder);
        if (held && !isOver(held)) await finish(tx, held, 'failed', error.message);
      });
      return;
    }
    // another process may have it at once
    await database.pipeline(tenant, ({ sql }) => [
      sql`update bulk_leases set due_at = moment(), holder = null, tries = 0
        where tenant_id = ${tenant} and job_id = ${id} and holder = ${holder}`,
    ]);
  }

  return {
    look,
    async stop() {
      stopping = true;
      await Promise.all(running.values());
    },
  };
}

/** Null when another has it, or when there was nothing left to do but clear up. */
async function claim(database: Database, tenant: string, id: string, holder: string): Promise<JobRow | null> {
  return database.transaction(tenant, async (tx) => {
    const { sql } = tx;
    // a piece that runs holds the row, however long it takes
    const [job] = await sql<JobRow[]>`
      select * from bulk_jobs where tenant_id = ${tenant} and job_id = ${id} for no key update skip locked`;
    if (!job) return null;
    const [lease] = await sql<{ tries: number }[]>`
      update bulk_leases set due_at = moment() + make_interval(secs => ${LEASE_S}), holder = ${holder}, tries = tries + 1
      where tenant_id = ${tenant} and job_id = ${id} and due_at <= (select moment()) returning tries`;
    if (!lease) return null;
    if (job.state !== 'queued' && job.state !== 'running') {
      await clearUp(tx, job);
      return null;
    }
    if (lease.tries > MAX_TRIES) {
      const reason =
        'It failed again and again at the same place. What was done until there stays. Ask for help.';
      await finish(tx, job, 'failed', reason);
      return null;
    }
    if (job.state === 'queued') {
      await sql`update bulk_jobs set state = 'running', started_at = moment()
        where tenant_id = ${tenant} and job_id = ${id}`;
      await tell(tx, id, job.kind, 'running', job.member);
    }
    return job;
  });
}

/** A job whose time is over loses its files; an import that nobody started, or that never came whole, itself. */
async function clearUp(tx: Tx, job: JobRow): Promise<void> {
  const { sql, tenant } = tx;
  await removeFiles(tx, [job.job_id, job.file_id]);
  if (isOver(job)) {
    await Promise.all([
      sql`delete from bulk_pieces where tenant_id = ${tenant} and job_id = ${job.job_id}`,
      sql`delete from bulk_leases where tenant_id = ${tenant} and job_id = ${job.job_id}`,
      sql`update bulk_jobs set settings = settings || '{"swept": true}'
        where tenant_id = ${tenant} and job_id = ${job.job_id}`,
    ]);
  } else {
    await sql`delete from bulk_jobs where tenant_id = ${tenant} and job_id = ${job.job_id}`;
  }
}

/** The job under its lock, when it is still this claim's. */
async function hold({ sql, tenant }: Tx, id: string, holder: string): Promise<JobRow | null> {
  const [row] = await sql<JobRow[]>`
    select j.* from bulk_jobs j join bulk_leases l using (tenant_id, job_id)
    where tenant_id = ${tenant} and job_id = ${id} and l.holder = ${holder} for no key update`;
  return row ?? null;
}

/** False when there is nothing more to do for this claim. */
async function pieceOf(tx: Tx, id: string, holder: string, run: Run): Promise<boolean> {
  const { sql, tenant } = tx;
  const job = await hold(tx, id, holder);
  if (!job || isOver(job)) return false;
  // compiling a statement over thousands of rows takes half a second, running it ten milliseconds
  await sql`select set_config('statement_timeout', ${String(PIECE_TIMEOUT)}, true), set_config('jit', 'off', true)`;
  const { done, failed = 0, counts = {}, total, place, over } = await run.piece(tx, job);
  const sums = { ...job.counts };
  for (const [name, count] of Object.entries(counts)) if (count > 0) sums[name] = (sums[name] ?? 0) + count;
  await Promise.all([
    sql`update bulk_jobs set place = ${sql.json(place as never)}, done = done + ${done}, failed = failed + ${failed},
        counts = ${sql.json(sums)}, total = coalesce(${total ?? null}::integer, total)
      where tenant_id = ${tenant} and job_id = ${id}`,
    sql`update bulk_leases set due_at = moment() + make_interval(secs => ${LEASE_S}), tries = 0
      where tenant_id = ${tenant} and job_id = ${id}`,
  ]);
  if (over) await finish(tx, job, 'done', null, job.member);
  return !over;
}

/** Postgres puts whole rows into its messages. */
function bare(error: unknown): { err: string | undefined; code: string | undefined } {
  const { name, code, message } = error as Error & { code?: string };
  return { err: name === 'PostgresError' ? undefined : message, code };
}
