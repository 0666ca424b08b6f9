/**
 * What became of a try, and what the carrier tells of a call later, written down. A status only rises; whatever could lead to
 * another try names the claim that it speaks for. One call is one row lock: a few callbacks in all, so nothing is batched.
 */
import type { SendOutcome } from '../carriers/carrier.ts';
import type { CallNews } from '../carriers/voice.ts';
import type { Tx } from '../db/client.ts';
import { record } from '../events/record.ts';
import { wakeLane } from './lanes.ts';

export interface CallRow {
  call_id: string;
  contact_id: string;
  conversation_id: string | null;
  account_sid: string;
  direction: 'inbound' | 'outbound';
  kind: 'call' | 'voicemail';
  status: string;
  status_rank: number;
  from_address: string;
  to_address: string;
  member_id: string | null;
  member_phone: string | null;
  whisper: string | null;
  asset_id: string | null;
  if_answered: 'hang_up' | 'play' | null;
  carrier_sid: string | null;
  leg_result: string | null;
  error_code: string | null;
  placed_at: string | null;
  dialed_at: string | null;
}

/** As CALL_STATUSES has them, and the column `status_rank`. */
const RANKS = { placed: 3, ringing: 4, in_progress: 5, ended: 6 } as const;

/** When an unknown fate is looked up; the carrier may still be writing it down. */
const LOOK_UP_AFTER_S = 4;
/** After how many times that the carrier has never heard of it nobody asks again. */
const MOST_ATTEMPTS = 3;
/** The end of the second leg is told by a webhook of its own, which may come after that of the first. */
const LEG_GRACE_S = 15;
/** When the carrier is asked about a call of which nothing more is heard. */
const SOON_S = 15;
const RINGING_S = 60;
const TALKING_S = 60;

/** `account`: whose webhook names the call; one of another account is none of theirs. */
export async function lockCall(
  { sql, tenant }: Tx,
  callId: string,
  account: string | null = null,
): Promise<CallRow | undefined> {
  const [row] = await sql<CallRow[]>`
    select * from calls
    where tenant_id = ${tenant} and call_id = ${callId} and account_sid = coalesce(${account}, account_sid)
    for no key update`;
  return row;
}

export interface Tried {
  callId: string;
  accountSid: string;
  claimedAt: string;
}

/**
 * `absent`: the carrier was asked and does not know it. `among_others`: it has this one and others that look the same; which is
 * which is still to be told.
 */
type Found = { kind: 'absent' | 'among_others' };

export async function settle(tx: Tx, tried: Tried, outcome: SendOutcome | Found): Promise<void> {
  if (outcome.kind === 'accepted') {
    const call = await lockCall(tx, tried.callId);
    if (call) await applyNews(tx, call, { sid: outcome.sid, ...ACCEPTED });
  } else if (outcome.kind === 'refused') await refuse(tx, tried, outcome.refusal);
  else if (outcome.kind === 'unknown') {
    await tx.sql`
      update calls set hold_reason = 'unconfirmed',
        due_at = least(due_at, moment() + make_interval(secs => ${LOOK_UP_AFTER_S}))
      where ${claimOf(tx, tried)}`;
  } else if (outcome.kind === 'among_others') {
    await tx.sql`
      update calls set status = 'placed', hold_reason = null, due_at = moment() + make_interval(secs => ${RINGING_S})
      where ${claimOf(tx, tried)}`;
  } else {
    const [again] = await tx.sql`
      update calls set status = 'queued', due_at = moment(), hold_reason = null
      where ${claimOf(tx, tried)} and carrier_sid is null and attempt < ${MOST_ATTEMPTS} returning 1`;
    const reason = 'The carrier lost this call each time that it was asked for it.';
    if (!again) await fail(tx, tried, 'lost', reason);
  }
  await wakeLane(tx, tried.accountSid);
}

const ACCEPTED: CallNews = { status: 'placed', result: null, seconds: null, answeredBy: null };

function claimOf({ sql, tenant }: Tx, { callId, claimedAt }: Tried) {
  return sql`tenant_id = ${tenant} and call_id = ${callId} and status = 'placing' and claimed_at = ${claimedAt}`;
}

async function refuse(
  tx: Tx,
  tried: Tried,
  { code, reason, action }: Extract<SendOutcome, { kind: 'refused' }>['refusal'],
): Promise<void> {
  if (action.kind === 'retry') {
    const [again] = await tx.sql`
      update calls set status = 'queued', tries = tries + 1, hold_reason = 'carrier_busy',
        due_at = moment() + make_interval(secs => least(${action.seconds} * power(2, least(tries, 10)), 3600))
      where ${claimOf(tx, tried)} and tries < ${action.times} returning 1`;
    if (again) return;
  }
  await fail(tx, tried, code, reason);
}

/** Nobody will ever say what became of it. */
export async function giveUp(tx: Tx, call: CallRow): Promise<void> {
  const reason = 'The carrier did not say what became of this call.';
  await tx.sql`
    update calls set status = 'ended', result = 'failed', ended_at = moment(), due_at = moment(), hold_reason = null,
      error_code = 'lost', error_reason = ${reason}
    where tenant_id = ${tx.tenant} and call_id = ${call.call_id} and status in ('placing', 'placed')`;
  await finish(tx, call.call_id);
}

async function fail(tx: Tx, tried: Tried, code: string, reason: string): Promise<void> {
  const ended = await tx.sql<{ call_id: string }[]>`
    update calls set status = 'ended', result = 'failed', ended_at = moment(), due_at = moment(), hold_reason = null,
      error_code = ${code}, error_reason = ${reason}
    where ${claimOf(tx, tried)} returning call_id`;
  if (ended[0]) await finish(tx, tried.callId);
}

/**
 * What the carrier says of the leg that it knows as `sid`. False: that is another one than the one that stands for the call; it
 * was lost sight of, and may do nothing. The caller has the row locked.
 */
export async function applyNews(tx: Tx, call: CallRow, news: CallNews & { sid: string }): Promise<boolean> {
  const { sql, tenant } = tx;
  const { sid, status, result, seconds, answeredBy } = news;
  if (call.status === 'canceled' || (call.carrier_sid !== null && call.carrier_sid !== sid)) return false;
  // of a call that was given up, or whose record was taken for another's
  if (call.carrier_sid === null && (call.status_rank >= RANKS.ended || (await isTaken(tx, sid))))
    return false;
  const rank = status === null ? 0 : RANKS[status];
  const rises = rank > call.status_rank;
  const starts = call.placed_at === null;
  if (!rises && !starts && answeredBy === null && (result === null || seconds === null)) return true;
  const answered = rank === RANKS.in_progress || (rank === RANKS.ended && result === 'completed');
  const wait = waitAfter(call, Math.max(rank, call.status_rank));
  const [row] = await sql<{ due_at: string | null }[]>`
    update calls set
      status = case when ${rises} then ${status} else status end,
      carrier_sid = ${sid},
      placed_at = coalesce(placed_at, moment()),
      answered_at = case when ${answered} then coalesce(answered_at, moment()) else answered_at end,
      answered_by = coalesce(${answeredBy}, answered_by),
      result = coalesce(result, ${result}),
      ended_at = case when ${rank === RANKS.ended} then coalesce(ended_at, moment()) else ended_at end,
      -- of the talk, where that is known: the member's own leg is longer
      seconds = case when leg_result is null or seconds is null then coalesce(${seconds}::integer, seconds) else seconds end,
      hold_reason = null,
      due_at = case when ${rises} then moment() + make_interval(secs => ${wait}) else due_at end
    where tenant_id = ${tenant} and call_id = ${call.call_id}
    returning due_at`;
  if (starts && call.direction === 'outbound') {
    const { call_id, kind, direction, contact_id: contactId, conversation_id: conversationId } = call;
    await record(tx, [
      { type: 'call.started', contactId, conversationId, data: { call_id, kind, direction } },
    ]);
  }
  if (rises) await wakeLane(tx, call.account_sid, row?.due_at ?? null);
  if (rank === RANKS.ended) await finish(tx, call.call_id);
  return true;
}

async function isTaken({ sql, tenant }: Tx, sid: string): Promise<boolean> {
  return (await sql`select 1 from calls where tenant_id = ${tenant} and carrier_sid = ${sid}`).length > 0;
}

/** Seconds until the next look, if nothing is heard meanwhile. */
function waitAfter({ direction, dialed_at, leg_result }: CallRow, rank: number): number {
  if (rank === RANKS.ended) return LEG_GRACE_S;
  // what is left of it is a sentence
  if (leg_result !== null || (direction === 'inbound' && dialed_at === null)) return SOON_S;
  return rank === RANKS.in_progress ? TALKING_S : RINGING_S;
}

/**
 * Completes calls that have ended as far as will ever be known: this one, or of a lane all whose time for that has come. A call
 * is completed once, with the event that says how it went.
 */
export async function finish(tx: Tx, callId: string | null, account: string | null = null): Promise<number> {
  const { sql, tenant } = tx;
  const which =
    callId === null
      ? sql`c.account_sid = ${account} and c.due_at <= (select moment())`
      : sql`c.call_id = ${callId}`;
  const done = await sql<
    (Pick<CallRow, 'call_id' | 'contact_id' | 'conversation_id' | 'direction' | 'kind' | 'member_id'> & {
      disposition: string;
      seconds: number | null;
      error_reason: string | null;
    })[]
  >`
    update calls c set status = 'completed', due_at = null, disposition = case
        when direction = 'inbound' then case when leg_result = 'completed' then 'answered' else 'missed' end
        when error_code is not null and dialed_at is null then 'failed'
        when kind = 'call' then case
          when dialed_at is null then 'member_unreachable'
          when leg_result = 'completed' then 'answered'
          when leg_result in ('busy', 'failed') then leg_result
          else 'no_answer' end
        when result in ('busy', 'failed') then result
        when result <> 'completed' then 'no_answer'
        when answered_by in ('human', 'unknown') then 'answered'
        when played_at is not null then 'voicemail'
        else 'failed' end,
      error_reason = coalesce(error_reason, case
        when direction = 'inbound' or error_code is not null then null
        when kind = 'call' and dialed_at is null
          then 'The member’s own phone was not picked up, so the contact was not called.'
        when kind = 'voicemail' and result = 'completed' and played_at is null
            and coalesce(answered_by, '') not in ('human', 'unknown')
          then 'The call ended before the recording was over.' end)
    where c.tenant_id = ${tenant} and c.status = 'ended' and ${which}
      and (c.dialed_at is null or c.leg_result is not null or c.due_at <= (select moment()))
    returning call_id, contact_id, conversation_id, direction, kind, member_id, disposition, seconds, error_reason`;
  if (done.length > 0) {
    await record(
      tx,
      done.map(({ contact_id: contactId, conversation_id: conversationId, error_reason, ...data }) => ({
        type: 'call.completed' as const,
        contactId,
        conversationId,
        data: {
          ...data,
          missed: data.disposition === 'missed',
          ...(error_reason !== null && { reason: error_reason }),
        },
      })),
    );
  }
  return done.length;
}

/** How the leg ended that was dialed from a call. */
export async function noteLeg(
  { sql, tenant }: Tx,
  call: CallRow,
  { result, seconds }: { result: string; seconds: number | null },
): Promise<void> {
  await sql`
    update calls set leg_result = ${result}, seconds = coalesce(${seconds}::integer, seconds),
      due_at = case when status_rank < 6 then moment() + make_interval(secs => ${SOON_S}) else due_at end
    where tenant_id = ${tenant} and call_id = ${call.call_id} and leg_result is null and status <> 'completed'`;
}
