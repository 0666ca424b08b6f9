/**
 * Getting a message in. The carrier is answered after the commit and never before; whatever arrives while a write is
 * under way is written together with the next one.
 *
 * One short transaction, in two flights: (1) contacts, conversations and messages, each "if it is not there yet", so that
 * the same webhook twice, or two first texts of a new person at once, make one of each; (2) for the messages that are
 * really new: consent, events, unread counts, keyword replies.
 */
import type { InboundMessage } from '../carriers/carrier.ts';
import {
  consentReplies,
  lockConsent,
  readKeyword,
  recordConsent,
  type ConsentChange,
  type Reading,
} from '../consent/index.ts';
import { countSegments } from '../contract/index.ts';
import { Coalescer } from '../db/coalesce.ts';
import type { Database, Tx } from '../db/client.ts';
import { record, type NewEvent } from '../events/record.ts';
import { newId } from '../ids.ts';
import { cancelQueuedTo } from './cancel.ts';
import { enqueueMessages, type NewMessage } from './outbox.ts';

/** An inbound message whose tenant and number are known. */
export interface Arrival extends InboundMessage {
  tenant: string;
  senderId: string;
}

interface Entry {
  arrival: Arrival;
  messageId: string;
  body: string;
  reading: Reading;
}

interface Stored {
  message_id: string;
  conversation_id: string;
  contact_id: string;
  new_contact: boolean;
}

/** Stores arrivals; `add` resolves after the commit. */
export function createInboundWriter(database: Database): Coalescer<Arrival, void> {
  return new Coalescer(async (tenant, arrivals) => {
    const entries: Entry[] = arrivals.map((arrival) => {
      const body = cleanText(arrival.body);
      return { arrival, body, messageId: newId(), reading: readKeyword(body) };
    });
    await database.transaction(tenant, async (tx) => {
      const changesConsent = entries.some(
        ({ reading }) => reading.keyword === 'stop' || reading.keyword === 'start',
      );
      // the lock before any row, as everywhere
      if (changesConsent) await lockConsent(tx);
      const stored = await store(tx, entries);
      const fresh = entries.flatMap((entry) => {
        const row = stored.get(entry.messageId);
        return row ? [{ ...entry, row }] : [];
      });
      if (fresh.length > 0) await follow(tx, fresh);
    });
    return arrivals.map((): void => undefined);
  });
}

/** Postgres stores no NUL and UTF-8 has no lone surrogates; neither may lose the rest of a message. */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

async function store(tx: Tx, entries: Entry[]): Promise<Map<string, Stored>> {
  const { sql, tenant } = tx;
  const rows = sql.json(
    entries
      .map(({ arrival, body, messageId }) => ({
        id: messageId,
        sid: arrival.sid,
        sender_id: arrival.senderId,
        from_address: arrival.from,
        to_address: arrival.to,
        body,
        media: arrival.media.map((item) => ({ url: item.url, content_type: item.contentType, name: null })),
        segments: countSegments(body).segments,
        contact_id: newId(),
        conversation_id: newId(),
      }))
      // one order in every process, or two of them could wait for each other's new contacts
      .sort((left, right) => (left.from_address < right.from_address ? -1 : 1)),
  );
  const columns = sql`(id uuid, sid text, sender_id uuid, from_address text, to_address text, body text, media jsonb,
    segments smallint, contact_id uuid, conversation_id uuid)`;
  const [, , , stored] = await Promise.all([
    sql`insert into contacts (tenant_id, contact_id, phone, source)
        select ${tenant}, r.contact_id, r.from_address, 'text'
        from jsonb_to_recordset(${rows}) as r ${columns}
        where not exists (select from contacts c where c.tenant_id = ${tenant} and c.phone = r.from_address)
        on conflict (tenant_id, phone) do nothing`,
    sql`insert into conversations (tenant_id, conversation_id, contact_id, channel, sender_id)
        select ${tenant}, r.conversation_id, c.contact_id, 'sms', r.sender_id
        from jsonb_to_recordset(${rows}) as r ${columns}
        join contacts c on c.tenant_id = ${tenant} and c.phone = r.from_address
        where not exists (select from conversations v
          where v.tenant_id = ${tenant} and v.contact_id = c.contact_id and v.channel = 'sms')
        on conflict (tenant_id, contact_id, channel) do nothing`,
    // locked in one order before they are counted up
    sql`select from conversations v
        join contacts c on c.tenant_id = ${tenant} and c.contact_id = v.contact_id
        where v.tenant_id = ${tenant} and v.channel = 'sms' and c.phone in (
          select from_address from jsonb_to_recordset(${rows}) as r ${columns})
        order by v.conversation_id for update of v`,
    sql<Stored[]>`
        with inserted as (
          insert into messages (tenant_id, message_id, conversation_id, contact_id, sender_id, channel, direction, status,
            origin, body, media, from_address, to_address, segments, carrier_sid)
          select ${tenant}, r.id, v.conversation_id, c.contact_id, r.sender_id, 'sms', 'inbound', 'received',
            'contact', r.body, r.media, r.from_address, r.to_address, r.segments, r.sid
          from jsonb_to_recordset(${rows}) as r ${columns}
          join contacts c on c.tenant_id = ${tenant} and c.phone = r.from_address
          join conversations v on v.tenant_id = ${tenant} and v.contact_id = c.contact_id and v.channel = 'sms'
          on conflict (tenant_id, carrier_sid) where carrier_sid is not null do nothing
          returning message_id, conversation_id, contact_id
        )
        select i.*, i.contact_id = r.contact_id as new_contact
        from inserted i join jsonb_to_recordset(${rows}) as r ${columns} on r.id = i.message_id`,
  ]);
  return new Map(stored.map((row) => [row.message_id, row]));
}

type Fresh = Entry & { row: Stored };

async function follow(tx: Tx, fresh: Fresh[]): Promise<void> {
  const { sql, tenant } = tx;
  const events: NewEvent[] = [];
  for (const { row, reading } of fresh) {
    const about = { contactId: row.contact_id, conversationId: row.conversation_id };
    if (row.new_contact) events.push({ type: 'contact.created', contactId: row.contact_id });
    events.push({
      type: 'message.received',
      ...about,
      messageId: row.message_id,
      data: reading.keyword ? { keyword: reading.keyword } : {},
    });
  }
  const flagged = fresh.filter(({ reading }) => reading.possibleOptOut).map(({ messageId }) => messageId);
  const ids = fresh.map(({ messageId }) => messageId);
  await Promise.all([
    record(tx, events),
    sql`update conversations v set
          unread = v.unread + m.count, last_message_id = m.last_id, last_message_at = greatest(v.last_message_at, m.last_at),
          sender_id = m.sender_id, state = 'inbox', possible_opt_out_id = coalesce(m.flagged, v.possible_opt_out_id)
        from (
          select conversation_id, count(*)::int as count, max(created_at) as last_at,
            (array_agg(message_id order by created_at desc, message_id desc))[1] as last_id,
            (array_agg(sender_id order by created_at desc, message_id desc))[1] as sender_id,
            (array_agg(message_id order by message_id desc) filter (where message_id = any(${flagged})))[1] as flagged
          from messages where tenant_id = ${tenant} and message_id = any(${ids})
          group by conversation_id) m
        where v.tenant_id = ${tenant} and v.conversation_id = m.conversation_id`,
  ]);
  const spoken = fresh.filter(({ reading }) => reading.keyword !== null);
  if (spoken.length > 0) await obeyKeywords(tx, spoken);
}

/** STOP, START and HELP, in the order they came: each sees what the one before it did. */
async function obeyKeywords(tx: Tx, spoken: Fresh[]): Promise<void> {
  const { sql, tenant } = tx;
  const addresses = spoken.map(({ arrival }) => arrival.from);
  const [[account], senders, blocked] = await Promise.all([
    sql<{ name: string; settings: { keyword_replies?: Record<string, string> } }[]>`
      select name, settings from tenants where tenant_id = ${tenant}`,
    sql<{ sender_id: string; keyword_replies: 'carrier' | 'kit' }[]>`
      select sender_id, keyword_replies from senders where tenant_id = ${tenant}`,
    sql<{ address: string }[]>`
      select address from suppressions
      where tenant_id = ${tenant} and channel = 'sms' and address = any(${addresses})`,
  ]);
  const words = consentReplies(account?.name ?? '', account?.settings.keyword_replies);
  const kitAnswers = new Set(
    senders.filter((row) => row.keyword_replies === 'kit').map((row) => row.sender_id),
  );
  const suppressed = new Set(blocked.map((row) => row.address));
  const changes: ConsentChange[] = [];
  const replies: NewMessage[] = [];

  for (const { arrival, body, reading, row, messageId } of spoken) {
    const keyword = reading.keyword!;
    const wasSuppressed = suppressed.has(arrival.from);
    const carrierAnswered =
      arrival.carrierHandled === keyword || (reading.exact && !kitAnswers.has(arrival.senderId));
    // "yes" and "start" from somebody who never opted out are ordinary answers
    if (keyword === 'start' && !wasSuppressed) continue;
    if (keyword !== 'help') {
      changes.push({
        channel: 'sms',
        address: arrival.from,
        action: keyword === 'stop' ? 'withdraw' : 'grant',
        source: 'keyword',
        wording: body,
        messageId,
        contactId: row.contact_id,
        conversationId: row.conversation_id,
      });
      if (keyword === 'stop') suppressed.add(arrival.from);
      else suppressed.delete(arrival.from);
    }
    // one confirmation an opt-out, none when the carrier gave it, no HELP to somebody who said stop
    if (carrierAnswered || (wasSuppressed && keyword !== 'start')) continue;
    replies.push({
      id: newId(),
      conversationId: row.conversation_id,
      contactId: row.contact_id,
      senderId: arrival.senderId,
      channel: 'sms',
      from: arrival.to,
      to: arrival.from,
      body: words[keyword],
      mediaUrls: [],
      origin: 'keyword',
      purpose: keyword === 'stop' ? 'opt_out_confirmation' : 'conversation',
      author: null,
      sendAt: null,
    });
  }
  // one at a time: STOP and START of one person in one batch must end as the last of them says
  for (const change of changes) await Promise.all(recordConsent(tx, [change]));
  await cancelQueuedTo(tx, 'sms', [...suppressed]);
  await enqueueMessages(tx, replies);
}
