/** The dead letters: steps that failed for good and that nobody has tried again. */
import type { FailureCounts, WorkflowFailure } from '../contract/index.ts';
import type { Definition, RetryBar } from '../contract/workflow/index.ts';
import type { Tx } from '../db/client.ts';
import { kindOf, nameOf } from './counts.ts';
import { definitionsOf } from './enrollments.ts';

/**
 * What is asked of a failure `f` whose run is `e`: whether that run stands at the step (`goes_on`), and what is in the way now
 * (`barred`). The rest of what can be in the way is the step's kind (`hasEffect`).
 */
export function retryParts({ sql }: Tx) {
  const goes_on = sql`(e.state = 'failed' and e.step = f.step and e.ordinal = f.ordinal + 1)`;
  const barred = sql`case
    when w.state = 'archived' then 'workflow_archived'
    when e.end_reason = 'opted_out' or root.end_reason = 'opted_out' then 'opted_out'
    -- an opt-out of whatever channel and address would have ended it
    when v.cancel_on_opt_out and exists (
      select from suppressions s where s.tenant_id = f.tenant_id and s.withdrawn and s.address in (
        select c.phone union all select c.email_key union all
        select a.address from contact_addresses a where a.tenant_id = c.tenant_id and a.contact_id = c.contact_id))
      then 'opted_out'
    when m.status not in ('failed', 'undelivered') or m.due_at is not null then 'sent_since'
    when ${goes_on} and e.retry_of is null and exists (
      select from enrollments o where o.tenant_id = e.tenant_id and o.workflow_id = e.workflow_id
        and o.contact_id = e.contact_id and o.state in ('active', 'paused') and o.retry_of is null) then 'in_it_anew'
    end`;
  const from = sql`from workflow_failures f
    join enrollments e on e.tenant_id = f.tenant_id and e.enrollment_id = f.enrollment_id
    join step_runs r on r.tenant_id = f.tenant_id and r.enrollment_id = f.enrollment_id and r.ordinal = f.ordinal
    join workflows w on w.tenant_id = f.tenant_id and w.workflow_id = f.workflow_id
    join workflow_versions v
      on v.tenant_id = e.tenant_id and v.workflow_id = e.workflow_id and v.version = e.version
    join contacts c on c.tenant_id = e.tenant_id and c.contact_id = e.contact_id
    left join enrollments root on root.tenant_id = e.tenant_id and root.enrollment_id = e.retry_of
    left join messages m on m.tenant_id = r.tenant_id and m.message_id = (r.detail ->> 'message_id')::uuid`;
  return { goes_on, barred, from };
}

/** Whether there is something that could be done once more: nobody waits again for what is over. */
export function hasEffect(definition: Definition | undefined, step: string): boolean {
  const kind = kindOf(definition?.steps.find(({ id }) => id === step)?.kind ?? '');
  if (!kind) return definition?.steps.some(({ id }) => id === step) ?? false;
  return !kind.waits && !kind.ends && kind.group !== 'branch' && kind.kind !== 'go_to';
}

interface FailureRow {
  enrollment_id: string;
  ordinal: number;
  workflow_id: string;
  version: number;
  workflow_name: string;
  contact_id: string;
  contact_name: string | null;
  contact_phone: string | null;
  step: string;
  reason: string;
  at: string;
  goes_on: boolean;
  barred: RetryBar | null;
}

export interface FailuresWanted {
  workflowId?: string | undefined;
  step?: string | undefined;
  reason?: string | undefined;
  /** This one alone, if it is open. */
  only?: { enrollment_id: string; ordinal: number };
  limit: number;
}

export type FailurePlace = Pick<WorkflowFailure, 'at' | 'enrollment_id' | 'ordinal'>;

/** Last first. One more than asked for. */
export async function listFailures(
  tx: Tx,
  { workflowId, step, reason, only, limit }: FailuresWanted,
  after: FailurePlace | null,
): Promise<WorkflowFailure[]> {
  const { sql, tenant } = tx;
  const { goes_on, barred, from } = retryParts(tx);
  const rows = await sql<FailureRow[]>`
    select f.enrollment_id, f.ordinal, f.workflow_id, e.version, w.name as workflow_name, c.contact_id,
      c.name as contact_name, c.phone as contact_phone, f.step, f.reason, f.at, ${goes_on} as goes_on, ${barred} as barred
    ${from}
    where f.tenant_id = ${tenant} and f.retried_at is null
      ${workflowId ? sql`and f.workflow_id = ${workflowId}` : sql`and w.state <> 'archived'`}
      ${step === undefined ? sql`` : sql`and f.step = ${step}`}
      ${reason === undefined ? sql`` : sql`and f.reason = ${reason}`}
      ${only ? sql`and f.enrollment_id = ${only.enrollment_id} and f.ordinal = ${only.ordinal}` : sql``}
      ${after ? sql`and (f.at, f.enrollment_id, f.ordinal) < (${after.at}, ${after.enrollment_id}, ${after.ordinal})` : sql``}
    order by f.at desc, f.enrollment_id desc, f.ordinal desc limit ${limit + 1}`;
  const definitions = await definitionsOf(tx, rows);
  return rows.map((row) => {
    const definition = definitions.get(`${row.workflow_id} ${row.version}`);
    const known = definition?.steps.find(({ id }) => id === row.step);
    return {
      id: `${row.enrollment_id}:${row.ordinal}`,
      enrollment_id: row.enrollment_id,
      ordinal: row.ordinal,
      workflow: { id: row.workflow_id, name: row.workflow_name },
      contact: { id: row.contact_id, name: row.contact_name, phone: row.contact_phone },
      step: row.step,
      words: known ? nameOf(known) : row.step,
      reason: row.reason,
      says: `Failed: ${row.reason}`,
      goes_on: row.goes_on,
      barred: row.barred ?? (row.goes_on || hasEffect(definition, row.step) ? null : 'no_effect'),
      at: row.at,
    };
  });
}

/** Groups that are shown. */
const GROUPS = 100;

/** What failed alike. */
export async function countFailures(
  { sql, tenant }: Tx,
  workflowId: string,
  definition: Definition | null,
): Promise<FailureCounts> {
  const rows = await sql<{ step: string; reason: string; count: number; last_at: string; total: number }[]>`
    select step, reason, count(*)::integer as count, max(at) as last_at, sum(count(*)) over ()::integer as total
    from workflow_failures
    where tenant_id = ${tenant} and workflow_id = ${workflowId} and retried_at is null
    group by step, reason order by count(*) desc, step, reason limit ${GROUPS}`;
  return {
    total: rows[0]?.total ?? 0,
    items: rows.map(({ total: _, ...row }) => {
      const step = definition?.steps.find(({ id }) => id === row.step);
      return { ...row, words: step ? nameOf(step) : null };
    }),
  };
}
