/**
 * What a call does once it is picked up. Each answer is given after the commit of what it says, so that the carrier never does what
 * is not written down; and a carrier that asks again, because an answer was lost, gets the same one.
 */
import type { CallStep, CallWebhook } from '../carriers/voice.ts';
import { agencyLockKey, lockKey } from '../consent/ledger.ts';
import { agencyOf } from '../consent/queries.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { fileUrl } from '../media/serve/file-links.ts';
import { BAR_REASONS, judgment, type Bar } from './judge.ts';
import { applyNews, finish, lockCall, noteLeg, type CallRow } from './settle.ts';
import { callUrl } from './urls.ts';

export type AnswerContext = Pick<KitContext, 'database' | 'publicUrl' | 'secret' | 'mountPath' | 'clock'>;

const HANG_UP: CallStep[] = [{ hangUp: true }];
/** Before most voicemails pick up. */
export const RING_FOR_S = 25;

/** Somebody or something has picked up the phone that was rung first. */
export async function answerOutbound(
  context: AnswerContext,
  tenant: string,
  callId: string,
  news: CallWebhook,
): Promise<CallStep[]> {
  return context.database.transaction(tenant, async (tx) => {
    const agency = await holdConsent(tx);
    const call = await lockCall(tx, callId, news.accountSid);
    // of a contact who was deleted meanwhile, or a second one of a call that was taken for lost
    if (!call || call.direction !== 'outbound') return HANG_UP;
    const told = { ...news, status: news.status === 'ended' ? news.status : ('in_progress' as const) };
    if (!(await applyNews(tx, call, told)) || told.status === 'ended') return HANG_UP;
    const by = news.answeredBy ?? 'unknown';
    const bar = await barOf(tx, callId, agency);
    if (bar) {
      await tx.sql`update calls set error_code = ${bar}, error_reason = ${BAR_REASONS[bar]}
        where tenant_id = ${tenant} and call_id = ${callId} and dialed_at is null`;
      const words = 'This person does not want to be called any more.';
      return call.kind === 'call' && by !== 'machine' ? [{ say: words }, ...HANG_UP] : HANG_UP;
    }
    return call.kind === 'call' ? dialContact(context, tx, call, by) : playTo(context, tx, call, by);
  });
}

/** Whose lists count, with their locks: nothing that commits from here on is overlooked. */
async function holdConsent(tx: Tx): Promise<string> {
  const { sql, tenant } = tx;
  const [row] = await agencyOf(tx);
  const agency = row?.agency ?? tenant;
  await sql`select pg_advisory_xact_lock_shared(${lockKey(sql, tenant)}),
    pg_advisory_xact_lock_shared(${agencyLockKey(sql, agency)})`;
  return agency;
}

async function barOf(tx: Tx, callId: string, agency: string): Promise<Bar | null> {
  const [row] = await tx.sql<{ bar: Bar | null }[]>`
    select j.bar from calls c cross join lateral (${judgment(tx, agency)}) j
    where c.tenant_id = ${tx.tenant} and c.call_id = ${callId}`;
  return row?.bar ?? null;
}

async function dialContact(
  { publicUrl }: AnswerContext,
  { sql, tenant }: Tx,
  call: CallRow,
  by: string,
): Promise<CallStep[]> {
  // nobody is to be called by a voicemail box
  if (by === 'machine' || by === 'beep' || by === 'fax') return HANG_UP;
  await sql`update calls set dialed_at = coalesce(dialed_at, moment())
    where tenant_id = ${tenant} and call_id = ${call.call_id}`;
  return [
    ...(call.whisper === null ? [] : [{ say: call.whisper }]),
    {
      dial: {
        to: call.to_address,
        from: call.from_address,
        ringFor: RING_FOR_S,
        doneUrl: callUrl(publicUrl, 'dialed', tenant, call.call_id),
      },
    },
  ];
}

async function playTo(
  context: AnswerContext,
  { sql, tenant }: Tx,
  call: CallRow,
  by: string,
): Promise<CallStep[]> {
  const isPerson = by === 'human' || by === 'unknown';
  if (by === 'fax' || (isPerson && call.if_answered !== 'play')) return HANG_UP;
  const [file] = await sql<{ file_id: string }[]>`
    select file_id from assets
    where tenant_id = ${tenant} and asset_id = ${call.asset_id} and deleted_at is null and file_id is not null`;
  if (!file) {
    await sql`update calls set error_code = 'asset_deleted', error_reason = 'The recording is not there any more.'
      where tenant_id = ${tenant} and call_id = ${call.call_id}`;
    return HANG_UP;
  }
  return [
    { play: `${new URL(context.publicUrl).origin}${fileUrl(context, tenant, file.file_id)}` },
    // asked for when the recording is over: only then has it been left
    { ask: callUrl(context.publicUrl, 'played', tenant, call.call_id) },
  ];
}

/** The recording was played to its end. */
export async function notePlayed(
  { database }: AnswerContext,
  tenant: string,
  callId: string,
  { accountSid, sid }: CallWebhook,
): Promise<CallStep[]> {
  await database.transaction(tenant, async (tx) => {
    const call = await lockCall(tx, callId, accountSid);
    if (call?.carrier_sid === sid) {
      await tx.sql`update calls set played_at = coalesce(played_at, moment())
        where tenant_id = ${tenant} and call_id = ${callId} and status <> 'completed'`;
    }
  });
  return HANG_UP;
}

/** The leg that was dialed from a call is over. `unanswered`: what the caller hears then. */
export async function noteDialed(
  { database }: AnswerContext,
  tenant: string,
  callId: string,
  { accountSid, sid, leg }: CallWebhook,
  unanswered: (tx: Tx) => Promise<string>,
): Promise<CallStep[]> {
  return database.transaction(tenant, async (tx) => {
    const call = await lockCall(tx, callId, accountSid);
    if (!call || call.carrier_sid !== sid || !leg) return HANG_UP;
    await noteLeg(tx, call, leg);
    // the two legs' webhooks come in any order
    if (call.status === 'ended') await finish(tx, callId);
    if (leg.result === 'completed') return HANG_UP;
    return [
      { say: call.direction === 'inbound' ? await unanswered(tx) : 'They did not answer.' },
      ...HANG_UP,
    ];
  });
}
