/**
 * What became of a try, written down. Outcomes that arrive while others are being written go into the next write
 * together (`db/coalesce.ts`).
 *
 * Every update names the attempt it speaks for and may only raise the status: a callback that overtook the carrier's
 * own answer has already said more than "sent". Whatever could lead to another try names the claim too: a process that
 * was suspended and comes back speaks of a claim that another process may have taken over. An acceptance is true
 * whenever it is told.
 */
import type { Refusal, RefusalAction } from '../carriers/carrier.ts';
import { lockConsent, recordConsent } from '../consent/index.ts';
import { Coalescer } from '../db/coalesce.ts';
import type { Database, Tx } from '../db/client.ts';

export interface Outcome {
  messageId: string;
  attempt: number;
  /** Of the claim it speaks for. */
  claimedAt: string;
  result:
    | { kind: 'accepted'; sid: string }
    | { kind: 'refused'; refusal: Refusal }
    | { kind: 'unknown' | 'absent' };
}

/** Milliseconds until an unknown outcome is looked up at the carrier; it may still be writing it down. */
const LOOK_UP_AFTER = 4_000;

/** Writes outcomes down, many in one transaction. The promise of `add` settles after the commit. */
export function createSettler(database: Database): Coalescer<Outcome, void> {
  return new Coalescer(async (tenant, outcomes) => {
    const optedOut = outcomes.filter((outcome) => actionOf(outcome) === 'opt_out');
    if (optedOut.length === 0) {
      await database.pipeline(tenant, (tx) => write(tx, outcomes));
    } else {
      await database.transaction(tenant, async (tx) => {
        // first of all locks, as everywhere
        await lockConsent(tx);
        await Promise.all(write(tx, outcomes));
        await recordCarrierOptOuts(
          tx,
          optedOut.map((outcome) => outcome.messageId),
        );
      });
    }
    return outcomes.map((): void => undefined);
  });
}

/** The statements that these outcomes need, and no others: nearly every batch is one of acceptances. */
function write(tx: Tx, outcomes: Outcome[]) {
  const has = (kind: Outcome['result']['kind']) => outcomes.some(({ result }) => result.kind === kind);
  return [
    lockInOrder(tx, outcomes),
    ...(has('accepted') ? [accept(tx, outcomes)] : []),
    ...(has('refused') ? [refuse(tx, outcomes)] : []),
    ...(has('unknown') ? [postpone(tx, outcomes)] : []),
    ...(has('absent') ? [requeueAbsent(tx, outcomes)] : []),
    ...outcomes.flatMap((outcome) => pauseSender(tx, outcome)),
  ];
}

/** In the order in which callbacks lock them too; in another, a batch of each could wait for the other. */
function lockInOrder({ sql, tenant }: Tx, outcomes: Outcome[]) {
  const ids = outcomes.map(({ messageId }) => messageId);
  return sql`
    select from messages where tenant_id = ${tenant} and message_id = any(${ids}::uuid[])
    order by message_id for no key update`;
}

/** Sending the same to the same number again cannot help: the agent is not offered it. */
export function isFinal(action: RefusalAction): boolean {
  return action.kind === 'opt_out' || (action.kind === 'give_up' && !action.retryable);
}

function actionOf(outcome: Outcome): string | undefined {
  return outcome.result.kind === 'refused' ? outcome.result.refusal.action.kind : undefined;
}

function accept(tx: Tx, outcomes: Outcome[]) {
  const accepted = outcomes.flatMap(({ messageId, attempt, result }) =>
    result.kind === 'accepted' ? [{ id: messageId, attempt, sid: result.sid }] : [],
  );
  tx.touch();
  return tx.sql`
    with told as (
      select * from jsonb_to_recordset(${tx.sql.json(accepted)}) as o (id uuid, attempt smallint, sid text)
    ),
    moved as (
      update messages m set
        status = case when m.status_rank < 4 then 'sent' else m.status end,
        carrier_sid = coalesce(m.carrier_sid, told.sid),
        sent_at = coalesce(m.sent_at, moment()),
        lease_until = null, hold_reason = null, due_at = null
      from told
      where m.tenant_id = ${tx.tenant} and m.message_id = any(${accepted.map((row) => row.id)}::uuid[])
        and m.message_id = told.id and m.attempt = told.attempt and m.status in ('queued', 'sending')
        -- held by an equal text that was looked up at the wrong moment: the look-up decides for this one too
        and not exists (select from messages o
          where o.tenant_id = ${tx.tenant} and o.carrier_sid = told.sid and o.message_id <> told.id)
      returning m.*
    )
    insert into events (tenant_id, event_id, type, contact_id, conversation_id, message_id, data)
    select tenant_id, gen_random_uuid(), 'message.sent', contact_id, conversation_id, message_id,
      jsonb_build_object('sid', carrier_sid, 'attempt', attempt)
    from moved`;
}

/**
 * A refusal: tried again later when the carrier's code says that this may pass (doubling the wait each time, with a
 * quarter of jitter so that a storm of 429 does not come back as one), held when the fault is the sender's, else failed.
 */
function refuse(tx: Tx, outcomes: Outcome[]) {
  const refused = outcomes.flatMap(({ messageId, attempt, claimedAt, result }) => {
    if (result.kind !== 'refused') return [];
    const { code, reason, action } = result.refusal;
    return [
      {
        id: messageId,
        attempt,
        claimed_at: claimedAt,
        code,
        reason,
        final: isFinal(action),
        action: action.kind,
        times: action.kind === 'retry' ? action.times : 0,
        seconds: action.kind === 'retry' ? action.seconds * (0.75 + Math.random() * 0.5) : 0,
      },
    ];
  });
  tx.touch();
  return tx.sql`
    with told as (
      select * from jsonb_to_recordset(${tx.sql.json(refused)})
        as o (id uuid, attempt smallint, claimed_at timestamptz, code text, reason text, final boolean, action text, times integer, seconds double precision)
    ),
    moved as (
      update messages m set
        status = case when told.action = 'pause_sender' or (told.action = 'retry' and m.tries < told.times)
          then 'queued' else 'failed' end,
        due_at = case when told.action = 'pause_sender' then moment()
          when told.action = 'retry' and m.tries < told.times
            then moment() + make_interval(secs => least(told.seconds * power(2, m.tries), 86400)) end,
        hold_reason = case when told.action = 'retry' and m.tries < told.times then 'carrier_busy' end,
        tries = m.tries + 1,
        error_code = told.code, error_reason = told.reason, error_final = told.final, lease_until = null
      from told
      where m.tenant_id = ${tx.tenant} and m.message_id = any(${refused.map((row) => row.id)}::uuid[])
        and m.message_id = told.id and m.attempt = told.attempt and m.status = 'sending'
        and m.claimed_at = told.claimed_at
      returning m.*
    )
    insert into events (tenant_id, event_id, type, contact_id, conversation_id, message_id, data)
    select tenant_id, gen_random_uuid(), case status when 'failed' then 'message.failed' else 'message.updated' end,
      contact_id, conversation_id, message_id,
      jsonb_build_object('code', error_code, 'reason', error_reason, 'attempt', attempt)
    from moved`;
}

/** The answer was lost: the lease ends soon, and the reconciler asks the carrier. Nothing is sent again meanwhile. */
function postpone(tx: Tx, outcomes: Outcome[]) {
  const unknown = claimsOf(outcomes, 'unknown');
  return tx.sql`
    update messages m set hold_reason = 'unconfirmed',
      lease_until = least(m.lease_until, moment() + make_interval(secs => ${LOOK_UP_AFTER / 1000}))
    from unnest(${unknown.ids}::uuid[], ${unknown.claims}::timestamptz[]) as told (id, claimed_at)
    where m.tenant_id = ${tx.tenant} and m.message_id = any(${unknown.ids}::uuid[]) and m.message_id = told.id
      and m.claimed_at = told.claimed_at and m.status = 'sending'`;
}

/** The carrier was asked and does not know it. The attempt stays: should it appear after all, its callback still counts. */
function requeueAbsent(tx: Tx, outcomes: Outcome[]) {
  const absent = claimsOf(outcomes, 'absent');
  return tx.sql`
    update messages m set status = 'queued', due_at = moment(), hold_reason = null, lease_until = null
    from unnest(${absent.ids}::uuid[], ${absent.claims}::timestamptz[]) as told (id, claimed_at)
    where m.tenant_id = ${tx.tenant} and m.message_id = any(${absent.ids}::uuid[]) and m.message_id = told.id
      and m.claimed_at = told.claimed_at and m.status = 'sending' and m.carrier_sid is null`;
}

function claimsOf(outcomes: Outcome[], kind: Outcome['result']['kind']): { ids: string[]; claims: string[] } {
  const told = outcomes.filter(({ result }) => result.kind === kind);
  return { ids: told.map(({ messageId }) => messageId), claims: told.map(({ claimedAt }) => claimedAt) };
}

function pauseSender(tx: Tx, { messageId, result }: Outcome) {
  if (result.kind !== 'refused' || result.refusal.action.kind !== 'pause_sender') return [];
  const { reason, action } = result.refusal;
  return [holdSender(tx, messageId, reason, action.seconds)];
}

/** Stops everything a message's sender has to send, for `seconds` or until a manager resumes it. */
export function holdSender(tx: Tx, messageId: string, reason: string, seconds: number | null) {
  tx.touch();
  return tx.sql`
    with held as (
      update senders s set status = 'paused', status_reason = ${reason},
        resume_at = moment() + make_interval(secs => ${seconds}::double precision)
      from messages m
      where m.tenant_id = ${tx.tenant} and m.message_id = ${messageId}
        and s.tenant_id = ${tx.tenant} and s.sender_id = m.sender_id and s.status <> 'pending'
      returning s.sender_id
    )
    insert into events (tenant_id, event_id, type, data)
    select ${tx.tenant}, gen_random_uuid(), 'sender.updated',
      jsonb_build_object('sender_id', sender_id, 'status', 'paused', 'reason', ${reason}::text)
    from held`;
}

/** The carrier knew of an opt-out that we did not: it becomes ours. The caller holds `lockConsent`. */
export async function recordCarrierOptOuts(tx: Tx, messageIds: string[]): Promise<void> {
  const rows = await tx.sql<
    { channel: 'sms'; address: string; contact_id: string; conversation_id: string; id: string }[]
  >`
    select distinct on (m.channel, m.to_address) m.channel, m.to_address as address, m.contact_id, m.conversation_id,
      m.message_id as id
    from messages m
    where m.tenant_id = ${tx.tenant} and m.message_id = any(${messageIds}) and not exists (
      select from suppressions s
      where s.tenant_id = ${tx.tenant} and s.channel = m.channel and s.address = m.to_address and s.withdrawn)`;
  if (rows.length === 0) return;
  await Promise.all(
    recordConsent(
      tx,
      rows.map((row) => ({
        channel: row.channel,
        address: row.address,
        action: 'withdraw' as const,
        source: 'carrier' as const,
        wording: null,
        messageId: row.id,
        contactId: row.contact_id,
        conversationId: row.conversation_id,
      })),
    ),
  );
}
