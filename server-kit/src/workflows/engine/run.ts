/**
 * The machine on Postgres. A batch is one transaction: it takes up to 500 due runs of a tenant, takes them as far as they go,
 * and writes what they did, what follows and when they go on. So a step happens once or not at all, wherever a process
 * ends; and whoever is in the middle of it has the runs' rows locked, so that nobody else takes them.
 */
import type { KitContext } from '../../context.ts';
import type { Tx } from '../../db/client.ts';
import { retryCollisions } from '../../db/retry.ts';
import { record } from '../../events/record.ts';
import type { AttachContext } from '../../messaging/attach.ts';
import { stageKeeper } from '../../pipeline/follow.ts';
import { writersFor } from '../effects/writers.ts';
import { contactFrom } from '../run-contact.ts';
import type { Run, StepRunner, StepServices } from '../steps/step.ts';
import { Asking } from './asking.ts';
import { putOff, wakeWorkflows } from './bell.ts';
import { runnersByKind } from './compiled.ts';
import { advance, end, type Traveler } from './core.ts';
import { Definitions, keyOf } from './definitions.ts';
import { Gathered } from './gathered.ts';
import { claim, dueWorkflows, type Claimed } from './load.ts';
import { flushChanges, writeLook } from './write.ts';
import type { Writers } from './writers.ts';

/** Near the knee: fifty times that gave a third more when measured, and held everybody's rows for as long. */
const BATCH = 500;

/** `services`: what the host has connected. Default: nothing. */
export type EngineContext = Pick<KitContext, 'database' | 'log'> &
  AttachContext & { services?: StepServices | undefined };

export interface Engine {
  database: KitContext['database'];
  log: KitContext['log'];
  definitions: Definitions;
  writers: Writers;
  services: StepServices;
  /** Runs in a batch. Default 500. */
  batch: number;
}

export function createEngine(
  context: EngineContext,
  runners: readonly StepRunner[],
  { batch = BATCH }: Partial<Pick<Engine, 'batch'>> = {},
): Engine {
  const { database, log, services = {} } = context;
  const definitions = new Definitions(runnersByKind(runners));
  return {
    database,
    log,
    definitions,
    services,
    writers: { ...writersFor(context), stages: stageKeeper },
    batch,
  };
}

export interface Progress {
  /** Steps taken. */
  steps: number;
  /** Runs that were looked at. */
  runs: number;
  /** There may be more that is due now. */
  more: boolean;
}

/** One batch of a tenant. Throws what is about the database; whatever a step throws ends the run that it was for. */
export async function runDue(engine: Engine, tenant: string): Promise<Progress> {
  const progress = await attempt(engine, tenant, null);
  if (!progress.more) await retryCollisions(() => engine.database.transaction(tenant, putOff));
  return progress;
}

/** `ids`: these alone, of a batch that failed. */
async function attempt(engine: Engine, tenant: string, ids: string[] | null): Promise<Progress> {
  let taken: string[] = [];
  try {
    return await retryCollisions(() =>
      engine.database.transaction(tenant, (tx) =>
        batch(tx, engine, ids, (claimed) => (taken = claimed.map((row) => row.enrollment_id))),
      ),
    );
  } catch (error) {
    if (isOfTheDatabase(error) || taken.length === 0) throw error;
    if (taken.length === 1) return await bury(engine, tenant, taken[0]!, error as Error);
    // somebody in here is poison: halve, until they are alone
    const half = Math.ceil(taken.length / 2);
    const first = await attempt(engine, tenant, taken.slice(0, half));
    const second = await attempt(engine, tenant, taken.slice(half));
    return { steps: first.steps + second.steps, runs: first.runs + second.runs, more: true };
  }
}

/** A connection that is gone, a server that is stopping, full or out of time: nobody's fault, and tried again later. */
function isOfTheDatabase(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  // a statement that takes too long (57014) may well be somebody's fault
  return typeof code === 'string' && code !== '57014' && /^(08|40|53|55|57|58|XX|E[A-Z]|CONN)/.test(code);
}

async function batch(
  tx: Tx,
  engine: Engine,
  ids: string[] | null,
  taken: (claimed: Claimed[]) => void,
): Promise<Progress> {
  const { sql, tenant } = tx;
  const [[here], due] = await Promise.all([
    sql<{ now: string; time_zone: string }[]>`
      select moment() as now, time_zone from tenants where tenant_id = ${tenant}`,
    ids === null ? dueWorkflows(tx) : null,
    // compiling a statement over some hundred rows takes longer than running it
    sql`select set_config('jit', 'off', true)`,
  ]);
  if (!here) return { steps: 0, runs: 0, more: false };
  const claimed: Claimed[] = [];
  if (due === null) claimed.push(...(await claim(tx, null, ids, engine.batch)));
  else {
    for (const { workflow_id } of due) {
      claimed.push(...(await claim(tx, workflow_id, null, engine.batch - claimed.length)));
      if (claimed.length >= engine.batch) break;
    }
  }
  taken(claimed);
  if (claimed.length === 0) return { steps: 0, runs: 0, more: false };

  const travelers = await travelersOf(tx, engine, claimed, here.time_zone);
  const contacts = new Map(travelers.map(({ run }) => [run.contact.id, run.contact]));
  const byId = new Map(travelers.map((traveler) => [traveler.run.enrollmentId, traveler]));
  const gathered = new Gathered(contacts, (id) => byId.get(id)!.run.variables, engine.writers.links);
  const look = { travelers, gathered, definitions: engine.definitions, writers: engine.writers };
  const asking = new Asking(tx);
  const now = new Date(here.now);
  await advance(travelers, {
    now,
    tenantZone: here.time_zone,
    services: engine.services,
    tx,
    gathered,
    choose: async (filters, whom) => {
      await flushChanges(tx, look);
      return asking.choose(filters, whom);
    },
    heard: (type, runs) => asking.heard(type, runs),
    blocks: (whom, channel) => asking.blocks(whom, channel),
    replied: (runs) => asking.replied(runs),
    sentSince: (since) => asking.sentSince(since),
  });
  await writeLook(tx, look);
  return {
    steps: travelers.reduce((sum, { records }) => sum + records.length, 0),
    runs: travelers.length,
    more: travelers.length >= engine.batch || travelers.some(({ dueAt }) => dueAt !== null && dueAt <= now),
  };
}

async function travelersOf(
  tx: Tx,
  engine: Engine,
  claimed: Claimed[],
  tenantZone: string,
): Promise<Traveler[]> {
  const versions = claimed.map(({ workflow_id, version }) => ({ workflowId: workflow_id, version }));
  const definitions = await engine.definitions.get(tx, versions);
  const contacts = new Map<string, Run['contact']>();
  return claimed.map((row) => {
    let contact = contacts.get(row.contact_id);
    if (contact === undefined)
      contacts.set(row.contact_id, (contact = contactFrom(row, row.contact_id, tenantZone)));
    const traveler: Traveler = {
      run: {
        enrollmentId: row.enrollment_id,
        workflowId: row.workflow_id,
        contact,
        variables: row.variables,
        source: row.source,
        ordinal: row.ordinal,
        attempt: row.attempt,
        startedAt: new Date(row.started_at),
        waited: row.waiting,
        wokenBy: row.waiting?.woken_by,
      },
      workflow: definitions.get(keyOf({ workflowId: row.workflow_id, version: row.version }))!,
      step: row.step,
      state: 'going',
      endReason: null,
      waiting: null,
      wakesOn: null,
      dueAt: null,
      records: [],
      asked: false,
      retryOf: row.retry_of,
    };
    // whoever merges moves the runs along; one that was left behind has nobody to run for
    if (row.merged_into !== null) end(traveler, 'contact_merged');
    return traveler;
  });
}

/** Where it stood and why stays to be read, and `retryFailed` takes it up again there. */
async function bury(engine: Engine, tenant: string, id: string, error: Error): Promise<Progress> {
  engine.log.error(
    { tenant, enrollment: id, err: error.message },
    'a step of a workflow crashed; its run is over',
  );
  await engine.database.transaction(tenant, async (tx) => {
    const { sql } = tx;
    const [row] = await sql<
      { contact_id: string; workflow_id: string; step: string; ordinal: number; retry_of: string | null }[]
    >`
      update enrollments e set state = 'failed', end_reason = 'step_crashed', ended_at = moment(), due_at = null,
        waiting = null, wakes_on = null, ordinal = ordinal + 1
      where tenant_id = ${tenant} and enrollment_id = ${id} and state = 'active' and due_at <= (select moment())
      returning contact_id, workflow_id, step, ordinal - 1 as ordinal, retry_of`;
    if (!row) return;
    const { contact_id: contactId, workflow_id, step, ordinal, retry_of } = row;
    const reason = error.message.slice(0, 500);
    await Promise.all([
      sql`insert into step_runs (tenant_id, enrollment_id, ordinal, step, outcome, detail)
        values (${tenant}, ${id}, ${ordinal}, ${step}, 'failed', ${sql.json({ reason })})`,
      record(
        tx,
        (retry_of === null
          ? (['enrollment.step_failed', 'enrollment.failed'] as const)
          : (['enrollment.step_failed'] as const)
        ).map((type) => ({
          type,
          contactId,
          data: { enrollment_id: retry_of ?? id, workflow_id, step, reason: 'step_crashed' },
        })),
      ),
      wakeWorkflows(tx),
    ]);
  });
  return { steps: 1, runs: 1, more: true };
}
