/**
 * A text leaves long after its step was done, so a carrier's refusal comes after it too: the step has failed then, and says so. For
 * whoever reads the event log, with the messages that `message.failed` and `message.undelivered` are about.
 */
import type { Tx } from '../db/client.ts';
import { stepsThatFailed } from '../voice/failures.ts';
import { failStep } from './requests/rows.ts';

/** Those that will be tried again are left for later: their next failure is an event of its own. Returns how many steps it was. */
export async function failTexts(tx: Tx, messageIds: readonly string[]): Promise<number> {
  if (messageIds.length === 0) return 0;
  const { sql, tenant } = tx;
  const rows = await sql<{ enrollment_id: string; ordinal: number; reason: string | null }[]>`
    select s.enrollment_id, s.ordinal, m.error_reason as reason
    from messages m
    -- by the contact: nothing else leads from a message to a step, and another index would be paid for at every step
    join enrollments e on e.tenant_id = m.tenant_id and e.contact_id = m.contact_id
      and m.author_id = 'workflow:' || e.workflow_id
    join step_runs s on s.tenant_id = e.tenant_id and s.enrollment_id = e.enrollment_id
      and s.detail ->> 'message_id' = m.message_id::text
    where m.tenant_id = ${tenant} and m.message_id = any(${[...messageIds]}::uuid[]) and m.origin = 'workflow'
      and m.status in ('failed', 'undelivered') and m.due_at is null and s.outcome = 'done'`;
  return failStep(
    tx,
    rows.map(({ enrollment_id: enrollmentId, ordinal, reason }) => ({
      enrollmentId,
      ordinal,
      reason: reason ?? 'The carrier could not deliver it.',
    })),
  );
}

/** The same of calls, from `call.canceled` and `call.completed`. Returns how many steps it was. */
export async function failCalls(tx: Tx, callIds: readonly string[]): Promise<number> {
  return failStep(tx, await stepsThatFailed(tx, callIds));
}
