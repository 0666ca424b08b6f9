/**
 * Conversations and messages as they travel. One SELECT each, used by the lists, by single reads and by the live feed,
 * so that no two of them can disagree about a conversation.
 *
 * Each is a constant over a common table expression `page` that says which rows; `page` brings the tenant along, and
 * the joins take it from there.
 */
import type { Conversation, Media, Message } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { fileUrl } from '../media/serve/file-links.ts';
import { isSettled, type MediaEntry } from './entries.ts';
import { mediaLink, type LinkContext } from './media-links.ts';

export interface ConversationRow {
  id: string;
  channel: Conversation['channel'];
  state: Conversation['state'];
  unread: number;
  last_message_at: string;
  created_at: string;
  contact_id: string;
  contact_name: string | null;
  contact_first_name: string | null;
  contact_phone: string | null;
  contact_tags: string[];
  sender_id: string | null;
  sender_address: string | null;
  sender_name: string | null;
  sender_status: 'active' | 'pending' | 'paused' | null;
  sender_status_reason: string | null;
  assignee_id: string | null;
  assignee_name: string | null;
  preview_id: string | null;
  preview_text: string;
  preview_direction: 'inbound' | 'outbound';
  preview_status: Message['status'];
  preview_error_reason: string | null;
  preview_media_count: number;
  /** Its files, while some of them are being copied. */
  preview_copying: MediaEntry[] | null;
  opt_out_id: string | null;
  opt_out_text: string;
  suppressed_since: string | null;
  withdrawn: boolean | null;
}

/**
 * The number that a conversation reaches its contact `k` on: the further one that they wrote from last, for as long as it
 * is theirs, else their first.
 */
export const threadNumber = (
  conversation: string,
) => `case when ${conversation}.reply_to is not null and exists (
    select from contact_addresses a where a.tenant_id = ${conversation}.tenant_id and a.kind = 'phone'
      and a.address = ${conversation}.reply_to and a.contact_id = k.contact_id)
  then ${conversation}.reply_to else k.phone end`;

/** Of a message `m`: the copier has not done with its files. Those from before there was one have no row and never will. */
const COPYING = `m.direction = 'inbound' and m.media <> '[]' and exists (
      select from inbound_media i where i.tenant_id = m.tenant_id and i.message_id = m.message_id)`;

/** Rows for a `page` that holds whole rows of `conversations`. Most recent first. */
export const CONVERSATION_ROWS = `
  select page.conversation_id as id, page.channel, page.state, page.unread, page.last_message_at, page.created_at,
    page.contact_id, k.name as contact_name, k.first_name as contact_first_name, n.phone as contact_phone,
    k.tags as contact_tags,
    s.sender_id, s.address as sender_address, s.name as sender_name, s.status as sender_status,
    s.status_reason as sender_status_reason,
    page.assignee_id, a.name as assignee_name,
    m.message_id as preview_id, left(m.body, 200) as preview_text, m.direction as preview_direction,
    m.status as preview_status, m.error_reason as preview_error_reason,
    jsonb_array_length(m.media) as preview_media_count, case when ${COPYING} then m.media end as preview_copying,
    o.message_id as opt_out_id, left(o.body, 500) as opt_out_text,
    x.since as suppressed_since, x.withdrawn
  from page
  join contacts k on k.tenant_id = page.tenant_id and k.contact_id = page.contact_id
  cross join lateral (select ${threadNumber('page')} as phone) n
  left join lateral (
    select * from senders s
    where s.tenant_id = page.tenant_id
      and (s.sender_id = page.sender_id or (page.sender_id is null and s.channel = page.channel and s.is_default))
    limit 1
  ) s on true
  left join members a on a.tenant_id = page.tenant_id and a.member_id = page.assignee_id
  left join messages m on m.tenant_id = page.tenant_id and m.message_id = page.last_message_id
  left join messages o on o.tenant_id = page.tenant_id and o.message_id = page.possible_opt_out_id
  left join lateral (
    select since, withdrawn, 0 as rank from suppressions b
    where b.tenant_id = page.tenant_id and b.channel = page.channel and b.address = n.phone
    union all
    select since, false, 1 from agency_suppressions g
    where g.tenant_id = (select coalesce(parent_tenant_id, tenant_id) from tenants t where t.tenant_id = page.tenant_id)
      and g.channel = page.channel and g.address = n.phone
    order by rank limit 1
  ) x on true
  order by page.last_message_at desc, page.conversation_id desc`;

/** The conversations with these ids, for the caller's pipeline. Unknown ones are left out. */
export function conversationsById(tx: Tx, ids: readonly string[]) {
  return tx.sql<ConversationRow[]>`
    with page as (
      select * from conversations where tenant_id = ${tx.tenant} and conversation_id = any(${[...ids]}::uuid[])
    ) ${tx.sql.unsafe(CONVERSATION_ROWS)}`;
}

export function toConversation(row: ConversationRow): Conversation {
  return {
    id: row.id,
    channel: row.channel,
    state: row.state,
    contact: { id: row.contact_id, name: row.contact_name, phone: row.contact_phone, tags: row.contact_tags },
    sender: row.sender_id ? { id: row.sender_id, address: row.sender_address!, name: row.sender_name } : null,
    // somebody who has never signed in here (or was forgotten) is still the one it is assigned to
    assignee: row.assignee_id ? { id: row.assignee_id, name: row.assignee_name ?? row.assignee_id } : null,
    unread: row.unread,
    preview: row.preview_id
      ? {
          message_id: row.preview_id,
          text: row.preview_text,
          direction: row.preview_direction,
          status: row.preview_status,
          error_reason: row.preview_error_reason,
          media_count: row.preview_media_count,
          media_arriving: row.preview_copying?.filter((entry) => !isSettled(entry)).length ?? 0,
        }
      : null,
    block: blockOf(row),
    possible_opt_out: row.opt_out_id ? { message_id: row.opt_out_id, text: row.opt_out_text } : null,
    last_message_at: row.last_message_at,
    created_at: row.created_at,
  };
}

/** Why nothing can be sent, the strongest reason first. */
function blockOf(row: ConversationRow): Conversation['block'] {
  const who = row.contact_first_name ?? row.contact_name;
  if (row.contact_phone === null) {
    return {
      code: 'no_address',
      reason: `${who ?? 'This contact'} has no phone number.`,
      way_out: 'Add a number to the contact.',
      since: null,
    };
  }
  if (row.suppressed_since !== null && !row.withdrawn) {
    return {
      code: 'suppressed',
      reason: `${row.contact_phone} is on a do-not-contact list.`,
      way_out: 'A manager of the account, or of its agency, can take it off.',
      since: row.suppressed_since,
    };
  }
  if (row.suppressed_since !== null) {
    return {
      code: 'opted_out',
      reason: `${who ?? row.contact_phone} opted out of texts.`,
      way_out: 'Nothing can be sent to this number until they text START.',
      since: row.suppressed_since,
    };
  }
  if (row.sender_id === null) {
    return {
      code: 'no_sender',
      reason: 'This account has no number to send from.',
      way_out: 'Ask whoever manages the account to set one up.',
      since: null,
    };
  }
  if (row.sender_status === 'pending') {
    return {
      code: 'sender_pending',
      reason: row.sender_status_reason ?? `${row.sender_address} is not approved for sending yet.`,
      way_out: 'What you send now waits and leaves once the number is approved.',
      since: null,
    };
  }
  return null;
}

export interface MessageRow {
  id: string;
  conversation_id: string;
  contact_id: string;
  channel: Message['channel'];
  direction: Message['direction'];
  status: Message['status'];
  origin: Message['origin'];
  purpose: string;
  body: string;
  media: MediaEntry[];
  copying: boolean;
  from: string;
  to: string;
  segments: number;
  attempt: number;
  author_id: string | null;
  author_name: string | null;
  error_code: string | null;
  error_reason: string | null;
  error_final: boolean | null;
  hold_reason: NonNullable<Message['hold']>['reason'] | null;
  due_at: string | null;
  send_at: string | null;
  created_at: string;
  sent_at: string | null;
  delivered_at: string | null;
  read_at: string | null;
}

/** The columns of a message, from `messages m`. */
export const MESSAGE_COLUMNS = `
  m.message_id as id, m.conversation_id, m.contact_id, m.channel, m.direction, m.status, m.origin, m.purpose, m.body,
  m.media, ${COPYING} as copying, m.from_address as "from", m.to_address as "to", m.segments, m.attempt, m.author_id, m.author_name,
  m.error_code, m.error_reason, m.error_final, m.hold_reason, m.due_at, m.send_at, m.created_at, m.sent_at, m.delivered_at, m.read_at`;

/** The messages with these ids, for the caller's pipeline. Unknown ones are left out. */
export function messagesById(tx: Tx, ids: readonly string[]) {
  return tx.sql<MessageRow[]>`
    select ${tx.sql.unsafe(MESSAGE_COLUMNS)} from messages m
    where m.tenant_id = ${tx.tenant} and m.message_id = any(${[...ids]}::uuid[])`;
}

/** What waits for its hour, or for its number, soonest first. For the caller's pipeline. */
export function messagesWaitingFor(tx: Tx, contactId: string, limit: number) {
  return tx.sql<MessageRow[]>`
    select ${tx.sql.unsafe(MESSAGE_COLUMNS)} from messages m
    where m.tenant_id = ${tx.tenant} and m.contact_id = ${contactId} and m.status = 'queued'
      and m.hold_reason is not null
    order by m.due_at, m.message_id limit ${limit}`;
}

/** Written, and not yet on its way: it has not happened. */
export function isWaiting({ status, hold_reason }: MessageRow): boolean {
  return status === 'queued' && hold_reason !== null;
}

export function toMessage(context: LinkContext, tenant: string, row: MessageRow): Message {
  return {
    id: row.id,
    conversation_id: row.conversation_id,
    contact_id: row.contact_id,
    channel: row.channel,
    direction: row.direction,
    status: row.status,
    origin: row.origin,
    // the kit's own confirmations have a purpose that nobody can ask for
    purpose: row.purpose === 'marketing' ? 'marketing' : 'conversation',
    body: row.body,
    media: row.media.map((file, index) => toMedia(context, tenant, row, file, index)),
    from: row.from,
    to: row.to,
    segments: row.segments,
    attempt: row.attempt,
    author: row.author_id ? { id: row.author_id, name: row.author_name ?? row.author_id } : null,
    error: errorOf(row),
    hold: holdOf(row),
    send_at: row.send_at,
    created_at: row.created_at,
    sent_at: row.sent_at,
    delivered_at: row.delivered_at,
    read_at: row.read_at,
  };
}

function toMedia(
  context: LinkContext,
  tenant: string,
  { id, direction, copying }: MessageRow,
  file: MediaEntry,
  index: number,
): Media {
  const { width, height, duration_ms, poster_id, asset_id, file_id } = file;
  let { url } = file;
  if (direction === 'inbound') url = mediaLink(context, { tenant, messageId: id, index });
  // the carrier's address ends, and a look at it from here would count as one of theirs
  else if (file_id) url = fileUrl(context, tenant, file_id);
  return {
    url,
    content_type: file.content_type ?? 'application/octet-stream',
    name: file.name ?? null,
    ...(file.size !== undefined && { size: file.size }),
    ...(width && { width }),
    ...(height && { height }),
    ...(duration_ms && { duration_ms }),
    ...(poster_id && { poster_url: fileUrl(context, tenant, poster_id) }),
    ...(asset_id && { asset_id }),
    ...(file.sent_as && { sent_as: file.sent_as }),
    ...(copying && !isSettled(file) && { arriving: true }),
    ...(file.gone && { gone: true }),
    ...(file.not_shown && { not_shown: file.not_shown }),
  };
}

const SUCCEEDED: ReadonlySet<Message['status']> = new Set(['received', 'sent', 'delivered', 'read']);

function errorOf({ status, error_code, error_reason, error_final }: MessageRow): Message['error'] {
  // the reason of an earlier try stays in the row; what has arrived since has no error any more
  if (SUCCEEDED.has(status)) return null;
  const over = status === 'failed' || status === 'undelivered';
  if (error_code === null && error_reason === null && !over) return null;
  return {
    code: error_code ?? 'unknown',
    reason: error_reason ?? 'The carrier did not say why.',
    // what the Retry button asks for; a person who has opted out is refused there as well
    retryable: over && error_final !== true,
  };
}

function holdOf({ status, hold_reason, due_at, send_at }: MessageRow): Message['hold'] {
  if (hold_reason !== null && (status === 'queued' || status === 'sending'))
    return { reason: hold_reason, until: due_at };
  if (status === 'queued' && send_at !== null) return { reason: 'scheduled', until: send_at };
  return null;
}
