/**
 * Failed steps, tried again. Where the run ended with the step, the run itself goes on from there. Where it has gone past it, a run of
 * that step alone does it once more (`retry_of`): the engine takes it up like any other, so consent, window, limits and stops are
 * judged as they are by then.
 *
 * Once only: whoever asks holds the failure's row, and it says afterwards that it was tried again. Two who click at once wait for
 * each other, and the second finds nothing left to do.
 */
import type { MemberRef, RetriedFailures } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { wakeWorkflows } from './engine/bell.ts';
import { retryFailed } from './engine/control.ts';
import { definitionsOf } from './enrollments.ts';
import { hasEffect, retryParts } from './failures.ts';

export interface WhichFailures {
  failures?: readonly { enrollment_id: string; ordinal: number }[];
  workflowId?: string | undefined;
  step?: string | undefined;
  reason?: string | undefined;
}

/** In one transaction; more than that are asked for again. */
const AT_ONCE = 2_000;

interface Held {
  enrollment_id: string;
  ordinal: number;
  workflow_id: string;
  version: number;
  step: string;
  goes_on: boolean;
}

/** `at_once`: for tests. */
/** The failure with which a run ended; null: it did not end with one. */
export async function failureAtEnd({ sql, tenant }: Tx, id: string) {
  const [found] = await sql<{ enrollment_id: string; ordinal: number }[]>`
    select f.enrollment_id, f.ordinal from workflow_failures f
    join enrollments e on e.tenant_id = f.tenant_id and e.enrollment_id = f.enrollment_id and e.ordinal = f.ordinal + 1
    where f.tenant_id = ${tenant} and f.enrollment_id = ${id} and f.retried_at is null and e.state = 'failed'`;
  return found ?? null;
}

export async function retryFailures(
  tx: Tx,
  which: WhichFailures,
  actor: MemberRef,
  { at_once: atOnce = AT_ONCE }: { at_once?: number } = {},
): Promise<RetriedFailures> {
  const { sql, tenant } = tx;
  const { failures, workflowId, step, reason } = which;
  const these = sql`f.tenant_id = ${tenant} and f.retried_at is null
    ${workflowId === undefined ? sql`` : sql`and f.workflow_id = ${workflowId}`}
    ${step === undefined ? sql`` : sql`and f.step = ${step}`}
    ${reason === undefined ? sql`` : sql`and f.reason = ${reason}`}
    ${
      failures === undefined
        ? sql``
        : sql`and (f.enrollment_id, f.ordinal) in (
            select * from unnest(${failures.map((one) => one.enrollment_id)}::uuid[],
              ${failures.map(({ ordinal }) => ordinal)}::integer[]))`
    }`;
  const { goes_on, barred, from } = retryParts(tx);
  const [counted] = await sql<{ open: number; free: number }[]>`
    select count(*)::integer as open, (count(*) filter (where (${barred}) is null))::integer as free ${from} where ${these}`;
  // in one order, so that two who take many do not wait for each other in a circle
  const held = await sql<Held[]>`
    select f.enrollment_id, f.ordinal, f.workflow_id, e.version, f.step, ${goes_on} as goes_on ${from}
    where ${these} and (${barred}) is null
    order by f.enrollment_id, f.ordinal limit ${atOnce} for no key update of f`;
  const definitions = await definitionsOf(tx, held);
  const able = held.filter(
    (one) => one.goes_on || hasEffect(definitions.get(`${one.workflow_id} ${one.version}`), one.step),
  );
  const ended = able.filter((one) => one.goes_on);
  const past = able.filter((one) => !one.goes_on);
  const retried = (await goOn(tx, ended, actor)) + (await tryAlone(tx, past, actor));
  const left = Math.max(0, counted!.free - held.length);
  return { retried, skipped: Math.max(0, (failures?.length ?? counted!.open) - retried - left), left };
}

/** Runs that ended with the step: each at most once here, as only its last failure goes on. */
async function goOn(tx: Tx, held: Held[], actor: MemberRef): Promise<number> {
  if (held.length === 0) return 0;
  const { sql, tenant } = tx;
  const ids = held.map((one) => one.enrollment_id);
  await retryFailed(tx, ids, actor);
  // of two runs of one contact that failed, one goes on
  const marked = await sql`
    update workflow_failures f set retried_at = moment(), retried_by = ${sql.json(actor)}, retry_id = f.enrollment_id
    from unnest(${ids}::uuid[], ${held.map(({ ordinal }) => ordinal)}::integer[]) as h (id, ordinal)
    join enrollments e on e.tenant_id = ${tenant} and e.enrollment_id = h.id and e.state = 'active'
    where f.tenant_id = ${tenant} and f.enrollment_id = h.id and f.ordinal = h.ordinal
    returning 1`;
  return marked.length;
}

/** A run each, of that step alone. What set the first run off, and when, is theirs too: texts and stops go by it. */
async function tryAlone(tx: Tx, held: Held[], actor: MemberRef): Promise<number> {
  if (held.length === 0) return 0;
  const { sql, tenant } = tx;
  const made = await sql<{ root: string; contact_id: string; workflow_id: string; step: string }[]>`
    with wanted as materialized (
      select * from unnest(${held.map((one) => one.enrollment_id)}::uuid[], ${held.map(({ ordinal }) => ordinal)}::integer[],
        ${held.map(() => newId())}::uuid[]) as h (enrollment_id, ordinal, retry_id)
    ), marked as (
      update workflow_failures f set retried_at = moment(), retried_by = ${sql.json(actor)}, retry_id = w.retry_id
      from wanted w
      where f.tenant_id = ${tenant} and f.enrollment_id = w.enrollment_id and f.ordinal = w.ordinal
        and f.retried_at is null
      returning f.enrollment_id, f.ordinal, f.step, f.retry_id
    )
    insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step, due_at, source, source_key,
      variables, started_at, retry_of)
    select ${tenant}, m.retry_id, e.workflow_id, e.version, e.contact_id, m.step, moment(), e.source,
      -- whatever else happens: the same failure is tried again once
      'retry:' || m.enrollment_id || ':' || m.ordinal, e.variables, e.started_at, coalesce(e.retry_of, e.enrollment_id)
    from marked m join enrollments e on e.tenant_id = ${tenant} and e.enrollment_id = m.enrollment_id
    returning retry_of as root, contact_id, workflow_id, step`;
  if (made.length === 0) return 0;
  await record(
    tx,
    made.map(({ root, contact_id: contactId, workflow_id, step }) => ({
      type: 'enrollment.resumed' as const,
      contactId,
      actor,
      data: { enrollment_id: root, workflow_id, step, retried: true },
    })),
  );
  await wakeWorkflows(tx);
  return made.length;
}
