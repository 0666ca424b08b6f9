/** What members, triggers and other workflows do to runs. Each is one statement over many, with its events. */
import type { PendingQuery } from 'postgres';
import type { MemberRef } from '../../contract/index.ts';
import type { EndReason } from '../../contract/workflow/index.ts';
import type { Row, Tx } from '../../db/client.ts';
import { record } from '../../events/record.ts';
import { wakeWorkflows } from './bell.ts';
import { END_STATES } from './core.ts';

interface Touched {
  enrollment_id: string;
  contact_id: string;
  workflow_id: string;
  step: string | null;
}

type ControlEvent = `enrollment.${'paused' | 'resumed' | 'moved' | 'completed' | 'canceled' | 'failed'}`;

/** The events of what `rows` names, which is the last part of a `with` clause. */
function told(tx: Tx, type: ControlEvent, actor: MemberRef | null, data: Record<string, unknown> = {}) {
  tx.touch();
  const { sql, tenant } = tx;
  return sql`
    insert into events (tenant_id, event_id, type, contact_id, actor, data)
    select ${tenant}, gen_random_uuid(), ${type}, contact_id, ${sql.json(actor)}::jsonb,
      jsonb_build_object('enrollment_id', coalesce(retry_of, enrollment_id), 'workflow_id', workflow_id)
        || ${sql.json(data as never)}::jsonb
    from changed where retry_of is null or ${type === 'enrollment.resumed'}::boolean`;
}

function change(
  tx: Tx,
  set: PendingQuery<Row[]>,
  where: PendingQuery<Row[]>,
  events: PendingQuery<Row[]>,
): PromiseLike<Touched[]> {
  const { sql, tenant } = tx;
  // in the order of their ids, so that two who change many do not wait for each other in a circle
  return sql<Touched[]>`
    with there as materialized (
      select enrollment_id from enrollments where tenant_id = ${tenant} and ${where} order by enrollment_id for no key update
    ), changed as (
      update enrollments e set ${set} from there
      where e.tenant_id = ${tenant} and e.enrollment_id = there.enrollment_id
      returning e.enrollment_id, e.contact_id, e.workflow_id, e.step, e.retry_of
    ), told as (${events})
    select * from changed`;
}

/** Runs, with what tries a step of them again. */
function these({ sql }: Tx, ids: string[]) {
  return sql`(enrollment_id = any(${ids}::uuid[]) or retry_of = any(${ids}::uuid[]))`;
}

/** A paused run keeps its time: what comes due meanwhile waits for whoever resumes it. */
export async function pauseEnrollments(tx: Tx, ids: string[], actor: MemberRef | null): Promise<number> {
  const { sql } = tx;
  const changed = await change(
    tx,
    sql`state = 'paused'`,
    sql`${these(tx, ids)} and state = 'active'`,
    told(tx, 'enrollment.paused', actor),
  );
  return changed.length;
}

/** `due`: what to do with a step whose time came while it was paused: run it now, or pass over it. */
export async function resumeEnrollments(
  tx: Tx,
  ids: string[],
  actor: MemberRef | null,
  due: 'run' | 'skip' = 'run',
): Promise<number> {
  const { sql } = tx;
  if (due === 'skip') await passOver(tx, sql`${these(tx, ids)} and state = 'paused'`);
  const changed = await change(
    tx,
    sql`state = 'active'`,
    sql`${these(tx, ids)} and state = 'paused'`,
    told(tx, 'enrollment.resumed', actor),
  );
  if (changed.length > 0) await wakeWorkflows(tx);
  return changed.length;
}

/** Marks those whose time has come, so that the next look skips their step instead of running it. */
async function passOver({ sql, tenant }: Tx, where: PendingQuery<Row[]>): Promise<void> {
  await sql`update enrollments
    set waiting = coalesce(waiting, '{"reason":"wait","until":null}') || '{"skip":"due_while_paused"}'
    where tenant_id = ${tenant} and ${where} and due_at <= moment()`;
}

/** Ends every run that `where` names. They are told apart by what is given; nothing given is nobody. */
export async function cancelEnrollments(
  tx: Tx,
  where: {
    ids?: string[];
    contactIds?: string[];
    workflowIds?: string[];
    /** Only where the published settings say so: `stop_on_reply`, or `on_opt_out` is `cancel`. */
    whose?: 'stop_on_reply' | 'cancel_on_opt_out';
    but?: string[];
  },
  reason: EndReason,
  actor: MemberRef | null,
): Promise<Touched[]> {
  const { sql } = tx;
  const { ids, contactIds, workflowIds, whose, but = [] } = where;
  if (ids === undefined && contactIds === undefined && workflowIds === undefined) return [];
  const setting =
    whose === 'stop_on_reply'
      ? sql`v.definition -> 'settings' ->> 'stop_on_reply' = 'true'`
      : sql`coalesce(v.definition -> 'settings' ->> 'on_opt_out', 'cancel') = 'cancel'`;
  const state = END_STATES[reason];
  return change(
    tx,
    sql`state = ${state}, end_reason = ${reason}, ended_at = moment(), due_at = null, waiting = null, wakes_on = null,
      step = case when ${state} = 'failed' then e.step end`,
    sql`state in ('active', 'paused')
      ${ids === undefined ? sql`` : sql`and ${these(tx, ids)}`}
      ${contactIds === undefined ? sql`` : sql`and contact_id = any(${contactIds}::uuid[])`}
      ${workflowIds === undefined ? sql`` : sql`and workflow_id = any(${workflowIds}::uuid[])`}
      ${but.length === 0 ? sql`` : sql`and enrollment_id <> all(${but}::uuid[])`}
      ${
        whose === undefined
          ? sql``
          : sql`and exists (select 1 from workflow_versions v where v.tenant_id = enrollments.tenant_id
              and v.workflow_id = enrollments.workflow_id and v.version = enrollments.version and ${setting})`
      }`,
    told(tx, `enrollment.${state}`, actor, { reason }),
  );
}

/** Passes over the step at which each stands, whatever it waits for. */
export async function skipStep(tx: Tx, ids: string[], actor: MemberRef | null): Promise<number> {
  const { sql } = tx;
  const changed = await change(
    tx,
    sql`due_at = moment(), wakes_on = null,
      waiting = coalesce(e.waiting, '{"reason":"wait","until":null}') || '{"skip":"by_member"}'`,
    sql`enrollment_id = any(${ids}::uuid[]) and state = 'active'`,
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
    sql`enrollment_id = any(${ids}::uuid[]) and state = 'failed' and step is not null
      and (retry_of is not null or not exists (select 1 from enrollments other
        where other.tenant_id = enrollments.tenant_id and other.workflow_id = enrollments.workflow_id
          and other.contact_id = enrollments.contact_id and other.state in ('active', 'paused')
          and other.retry_of is null))
      -- of two that failed, the later
      and (retry_of is not null or not exists (select 1 from enrollments later where later.tenant_id = enrollments.tenant_id
        and later.workflow_id = enrollments.workflow_id and later.contact_id = enrollments.contact_id
        and later.state = 'failed' and later.enrollment_id = any(${ids}::uuid[]) and later.retry_of is null
        and (later.started_at, later.enrollment_id) > (enrollments.started_at, enrollments.enrollment_id)))`,
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

/** What of a workflow came due while it, or the run itself, was paused: whoever resumes is asked about these. */
export async function dueWhilePaused(
  { sql, tenant }: Tx,
  workflowId: string,
  limit = 100,
): Promise<{
  total: number;
  enrollments: { enrollment_id: string; contact_id: string; step: string; due_at: string }[];
}> {
  const due = sql`from enrollments e join workflows w using (tenant_id, workflow_id)
    where e.tenant_id = ${tenant} and e.workflow_id = ${workflowId} and e.due_at <= moment()
      and (e.state = 'paused' or (e.state = 'active' and w.state = 'paused'))`;
  const [[count], enrollments] = await Promise.all([
    sql<{ total: number }[]>`select count(*)::integer as total ${due}`,
    sql<{ enrollment_id: string; contact_id: string; step: string; due_at: string }[]>`
      select e.enrollment_id, e.contact_id, e.step, e.due_at ${due} order by e.due_at, e.enrollment_id limit ${limit}`,
  ]);
  return { total: count!.total, enrollments: [...enrollments] };
}

/** Before a paused workflow is set active again: `skip` passes over the steps whose time came meanwhile. */
export async function settleDueWhilePaused(tx: Tx, workflowId: string, due: 'run' | 'skip'): Promise<void> {
  const { sql } = tx;
  if (due === 'skip') await passOver(tx, sql`workflow_id = ${workflowId} and state = 'active'`);
  await wakeWorkflows(tx);
}

/**
 * Moves runs to another version. `mapping` says where to go on for steps that it does not have by the same id; whoever stands
 * at one that is in neither stays on the old version, and is not counted.
 */
export async function moveToVersion(
  tx: Tx,
  ids: string[],
  version: number,
  mapping: Record<string, string>,
  actor: MemberRef | null,
): Promise<number> {
  const { sql, tenant } = tx;
  const to = sql`coalesce(${sql.json(mapping)}::jsonb ->> enrollments.step, enrollments.step)`;
  const moved = await sql<{ contact_id: string; enrollment_id: string; workflow_id: string; from: number }[]>`
    with there as materialized (
      select enrollment_id, version as from, ${to} as step, ${to} is distinct from step as elsewhere from enrollments
      where tenant_id = ${tenant} and enrollment_id = any(${ids}::uuid[]) and state in ('active', 'paused')
        and version <> ${version}
        and exists (select 1 from workflow_versions v, jsonb_array_elements(v.definition -> 'steps') s
          where v.tenant_id = enrollments.tenant_id and v.workflow_id = enrollments.workflow_id and v.version = ${version}
            and s ->> 'id' = ${to})
      order by enrollment_id for no key update
    )
    update enrollments e set version = ${version}, step = there.step,
      -- at another step it has not waited yet
      due_at = case when there.elsewhere then moment() else e.due_at end,
      waiting = case when there.elsewhere then null else e.waiting end,
      wakes_on = case when there.elsewhere then null else e.wakes_on end,
      attempt = case when there.elsewhere then 0 else e.attempt end
    from there where e.tenant_id = ${tenant} and e.enrollment_id = there.enrollment_id
    returning e.contact_id, e.enrollment_id, e.workflow_id, there.from`;
  if (moved.length === 0) return 0;
  await record(
    tx,
    moved.map(({ contact_id, enrollment_id, workflow_id, from }) => ({
      type: 'enrollment.moved' as const,
      contactId: contact_id,
      actor,
      data: { enrollment_id, workflow_id, version, from_version: from },
    })),
  );
  await wakeWorkflows(tx);
  return moved.length;
}
