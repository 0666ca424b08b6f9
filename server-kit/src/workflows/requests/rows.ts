/**
 * The outbox of requests: a step writes one in the transaction that records it, and the sender finds it afterwards.
 *
 *     queued ──claim──▶ sending ──answer──▶ done
 *       ▲                  │ lease over: again      ├─ for the moment, tries left ─▶ queued
 *       └──────────────────┘                        └─ for good ─▶ failed (queued again by hand)
 */
import type { Tx } from '../../db/client.ts';
import { record } from '../../events/record.ts';
import type { MemberRef } from '../../contract/index.ts';
import type { OutgoingRequest } from '../engine/effects.ts';
import { wakeWorkflows } from '../engine/bell.ts';
import { TAKES_BACK } from '../engine/take-back.ts';

/** What stands in `workflow_requests.request`, by kind. */
export interface HttpPayload {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | null;
  timeout_seconds: number;
  retries: number;
}
export interface WebhookPayload {
  url: string;
  body: string;
}
export interface MessengerPayload {
  to: string;
  text: string;
}

export interface RequestRow {
  request_id: string;
  enrollment_id: string;
  ordinal: number;
  kind: 'http_request' | 'webhook' | 'messenger';
  request: Record<string, unknown>;
  attempts: number;
}

/** What came back, for the trace and for the step that waits. */
export interface Answer {
  status?: number;
  body?: string;
  error?: string;
}

/** For the engine, once a batch. */
export async function writeRequests(tx: Tx, requests: readonly OutgoingRequest[]): Promise<void> {
  if (requests.length === 0) return;
  const { sql, tenant } = tx;
  const rows = requests.map(({ requestId, enrollmentId, ordinal, kind, request }) => ({
    id: requestId,
    enrollment: enrollmentId,
    ordinal,
    kind,
    request: request as never,
  }));
  await sql`
    insert into workflow_requests (tenant_id, request_id, enrollment_id, ordinal, kind, request, due_at)
    select ${tenant}, r.id, r.enrollment, r.ordinal, r.kind, r.request, moment()
    from jsonb_to_recordset(${sql.json(rows)}) as r (id uuid, enrollment uuid, ordinal integer, kind text, request jsonb)`;
  await wakeRequests(tx);
}

async function wakeRequests({ sql, tenant }: Tx): Promise<void> {
  await sql`
    insert into workflow_request_wakeups (tenant_id, due_at) values (${tenant}, moment())
    on conflict (tenant_id) do update set due_at = least(workflow_request_wakeups.due_at, excluded.due_at)`;
}

/** Beyond a request's own time-out: what a busy process needs to write its answer down. */
const LEASE_MARGIN_S = 15;
export const WEBHOOK_TIMEOUT_S = 15;

/**
 * Takes up to `limit` due ones, but for hosts that are kept waiting already. What is for a person and whose run has been ended
 * meanwhile is taken back instead: `state` says which. For the caller's pipeline.
 */
export function claimRequests({ sql, tenant }: Tx, limit: number, busyHosts: readonly string[]) {
  return sql<(RequestRow & { state: 'sending' | 'canceled' })[]>`
    with due as (
      select request_id, moment() + make_interval(
        secs => coalesce((request ->> 'timeout_seconds')::integer, ${WEBHOOK_TIMEOUT_S}) + ${LEASE_MARGIN_S}) as until,
        kind = 'messenger' and exists (select from enrollments e where e.tenant_id = ${tenant}
          and e.enrollment_id = q.enrollment_id and e.end_reason = any(${TAKES_BACK})) as over
      from workflow_requests q
      where tenant_id = ${tenant} and due_at <= (select moment())
        and not coalesce(split_part(request ->> 'url', '/', 3), kind) = any(${[...busyHosts]}::text[])
      order by due_at limit ${limit}
      for update of q skip locked
    ), taken as (
      update workflow_requests r set attempts = attempts + 1,
        state = case when due.over then 'canceled' else 'sending' end,
        leased_until = case when not due.over then due.until end, due_at = case when not due.over then due.until end
      from due where r.tenant_id = ${tenant} and r.request_id = due.request_id
      returning r.request_id, r.enrollment_id, r.ordinal, r.kind, r.request, r.attempts, r.state
    ), steps as (
      update step_runs s set outcome = 'skipped', detail = s.detail || '{"reason":"taken_back"}'
      from taken t where s.tenant_id = ${tenant} and s.enrollment_id = t.enrollment_id and s.ordinal = t.ordinal
        and t.state = 'canceled'
    )
    select * from taken`;
}

/**
 * Leaves the wake-up for whatever is next: those that are being sent come due again when their lease ends. The row lock comes first
 * and the look second, so that a request that is just being committed is either seen or rings afterwards. For the caller's pipeline.
 */
export function parkRequests({ sql, tenant }: Tx, soonest: number) {
  return [
    sql`select 1 from workflow_request_wakeups where tenant_id = ${tenant} for update`,
    sql`
      with next as (
        select (select due_at from workflow_requests where tenant_id = ${tenant} and due_at is not null
          order by due_at limit 1) as due_at),
      gone as (
        delete from workflow_request_wakeups w using next
        where w.tenant_id = ${tenant} and next.due_at is null)
      -- what is due and was left, because its host is slow, is looked at again in a moment and not at once
      update workflow_request_wakeups w
      set due_at = greatest(next.due_at, moment() + make_interval(secs => ${soonest})) from next
      where w.tenant_id = ${tenant} and next.due_at is not null`,
  ] as const;
}

/** Whose try it is: one that has been taken over no longer speaks for the request. */
function mine({ sql, tenant }: Tx, { request_id, attempts }: RequestRow) {
  return sql`tenant_id = ${tenant} and request_id = ${request_id} and state = 'sending' and attempts = ${attempts}`;
}

export async function succeed(tx: Tx, row: RequestRow, answer: Answer): Promise<void> {
  const { sql } = tx;
  // what is in its headers may be a secret, and nobody needs it any more
  const [done] = await sql`
    update workflow_requests set state = 'done', due_at = null, leased_until = null, answer = ${sql.json(answer as never)},
      request = request - 'headers' - 'body'
    where ${mine(tx, row)} returning 1`;
  if (done && row.kind === 'http_request') await goOn(tx, row);
}

export async function again(tx: Tx, row: RequestRow, answer: Answer, seconds: number): Promise<void> {
  const { sql, tenant } = tx;
  const due = await sql<{ due_at: string }[]>`
    update workflow_requests set state = 'queued', leased_until = null, answer = ${sql.json(answer as never)},
      due_at = moment() + make_interval(secs => ${seconds})
    where ${mine(tx, row)} returning due_at`;
  if (due[0]) {
    await sql`
      insert into workflow_request_wakeups (tenant_id, due_at) values (${tenant}, ${due[0].due_at})
      on conflict (tenant_id) do update set due_at = least(workflow_request_wakeups.due_at, excluded.due_at)`;
  }
}

export async function giveUp(tx: Tx, row: RequestRow, answer: Answer): Promise<void> {
  const { sql } = tx;
  const [failed] = await sql`
    update workflow_requests set state = 'failed', due_at = null, leased_until = null,
      answer = ${sql.json(answer as never)}
    where ${mine(tx, row)} returning 1`;
  if (!failed) return;
  if (row.kind === 'http_request') await goOn(tx, row);
  else {
    await failStep(tx, [
      {
        enrollmentId: row.enrollment_id,
        ordinal: row.ordinal,
        reason: answer.error ?? `It was answered ${answer.status ?? 'with nothing'}.`,
      },
    ]);
  }
}

/** The run that waits for this answer goes on; one that is paused does when it is resumed. */
async function goOn(tx: Tx, { enrollment_id, ordinal }: RequestRow): Promise<void> {
  const { sql, tenant } = tx;
  const [woken] = await sql`
    update enrollments set due_at = moment()
    where tenant_id = ${tenant} and enrollment_id = ${enrollment_id} and ordinal = ${ordinal}
      and state in ('active', 'paused') and waiting ->> 'reason' = 'request'
    returning 1`;
  if (woken) await wakeWorkflows(tx);
}

/** Steps that had gone well as far as anybody knew, and have failed since: at the carrier, or at the other system. */
export async function failStep(
  tx: Tx,
  failures: readonly { enrollmentId: string; ordinal: number; reason: string }[],
): Promise<number> {
  if (failures.length === 0) return 0;
  const { sql, tenant } = tx;
  const failed = await sql<
    { enrollment_id: string; workflow_id: string; contact_id: string; step: string; reason: string }[]
  >`
    with failed as (
      update step_runs s set outcome = 'failed',
        detail = coalesce(s.detail, '{}') || jsonb_build_object('reason', f.reason, 'late', true)
      from jsonb_to_recordset(${sql.json([...failures])}) as f ("enrollmentId" uuid, ordinal integer, reason text)
      where s.tenant_id = ${tenant} and s.enrollment_id = f."enrollmentId" and s.ordinal = f.ordinal
        and s.outcome = 'done'
      returning s.enrollment_id, s.step, f.reason)
    select coalesce(e.retry_of, f.enrollment_id) as enrollment_id, e.workflow_id, e.contact_id, f.step, f.reason
    from failed f join enrollments e on e.tenant_id = ${tenant} and e.enrollment_id = f.enrollment_id`;
  await record(
    tx,
    failed.map(({ enrollment_id, workflow_id, contact_id: contactId, step, reason }) => ({
      type: 'enrollment.step_failed' as const,
      contactId,
      data: { enrollment_id, workflow_id, step, reason, late: true },
    })),
  );
  return failed.length;
}

/** The dead letters of a tenant are asked once more, with the same ids. Returns how many. */
export async function retryRequests(
  tx: Tx,
  ids: readonly string[],
  actor: MemberRef | null,
): Promise<number> {
  const { sql, tenant } = tx;
  const rows = await sql<{ enrollment_id: string; contact_id: string; workflow_id: string; step: string }[]>`
    with retried as (
      update workflow_requests set state = 'queued', attempts = 0, due_at = moment(), answer = null
      -- one whose run waited for the answer has gone on without it
      where tenant_id = ${tenant} and request_id = any(${[...ids]}::uuid[]) and state = 'failed' and kind <> 'http_request'
      returning enrollment_id, ordinal),
    good as (
      update step_runs s set outcome = 'done', detail = s.detail - 'reason' - 'late' from retried r
      where s.tenant_id = ${tenant} and s.enrollment_id = r.enrollment_id and s.ordinal = r.ordinal
      returning s.enrollment_id, s.step)
    select g.enrollment_id, e.contact_id, e.workflow_id, g.step
    from good g join enrollments e on e.tenant_id = ${tenant} and e.enrollment_id = g.enrollment_id`;
  if (rows.length === 0) return 0;
  await wakeRequests(tx);
  await record(
    tx,
    rows.map(({ contact_id: contactId, ...data }) => ({
      type: 'enrollment.resumed' as const,
      contactId,
      actor,
      data: { ...data, retried: true },
    })),
  );
  return rows.length;
}
