/**
 * What ends runs from outside: a reply, an opt-out, a goal that is reached. Set-wise, and in the transaction of whoever asks, so
 * that a run is over or not, never in between.
 */
import type { Logger } from 'pino';
import type { Channel, EndReason, EnrollmentState, Filter, MemberRef } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { wokenBy } from '../../filters/touching.ts';
import { trueOf } from './judge.ts';
import type { Happening } from './matches.ts';

type Fragment = ReturnType<Tx['sql']>;

/**
 * Ends runs and tells. `which` is about `e`, the enrollment, and `v`, its version; only those that are not over are asked for.
 * Locked in one order, so that two who end the same runs never wait for each other in a circle.
 */
export function endRuns(
  tx: Tx,
  which: Fragment,
  reason: EndReason,
  actor: MemberRef | null = null,
  state: Extract<EnrollmentState, 'canceled' | 'completed'> = 'canceled',
) {
  const { sql, tenant } = tx;
  tx.touch();
  return sql<{ enrollment_id: string; workflow_id: string; contact_id: string }[]>`
    with held as materialized (
      select e.enrollment_id from enrollments e
      join workflow_versions v on v.tenant_id = e.tenant_id and v.workflow_id = e.workflow_id and v.version = e.version
      where e.tenant_id = ${tenant} and e.state in ('active', 'paused') and ${which}
      order by e.enrollment_id for no key update of e
    ), ended as (
      update enrollments e set state = ${state}, step = null, due_at = null, waiting = null, wakes_on = null,
        end_reason = ${reason}, ended_at = moment()
      from held where e.tenant_id = ${tenant} and e.enrollment_id = held.enrollment_id
      returning e.enrollment_id, e.workflow_id, e.contact_id, e.retry_of
    ), told as (
      insert into events (tenant_id, event_id, type, contact_id, actor, data)
      select ${tenant}, gen_random_uuid(), ${`enrollment.${state}`}, contact_id, ${sql.json(actor)}::jsonb,
        jsonb_build_object('enrollment_id', enrollment_id, 'workflow_id', workflow_id, 'reason', ${reason}::text)
      from ended where retry_of is null
    )
    select enrollment_id, workflow_id, contact_id from ended`;
}

/**
 * An opt-out ends the runs of whoever has the address, first or further, but for those of workflows that only skip. For the
 * transaction in which the opt-out itself is written (`consent/ledger.ts`), after it.
 */
export function stopForOptOut(tx: Tx, withdrawn: { channel: Channel; address: string }[]) {
  const { sql, tenant } = tx;
  const addresses = withdrawn.map(({ address }) => address);
  return endRuns(
    tx,
    sql`v.cancel_on_opt_out and e.contact_id in (
      select contact_id from contacts where tenant_id = ${tenant} and phone = any(${addresses}::text[])
      union all
      select contact_id from contacts where tenant_id = ${tenant} and email_key = any(${addresses}::text[])
      union all
      select contact_id from contact_addresses
      where tenant_id = ${tenant} and kind in ('phone', 'email') and address = any(${addresses}::text[]))`,
    'opted_out',
  );
}

/** Texts that came in end the runs that were to stop on a reply, and take back what those have not sent yet. */
export async function stopForReplies(tx: Tx, happenings: readonly Happening[]): Promise<void> {
  const { sql, tenant } = tx;
  const replies = happenings.filter(({ type }) => type === 'message.received');
  if (replies.length === 0) return;
  const ended = await endRuns(
    tx,
    // a reply to what was before the run is none to it
    sql`v.stop_on_reply and e.contact_id = any(${replies.map((one) => one.contactId)}::uuid[]) and exists (
      select from events r where r.tenant_id = ${tenant} and r.contact_id = e.contact_id
        and r.type = 'message.received' and r.occurred_at > e.started_at)`,
    'replied',
  );
  await takeBack(
    tx,
    ended.map((run) => run.enrollment_id),
  );
}

/** Cancels texts of these runs that wait for their hour or their number. */
async function takeBack(tx: Tx, enrollmentIds: string[]): Promise<void> {
  if (enrollmentIds.length === 0) return;
  const { sql, tenant } = tx;
  await sql`
    with sent as materialized (
      select (detail ->> 'message_id')::uuid as message_id from step_runs
      where tenant_id = ${tenant} and enrollment_id = any(${enrollmentIds}::uuid[]) and detail ? 'message_id'
    ), canceled as (
      update messages m set status = 'canceled', due_at = null, hold_reason = null, error_code = 'replied',
        error_reason = 'Not sent: this person had answered before it left.'
      from sent where m.tenant_id = ${tenant} and m.message_id = sent.message_id and m.status = 'queued'
        and m.due_at is not null
      returning m.contact_id, m.conversation_id, m.message_id
    )
    insert into events (tenant_id, event_id, type, contact_id, conversation_id, message_id, data)
    select ${tenant}, gen_random_uuid(), 'message.canceled', contact_id, conversation_id, message_id,
      '{"reason":"replied"}'::jsonb
    from canceled`;
}

export interface Goal {
  workflow_id: string;
  version: number;
  goal: Filter;
}

/** The goals of versions that somebody is in. */
export function goalsOf({ sql, tenant }: Tx) {
  return sql<Goal[]>`
    select v.workflow_id, v.version, v.goal from workflow_versions v
    where v.tenant_id = ${tenant} and v.goal is not null and exists (
      select from enrollments e where e.tenant_id = ${tenant} and e.workflow_id = v.workflow_id
        and e.version = v.version and e.state in ('active', 'paused'))
    order by v.workflow_id, v.version`;
}

/** Ends the runs of those whom something has happened to and of whom the goal is true now. */
export async function stopForGoals(
  tx: Tx,
  goals: readonly Goal[],
  happenings: readonly Happening[],
  log: Logger,
): Promise<void> {
  const { sql } = tx;
  for (const { workflow_id, version, goal } of goals) {
    const woken = wokenBy(goal);
    const ids = [...new Set(happenings.filter(({ type }) => woken(type)).map((one) => one.contactId))];
    const reached = await trueOf(tx, goal, ids, log);
    if (reached.size === 0) continue;
    await endRuns(
      tx,
      sql`e.workflow_id = ${workflow_id} and e.version = ${version}
        and e.contact_id = any(${[...reached]}::uuid[])`,
      'goal',
      null,
      'completed',
    );
  }
}
