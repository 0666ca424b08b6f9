/** What members, triggers and other workflows do to runs. Each is one statement over many, with its events. */
import type { PendingQuery } from 'postgres';
import type { MemberRef } from '../../contract/index.ts';
import type { EndReason } from '../../contract/workflow/index.ts';
import type { Row, Tx } from '../../db/client.ts';
import { recordEach } from '../../events/record.ts';
import { wakeWorkflows } from './bell.ts';
import { END_STATES } from './core.ts';
import { takenBack } from './take-back.ts';

export interface Touched {
  enrollment_id: string;
  contact_id: string;
  workflow_id: string;
}

type ControlEvent = `enrollment.${'paused' | 'resumed' | 'moved' | 'completed' | 'canceled' | 'failed'}`;

/** The events of what `change` has changed. */
function told(tx: Tx, type: ControlEvent, actor: MemberRef | null, data: Record<string, unknown> = {}) {
  // what tries a step again speaks as the run whose step it is, and only of beginning
  return recordEach(
    tx,
    type === 'enrollment.resumed' ? 'with_retries' : 'runs',
    { type, actor, data },
    tx.sql`jsonb_build_object('enrollment_id', enrollment_id, 'workflow_id', workflow_id)`,
  );
}

/** `where` is about `e`, the run, and `v`, its version. */
function change(
  tx: Tx,
  set: PendingQuery<Row[]>,
  where: PendingQuery<Row[]>,
  events: PendingQuery<Row[]>,
  more: PendingQuery<Row[]> = tx.sql``,
): PendingQuery<Touched[]> {
  const { sql, tenant } = tx;
  // in the order of their ids, so that two who change many do not wait for each other in a circle
  return sql<Touched[]>`
    with there as materialized (
      select e.enrollment_id from enrollments e
      join workflow_versions v on v.tenant_id = e.tenant_id and v.workflow_id = e.workflow_id and v.version = e.version
      where e.tenant_id = ${tenant} and ${where} order by e.enrollment_id for no key update of e
    ), changed as (
      update enrollments e set ${set} from there
      where e.tenant_id = ${tenant} and e.enrollment_id = there.enrollment_id
      returning e.enrollment_id, e.contact_id, e.workflow_id, e.retry_of
    ), runs as (
      select * from changed where retry_of is null
    ), with_retries as (
      select coalesce(retry_of, enrollment_id) as enrollment_id, contact_id, workflow_id from changed
    ), told as (${events}) ${more}
    select * from changed`;
}

/** Runs, with what tries a step of them again; about `e`. */
export function withRetries({ sql }: Pick<Tx, 'sql'>, ids: string[]) {
  return sql`(e.enrollment_id = any(${ids}::uuid[]) or e.retry_of = any(${ids}::uuid[]))`;
}

/** A paused run keeps its time: what comes due meanwhile waits for whoever resumes it. */
export async function pauseEnrollments(tx: Tx, ids: string[], actor: MemberRef | null): Promise<number> {
  const { sql } = tx;
  const changed = await change(
    tx,
    sql`state = 'paused'`,
    sql`${withRetries(tx, ids)} and e.state = 'active'`,
    told(tx, 'enrollment.paused', actor),
  );
  return changed.length;
}

/** What came due meanwhile runs now. To pass over it: `skipDue` in the same transaction. */
export async function resumeEnrollments(tx: Tx, ids: string[], actor: MemberRef | null): Promise<number> {
  const { sql } = tx;
  const changed = await change(
    tx,
    sql`state = 'active'`,
    sql`${withRetries(tx, ids)} and e.state = 'paused'`,
    told(tx, 'enrollment.resumed', actor),
  );
  if (changed.length > 0) await wakeWorkflows(tx);
  return changed.length;
}

/**
 * Ends those of the runs that are not over, tells, and takes back what they have asked for and has not left. `which` is about `e`,
 * the run, and `v`, its version. A query, so that it may go out together with others.
 */
export function endRuns(
  tx: Tx,
  which: PendingQuery<Row[]>,
  reason: EndReason,
  actor: MemberRef | null = null,
): PendingQuery<Touched[]> {
  const { sql } = tx;
  const state = END_STATES[reason];
  return change(
    tx,
    sql`state = ${state}, end_reason = ${reason}, ended_at = moment(), step = null, due_at = null, waiting = null,
      wakes_on = null`,
    sql`e.state in ('active', 'paused') and ${which}`,
    told(tx, `enrollment.${state}`, actor, { reason }),
    sql`, ended as (select enrollment_id from changed) ${takenBack(tx, reason)}`,
  );
}

/** Passes over the step at which each stands, whatever it waits for. */
export async function skipStep(tx: Tx, ids: string[], actor: MemberRef | null): Promise<number> {
  const { sql } = tx;
  const changed = await change(
    tx,
    sql`due_at = moment(), wakes_on = null,
      waiting = coalesce(e.waiting, '{"reason":"wait","until":null}') || '{"skip":"by_member"}'`,
    sql`e.enrollment_id = any(${ids}::uuid[]) and e.state = 'active'`,
    told(tx, 'enrollment.moved', actor, { skipped: true }),
  );
  if (changed.length > 0) await wakeWorkflows(tx);
  return changed.length;
}

/** Takes up again, at the step where they stood, runs that failed for good. Who has come in anew meanwhile is left out. */
export async function retryFailed(tx: Tx, ids: string[], actor: MemberRef | null): Promise<number> {
  const { sql } = tx;
  const changed = await change(
    tx,
    sql`state = 'active', end_reason = null, ended_at = null, attempt = 0, waiting = null, wakes_on = null, due_at = moment()`,
    sql`e.enrollment_id = any(${ids}::uuid[]) and e.state = 'failed' and e.step is not null
      and (e.retry_of is not null or not exists (select 1 from enrollments other
        where other.tenant_id = e.tenant_id and other.workflow_id = e.workflow_id and other.contact_id = e.contact_id
          and other.state in ('active', 'paused') and other.retry_of is null))
      -- of two that failed, the later
      and (e.retry_of is not null or not exists (select 1 from enrollments later
        where later.tenant_id = e.tenant_id and later.workflow_id = e.workflow_id and later.contact_id = e.contact_id
          and later.state = 'failed' and later.enrollment_id = any(${ids}::uuid[]) and later.retry_of is null
          and (later.started_at, later.enrollment_id) > (e.started_at, e.enrollment_id)))`,
    told(tx, 'enrollment.resumed', actor, { retried: true }),
  );
  if (changed.length > 0) await wakeWorkflows(tx);
  return changed.length;
}

export interface WakingEvent {
  id: string;
  type: string;
  contactId: string;
  data: Record<string, unknown>;
}

/** Runs that wait for one of these events go on. The first event of a contact counts. */
export async function wakeOnEvent(tx: Tx, events: WakingEvent[]): Promise<number> {
  if (events.length === 0) return 0;
  const { sql, tenant } = tx;
  const first = new Map(events.toReversed().map((event) => [`${event.type} ${event.contactId}`, event]));
  const woken = await sql<{ enrollment_id: string }[]>`
    with happened as materialized (
      select * from jsonb_to_recordset(${sql.json([...first.values()] as never)})
        as h (id text, type text, "contactId" uuid, data jsonb)
    ), there as materialized (
      select e.enrollment_id, h.id, h.type, h.data from happened h
      join enrollments e on e.tenant_id = ${tenant} and e.wakes_on = h.type and e.contact_id = h."contactId"
        and e.state = 'active' and e.wakes_on is not null
      where not coalesce(e.waiting, '{}') ? 'woken_by'
      order by e.enrollment_id for no key update of e
    )
    update enrollments e set due_at = moment(), waiting = coalesce(e.waiting, '{"reason":"event","until":null}')
      || jsonb_build_object('woken_by', jsonb_build_object('id', there.id, 'type', there.type, 'data', there.data))
    from there where e.tenant_id = ${tenant} and e.enrollment_id = there.enrollment_id
    returning e.enrollment_id`;
  if (woken.length > 0) await wakeWorkflows(tx);
  return woken.length;
}
