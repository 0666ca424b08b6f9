/**
 * Whoever ends a run wants nothing of it to leave any more: texts that wait for their hour, their number or another try, calls that
 * wait for the morning. What is at the carrier already is not called back.
 */
import type { PendingQuery } from 'postgres';
import type { EndReason } from '../../contract/workflow/index.ts';
import type { Row, Tx } from '../../db/client.ts';

/** Ends after which nothing leaves, and what a text or call that was taken back says of it. */
const WHY: Partial<Record<EndReason, string>> = {
  replied: 'this person had answered before it left.',
  goal: 'its workflow had reached its goal before it left.',
  opted_out: 'this person had opted out before it left.',
  member: 'a member had ended its workflow before it left.',
  left_by_workflow: 'another workflow had ended this one before it left.',
  workflow_archived: 'its workflow was archived before it left.',
};
export const TAKES_BACK = Object.keys(WHY) as EndReason[];

/**
 * Further parts of a `with`, in which `ended (enrollment_id)` are the runs. Their steps count as skipped: nothing of them has
 * reached anybody.
 */
export function takenBack({ sql, tenant }: Tx, reason: EndReason): PendingQuery<Row[]> {
  const why = WHY[reason];
  if (why === undefined) return sql``;
  return sql`, said as materialized (
      select s.enrollment_id, s.ordinal, (s.detail ->> 'message_id')::uuid as message_id
      from ended join step_runs s on s.tenant_id = ${tenant} and s.enrollment_id = ended.enrollment_id
      where s.outcome = 'done' and s.detail ?| '{message_id,call_id}'
    ), texts as (
      -- one that the carrier has refused for the moment stays refused, and is not tried again
      update messages m set due_at = null, hold_reason = null,
        status = case m.status when 'queued' then 'canceled' else m.status end,
        error_code = case m.status when 'queued' then ${reason} else m.error_code end,
        error_reason = case m.status when 'queued' then ${`Not sent: ${why}`} else m.error_reason end
      from said where m.tenant_id = ${tenant} and m.message_id = said.message_id
        and m.status in ('queued', 'failed', 'undelivered') and m.due_at is not null
      returning said.enrollment_id, said.ordinal, m.contact_id, m.conversation_id, m.message_id, m.status
    ), callings as (
      update calls c set status = 'canceled', due_at = null, hold_reason = null, error_code = ${reason},
        error_reason = ${`Not called: ${why}`}, ended_at = moment()
      from said where c.tenant_id = ${tenant} and c.enrollment_id = said.enrollment_id and c.ordinal = said.ordinal
        and c.status = 'queued'
      returning said.enrollment_id, said.ordinal, c.contact_id, c.conversation_id, c.call_id, c.kind
    ), steps as (
      update step_runs s set outcome = 'skipped', detail = s.detail || '{"reason":"taken_back"}'
      from (select enrollment_id, ordinal from texts union all select enrollment_id, ordinal from callings) t
      where s.tenant_id = ${tenant} and s.enrollment_id = t.enrollment_id and s.ordinal = t.ordinal
    ), told_back as (
      insert into events (tenant_id, event_id, type, contact_id, conversation_id, message_id, data)
      select ${tenant}, gen_random_uuid(), case status when 'canceled' then 'message.canceled' else 'message.updated' end,
        contact_id, conversation_id, message_id,
        jsonb_build_object('reason', ${reason}::text)
      from texts
      union all
      select ${tenant}, gen_random_uuid(), 'call.canceled', contact_id, conversation_id, null,
        jsonb_build_object('call_id', call_id, 'kind', kind, 'reason', ${reason}::text)
      from callings
    )`;
}

/** Of runs whose end is written elsewhere. */
export function takeBack(tx: Tx, enrollmentIds: readonly string[], reason: EndReason) {
  const { sql } = tx;
  tx.touch();
  return sql`
    with ended as (select unnest(${[...enrollmentIds]}::uuid[]) as enrollment_id) ${takenBack(tx, reason)} select`;
}
