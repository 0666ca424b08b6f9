/**
 * The claim: one statement that decides what leaves now. It is the only way from `queued` to `sending`.
 *
 * For each due message of one sender it judges, in this order: opted out, or on a list of the tenant or its agency →
 * `canceled`; marketing without written consent, or to somebody muted → `canceled`; sender not registered or paused → held;
 * marketing in quiet hours, or a workflow's text outside of its hours → later; else `sending` with a lease.
 * The first marketing text to an address since its consent leaves as `first_body`, which names the business and the way
 * out (`consent/first-message.ts`). Which one is the first is decided here, by the row lock on the address's consent.
 * Pacing is the sender's `next_slot_at`, in segments, over all processes: the row lock on the sender lets one claim
 * at a time move it. Rows that another process holds are skipped, not waited for.
 *
 * Runs under the shared consent lock (see `consent/ledger.ts`), whose key must be taken by an earlier statement: a
 * statement sees what had committed when it began.
 */
import { opening } from '../consent/index.ts';
import type { lockKey } from '../consent/ledger.ts';
import { MARKETING_KINDS } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import type { MediaEntry } from './entries.ts';

export interface Claimed {
  message_id: string;
  attempt: number;
  account_sid: string;
  from_address: string;
  to_address: string;
  body: string;
  media: MediaEntry[];
  /** Which claim this is: outcomes of an earlier one no longer speak for the message. */
  claimed_at: string;
  decision:
    | 'send'
    | 'opted_out'
    | 'suppressed'
    | 'no_consent'
    | 'dnd'
    | 'sender_pending'
    | 'sender_paused'
    | 'quiet_hours'
    | 'window';
}

/** How far a sender may run ahead of its rate, so that a fast one is claimed in batches and not one by one. */
const BURST = '100 milliseconds';

/** As a scalar and not an `exists`, which Postgres would hash: it read all messages for each batch. */
function neverArrived({ sql, tenant }: Tx, id: ReturnType<typeof lockKey>) {
  return sql`coalesce((
    select f.status in ('failed', 'undelivered') from messages f
    where f.tenant_id = ${tenant} and f.message_id = ${id} limit 1), false)`;
}

/** `agency` is the one whose lock is held; when it is another's by now, nothing is claimed. Default: it has none. */
export function claimDue(tx: Tx, senderId: string, limit: number, leaseMs: number, agency = tx.tenant) {
  const { sql, tenant } = tx;
  tx.touch();
  return sql<Claimed[]>`
    with sender as materialized (
      select s.sender_id, s.account_sid, s.segments_per_second as rate,
        case
          when s.status = 'pending' then 'sender_pending'
          when s.status = 'paused' and (s.resume_at is null or s.resume_at > moment()) then 'sender_paused'
        end as unusable,
        greatest(s.next_slot_at, moment() - ${BURST}::interval) as slot,
        t.time_zone
      from senders s join tenants t using (tenant_id)
      where s.tenant_id = ${tenant} and s.sender_id = ${senderId}
        and coalesce(t.parent_tenant_id, t.tenant_id) = ${agency}
      -- not "for update": whoever enqueues holds the foreign key's lock on the sender and waits for our wake-up
      for no key update of s
    ),
    due as materialized (
      select m.message_id, m.due_at, m.channel, m.to_address, greatest(m.segments, 1) as segments, m.first_segments,
        -- the first one, or the next when that one never arrived
        m.first_body is not null and k.record_id is not null
          and (k.first_marketing_id is null or ${neverArrived(tx, sql`k.first_marketing_id`)}) as unintroduced,
        case
          when b.withdrawn and m.purpose <> 'opt_out_confirmation' then 'opted_out'
          when b.listed or g.address is not null then 'suppressed'
          when m.purpose = 'marketing' and k.record_id is null then 'no_consent'
          -- the team has muted the person: what a member writes to them still goes
          when m.purpose = 'marketing' and m.channel = any(c.dnd) then 'dnd'
          when s.unusable is not null then s.unusable
          else 'send'
        end as decision,
        m.purpose, m.send_window, c.time_zone, c.state
      from messages m
      cross join sender s
      -- a limit keeps these look-ups by key, whatever the planner believes about the tables' sizes
      left join lateral (
        select withdrawn, listed from suppressions
        where tenant_id = ${tenant} and channel = m.channel and address = m.to_address limit 1) b on true
      left join lateral (
        select address from agency_suppressions
        where tenant_id = ${agency} and channel = m.channel and address = m.to_address limit 1) g on true
      left join lateral (
        select record_id, first_marketing_id from consents
        where m.purpose = 'marketing' and tenant_id = ${tenant} and channel = m.channel and address = m.to_address
          and state = 'granted' and kind = any(${[...MARKETING_KINDS]})
          and (expires_at is null or expires_at > moment()) limit 1) k on true
      left join lateral (
        select coalesce(time_zone, derived_zone) as time_zone, state, dnd from contacts
        where tenant_id = ${tenant} and contact_id = m.contact_id limit 1) c on true
      -- the id itself and not the sender's row: only so is the index known to be in the right order, and thousands that
      -- are due are not judged and sorted for each batch (measured: 3,000 due, 10 ms a batch became 2)
      where m.tenant_id = ${tenant} and m.sender_id = ${senderId} and m.status = 'queued' and m.due_at <= (select moment())
        -- what has been told once that its sender cannot send is not told again at every look
        and (s.unusable is null or m.hold_reason is distinct from s.unusable or b.withdrawn is not null or g.address is not null)
      order by m.due_at, m.message_id
      limit ${limit}
      for update of m skip locked
    ),
    -- once for all who live by the same clock and rules: a function in plpgsql for each message halved the rate of marketing
    quiet as materialized (
      select d.*, case when d.marketing then after_quiet_hours(moment(), d.time_zone, s.time_zone, d.state) end as until,
        ${opening(tx, sql`d.send_window`, { contact: sql`d.time_zone`, tenant: sql`s.time_zone` })} as opens
      from (
        select distinct time_zone, state, send_window, purpose = 'marketing' as marketing from due
        where decision = 'send' and (purpose = 'marketing' or send_window is not null)) d
      cross join sender s
    ),
    quieted as (
      select d.message_id, d.due_at, d.channel, d.to_address, d.segments, d.first_segments, d.unintroduced,
        greatest(q.until, q.opens) as quiet_until,
        case when q.until > moment() then 'quiet_hours' when q.opens > moment() then 'window' else d.decision end as decision
      from due d left join quiet q on d.decision = 'send' and q.marketing = (d.purpose = 'marketing')
        and q.time_zone is not distinct from d.time_zone and q.state is not distinct from d.state
        and q.send_window is not distinct from d.send_window
    ),
    judged as materialized (
      select message_id, due_at, channel, to_address, decision, quiet_until, first,
        decision in ('opted_out', 'suppressed', 'no_consent', 'dnd') as barred,
        case when first then first_segments else segments end as segments
      from (
        select *, decision = 'send' and unintroduced and row_number() over (
          partition by channel, to_address, decision = 'send' and unintroduced order by due_at, message_id) = 1 as first
        from quieted) numbered
    ),
    paced as materialized (
      select d.*, s.rate, s.slot,
        sum(case when d.decision = 'send' then d.segments else 0 end) over (order by d.due_at, d.message_id) as upto
      from judged d cross join sender s
    ),
    allowed as materialized (
      select * from paced
      where decision <> 'send' or rate is null
        or slot + make_interval(secs => (upto - segments) / rate) <= moment()
    ),
    advanced as (
      update senders s
      set next_slot_at = a.slot + make_interval(secs => a.sent / s.segments_per_second)
      from (select min(slot) as slot, sum(segments) as sent from allowed where decision = 'send') a
      where s.tenant_id = ${tenant} and s.sender_id = ${senderId} and a.sent > 0 and s.segments_per_second is not null
    ),
    -- another sender of the tenant may be at the same addresses: locked in one order, and looked at again once locked
    introducing as materialized (
      select a.channel, a.to_address, a.message_id
      from (select * from allowed where first order by channel, to_address) a
      cross join lateral (
        select from consents c
        where c.tenant_id = ${tenant} and c.channel = a.channel and c.address = a.to_address
          and (c.first_marketing_id is null or ${neverArrived(tx, sql`c.first_marketing_id`)})
        for no key update) held
    ),
    introduced as (
      update consents c set first_marketing_id = i.message_id from introducing i
      where c.tenant_id = ${tenant} and c.channel = i.channel and c.address = i.to_address
      returning i.message_id
    ),
    moved as (
      update messages m set
        body = case when i.message_id is not null then m.first_body else m.body end,
        segments = case when i.message_id is not null then m.first_segments else m.segments end,
        first_body = case when a.decision <> 'send' then m.first_body end,
        first_segments = case when a.decision <> 'send' then m.first_segments end,
        status = case when a.decision = 'send' then 'sending'
          when a.barred then 'canceled' else m.status end,
        claimed_at = case when a.decision = 'send' then moment() else m.claimed_at end,
        -- what was written for later stands in the thread where it left, not where it was written
        created_at = case when a.decision = 'send' and m.send_at is not null and m.attempt = 1
          then greatest(m.created_at, moment()) else m.created_at end,
        lease_until = case when a.decision = 'send' then moment() + make_interval(secs => ${leaseMs / 1000}) end,
        due_at = case when a.decision = 'send' or a.barred then null
          when a.decision in ('quiet_hours', 'window') then a.quiet_until else m.due_at end,
        hold_reason = case when a.decision <> 'send' and not a.barred then a.decision end,
        error_code = case when a.barred then a.decision end,
        error_reason = case a.decision
          when 'opted_out' then 'Not sent: this person had opted out before it left.'
          when 'suppressed' then 'Not sent: this number is on a do-not-contact list.'
          when 'no_consent' then 'Not sent: there is no recorded consent to marketing texts.'
          when 'dnd' then 'Not sent: this person is muted on this channel.' end
      from allowed a left join introduced i on i.message_id = a.message_id
      where m.tenant_id = ${tenant} and m.message_id = any(array(select message_id from allowed))
        and m.message_id = a.message_id
      returning m.*, a.decision
    ),
    surfaced as (
      update conversations c
      set last_message_id = l.message_id, last_message_at = l.created_at, sender_id = l.sender_id
      from (
        select distinct on (conversation_id) conversation_id, message_id, created_at, sender_id from moved
        where decision = 'send' and send_at is not null and attempt = 1
        order by conversation_id, created_at desc, message_id desc) l
      where c.tenant_id = ${tenant} and c.conversation_id = l.conversation_id
        and c.last_message_at <= l.created_at
    ),
    logged as (
      insert into events (tenant_id, event_id, type, contact_id, conversation_id, message_id, data)
      select tenant_id, gen_random_uuid(),
        case when status = 'sending' then 'message.released' when status = 'canceled' then 'message.canceled'
          else 'message.updated' end,
        contact_id, conversation_id, message_id, jsonb_build_object('reason', decision)
      -- of those that leave only what was written for later: a timeline shows it here and not where it was written
      from moved where decision <> 'send' or (send_at is not null and attempt = 1)
    )
    select m.message_id, m.attempt, s.account_sid, m.from_address, m.to_address, m.body, m.media, m.claimed_at, m.decision
    from moved m cross join sender s`;
}
