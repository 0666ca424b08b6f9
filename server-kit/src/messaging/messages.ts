/** Sending. What may be done to a message afterwards is in `changes.ts`, reading a thread in `thread.ts`. */
import {
  MAX_BODY_LENGTH,
  MAX_MEDIA,
  type Channel,
  type MemberRef,
  type MessagePurpose,
} from '../contract/index.ts';
import { contactForNumber, readNumber } from '../contacts/contacts.ts';
import type { Sender } from '../consent/index.ts';
import { blockOn, type Block } from '../consent/queries.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { newId } from '../ids.ts';
import { areSame, attach, wordsWith, type AssetWish, type AttachContext } from './attach.ts';
import { keepForMessage } from '../media/files.ts';
import { filesOf, type MediaEntry } from './entries.ts';
import { businessOf, enqueueMessages, firstOf } from './outbox.ts';
import { threadNumber, type MessageRow } from './wire.ts';

export interface SendRequest {
  id?: string | undefined;
  conversation_id?: string | undefined;
  contact_id?: string | undefined;
  to?: string | undefined;
  sender_id?: string | undefined;
  body: string;
  media_urls: string[];
  assets?: AssetWish[];
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
  context: AttachContext,
  tx: Tx,
  request: SendRequest,
  author: MemberRef,
): Promise<{ id: string; created: boolean }> {
  const { assets = [] } = request;
  const files = request.media_urls.length + assets.length;
  checkText(request.body, files);
  checkFiles(files);
  if (request.purpose === 'marketing')
    checkRoom(request.body, firstOf(request, await businessOf(tx)).first_body);
  const sendAt = checkTime(request.send_at, context.clock());
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
  let attached: MediaEntry[] = [];
  if (assets.length > 0) {
    attached = await attach(context, tx, assets, {
      messageId: id,
      contactId: thread.contact_id,
      from: sender.address,
      to: thread.phone,
      others: request.media_urls.length,
      sendAt,
      author,
    });
  }
  const body = wordsWith(request.body, attached);
  if (body !== request.body) await checkWhole(tx, body, request, attached.length);

  await enqueueMessages(tx, [
    {
      id,
      conversationId: thread.conversation_id,
      contactId: thread.contact_id,
      senderId: sender.sender_id,
      channel: thread.channel,
      from: sender.address,
      to: thread.phone,
      body,
      mediaUrls: request.media_urls,
      attached,
      origin: 'member',
      purpose: request.purpose,
      author,
      sendAt,
    },
  ]);
  const shown = filesOf(attached);
  if (shown.length > 0) await keepForMessage(tx, id, shown);
  return { id, created: true };
}

/** For other domains: one text to a contact's first number, from the usual sender, now. */
export function sendPlainly(context: AttachContext): Sender {
  return (tx, { id, contactId, body }, author) =>
    sendMessage(
      context,
      tx,
      { id, contact_id: contactId, body, media_urls: [], purpose: 'conversation' },
      author,
    );
}

/** What the words have become with their links must fit too. */
async function checkWhole(tx: Tx, body: string, { purpose }: SendRequest, files: number): Promise<void> {
  checkText(body, files);
  if (purpose === 'marketing') checkRoom(body, firstOf({ purpose, body }, await businessOf(tx)).first_body);
}

export function checkFiles(count: number): void {
  if (count > MAX_MEDIA)
    throw new ProblemError('invalid_request', `A message holds at most ${MAX_MEDIA} files.`, 'assets');
}

export function checkText(body: string, mediaCount: number, field = 'body'): void {
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

/** The words that a first marketing text needs must fit too. */
export function checkRoom(body: string, first: string | null): void {
  if (first === null || first.length <= MAX_BODY_LENGTH) return;
  throw new ProblemError(
    'invalid_text',
    `A first marketing text also names the business and how to stop. With that it has ${first.length} characters; ` +
      `a carrier takes at most ${MAX_BODY_LENGTH}. Shorten it by ${Math.min(body.length, first.length - MAX_BODY_LENGTH)}.`,
    'body',
  );
}

/** The moment to send as the database takes it; null: now. */
export function checkTime(sendAt: string | null | undefined, now: Date): string | null {
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
  const words = wordsWith(request.body, known.media);
  const same =
    known.direction === 'outbound' &&
    // the first marketing text has left with more than was asked for
    (known.body === words || (known.purpose === 'marketing' && known.body.startsWith(words.trimEnd()))) &&
    areSame(known.media, request.media_urls, request.assets ?? []) &&
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

export function blocked(block: Block, name: string | null): ProblemError {
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
