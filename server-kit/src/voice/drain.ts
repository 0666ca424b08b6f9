/**
 * Places what stands in the outbox of calls, lane by lane.
 *
 *     queued ──claim──▶ placing ──carrier's answer──▶ placed ──callbacks──▶ ringing ▶ in_progress ▶ ended ▶ completed
 *       ▲                 │  lease over, no sid: unknown
 *       └──carrier has it not──┴──carrier has it──▶ placed …
 *
 * The rules are those of `messaging/drain.ts`: a call is `placing`, committed, before the carrier is asked; from the check to the
 * start of the carrier call the shared locks of the tenant's consent and its agency's list are held; a process that is too late to
 * start starts nothing; nothing is remembered only here.
 */
import type { Carrier } from '../carriers/carrier.ts';
import type { VoiceCarrier } from '../carriers/voice.ts';
import { agencyLockKey, lockKey } from '../consent/ledger.ts';
import { agencyOf } from '../consent/queries.ts';
import type { KitContext } from '../context.ts';
import { claimCall, type Claimed } from './claim.ts';
import { lockLane, parkLane } from './lanes.ts';
import { askCarrier } from './reconcile.ts';
import { finish, settle } from './settle.ts';
import { callUrl } from './urls.ts';

export type CallerContext = Pick<KitContext, 'database' | 'carrier' | 'publicUrl' | 'log'>;

export interface Caller {
  /** Places what is due and may go now, and looks after what has gone silent. */
  look(): Promise<void>;
  /** When no carrier call is open any more. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** At one call a second this is how much later than it might a call leaves. */
const LOOK_EVERY_MS = 250;
/** Beyond the carrier's time-out and the statement's. */
const LEASE_MARGIN = 3_000;
/** A member's voicemail picks up after some 25 seconds; a contact's is what a recording waits for. */
const RING_MEMBER_S = 22;
const RING_CONTACT_S = 60;

export function startCalls(context: CallerContext): { stop(): Promise<void> } {
  const caller = createCaller(context);
  let looking: Promise<void> | null = null;
  const timer = setInterval(() => {
    looking ??= caller.look().finally(() => (looking = null));
  }, LOOK_EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await caller.stop();
      await looking;
    },
  };
}

/** One that does only what it is told to. `reached` is called wherever a crash could follow. */
export function createCaller(
  context: CallerContext,
  { reached }: { reached?: (point: 'claimed' | 'started' | 'answered') => void | Promise<void> } = {},
): Caller {
  const { database, carrier, log } = context;
  const { voice } = carrier;
  const open = new Set<Promise<void>>();
  let stopped = false;

  async function look(): Promise<void> {
    if (!voice) return;
    const now = database.options.clock?.().toISOString() ?? null;
    const due = await database
      .directory(
        (sql) => sql<{ tenant_id: string; account_sid: string }[]>`
          select tenant_id, account_sid from call_lanes where due_at <= coalesce(${now}::timestamptz, now())
          -- whoever has placed none for longest goes first where several tenants share an account
          order by placed_at, tenant_id limit 200`,
      )
      .catch((error: unknown) => {
        log.warn({ err: (error as Error).message }, 'calls that are due could not be read; trying again');
        return [];
      });
    for (const { tenant_id: tenant, account_sid: account } of due) {
      if (stopped) return;
      await work(voice, tenant, account).catch((error: unknown) => {
        log.warn({ tenant, err: (error as Error).message }, 'calls could not be placed; trying again');
      });
    }
  }

  async function work(voice: VoiceCarrier, tenant: string, account: string): Promise<void> {
    await database.transaction(tenant, (tx) => finish(tx, null, account));
    while (!stopped && (await claimAndStart(voice, tenant, account)));
    while (!stopped && (await askCarrier(database, voice, tenant, account)) > 0);
    await database.pipeline(tenant, (tx) => parkLane(tx, account, voice.callsPerSecond));
  }

  /** Whether there may be another one. */
  async function claimAndStart(voice: VoiceCarrier, tenant: string, account: string): Promise<boolean> {
    const [[row]] = await database.pipeline(tenant, (tx) => [agencyOf(tx)]);
    const agency = row?.agency ?? tenant;
    const startWithin = (database.options.statementTimeout ?? 10_000) + LEASE_MARGIN / 2;
    const leaseMs = carrier.sendTimeout + startWithin + LEASE_MARGIN / 2;
    const elapsed = () => database.options.clock?.().getTime() ?? performance.now();
    const asked = elapsed();
    const { results, release } = await database.pipelineHolding(
      tenant,
      (sql) => [lockKey(sql, tenant), agencyLockKey(sql, agency)],
      (tx) =>
        [
          lockLane(tx, account),
          claimCall(tx, { account, agency, leaseMs, perSecond: voice.callsPerSecond }),
        ] as const,
    );
    const [claimed] = results[1];
    try {
      await reached?.('claimed');
      const inTime = elapsed() - asked < startWithin;
      if (claimed?.decision === 'call' && inTime) start(voice, tenant, claimed);
    } finally {
      await release();
    }
    await reached?.('started');
    return claimed !== undefined;
  }

  function start(voice: VoiceCarrier, tenant: string, claimed: Claimed): void {
    const call = outbound(context, tenant, claimed);
    const answer = voice.placeCall(call);
    const done: Promise<void> = settleWhen(tenant, claimed, answer)
      .catch((error: unknown) => {
        // the lease ends, and the carrier is asked
        log.warn({ tenant, call: claimed.call_id, err: (error as Error).message }, 'an answer was lost');
      })
      .finally(() => open.delete(done));
    open.add(done);
  }

  async function settleWhen(
    tenant: string,
    { call_id: callId, account_sid: accountSid, claimed_at: claimedAt }: Claimed,
    answer: ReturnType<VoiceCarrier['placeCall']>,
  ): Promise<void> {
    const outcome = await answer;
    await reached?.('answered');
    await database.transaction(tenant, (tx) => settle(tx, { callId, accountSid, claimedAt }, outcome));
  }

  const idle = async () => {
    while (open.size > 0) await Promise.all(open);
  };
  return {
    look,
    idle,
    async stop() {
      stopped = true;
      await idle();
    },
  };
}

function outbound(
  { publicUrl }: Pick<KitContext, 'publicUrl'>,
  tenant: string,
  { call_id, account_sid, kind, from_address, to_address, member_phone }: Claimed,
): Parameters<NonNullable<Carrier['voice']>['placeCall']>[0] {
  const isCall = kind === 'call';
  return {
    accountSid: account_sid,
    from: from_address,
    to: isCall ? member_phone! : to_address,
    answerUrl: callUrl(publicUrl, 'answer', tenant, call_id),
    statusUrl: callUrl(publicUrl, 'status', tenant, call_id),
    detect: isCall ? 'person' : 'end_of_greeting',
    ringFor: isCall ? RING_MEMBER_S : RING_CONTACT_S,
  };
}
