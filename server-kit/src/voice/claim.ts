/**
 * The claim: one statement that decides whether a call leaves now. It is the only way from `queued` to `placing`.
 *
 * It judges the next due call of a lane: may not be called → `canceled`; at night on the contact's clock, or outside of its
 * workflow's hours → later; the account has just placed one → stays; else `placing`, with a lease. Calls go by quiet hours
 * whatever their purpose: a phone rings.
 *
 * Runs under the shared consent lock and the lane's lock, each taken by an earlier statement: a statement sees what had
 * committed when it began.
 */
import { opening } from '../consent/index.ts';
import type { Tx } from '../db/client.ts';
import { BAR_REASONS, judgment, type Bar } from './judge.ts';
import { freeAt } from './lanes.ts';

export interface Claimed {
  call_id: string;
  account_sid: string;
  kind: 'call' | 'voicemail';
  from_address: string;
  to_address: string;
  member_phone: string | null;
  /** Which claim this is: outcomes of an earlier one no longer speak for the call. */
  claimed_at: string;
  decision: Bar | 'call' | 'quiet_hours' | 'window';
}

/** `agency` is the one whose lock is held; when it is another's by now, nothing is claimed. */
export function claimCall(
  tx: Tx,
  {
    account,
    agency,
    leaseMs,
    perSecond,
  }: { account: string; agency: string; leaseMs: number; perSecond: number },
) {
  const { sql, tenant } = tx;
  tx.touch();
  const reasons = sql.json(BAR_REASONS);
  return sql<Claimed[]>`
    with due as materialized (
      select c.call_id, coalesce(j.bar, case when q.quiet > moment() then 'quiet_hours'
        when q.opens > moment() then 'window' when f.at > moment() then 'busy' else 'call' end) as decision,
        greatest(q.quiet, q.opens) as until
      from calls c
      join tenants t on t.tenant_id = c.tenant_id and coalesce(t.parent_tenant_id, t.tenant_id) = ${agency}
      cross join (${freeAt(tx, account, perSecond)}) f
      cross join lateral (${judgment(tx, agency)}) j
      cross join lateral (select after_quiet_hours(moment(), j.time_zone, t.time_zone, j.state) as quiet,
        ${opening(tx, sql`c.send_window`, { contact: sql`j.time_zone`, tenant: sql`t.time_zone` })} as opens) q
      where c.tenant_id = ${tenant} and c.account_sid = ${account} and c.status = 'queued' and c.due_at <= (select moment())
      order by c.due_at, c.call_id limit 1
      for update of c skip locked
    ),
    moved as (
      update calls c set
        status = case when d.decision = 'call' then 'placing' when d.waits then 'queued' else 'canceled' end,
        attempt = c.attempt + case when d.decision = 'call' then 1 else 0 end,
        claimed_at = case when d.decision = 'call' then moment() else c.claimed_at end,
        due_at = case when d.decision = 'call' then moment() + make_interval(secs => ${leaseMs / 1000})
          when d.waits then d.until end,
        hold_reason = case when d.waits then d.decision end,
        error_code = case when d.barred then d.decision end,
        error_reason = ${reasons}::jsonb ->> d.decision,
        ended_at = case when d.barred then moment() end
      from (select *, decision in ('quiet_hours', 'window') as waits, ${reasons}::jsonb ? decision as barred from due) d
      where c.tenant_id = ${tenant} and c.call_id = d.call_id and d.decision <> 'busy'
      returning c.*, d.decision
    ),
    paced as (
      update call_lanes l set placed_at = moment() from moved m
      where l.tenant_id = ${tenant} and l.account_sid = ${account} and m.decision = 'call'
    ),
    logged as (
      insert into events (tenant_id, event_id, type, contact_id, conversation_id, data)
      select tenant_id, gen_random_uuid(), 'call.canceled', contact_id, conversation_id,
        jsonb_build_object('call_id', call_id, 'kind', kind, 'reason', decision)
      from moved where status = 'canceled'
    )
    select call_id, account_sid, kind, from_address, to_address, member_phone, claimed_at, decision from moved`;
}
