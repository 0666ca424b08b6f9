/** What members and events do to runs, set-wise. */
import { followingStep } from '../../contract/workflow/graph.ts';
import type { Definition, EndReason } from '../../contract/workflow/index.ts';
import type { EventType, MemberRef } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { recordEach } from '../../events/record.ts';
import { wakeWorkflows } from './bell.ts';

export async function pauseEnrollments(tx: Tx, ids: string[], actor: MemberRef | null): Promise<number> {
  return change(tx, ids, 'active', tx.sql`state = 'paused'`, 'enrollment.paused', actor);
}

/** What came due meanwhile goes on at once. */
export async function resumeEnrollments(tx: Tx, ids: string[], actor: MemberRef | null): Promise<number> {
  const resumed = await change(tx, ids, 'paused', tx.sql`state = 'active'`, 'enrollment.resumed', actor);
  if (resumed > 0) await wakeWorkflows(tx);
  return resumed;
}

async function change(
  tx: Tx,
  ids: string[],
  from: 'active' | 'paused',
  set: ReturnType<Tx['sql']>,
  type: EventType,
  actor: MemberRef | null,
): Promise<number> {
  const { sql, tenant } = tx;
  const rows = await sql<{ enrollment_id: string }[]>`
    with changed as (
      update enrollments set ${set}
      where tenant_id = ${tenant} and enrollment_id = any(${ids}::uuid[]) and state = ${from}
      returning enrollment_id, contact_id
    ), told as (${recordEach(tx, 'changed', { type, actor })})
    select enrollment_id from changed`;
  return rows.length;
}

export interface Which {
  ids?: string[];
  workflowIds?: string[];
  contactIds?: string[];
}

/** Ends runs. */
export async function cancelEnrollments(
  tx: Tx,
  { ids, workflowIds, contactIds }: Which,
  reason: EndReason,
  actor: MemberRef | null,
): Promise<{ contact_id: string }[]> {
  const { sql, tenant } = tx;
  return sql<{ contact_id: string }[]>`
    with ended as (
      update enrollments set state = 'canceled', end_reason = ${reason}, ended_at = moment(), step = null, due_at = null,
        waiting = null, wakes_on = null
      where tenant_id = ${tenant} and state in ('active', 'paused')
        ${ids ? sql`and enrollment_id = any(${ids}::uuid[])` : sql``}
        ${workflowIds ? sql`and workflow_id = any(${workflowIds}::uuid[])` : sql``}
        ${contactIds ? sql`and contact_id = any(${contactIds}::uuid[])` : sql``}
      returning contact_id
    ), told as (${recordEach(tx, 'ended', { type: 'enrollment.canceled', actor, data: { reason } })})
    select contact_id from ended`;
}

/** Passes over the step at which each stands. */
export async function skipStep(tx: Tx, ids: string[], actor: MemberRef | null): Promise<number> {
  for (const id of ids) await skipOne(tx, id, actor);
  return ids.length;
}

async function skipOne(tx: Tx, id: string, actor: MemberRef | null): Promise<boolean> {
  const { sql, tenant } = tx;
  const [at] = await sql<{ step: string; ordinal: number; definition: Definition; contact_id: string }[]>`
    select e.step, e.ordinal, e.contact_id, v.definition from enrollments e
    join workflow_versions v using (tenant_id, workflow_id, version)
    where e.tenant_id = ${tenant} and e.enrollment_id = ${id} and e.step is not null for update of e`;
  if (!at) return false;
  const next = followingStep(at.definition, at.step);
  await sql`
    insert into step_runs (tenant_id, enrollment_id, ordinal, step, outcome, detail)
    values (${tenant}, ${id}, ${at.ordinal}, ${at.step}, 'skipped',
      ${sql.json({ reason: 'by_member', by: actor?.name ?? null })})`;
  await sql`
    update enrollments set step = ${next}, ordinal = ordinal + 1, attempt = 0, waiting = null, wakes_on = null,
      due_at = case when ${next}::text is null then null else moment() end,
      state = case when ${next}::text is null then 'completed' else state end,
      end_reason = case when ${next}::text is null then 'finished' end,
      ended_at = case when ${next}::text is null then moment() end
    where tenant_id = ${tenant} and enrollment_id = ${id}`;
  await wakeWorkflows(tx);
  return true;
}

/** Runs that failed go on at the step that failed. */
export async function retryFailed(tx: Tx, ids: string[], actor: MemberRef | null): Promise<number> {
  const { sql, tenant } = tx;
  const rows = await sql<{ enrollment_id: string }[]>`
    with changed as (
      update enrollments e set state = 'active', attempt = 0, due_at = moment(), waiting = null, wakes_on = null,
        step = f.step, end_reason = null, ended_at = null
      from (
        select distinct on (enrollment_id) enrollment_id, step from step_runs
        where tenant_id = ${tenant} and enrollment_id = any(${ids}::uuid[]) and outcome = 'failed'
        order by enrollment_id, ordinal desc
      ) f
      where e.tenant_id = ${tenant} and e.enrollment_id = f.enrollment_id and e.state = 'failed'
        and not exists (select from enrollments o where o.tenant_id = e.tenant_id and o.workflow_id = e.workflow_id
          and o.contact_id = e.contact_id and o.state in ('active', 'paused') and o.enrollment_id <> e.enrollment_id)
      returning e.enrollment_id, e.contact_id
    ), told as (${recordEach(tx, 'changed', { type: 'enrollment.resumed', actor })})
    select enrollment_id from changed`;
  if (rows.length > 0) await wakeWorkflows(tx);
  return rows.length;
}
