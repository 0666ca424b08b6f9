/**
 * Texts to many people in a few statements, for workflows: the same rows as `sendMessage` writes one by one, but that what
 * keeps somebody from getting one is an answer and no exception. As there, the claim alone decides about consent when a text leaves.
 */
import {
  MARKETING_KINDS,
  type MemberRef,
  type MessageOrigin,
  type MessagePurpose,
} from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import { keepForMessages } from '../media/files.ts';
import { attachMany, wordsWith, type AssetWish, type AttachContext } from './attach.ts';
import { filesOf, type MediaEntry } from './entries.ts';
import { checkRoom, checkText } from './messages.ts';
import type { SendWindow } from '../consent/index.ts';
import { businessOf, enqueueMessages, firstOf, type NewMessage } from './outbox.ts';
import { threadNumber } from './wire.ts';

/** How a text reaches somebody. */
export interface Route {
  contactId: string;
  /** Null: they have none yet. */
  conversationId: string | null;
  senderId: string;
  from: string;
  to: string;
  /** What marketing needs is recorded, and they are not muted. A first answer: the claim judges when it leaves. */
  marketable: 'yes' | 'no_consent' | 'muted';
}

export type NoRoute = 'not_found' | 'no_address' | 'no_sender' | 'opted_out' | 'suppressed';

export interface RouteWish {
  contactId: string;
  /** A sender's id or number. Default: the conversation's, else the account's. */
  sender?: string | null | undefined;
}

interface Person {
  contact_id: string;
  conversation_id: string | null;
  sender_id: string | null;
  phone: string | null;
  muted: boolean;
}

/** For each its route, or why there is none, in their order: a few statements, however many. */
export async function routesTo(tx: Tx, wishes: readonly RouteWish[]): Promise<(Route | { not: NoRoute })[]> {
  const { sql, tenant } = tx;
  const ids = [...new Set(wishes.map(({ contactId }) => contactId))];
  const [senders, found] = await Promise.all([
    sql<{ sender_id: string; address: string; is_default: boolean }[]>`
      select sender_id, address, is_default from senders where tenant_id = ${tenant} and channel = 'sms'`,
    sql<Person[]>`
      select k.contact_id, c.conversation_id, c.sender_id, ${sql.unsafe(threadNumber('c'))} as phone,
        'sms' = any(k.dnd) as muted
      from contacts k
      left join conversations c on c.tenant_id = k.tenant_id and c.contact_id = k.contact_id and c.channel = 'sms'
      where k.tenant_id = ${tenant} and k.contact_id = any(${ids}::uuid[]) and k.merged_into is null`,
  ]);
  const people = new Map(found.map((row) => [row.contact_id, row]));
  const { blocks, consented } = await standingOf(
    tx,
    found.flatMap(({ phone }) => phone ?? []),
  );
  const usual = senders.find(({ is_default }) => is_default);
  return wishes.map(({ contactId, sender: asked }) => {
    const person = people.get(contactId);
    if (!person) return { not: 'not_found' };
    if (person.phone === null) return { not: 'no_address' };
    const sender = asked
      ? senders.find(({ sender_id, address }) => sender_id === asked || address === asked)
      : (senders.find(({ sender_id }) => sender_id === person.sender_id) ?? usual);
    if (!sender) return { not: 'no_sender' };
    const block = blocks.get(person.phone);
    if (block) return { not: block };
    return {
      contactId,
      conversationId: person.conversation_id,
      senderId: sender.sender_id,
      from: sender.address,
      to: person.phone,
      marketable: person.muted ? 'muted' : consented.has(person.phone) ? 'yes' : 'no_consent',
    };
  });
}

/** What the lists and the ledger say about addresses. Joined to the people it took three times as long. */
async function standingOf({ sql, tenant }: Tx, addresses: string[]) {
  if (addresses.length === 0) return { blocks: new Map<string, NoRoute>(), consented: new Set<string>() };
  const [own, agency, granted] = await Promise.all([
    sql<{ address: string; withdrawn: boolean }[]>`
      select address, withdrawn from suppressions
      where tenant_id = ${tenant} and channel = 'sms' and address = any(${addresses}::text[]) and (withdrawn or listed)`,
    sql<{ address: string }[]>`
      select address from agency_suppressions
      where tenant_id = (select coalesce(parent_tenant_id, tenant_id) from tenants where tenant_id = ${tenant})
        and channel = 'sms' and address = any(${addresses}::text[])`,
    sql<{ address: string }[]>`
      select address from consents
      where tenant_id = ${tenant} and channel = 'sms' and address = any(${addresses}::text[]) and state = 'granted'
        and kind = any(${[...MARKETING_KINDS]}) and (expires_at is null or expires_at > (select moment()))`,
  ]);
  const blocks = new Map<string, NoRoute>(agency.map(({ address }) => [address, 'suppressed']));
  // what they said themselves counts before what a list says
  for (const { address, withdrawn } of own) blocks.set(address, withdrawn ? 'opted_out' : 'suppressed');
  return { blocks, consented: new Set(granted.map(({ address }) => address)) };
}

export interface ManyText {
  /** Chosen by whoever sends: saying it twice is one message. */
  messageId: string;
  contactId: string;
  body: string;
  assets: AssetWish[];
  sender?: string | null | undefined;
  purpose: MessagePurpose;
  /** The hours at which it may leave; left out: at any. */
  window?: SendWindow | null | undefined;
  /** Found by whoever asks; left out: looked up here. */
  route?: Route | undefined;
}

export type TextResult =
  | { messageId: string; state: 'queued'; created: boolean }
  | { messageId: string; state: NoRoute }
  | { messageId: string; state: 'invalid_text'; reason: string };

/**
 * Queues them, each once, whatever is asked how often. Nobody else may use these ids at the same moment. Throws `not_found` and
 * `asset_not_ready` for files that cannot be sent: whoever asks has looked.
 */
export async function sendMany(
  context: AttachContext,
  tx: Tx,
  texts: readonly ManyText[],
  {
    author,
    origin,
    newIds = false,
  }: {
    author: (text: ManyText) => MemberRef | null;
    origin: MessageOrigin;
    /** The ids were made in this transaction: nobody needs to look whether they are known. */
    newIds?: boolean;
  },
): Promise<TextResult[]> {
  if (texts.length === 0) return [];
  const { sql, tenant } = tx;
  const results = new Map<string, TextResult>();
  const known = newIds
    ? []
    : await sql<{ message_id: string }[]>`
        select message_id from messages
        where tenant_id = ${tenant} and message_id = any(${texts.map(({ messageId }) => messageId)}::uuid[])`;
  for (const { message_id: messageId } of known) {
    results.set(messageId, { messageId, state: 'queued', created: false });
  }

  const business = texts.some(({ purpose }) => purpose === 'marketing') ? await businessOf(tx) : undefined;
  const refusal = (text: ManyText, body: string) => {
    try {
      checkText(body, text.assets.length);
      checkRoom(body, firstOf({ purpose: text.purpose, body }, business).first_body);
      return null;
    } catch (error) {
      if (error instanceof ProblemError) return error.message;
      throw error;
    }
  };
  const asked = texts.filter(({ messageId }) => !results.has(messageId));
  const looked = await routesTo(
    tx,
    asked.filter(({ route }) => route === undefined),
  );
  const going: { text: ManyText; route: Route }[] = [];
  for (const text of asked) {
    const { messageId } = text;
    const route = text.route ?? looked.shift()!;
    const reason = refusal(text, text.body);
    if (reason !== null) results.set(messageId, { messageId, state: 'invalid_text', reason });
    else if ('not' in route) results.set(messageId, { messageId, state: route.not });
    else going.push({ text, route });
  }

  const threads = await openThreads(
    tx,
    going.map(({ route }) => route),
  );
  const carrying = going.filter(({ text }) => text.assets.length > 0);
  const entries =
    carrying.length === 0
      ? []
      : await attachMany(
          context,
          tx,
          carrying.map(({ text, route }) => ({
            wishes: text.assets,
            carrying: {
              messageId: text.messageId,
              contactId: text.contactId,
              from: route.from,
              to: route.to,
              others: 0,
              sendAt: null,
              author: author(text),
            },
          })),
        );
  const attached = new Map(carrying.map(({ text }, nth) => [text.messageId, entries[nth]!]));
  const messages: NewMessage[] = [];
  const shown: { messageId: string; fileId: string }[] = [];
  for (const { text, route } of going) {
    const { messageId } = text;
    const files: MediaEntry[] = attached.get(messageId) ?? [];
    const body = wordsWith(text.body, files);
    const reason = body === text.body ? null : refusal(text, body);
    const conversationId = threads.get(text.contactId);
    if (reason !== null || conversationId === undefined) {
      results.set(
        messageId,
        reason === null ? { messageId, state: 'not_found' } : { messageId, state: 'invalid_text', reason },
      );
      continue;
    }
    messages.push({
      id: messageId,
      conversationId,
      contactId: text.contactId,
      senderId: route.senderId,
      channel: 'sms',
      from: route.from,
      to: route.to,
      body,
      mediaUrls: [],
      attached: files,
      origin,
      purpose: text.purpose,
      author: author(text),
      sendAt: null,
      window: text.window,
    });
    shown.push(...filesOf(files).map((fileId) => ({ messageId, fileId })));
    results.set(messageId, { messageId, state: 'queued', created: true });
  }
  await enqueueMessages(tx, messages);
  if (shown.length > 0) await keepForMessages(tx, shown);
  return texts.map(({ messageId }) => results.get(messageId)!);
}

/** Everybody's conversation, made where there is none, and locked in one order: others write to them as well. */
async function openThreads(tx: Tx, routes: readonly Route[]): Promise<Map<string, string>> {
  const { sql, tenant } = tx;
  if (routes.length === 0) return new Map();
  const without = routes.filter(({ conversationId }) => conversationId === null);
  if (without.length > 0) {
    await sql`
      insert into conversations (tenant_id, conversation_id, contact_id, channel)
      select tenant_id, gen_random_uuid(), contact_id, 'sms' from contacts
      where tenant_id = ${tenant} and contact_id = any(${without.map(({ contactId }) => contactId)}::uuid[])
        and phone is not null and merged_into is null
      order by contact_id
      on conflict (tenant_id, contact_id, channel) do nothing`;
  }
  const rows = await sql<{ contact_id: string; conversation_id: string }[]>`
    select contact_id, conversation_id from conversations
    where tenant_id = ${tenant} and channel = 'sms'
      and contact_id = any(${routes.map(({ contactId }) => contactId)}::uuid[])
    order by conversation_id for no key update`;
  return new Map(rows.map((row) => [row.contact_id, row.conversation_id]));
}
