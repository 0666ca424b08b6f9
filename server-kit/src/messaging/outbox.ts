/**
 * The outbox: whoever wants something sent writes a `queued` message in the transaction that decided it. Nothing else
 * in the kit leads to a carrier call.
 */
import {
  countSegments,
  type Channel,
  type MemberRef,
  type MessageOrigin,
  type MessagePurpose,
} from '../contract/index.ts';
import { asFirstMessage, type Business, type SendWindow } from '../consent/index.ts';
import type { Tx } from '../db/client.ts';
import { record } from '../events/record.ts';
import type { MediaEntry } from './entries.ts';

export interface NewMessage {
  /** Chosen by whoever sends, so that saying it twice is one message. */
  id: string;
  conversationId: string;
  contactId: string;
  senderId: string;
  channel: Channel;
  from: string;
  to: string;
  body: string;
  mediaUrls: string[];
  /** Files of the library; what their links need stands in the body already. */
  attached?: MediaEntry[];
  origin: MessageOrigin;
  purpose: MessagePurpose;
  author: MemberRef | null;
  /** RFC 3339; null: now. */
  sendAt: string | null;
  /** The hours at which it may leave; left out: at any. */
  window?: SendWindow | null | undefined;
}

/** Queues messages and rings for their senders. The ids must be new; the caller has looked. */
export async function enqueueMessages(tx: Tx, messages: NewMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const { sql, tenant } = tx;
  const business = messages.some(({ purpose }) => purpose === 'marketing') ? await businessOf(tx) : undefined;
  const rows = sql.json(
    messages.map((message) => ({
      ...firstOf(message, business),
      message_id: message.id,
      conversation_id: message.conversationId,
      contact_id: message.contactId,
      sender_id: message.senderId,
      channel: message.channel,
      from_address: message.from,
      to_address: message.to,
      body: message.body,
      media: [...message.mediaUrls.map(plainEntry), ...(message.attached ?? [])] as never,
      segments: countSegments(message.body).segments,
      origin: message.origin,
      purpose: message.purpose,
      author_id: message.author?.id ?? null,
      author_name: message.author?.name ?? null,
      send_at: message.sendAt,
      send_window: (message.window ?? null) as never,
    })),
  );
  const ids = messages.map((message) => message.id);
  await Promise.all([
    sql`insert into messages (tenant_id, message_id, conversation_id, contact_id, sender_id, channel, direction, status,
          origin, purpose, body, media, from_address, to_address, segments, author_id, author_name, send_at, due_at,
          hold_reason, first_body, first_segments, send_window)
        select ${tenant}, m.message_id, m.conversation_id, m.contact_id, m.sender_id, m.channel, 'outbound', 'queued',
          m.origin, m.purpose, m.body, m.media, m.from_address, m.to_address, m.segments, m.author_id, m.author_name,
          m.send_at, coalesce(m.send_at, moment()), case when m.send_at > moment() then 'scheduled' end,
          m.first_body, m.first_segments, m.send_window
        from jsonb_to_recordset(${rows}) as m (message_id uuid, conversation_id uuid, contact_id uuid, sender_id uuid,
          channel text, origin text, purpose text, body text, media jsonb, from_address text, to_address text,
          segments smallint, author_id text, author_name text, send_at timestamptz, first_body text,
          first_segments smallint, send_window jsonb)`,
    moveUp(tx, messages),
    record(
      tx,
      messages.map((message) => ({
        type: 'message.queued' as const,
        contactId: message.contactId,
        conversationId: message.conversationId,
        messageId: message.id,
        actor: message.author,
      })),
    ),
    wakeSenders(tx, ids),
  ]);
}

/** As the first marketing text names it. */
export async function businessOf({ sql, tenant }: Tx): Promise<Business> {
  const [row] = await sql<{ name: string; suffix: string | null }[]>`
    select coalesce(nullif(brand ->> 'name', ''), name) as name, settings ->> 'first_message_suffix' as suffix
    from tenants where tenant_id = ${tenant}`;
  return { name: row?.name ?? '', suffix: row?.suffix ?? undefined };
}

/** What a marketing text becomes if it turns out to be the first to its address; only the claim knows. */
export function firstOf(
  { purpose, body }: { purpose: string; body: string },
  business: Business | undefined,
): { first_body: string | null; first_segments: number | null } {
  const whole = business && purpose === 'marketing' ? asFirstMessage(body, business) : null;
  return { first_body: whole, first_segments: whole === null ? null : countSegments(whole).segments };
}

/**
 * Moves the conversations of what is queued in this transaction to the top: nothing is read again. A message for later moves
 * nothing until it leaves.
 */
export function moveUp(
  { sql, tenant }: Tx,
  messages: Pick<NewMessage, 'id' | 'conversationId' | 'senderId' | 'sendAt'>[],
) {
  return sql`
    update conversations c
    set last_message_id = m.message_id, last_message_at = (select moment()), sender_id = m.sender_id
    from (
      select distinct on (conversation_id) conversation_id, message_id, sender_id
      from unnest(${messages.map(({ conversationId }) => conversationId)}::uuid[], ${messages.map(({ id }) => id)}::uuid[],
        ${messages.map(({ senderId }) => senderId)}::uuid[], ${messages.map(({ sendAt }) => sendAt)}::timestamptz[])
        as queued (conversation_id, message_id, sender_id, send_at)
      where send_at is null or send_at <= (select moment())
      order by conversation_id, message_id desc) m
    where c.tenant_id = ${tenant} and c.conversation_id = m.conversation_id`;
}

/** Rings for every sender that these messages leave from, each once, at the earliest of their times. */
export function wakeSenders(tx: Tx, messageIds: string[]) {
  return tx.sql`
    select wake_sender(${tx.tenant}, sender_id, min(due_at)) from messages
    where tenant_id = ${tx.tenant} and message_id = any(${messageIds}) and due_at is not null
    group by sender_id`;
}

const TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  pdf: 'application/pdf',
};

/** A file that is given by its address. */
export function plainEntry(url: string): MediaEntry {
  return { url, content_type: contentTypeOf(url), name: null };
}

/** By the name alone: it only decides how the bubble is drawn. The carrier looks at the bytes. */
function contentTypeOf(url: string): string {
  const extension = /\.([a-z0-9]{2,4})(?:$|[?#])/i.exec(url)?.[1]?.toLowerCase();
  return (extension && TYPES[extension]) ?? 'application/octet-stream';
}
