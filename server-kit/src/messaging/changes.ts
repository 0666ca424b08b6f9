/** What an agent may do to a message that is written: edit, cancel, retry. */
import { countSegments, type Channel, type MemberRef } from '../contract/index.ts';
import { blockOn } from '../consent/queries.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { record } from '../events/record.ts';
import { keepForMessage } from '../media/files.ts';
import {
  areSame,
  asLinks,
  attach,
  renewLinks,
  revokeLinks,
  wordsKeeping,
  wordsWith,
  type AssetWish,
  type AttachContext,
} from './attach.ts';
import { filesOf, linksOf, withoutLinks, type MediaEntry } from './entries.ts';
import { blocked, checkFiles, checkRoom, checkText, checkTime } from './messages.ts';
import { businessOf, firstOf, plainEntry, moveUp, wakeSenders } from './outbox.ts';

/** Stops a queued message. One that is canceled already stays so. Throws `not_found`, `not_editable`. */
export async function cancelMessage(tx: Tx, id: string, actor: MemberRef): Promise<void> {
  const [message] = await tx.sql<Touched[]>`
    update messages set status = 'canceled', due_at = null, hold_reason = null
    where tenant_id = ${tx.tenant} and message_id = ${id} and status = 'queued'
    returning conversation_id, contact_id`;
  if (!message) {
    const { status } = await existing(tx, id);
    if (status === 'canceled') return;
    throw new ProblemError('not_editable', 'This message has already left and cannot be canceled.');
  }
  await tell(tx, 'message.canceled', id, message, actor);
}

export interface MessageEdit {
  body?: string | undefined;
  send_at?: string | null | undefined;
  media_urls?: string[] | undefined;
  assets?: AssetWish[] | undefined;
}

/**
 * Changes a message that has not left. Throws `not_found`, `not_editable`, `invalid_text`, `invalid_time`, and what `attach`
 * throws.
 */
export async function editMessage(
  context: AttachContext,
  tx: Tx,
  id: string,
  edit: MessageEdit,
  actor: MemberRef,
): Promise<void> {
  const { sql, tenant } = tx;
  const sendAt = checkTime(edit.send_at, context.clock());
  const written = await existing(tx, id);
  if (written.status !== 'queued') throw notEditable();
  const media = await mediaOfEdit(context, tx, written, edit, sendAt, actor);
  let body: string | null = null;
  if (edit.body !== undefined || media !== null) {
    body = edit.body ?? written.body;
    body = media
      ? wordsWith(withoutLinks(body, linksOf(written.media)), media)
      : wordsKeeping(body, written.media);
    checkText(body, (media ?? written.media).length);
  }
  const first = body === null ? null : await firstOfEdit(tx, id, body);
  const reschedule = edit.send_at !== undefined;
  const sendNow = reschedule && sendAt === null;
  const [message] = await sql<(Touched & { sender_id: string; released: boolean })[]>`
    update messages set
      body = coalesce(${body}, body), media = coalesce(${media && sql.json(media as never)}::jsonb, media),
      segments = coalesce(${body === null ? null : countSegments(body).segments}::smallint, segments),
      first_body = case when ${first === null} then first_body else ${first?.first_body ?? null} end,
      first_segments = case when ${first === null} then first_segments else ${first?.first_segments ?? null}::smallint end,
      send_at = case when ${reschedule} then ${sendAt}::timestamptz else send_at end,
      due_at = case when ${reschedule} then coalesce(${sendAt}::timestamptz, moment()) else due_at end,
      hold_reason = case when ${reschedule} then case when ${sendAt}::timestamptz > moment() then 'scheduled' end
        else hold_reason end,
      -- "now" for what was meant for later: it stands where it leaves, as after its claim
      created_at = case when ${sendNow} and hold_reason = 'scheduled' then moment() else created_at end
    where tenant_id = ${tenant} and message_id = ${id} and status = 'queued'
    returning conversation_id, contact_id, sender_id, ${sendNow} and created_at = moment() as released`;
  if (!message) throw notEditable();
  if (media) await keepForMessage(tx, id, filesOf(media));
  else if (reschedule && written.media.length > 0)
    await Promise.all(
      renewLinks(tx, id, written.media, sendAt === null ? context.clock() : new Date(sendAt)),
    );
  await Promise.all([
    tell(tx, message.released ? 'message.released' : 'message.updated', id, message, actor),
    ...(message.released
      ? [
          moveUp(tx, [
            { id, conversationId: message.conversation_id, senderId: message.sender_id, sendAt: null },
          ]),
        ]
      : []),
    wakeSenders(tx, [id]),
  ]);
}

async function firstOfEdit(tx: Tx, id: string, body: string) {
  const [row] = await tx.sql<{ purpose: string }[]>`
    select purpose from messages where tenant_id = ${tx.tenant} and message_id = ${id} and purpose = 'marketing'`;
  if (!row) return { first_body: null, first_segments: null };
  const first = firstOf({ purpose: row.purpose, body }, await businessOf(tx));
  checkRoom(body, first.first_body);
  return first;
}

/** The entries that an edit leads to; null: as they are. */
async function mediaOfEdit(
  context: AttachContext,
  tx: Tx,
  { id, contact_id, from, to, media, send_at }: Existing,
  edit: MessageEdit,
  sendAt: string | null,
  author: MemberRef,
): Promise<MediaEntry[] | null> {
  const had = media.filter(({ asset_id }) => asset_id === undefined);
  const kept = media.filter(({ asset_id }) => asset_id !== undefined);
  const urls = edit.media_urls ?? had.map(({ url }) => url);
  checkFiles(urls.length + (edit.assets ?? kept).length);
  const plain = urls.map((url) => had.find((each) => each.url === url) ?? plainEntry(url));
  // a file that stays keeps its link, also when an address beside it changes
  if (edit.assets === undefined || areSame(kept, [], edit.assets))
    return areSame(had, urls, []) ? null : [...plain, ...kept];
  await revokeLinks(tx, id);
  const attached = await attach(context, tx, edit.assets, {
    messageId: id,
    contactId: contact_id,
    from,
    to,
    others: plain.length,
    sendAt: edit.send_at === undefined ? send_at : sendAt,
    author,
  });
  return [...plain, ...attached];
}

function notEditable(): ProblemError {
  return new ProblemError('not_editable', 'This message has already left and cannot be changed.');
}

/**
 * Sends a failed message again as the next attempt of the same message. Callbacks of the attempt before no longer
 * speak for it. When its files were the fault, they go as links. Throws `not_found`, `not_retryable`, `opted_out`,
 * `suppressed`, `invalid_text`.
 */
export async function retryMessage(
  context: AttachContext,
  tx: Tx,
  id: string,
  actor: MemberRef,
): Promise<void> {
  const message = await existing(tx, id);
  if (message.status !== 'failed' && message.status !== 'undelivered') throw notRetryable(message.status);
  const block = await blockOn(tx, message.channel, message.to);
  if (block) throw blocked(block, null);
  const changed = await asLinks(context, tx, message.media, message.error_code, {
    messageId: id,
    contactId: message.contact_id,
    from: message.from,
    to: message.to,
    others: 0,
    sendAt: null,
    author: actor,
  });
  const media = changed ?? message.media;
  const body = wordsKeeping(message.body, media);
  if (body !== message.body) checkText(body, media.length);
  const [moved] = await tx.sql<Touched[]>`
    update messages set body = ${body}, segments = ${countSegments(body).segments}, media = ${tx.sql.json(media as never)},
      status = 'queued', attempt = attempt + 1, tries = 0, due_at = moment(), hold_reason = null,
      error_code = null, error_reason = null, error_final = null,
      -- the reconciler must not take the old attempt's record at the carrier for the new one's
      past_sids = case when carrier_sid is null then past_sids else past_sids || carrier_sid end, carrier_sid = null, claimed_at = null, lease_until = null,
      send_at = null, sent_at = null, delivered_at = null, read_at = null
    where tenant_id = ${tx.tenant} and message_id = ${id} and status in ('failed', 'undelivered')
    returning conversation_id, contact_id`;
  // someone else's Retry was quicker
  if (!moved) throw notRetryable('queued');
  await Promise.all([
    tell(tx, 'message.queued', id, moved, actor),
    ...(media.length > 0
      ? [...renewLinks(tx, id, media, context.clock()), keepForMessage(tx, id, filesOf(media))]
      : []),
    wakeSenders(tx, [id]),
  ]);
}

function notRetryable(status: string): ProblemError {
  return new ProblemError(
    'not_retryable',
    status === 'received' ? 'A received message cannot be sent.' : `It has not failed: it is ${status}.`,
  );
}

interface Touched {
  conversation_id: string;
  contact_id: string;
}

interface Existing extends Touched {
  id: string;
  status: string;
  channel: Channel;
  from: string;
  to: string;
  body: string;
  media: MediaEntry[];
  error_code: string | null;
  send_at: string | null;
}

async function existing({ sql, tenant }: Tx, id: string): Promise<Existing> {
  const [message] = await sql<Existing[]>`
    select message_id as id, status, channel, from_address as "from", to_address as "to", body, media, error_code,
      send_at, conversation_id, contact_id
    from messages where tenant_id = ${tenant} and message_id = ${id}
    -- two changes of one message, one after the other: each makes links for what it finds
    for no key update`;
  if (!message) throw notFound('message');
  return message;
}

function tell(
  tx: Tx,
  type: 'message.canceled' | 'message.released' | 'message.updated' | 'message.queued',
  messageId: string,
  { conversation_id, contact_id }: Touched,
  actor: MemberRef,
) {
  return record(tx, [{ type, messageId, conversationId: conversation_id, contactId: contact_id, actor }]);
}
