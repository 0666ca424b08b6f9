/**
 * Calls of which nothing is heard: the answer was lost, a process died, a callback never came. The carrier is asked. What it has is
 * adopted; only what it does not know goes back to the queue, where it is judged anew.
 *
 * The carrier keeps nothing of ours with a call that it would show, so a lost one is told by its pair of numbers and its time,
 * less the sids that other calls of ours hold. Where several of a pair are lost, or one is in flight, a record could be any one's:
 * then nothing is adopted by guess, and nothing is called again.
 */
import type { CallRecord, VoiceCarrier } from '../carriers/voice.ts';
import type { Database, Tx } from '../db/client.ts';
import { applyNews, giveUp, lockCall, settle, type CallRow } from './settle.ts';

/** The carrier's clock shows whole seconds and is not ours. */
const CLOCK_TOLERANCE = 10_000;
/** While one process asks, no other does. */
const ASKING_LEASE_S = 15;
const AT_ONCE = 10;
/** Callbacks that have not told by then which record is whose never will. */
const GIVE_UP_AFTER_S = 600;

interface Silent extends CallRow {
  claimed_at: string | null;
  created_at: string;
}

/** Asks about up to ten calls of a lane. Returns how many it looked at. */
export async function askCarrier(
  database: Database,
  voice: VoiceCarrier,
  tenant: string,
  account: string,
): Promise<number> {
  const [silent] = await database.pipeline(
    tenant,
    ({ sql }) =>
      [
        sql<Silent[]>`
      with due as (
        select call_id from calls
        where tenant_id = ${tenant} and account_sid = ${account} and due_at <= (select moment())
          and status in ('placing', 'placed', 'ringing', 'in_progress')
        order by due_at limit ${AT_ONCE}
        for update skip locked
      )
      update calls c set due_at = moment() + make_interval(secs => ${ASKING_LEASE_S}),
        hold_reason = case when c.status = 'placing' then 'unconfirmed' else c.hold_reason end
      from due where c.tenant_id = ${tenant} and c.call_id = due.call_id
      returning c.*`,
      ] as const,
  );
  for (const call of silent) {
    const { from, to } = pairOf(call);
    const since = new Date(Date.parse(call.claimed_at ?? call.created_at) - CLOCK_TOLERANCE);
    let records: CallRecord[];
    try {
      records = await voice.findCalls({ accountSid: account, from, to, since });
    } catch {
      // it cannot be asked now; asked again when this lease ends
      continue;
    }
    await database.transaction(tenant, (tx) => adopt(tx, call, records));
  }
  return silent.length;
}

/** As the carrier has it: what an outbound call rings first may be the member's phone. */
function pairOf({ direction, kind, from_address, to_address, member_phone }: CallRow) {
  const first = direction === 'outbound' && kind === 'call' ? member_phone! : to_address;
  return { from: from_address, to: first };
}

async function adopt(tx: Tx, asked: Silent, records: CallRecord[]): Promise<void> {
  const call = await lockCall(tx, asked.call_id);
  // a callback was quicker
  if (!call || call.status !== asked.status || call.carrier_sid !== asked.carrier_sid) return;
  if (call.carrier_sid !== null) {
    const known = records.find(({ sid }) => sid === call.carrier_sid);
    if (known) await applyNews(tx, call, known);
    return;
  }
  const tried = {
    callId: call.call_id,
    accountSid: call.account_sid,
    claimedAt: asked.claimed_at ?? asked.created_at,
  };
  const { nameless, flying, old } = await twinsOf(tx, call);
  const free = await unclaimed(tx, records);
  if (flying) return;
  if (free.length === 0 && call.status === 'placing') await settle(tx, tried, { kind: 'absent' });
  else if (free.length > 0 && nameless === 1) await applyNews(tx, call, free.at(-1)!);
  // it has rung, or has not: either way it is not to ring once more
  else if (old) await giveUp(tx, call);
  // as many as there are of ours: all have rung, and their callbacks say which is which
  else if (free.length >= nameless && call.status === 'placing')
    await settle(tx, tried, { kind: 'among_others' });
}

/**
 * Calls of the same pair that stand for no record yet, this one among them: a member's calls all ring the one phone first. Which of
 * their records is whose can only be told by callbacks, which name our call.
 */
async function twinsOf({ sql, tenant }: Tx, call: CallRow) {
  const [row] = await sql<{ nameless: number; flying: boolean; old: boolean }[]>`
    select count(*)::integer as nameless, bool_or(status = 'placing' and hold_reason is null) as flying,
      coalesce(bool_or(call_id = ${call.call_id}
        and claimed_at < moment() - make_interval(secs => ${GIVE_UP_AFTER_S})), false) as old
    from calls
    where tenant_id = ${tenant} and account_sid = ${call.account_sid} and status in ('placing', 'placed')
      and carrier_sid is null and due_at is not null and from_address = ${call.from_address}
      and case when kind = 'call' then member_phone else to_address end = ${pairOf(call).to}`;
  return row!;
}

/** Newest first, without those that calls of ours stand for. */
async function unclaimed({ sql, tenant }: Tx, records: CallRecord[]): Promise<CallRecord[]> {
  if (records.length === 0) return [];
  const sids = records.map(({ sid }) => sid);
  const taken = await sql<{ carrier_sid: string }[]>`
    select carrier_sid from calls where tenant_id = ${tenant} and carrier_sid = any(${sids})`;
  const known = new Set(taken.map(({ carrier_sid }) => carrier_sid));
  return records.filter(({ sid }) => !known.has(sid));
}
