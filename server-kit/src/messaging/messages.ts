/** What an agent may do to a message: send, edit, cancel, retry. Reading a thread is in `thread.ts`. */
import {
  countSegments,
  MAX_BODY_LENGTH,
  type Channel,
  type MemberRef,
  type MessagePurpose,
} from '../contract/index.ts';
import { contactForNumber, readNumber } from '../contacts/contacts.ts';
import type { Sender } from '../consent/index.ts';
import { blockOn, type Block } from '../consent/queries.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { businessOf, enqueueMessages, firstOf, touchConversations, wakeSenders } from './outbox.ts';
import { threadNumber, type MessageRow } from './wire.ts';

export interface SendRequest {
  id?: string | undefined;
  conversation_id?: string | undefined;
  contact_id?: string | undefined;
  to?: string | undefined;
  sender_id?: string | undefined;
  body: string;
  media_urls: string[];
  purpose: MessagePurpose;
  send_at?: string | undefined;
}

/** A text can be asked for a year ahead: further is a typing mistake, and numbers change hands. */
const FURTHEST = 366 * 24 * 3600 * 1000;
/** "Now" typed a moment ago is still now. */
const JUST_PASSED = 60_000;

/**
 * Queues one message. The id decides: the same one with the same content is the same message, however often and
 * however simultaneously it is asked for. Throws what `docs/api-outline.md` lists for `POST /v1/messages`.
 */
export async function sendMessage(
  tx: Tx,
  request: SendRequest,
  author: MemberRef,
  now: Date,
): Promise<{ id: string; created: boolean }> {
  checkText(request.body, request.media_urls.length);
  if (request.purpose === 'marketing')
    checkRoom(request.body, firstOf(request, await businessOf(tx)).first_body);
  const sendAt = checkTime(request.send_at, now);
  const id = request.id ?? newId();
  if (request.id !== undefined) {
    const known = await lockMessageId(tx, id);
    if (known) return recogniseRepeat(tx, known, request);
  }

  const thread = await threadOf(tx, request, author);
  if (thread.phone === null)
    throw new ProblemError('no_address', 'Add a phone number to the contact first.', 'contact_id');
  const [sender, block] = await Promise.all([
    senderFor(tx, request.sender_id, thread),
    blockOn(tx, thread.channel, thread.phone),
  ]);
  if (block) throw blocked(block, thread.name);

  await enqueueMessages(tx, [
    {
      id,
      conversationId: thread.conversation_id,
      contactId: thread.contact_id,
      senderId: sender.sender_id,
      channel: thread.channel,
      from: sender.address,
      to: thread.phone,
      body: request.body,
      mediaUrls: request.media_urls,
      origin: 'member',
      purpose: request.purpose,
      author,
      sendAt,
    },
  ]);
  return { id, created: true };
}

/** For other domains: one text to a contact's first number, from the usual sender, now. */
export function sendPlainly({ clock }: { clock: () => Date }): Sender {
  return (tx, { id, contactId, body }, author) =>
    sendMessage(
      tx,
      { id, contact_id: contactId, body, media_urls: [], purpose: 'conversation' },
      author,
      clock(),
    );
}

function checkText(body: string, mediaCount: number, field = 'body'): void {
  if (body.trim() === '' && mediaCount === 0) {
    throw new ProblemError('invalid_text', 'Write something, or attach a picture.', field);
  }
  if (body.length > MAX_BODY_LENGTH) {
    throw new ProblemError(
      'invalid_text',
      `The text has ${body.length} characters; a carrier takes at most ${MAX_BODY_LENGTH}. ` +
        `Shorten it by ${body.length - MAX_BODY_LENGTH}.`,
      field,
    );
  }
}

/** The moment to send as the database takes it; null: now. */
function checkTime(sendAt: string | null | undefined, now: Date): string | null {
  if (sendAt === undefined || sendAt === null) return null;
  const wait = Date.parse(sendAt) - now.getTime();
  if (Number.isNaN(wait)) throw new ProblemError('invalid_time', 'This is not a date and time.', 'send_at');
  if (wait < -JUST_PASSED)
    throw new ProblemError('invalid_time', 'This time has passed. Choose a later one.', 'send_at');
  if (wait > FURTHEST)
    throw new ProblemError('invalid_time', 'Choose a time within the next year.', 'send_at');
  return wait <= 0 ? null : new Date(sendAt).toISOString();
}

type Known = Pick<
  MessageRow,
  'body' | 'media' | 'conversation_id' | 'contact_id' | 'to' | 'direction' | 'send_at'
> & {
  id: string;
  sender_id: string;
  purpose: string;
};

/** Waits for whoever is handling the same id at this moment, then looks whether it exists. */
async function lockMessageId({ sql, tenant }: Tx, id: string): Promise<Known | undefined> {
  const [, [known]] = await Promise.all([
    sql`select pg_advisory_xact_lock(hashtextextended('patchbay:message:' || current_schema() || ${`:${tenant}:${id}`}, 0))`,
    sql<
      Known[]
    >`select message_id as id, body, media, conversation_id, contact_id, sender_id, to_address as to, direction, send_at,
        purpose
      from messages where tenant_id = ${tenant} and message_id = ${id}`,
  ]);
  return known;
}

async function recogniseRepeat(
  tx: Tx,
  known: Known,
  request: SendRequest,
): Promise<{ id: string; created: false }> {
  const same =
    known.direction === 'outbound' &&
    // the first marketing text has left with more than was asked for
    (known.body === request.body ||
      (known.purpose === 'marketing' && known.body.startsWith(request.body.trimEnd()))) &&
    known.media.length === request.media_urls.length &&
    known.media.every((file, index) => file.url === request.media_urls[index]) &&
    (request.conversation_id === undefined || request.conversation_id === known.conversation_id) &&
    (request.contact_id === undefined || request.contact_id === known.contact_id) &&
    (request.sender_id === undefined || request.sender_id === known.sender_id) &&
    (request.to === undefined || (await readNumber(tx, request.to)) === known.to);
  if (same) return { id: known.id, created: false };
  throw new ProblemError(
    'message_id_taken',
    'A message with this id exists already and says something else. Make a new id for a new message.',
    'id',
  );
}

interface Thread {
  conversation_id: string;
  contact_id: string;
  channel: Channel;
  sender_id: string | null;
  phone: string | null;
  name: string | null;
}

async function threadOf(
  tx: Tx,
  { conversation_id, contact_id, to }: SendRequest,
  author: MemberRef,
): Promise<Thread> {
  const given = [conversation_id, contact_id, to].filter((target) => target !== undefined);
  if (given.length !== 1) {
    throw new ProblemError(
      'invalid_request',
      'Say where it goes with exactly one of conversation_id, contact_id and to.',
      'conversation_id',
    );
  }
  if (conversation_id !== undefined) {
    const [thread] = await tx.sql<Thread[]>`
      select c.conversation_id, c.contact_id, c.channel, c.sender_id, ${tx.sql.unsafe(threadNumber('c'))} as phone,
        coalesce(k.first_name, k.name) as name
      from conversations c join contacts k using (tenant_id, contact_id)
      where c.tenant_id = ${tx.tenant} and c.conversation_id = ${conversation_id}
      -- the message's foreign key takes this lock anyhow; taken here, a conversation that is being deleted is not found
      for key share of c`;
    if (!thread) throw notFound('conversation');
    return thread;
  }
  if (contact_id !== undefined) return conversationWith(tx, contact_id, 'sms');
  const thread = await conversationWith(tx, await contactForNumber(tx, to!, author), 'sms');
  // one of theirs, though perhaps not the one that they are usually reached on
  return { ...thread, phone: await readNumber(tx, to!) };
}

/** The contact's conversation on a channel, made when there is none yet. Throws `not_found`. */
async function conversationWith(tx: Tx, contactId: string, channel: Channel): Promise<Thread> {
  const { sql, tenant } = tx;
  const [, [thread]] = await Promise.all([
    sql`insert into conversations (tenant_id, conversation_id, contact_id, channel)
        select tenant_id, ${newId()}, contact_id, ${channel} from contacts
        where tenant_id = ${tenant} and contact_id = ${contactId} and phone is not null and merged_into is null
        on conflict (tenant_id, contact_id, channel) do nothing`,
    sql<Thread[]>`
      select c.conversation_id, k.contact_id, coalesce(c.channel, ${channel}) as channel, c.sender_id,
        ${tx.sql.unsafe(threadNumber('c'))} as phone, coalesce(k.first_name, k.name) as name
      from contacts k left join conversations c
        on c.tenant_id = k.tenant_id and c.contact_id = k.contact_id and c.channel = ${channel}
      where k.tenant_id = ${tenant} and k.contact_id = ${contactId} and k.merged_into is null`,
  ]);
  if (!thread) throw notFound('contact');
  return thread;
}

/** The asked-for sender, else the conversation's, else the tenant's default. One that is pending or paused holds. */
async function senderFor(
  { sql, tenant }: Tx,
  asked: string | undefined,
  { channel, sender_id }: Thread,
): Promise<{ sender_id: string; address: string }> {
  const senders = await sql<{ sender_id: string; address: string; is_default: boolean }[]>`
    select sender_id, address, is_default from senders
    where tenant_id = ${tenant} and channel = ${channel}
      and (sender_id = ${asked ?? sender_id} or (${asked === undefined} and is_default))`;
  if (asked !== undefined && senders.length === 0) throw notFound('sender');
  const sender = senders.find((row) => row.sender_id === sender_id) ?? senders[0];
  if (sender) return sender;
  throw new ProblemError(
    'no_sender',
    'This account has no number to send from. Ask whoever manages it to set one up.',
  );
}

function blocked(block: Block, name: string | null): ProblemError {
  if (block === 'suppressed') {
    return new ProblemError(
      'suppressed',
      'This number is on a do-not-contact list. A manager of the account, or of its agency, can take it off.',
    );
  }
  return new ProblemError(
    'opted_out',
    `${name ?? 'This person'} opted out of texts. Nothing can be sent to this number until they text START.`,
  );
}

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
}

/** Changes a message that has not left. Throws `not_found`, `not_editable`, `invalid_text`, `invalid_time`. */
export async function editMessage(
  tx: Tx,
  id: string,
  edit: MessageEdit,
  actor: MemberRef,
  now: Date,
): Promise<void> {
  const { sql, tenant } = tx;
  const sendAt = checkTime(edit.send_at, now);
  if (edit.body !== undefined) checkText(edit.body, await mediaCount(tx, id));
  const first = edit.body === undefined ? null : await firstOfEdit(tx, id, edit.body);
  const reschedule = edit.send_at !== undefined;
  const sendNow = reschedule && sendAt === null;
  const [message] = await sql<(Touched & { released: boolean })[]>`
    update messages set
      body = coalesce(${edit.body ?? null}, body),
      segments = coalesce(${edit.body === undefined ? null : countSegments(edit.body).segments}::smallint, segments),
      first_body = case when ${first === null} then first_body else ${first?.first_body ?? null} end,
      first_segments = case when ${first === null} then first_segments else ${first?.first_segments ?? null}::smallint end,
      send_at = case when ${reschedule} then ${sendAt}::timestamptz else send_at end,
      due_at = case when ${reschedule} then coalesce(${sendAt}::timestamptz, moment()) else due_at end,
      hold_reason = case when ${reschedule} then case when ${sendAt}::timestamptz > moment() then 'scheduled' end
        else hold_reason end,
      -- "now" for what was meant for later: it stands where it leaves, as after its claim
      created_at = case when ${sendNow} and hold_reason = 'scheduled' then moment() else created_at end
    where tenant_id = ${tenant} and message_id = ${id} and status = 'queued'
    returning conversation_id, contact_id, ${sendNow} and created_at = moment() as released`;
  if (!message) {
    await existing(tx, id);
    throw new ProblemError('not_editable', 'This message has already left and cannot be changed.');
  }
  await Promise.all([
    tell(tx, message.released ? 'message.released' : 'message.updated', id, message, actor),
    ...(message.released ? [touchConversations(tx, [id])] : []),
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

/** The words that a first marketing text needs must fit too. */
function checkRoom(body: string, first: string | null): void {
  if (first === null || first.length <= MAX_BODY_LENGTH) return;
  throw new ProblemError(
    'invalid_text',
    `A first marketing text also names the business and how to stop. With that it has ${first.length} characters; ` +
      `a carrier takes at most ${MAX_BODY_LENGTH}. Shorten it by ${Math.min(body.length, first.length - MAX_BODY_LENGTH)}.`,
    'body',
  );
}

async function mediaCount({ sql, tenant }: Tx, id: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select jsonb_array_length(media) as count from messages where tenant_id = ${tenant} and message_id = ${id}`;
  return row?.count ?? 0;
}

/**
 * Sends a failed message again as the next attempt of the same message. Callbacks of the attempt before no longer
 * speak for it. Throws `not_found`, `not_retryable`, `opted_out`, `suppressed`.
 */
export async function retryMessage(tx: Tx, id: string, actor: MemberRef): Promise<void> {
  const message = await existing(tx, id);
  if (message.status !== 'failed' && message.status !== 'undelivered') throw notRetryable(message.status);
  const block = await blockOn(tx, message.channel, message.to);
  if (block) throw blocked(block, null);
  const [moved] = await tx.sql<Touched[]>`
    update messages set status = 'queued', attempt = attempt + 1, tries = 0, due_at = moment(), hold_reason = null,
      error_code = null, error_reason = null, error_final = null,
      -- the reconciler must not take the old attempt's record at the carrier for the new one's
      past_sids = case when carrier_sid is null then past_sids else past_sids || carrier_sid end, carrier_sid = null, claimed_at = null, lease_until = null,
      send_at = null, sent_at = null, delivered_at = null, read_at = null
    where tenant_id = ${tx.tenant} and message_id = ${id} and status in ('failed', 'undelivered')
    returning conversation_id, contact_id`;
  // someone else's Retry was quicker
  if (!moved) throw notRetryable('queued');
  await Promise.all([tell(tx, 'message.queued', id, moved, actor), wakeSenders(tx, [id])]);
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

async function existing(
  { sql, tenant }: Tx,
  id: string,
): Promise<{ status: string; channel: Channel; to: string }> {
  const [message] = await sql<{ status: string; channel: Channel; to: string }[]>`
    select status, channel, to_address as to from messages where tenant_id = ${tenant} and message_id = ${id}`;
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
