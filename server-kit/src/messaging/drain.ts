/**
 * The drain: empties one sender's outbox.
 *
 *     queued ──claim──▶ sending ──carrier's answer──▶ sent ──callbacks──▶ delivered | undelivered | failed
 *       ▲                 │  lease over, no sid: unknown
 *       └──carrier has it not──┴──carrier has it──▶ sent
 *
 * Rules that the fault suite holds it to (`drain.fault.test.ts`):
 * - A message is written as `sending` (committed) before its carrier call starts. A crash in between costs a look-up.
 * - From the consent check to the start of the calls the shared locks of the tenant's consent and of its agency's list are
 *   held, so that no call starts after an opt-out or a block has committed. Calls of one batch start together; that batch is the most that can be in flight past it.
 * - The lease is longer than everything that can hold up an answer: call, statement, and a margin for a busy process.
 *   A process that finds itself too late to start (it was suspended) starts nothing: another may be looking up already.
 * - Nothing is remembered only here. Killed at any await, another process goes on from the rows: queued ones within
 *   `SWEEP` seconds, those in flight when their lease ends.
 */
import type { Carrier, SendOutcome } from '../carriers/carrier.ts';
import { agencyLockKey, lockKey } from '../consent/ledger.ts';
import { agencyOf } from '../consent/queries.ts';
import type { Coalescer } from '../db/coalesce.ts';
import type { Database } from '../db/client.ts';
import { claimDue, type Claimed } from './claim.ts';
import { fetchedByCarrier } from './entries.ts';
import { reconcileExpired } from './reconcile.ts';
import type { Outcome } from './settle.ts';
import type { Slots } from './slots.ts';

export interface DrainOptions {
  database: Database;
  carrier: Carrier;
  settler: Coalescer<Outcome, void>;
  /** Carrier calls that this process may have open, over all its drains. */
  slots: Slots;
  /** Where status callbacks go, as `https://…/crm/twilio/sms/status`. */
  callbackBase: string;
  signal?: AbortSignal;
  /** Called at every step that a crash could follow. For the fault suite; a product leaves it out. */
  reached?: (point: DrainPoint) => void | Promise<void>;
  /** How it waits for what is due in a moment. Default: in real time. */
  wait?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

export type DrainPoint = 'begin' | 'claimed' | 'started' | 'answered' | 'settled' | 'parked';

/** Calls started by one claim at most: what one turn of the event loop can put on the wire. */
const BATCH = 20;
/** While a drain runs it pushes its wake-up this far ahead; when it dies, the sweep finds the wake-up due again. */
const KEEP_ALIVE_SECONDS = 15;
/** Waits shorter than this are waited out here; for longer ones the drain ends and is woken. */
const LINGER_MS = 1_500;
/** How often a busy drain looks for leases that have ended. */
const LOOK_UP_EVERY_MS = 2_000;
/** Beyond the carrier's time-out and the statement's. */
const LEASE_MARGIN = 3_000;

/** Sends what is due for a sender until nothing is, and leaves a wake-up for what is due later. */
export async function drainSender(options: DrainOptions, tenant: string, senderId: string): Promise<void> {
  const { database, carrier, settler, slots, signal, reached, wait = sleep } = options;
  const startWithin = (database.options.statementTimeout ?? 10_000) + LEASE_MARGIN / 2;
  const lease = carrier.sendTimeout + startWithin + LEASE_MARGIN / 2;
  const elapsed = () => database.options.clock?.().getTime() ?? performance.now();
  const inFlight = new Set<Promise<void>>();
  const failures: Error[] = [];
  let onSettled: () => void = () => undefined;
  const settledOne = () => new Promise<void>((done) => (onSettled = done));
  let lookedUp = elapsed();
  const agencies = agenciesKnownTo(database);
  await reached?.('begin');

  try {
    while (!signal?.aborted && failures.length === 0) {
      // also while there is plenty to send: an unknown fate must not wait for a quiet hour
      if (elapsed() - lookedUp > LOOK_UP_EVERY_MS) {
        lookedUp = elapsed();
        await reconcileExpired(database, carrier, settler, tenant, senderId);
      }
      // claims of a whole batch: one as soon as a single call has ended would be a statement a message
      while (inFlight.size > BATCH) await settledOne();
      const taken = await slots.take(BATCH);
      const claimed = await claimAndStart(taken);
      if (claimed > 0) continue;
      if (inFlight.size > 0) {
        await settledOne();
        continue;
      }
      if ((await reconcileExpired(database, carrier, settler, tenant, senderId)) > 0) continue;
      const pause = await park(database, tenant, senderId);
      await reached?.('parked');
      if (pause === null) break;
      await wait(pause, signal);
    }
  } finally {
    await Promise.all(inFlight);
  }
  if (failures[0]) throw failures[0];

  /** Claims up to `taken` messages, starts their calls, and returns how many rows moved in whatever way. */
  async function claimAndStart(taken: number): Promise<number> {
    let unused = taken;
    const agency = agencies.get(tenant) ?? tenant;
    const asked = elapsed();
    try {
      const { results, release } = await database.pipelineHolding(
        tenant,
        (sql) => [lockKey(sql, tenant), agencyLockKey(sql, agency)],
        (tx) =>
          [
            // planning the claim anew for each batch takes as long as running it, and its plan knows no better one
            tx.sql`set local plan_cache_mode = force_generic_plan`,
            keepAlive(tx.sql, tenant, senderId),
            requeueRetries(tx.sql, tenant, senderId),
            claimDue(tx, senderId, taken, lease, agency),
            agencyOf(tx),
          ] as const,
      );
      const [, , , claimed, [account]] = results;
      // the process's first look for this tenant, or it has moved: nothing was claimed, and now the lock is known
      const moved = account !== undefined && account.agency !== agency;
      if (moved) agencies.set(tenant, account.agency);
      const leaving = claimed.filter((message) => message.decision === 'send');
      try {
        await reached?.('claimed');
        const inTime = elapsed() - asked < startWithin;
        for (const message of inTime ? leaving : []) {
          unused -= 1;
          const call = carrier.send(toOutbound(message, tenant), options.callbackBase);
          const done: Promise<void> = settle(message, call)
            .catch((error: unknown) => {
              failures.push(error instanceof Error ? error : new Error(String(error)));
            })
            .finally(() => {
              slots.give(1);
              inFlight.delete(done);
              onSettled();
            });
          inFlight.add(done);
        }
      } finally {
        await release();
      }
      await reached?.('started');
      return moved ? Math.max(1, claimed.length) : claimed.length;
    } finally {
      slots.give(unused);
    }
  }

  async function settle(message: Claimed, call: Promise<SendOutcome>): Promise<void> {
    const outcome = await call;
    await reached?.('answered');
    await settler.add(tenant, {
      messageId: message.message_id,
      attempt: message.attempt,
      claimedAt: message.claimed_at,
      result: outcome.kind === 'unknown' ? { kind: 'unknown' } : outcome,
    });
    await reached?.('settled');
  }
}

/** Whose list each client obeys, as this process saw it last. A guess: the claim itself compares. */
function agenciesKnownTo(database: Database): Map<string, string> {
  const known = AGENCIES.get(database) ?? new Map<string, string>();
  AGENCIES.set(database, known);
  return known;
}
const AGENCIES = new WeakMap<Database, Map<string, string>>();

function toOutbound(message: Claimed, tenant: string) {
  return {
    id: message.message_id,
    tenant,
    attempt: message.attempt,
    accountSid: message.account_sid,
    from: message.from_address,
    to: message.to_address,
    body: message.body,
    mediaUrls: fetchedByCarrier(message.media),
  };
}

type Sql = Parameters<typeof lockKey>[0];

function keepAlive(sql: Sql, tenant: string, senderId: string) {
  return sql`
    update sender_wakeups set due_at = moment() + make_interval(secs => ${KEEP_ALIVE_SECONDS})
    where tenant_id = ${tenant} and sender_id = ${senderId} and due_at < moment() + make_interval(secs => ${KEEP_ALIVE_SECONDS / 2})`;
}

/**
 * Failures that the carrier's code says may pass: once their wait is over they are queued again, as a new attempt.
 * Rows that a callback is just writing are left for the next look: waiting for them here, with the wake-up's row in
 * hand, would be a deadlock with a callback that rings.
 */
function requeueRetries(sql: Sql, tenant: string, senderId: string) {
  return sql`
    update messages set status = 'queued', attempt = attempt + 1, tries = tries + 1, error_code = null,
      error_reason = null, error_final = null, past_sids = past_sids || carrier_sid, carrier_sid = null
    where tenant_id = ${tenant} and message_id = any(array(
      select message_id from messages
      where tenant_id = ${tenant} and sender_id = ${senderId} and due_at <= (select moment())
        and status in ('failed', 'undelivered')
      for update skip locked))`;
}

/**
 * Leaves the wake-up for whatever is next, and returns how long to linger for it, or null when the drain may end. The
 * row lock comes first and the look second, as two statements: an enqueue that is just committing is either seen by
 * the look or waits for us and sets the wake-up afterwards.
 */
async function park(database: Database, tenant: string, senderId: string): Promise<number | null> {
  const [, [next]] = await database.pipeline(
    tenant,
    ({ sql }) =>
      [
        sql`select 1 from sender_wakeups where tenant_id = ${tenant} and sender_id = ${senderId} for update`,
        sql<{ due_at: string | null; wait: number | null }[]>`
      with next as (
        select min(due) as due_at from (
          select greatest(first.due_at, s.next_slot_at,
            case when s.status = 'paused' then coalesce(s.resume_at, 'infinity')
              when s.status = 'pending' then 'infinity' else '-infinity' end) as due
          from senders s cross join lateral (
            select min(due_at) as due_at from unnest(array['queued', 'failed', 'undelivered']) as w (status)
            cross join lateral (
              select due_at from messages
              where tenant_id = ${tenant} and sender_id = ${senderId} and status = w.status and due_at is not null
              order by due_at limit 1) as soonest
          ) as first
          where s.tenant_id = ${tenant} and s.sender_id = ${senderId} and first.due_at is not null
          union all
          select min(lease_until) from messages
          where tenant_id = ${tenant} and sender_id = ${senderId} and status = 'sending'
        ) as candidates
      ),
      gone as (
        delete from sender_wakeups w using next
        where w.tenant_id = ${tenant} and w.sender_id = ${senderId}
          and (next.due_at is null or next.due_at = 'infinity')
      ),
      later as (
        update sender_wakeups w set due_at = next.due_at from next
        where w.tenant_id = ${tenant} and w.sender_id = ${senderId} and next.due_at < 'infinity'
      )
      select due_at, case when due_at < 'infinity' then greatest(0, extract(epoch from due_at - moment()) * 1000) end::float8 as wait
      from next`,
      ] as const,
  );
  if (!next || next.wait === null) return null;
  return next.wait <= LINGER_MS ? Math.max(next.wait, 5) : null;
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(finish, milliseconds);
    function finish() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      done();
    }
    signal?.addEventListener('abort', finish, { once: true });
  });
}
