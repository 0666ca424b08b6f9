/**
 * Calls of which nothing is heard: the answer was lost, a process died, a callback never came. The carrier is asked. What it has is
 * adopted; only what it does not know goes back to the queue, where it is judged anew.
 *
 * The carrier keeps nothing of ours with a call that it would show, so a lost one is told by its pair of numbers and its time,
 * less the sids that other calls of ours hold. While another one of the same pair is in flight the record could be either's, so
 * the question waits.
 */
import type { CallRecord, VoiceCarrier } from '../carriers/voice.ts';
import type { Database, Tx } from '../db/client.ts';
import { applyNews, lockCall, settle, type CallRow } from './settle.ts';

/** The carrier's clock shows whole seconds and is not ours. */
const CLOCK_TOLERANCE = 10_000;
/** While one process asks, no other does. */
const ASKING_LEASE_S = 15;
const AT_ONCE = 10;

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
        where tenant_id = ${tenant} and account_sid = ${account} and due_at <= moment()
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
  const tried = {
    callId: call.call_id,
    accountSid: call.account_sid,
    claimedAt: asked.claimed_at ?? asked.created_at,
  };
  if (call.carrier_sid !== null) {
    const known = records.find(({ sid }) => sid === call.carrier_sid);
    if (known) await applyNews(tx, call, known);
    return;
  }
  const found = await unclaimed(tx, call, records);
  if (found === 'undecided') return;
  if (found === null) await settle(tx, tried, { kind: 'absent' });
  else await applyNews(tx, call, found);
}

async function unclaimed(
  { sql, tenant }: Tx,
  call: CallRow,
  records: CallRecord[],
): Promise<CallRecord | 'undecided' | null> {
  if (records.length === 0) return null;
  const sids = records.map(({ sid }) => sid);
  const [taken, [twin]] = await Promise.all([
    sql<{ carrier_sid: string }[]>`
      select carrier_sid from calls where tenant_id = ${tenant} and carrier_sid = any(${sids})`,
    sql`select 1 from calls
      where tenant_id = ${tenant} and account_sid = ${call.account_sid} and status = 'placing' and hold_reason is null
        and call_id <> ${call.call_id} and from_address = ${call.from_address}
        and case when kind = 'call' then member_phone else to_address end = ${pairOf(call).to} limit 1`,
  ]);
  if (twin) return 'undecided';
  const known = new Set(taken.map(({ carrier_sid }) => carrier_sid));
  // oldest first: it is the one that the longest waiting call made
  return records.findLast(({ sid }) => !known.has(sid)) ?? null;
}
