/**
 * Status callbacks: the flood (three or four a message), so those that wait are written together.
 *
 * They come doubled, late and in any order. What makes every order end the same: a status only rises (`status_rank`), a
 * report of an earlier attempt is ignored, and of several failure codes the smallest stays. A later bare failure
 * erases no reason; a delivery erases all of them.
 */
import type { StatusReport } from '../carriers/carrier.ts';
import { lockConsent } from '../consent/index.ts';
import { Coalescer } from '../db/coalesce.ts';
import type { Database, Tx } from '../db/client.ts';
import { wakeSenders } from './outbox.ts';
import { holdSender, isFinal, recordCarrierOptOuts } from './settle.ts';

/** Writes reports down; `add` resolves after the commit, and only then may the carrier be answered. */
export function createStatusWriter(database: Database): Coalescer<StatusReport, void> {
  return new Coalescer(async (tenant, reports) => {
    const optedOut = reports.filter((report) => report.refusal?.action.kind === 'opt_out');
    const retried = reports.filter((report) => report.refusal?.action.kind === 'retry');
    const paused = reports.flatMap((report) => {
      const action = report.refusal?.action;
      return action?.kind === 'pause_sender' ? [{ report, seconds: action.seconds }] : [];
    });
    if (optedOut.length + retried.length + paused.length === 0) {
      await database.pipeline(tenant, (tx) => [apply(tx, reports)]);
    } else {
      await database.transaction(tenant, async (tx) => {
        if (optedOut.length > 0) await lockConsent(tx);
        await apply(tx, reports);
        await Promise.all([
          wakeSenders(
            tx,
            retried.map((report) => report.messageId),
          ),
          ...paused.map(({ report, seconds }) =>
            holdSender(tx, report.messageId, report.refusal!.reason, seconds),
          ),
        ]);
        await recordCarrierOptOuts(
          tx,
          optedOut.map((report) => report.messageId),
        );
      });
    }
    return reports.map((): void => undefined);
  });
}

function apply(tx: Tx, reports: StatusReport[]) {
  const { sql, tenant } = tx;
  const ids = reports.map((report) => report.messageId);
  const rows = sql.json(
    reports.map(({ messageId, attempt, sid, status, refusal }) => ({
      id: messageId,
      attempt,
      sid,
      status,
      code: refusal?.code ?? null,
      reason: refusal?.reason ?? null,
      final: refusal ? isFinal(refusal.action) : null,
      retry_in: refusal?.action.kind === 'retry' ? refusal.action.seconds : null,
      retries: refusal?.action.kind === 'retry' ? refusal.action.times : 0,
    })),
  );
  tx.touch();
  return sql`
    with reports as (
      select r.*, case r.status when 'sent' then 4 when 'failed' then 5 when 'undelivered' then 6
        when 'delivered' then 7 when 'read' then 8 end as rank
      from jsonb_to_recordset(${rows}) as r (id uuid, attempt smallint, sid text, status text, code text, reason text,
        final boolean, retry_in double precision, retries integer)
    ),
    -- one row a message: an update reads each row of its target once, whatever joins it
    best as (
      select distinct on (id, attempt) id, attempt, sid, status, rank from reports order by id, attempt, rank desc
    ),
    codes as (
      select distinct on (id, attempt) id, attempt, code, reason, final, retry_in, retries from reports
      where code is not null order by id, attempt, code
    ),
    before as (
      select m.message_id, m.status_rank
      from messages m join best b on m.message_id = b.id and m.attempt = b.attempt
      where m.tenant_id = ${tenant} and m.message_id = any(${ids}::uuid[])
      order by m.message_id
      for update of m
    ),
    moved as (
      update messages m set
        status = case when b.rank > m.status_rank then b.status else m.status end,
        -- an equal text may have been taken for this one when it was looked up: its sid is no reason to fail a batch
        carrier_sid = coalesce(m.carrier_sid, (select b.sid where not exists (
          select from messages o where o.tenant_id = ${tenant} and o.carrier_sid = b.sid))),
        sent_at = coalesce(m.sent_at, moment()),
        delivered_at = case when b.rank >= 7 then coalesce(m.delivered_at, moment()) else m.delivered_at end,
        read_at = case when b.rank = 8 then coalesce(m.read_at, moment()) else m.read_at end,
        error_code = case when greatest(b.rank, m.status_rank) in (5, 6) then least(m.error_code, c.code) end,
        error_reason = case when greatest(b.rank, m.status_rank) in (5, 6)
          then case when m.error_code is null or c.code < m.error_code then coalesce(c.reason, m.error_reason)
            else m.error_reason end end,
        error_final = case when greatest(b.rank, m.status_rank) in (5, 6)
          then case when m.error_code is null or c.code < m.error_code then coalesce(c.final, m.error_final)
            else m.error_final end end,
        lease_until = null,
        hold_reason = null,
        -- a failure that may pass is tried again by the drain; a delivery that comes after all calls it off
        due_at = case when greatest(b.rank, m.status_rank) in (5, 6)
          -- by the code that stays, or the order of the callbacks would decide whether there is another try
          then case when c.code is null or c.code >= m.error_code then m.due_at
            when m.tries < c.retries then moment() + make_interval(secs => c.retry_in * power(2, m.tries)) end end
      from best b
      left join codes c on c.id = b.id and c.attempt = b.attempt
      join before f on f.message_id = b.id
      where m.tenant_id = ${tenant} and m.message_id = any(${ids}::uuid[]) and m.message_id = b.id
        and m.attempt = b.attempt
        and m.status not in ('received', 'canceled')
        and (b.rank > m.status_rank or (c.code is not null and m.status_rank in (5, 6)
          and (m.error_code is null or c.code < m.error_code)))
      returning m.*, f.status_rank as was
    )
    insert into events (tenant_id, event_id, type, contact_id, conversation_id, message_id, data)
    select tenant_id, gen_random_uuid(), 'message.' || status, contact_id, conversation_id, message_id,
      jsonb_strip_nulls(jsonb_build_object('sid', carrier_sid, 'attempt', attempt, 'code', error_code,
        'reason', error_reason))
    from moved where status_rank > was or status in ('failed', 'undelivered')`;
}
