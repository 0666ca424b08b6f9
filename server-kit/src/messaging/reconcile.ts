/**
 * Messages whose fate is unknown: the lease is over and there is no sid, because a process died or an answer was lost.
 * The carrier is asked. What it has is adopted; only what it does not know goes back to the queue.
 *
 * Twilio keeps nothing of ours with a message but the callback address, which it does not show. So its record is told
 * by number pair, words and time, less the sids that other messages of ours already hold. While an equal text is in
 * flight its record could be either's, so the question waits; two equal texts that are both unknown take one record each.
 */
import type { Carrier } from '../carriers/carrier.ts';
import type { Coalescer } from '../db/coalesce.ts';
import type { Database } from '../db/client.ts';
import type { Outcome } from './settle.ts';

interface Unknown {
  message_id: string;
  conversation_id: string;
  sender_id: string;
  attempt: number;
  account_sid: string;
  from_address: string;
  to_address: string;
  body: string;
  claimed_at: string;
}

/** The carrier's clock shows whole seconds and is not ours. */
const CLOCK_TOLERANCE = 10_000;
/** While one process asks, no other does. */
const ASKING_LEASE_SECONDS = 15;

/** Resolves up to 20 unknown messages of a sender. Returns how many it looked at. */
export async function reconcileExpired(
  database: Database,
  carrier: Carrier,
  settler: Coalescer<Outcome, void>,
  tenant: string,
  senderId: string,
): Promise<number> {
  const [unknown] = await database.pipeline(
    tenant,
    ({ sql }) =>
      [
        sql<Unknown[]>`
      with expired as (
        select message_id from messages
        where tenant_id = ${tenant} and sender_id = ${senderId} and status = 'sending' and lease_until <= (select moment())
        order by lease_until limit 20
        for update skip locked
      )
      update messages m set lease_until = moment() + make_interval(secs => ${ASKING_LEASE_SECONDS}),
        hold_reason = 'unconfirmed'
      from expired e join senders s on s.tenant_id = ${tenant} and s.sender_id = ${senderId}
      where m.tenant_id = ${tenant} and m.message_id = e.message_id
      returning m.message_id, m.conversation_id, m.sender_id, m.attempt, s.account_sid, m.from_address, m.to_address, m.body, m.claimed_at`,
      ] as const,
  );

  const adopted = new Set<string>();
  for (const message of unknown) {
    let sid: string | 'undecided' | null;
    try {
      sid = await findAtCarrier(database, carrier, tenant, message, adopted);
    } catch {
      // the carrier cannot be asked now; the message stays unknown and is asked about when this lease ends
      continue;
    }
    if (sid === 'undecided') continue;
    if (sid !== null) adopted.add(sid);
    await settler.add(tenant, {
      messageId: message.message_id,
      attempt: message.attempt,
      claimedAt: message.claimed_at,
      result: sid === null ? { kind: 'absent' } : { kind: 'accepted', sid },
    });
  }
  return unknown.length;
}

async function findAtCarrier(
  database: Database,
  carrier: Carrier,
  tenant: string,
  message: Unknown,
  adopted: ReadonlySet<string>,
): Promise<string | 'undecided' | null> {
  const records = await carrier.find({
    accountSid: message.account_sid,
    from: message.from_address,
    to: message.to_address,
    since: new Date(Date.parse(message.claimed_at) - CLOCK_TOLERANCE),
  });
  const candidates = records.filter((record) => record.body === message.body && !adopted.has(record.sid));
  if (candidates.length === 0) return null;
  const sids = candidates.map((record) => record.sid);
  const [taken, [twin]] = await database.pipeline(
    tenant,
    ({ sql }) =>
      [
        sql<{ sid: string }[]>`
      select carrier_sid as sid from messages where tenant_id = ${tenant} and carrier_sid = any(${sids})
      union all
      select unnest(past_sids) from messages
      where tenant_id = ${tenant} and conversation_id = ${message.conversation_id} and past_sids <> '{}'`,
        sql`select 1 from messages
          where tenant_id = ${tenant} and sender_id = ${message.sender_id} and status = 'sending'
            and lease_until > moment() and hold_reason is null
            and conversation_id = ${message.conversation_id} and body = ${message.body} limit 1`,
      ] as const,
  );
  if (twin) return 'undecided';
  const known = new Set(taken.map((row) => row.sid));
  // oldest first: it is the one that the longest waiting message made
  return candidates.findLast((record) => !known.has(record.sid))?.sid ?? null;
}
