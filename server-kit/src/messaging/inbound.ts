/**
 * Getting a message in. The carrier is answered after the commit and never before; whatever arrives while a write is
 * under way is written together with the next one.
 *
 * Nothing is locked beforehand: that a webhook came twice, or that two first texts of a new person came at once, is what
 * the unique keys are for. Only a batch with a keyword takes the consent lock.
 */
import type { InboundMessage } from '../carriers/carrier.ts';
import {
  consentReplies,
  lockConsent,
  markAnswered,
  questionsTo,
  readKeyword,
  recordConsent,
  type ConsentChange,
  type Reading,
} from '../consent/index.ts';
import { countSegments } from '../contract/index.ts';
import { Coalescer } from '../db/coalesce.ts';
import type { Database, Tx } from '../db/client.ts';
import { newId } from '../ids.ts';
import { cancelQueuedTo } from './cancel.ts';
import { anyNumber, introduce, zonesOf } from './introduce.ts';
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

/** An entry that was stored, with what it belongs to. */
interface Stored extends Entry {
  contactId: string;
  conversationId: string;
}

/**
 * Both answer after the commit: whether the text is stored. False: nothing is, because the number is not the tenant's
 * (any more), or, for `addKnown`, because it has to go the long way.
 */
export interface InboundWriter {
  /** The quick way, for nearly all: one statement that finds the conversation of a known person by itself. */
  addKnown(arrival: Arrival): Promise<boolean>;
  /** Makes contact and conversation where they are missing, and obeys keywords. */
  add(arrival: Arrival): Promise<boolean>;
}

export function createInboundWriter(database: Database): InboundWriter {
  const known = new Coalescer((tenant, entries: Entry[]) =>
    storeAll(entries, async () => {
      const [rows] = await database.pipeline(tenant, (tx) => [write(tx, entries)]);
      return rows;
    }),
  );
  const all = new Coalescer((tenant, entries: Entry[]) =>
    storeAll(entries, () => storeAnybody(database, tenant, entries)),
  );
  return {
    async addKnown(arrival) {
      const entry = toEntry(arrival);
      return !saysSomething(entry) && known.add(arrival.tenant, entry);
    },
    add: (arrival) => all.add(arrival.tenant, toEntry(arrival)),
  };
}

/** About consent: a keyword, or what may be the answer to a question. */
function saysSomething({ reading }: Entry): boolean {
  return reading.keyword !== null || reading.yes;
}

function toEntry(arrival: Arrival): Entry {
  const body = cleanText(arrival.body);
  return { arrival, body, messageId: newId(), reading: readKeyword(body) };
}

/** Foreign key violated (a contact was deleted meanwhile), serialization failure, deadlock: again. */
const COLLISIONS = new Set(['23503', '40001', '40P01']);
const MAX_TRIES = 6;

/** Which of the entries were stored, after as many tries as it takes. */
async function storeAll(entries: Entry[], attempt: () => Promise<readonly Placed[]>): Promise<boolean[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      const placed = new Set((await attempt()).map((row) => row.nth));
      return entries.map((_, nth) => placed.has(nth));
    } catch (error) {
      if (tries === MAX_TRIES || !COLLISIONS.has((error as { code?: string }).code ?? '')) throw error;
    }
  }
}

/** Postgres stores no NUL and UTF-8 has no lone surrogates; neither may lose the rest of a message. */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

async function storeAnybody(
  database: Database,
  tenant: string,
  entries: Entry[],
): Promise<readonly Placed[]> {
  const zones = await zonesOf(entries.map(({ arrival }) => arrival.from));
  const senders = new Map(entries.map(({ arrival }) => [arrival.from, arrival.senderId]));
  if (!entries.some(saysSomething)) {
    const [, , rows] = await database.pipeline(tenant, (tx) => [
      ...introduce(tx, senders, zones, 'text'),
      write(tx, entries, anyNumber(tx)),
    ]);
    return rows;
  }
  return database.transaction(tenant, async (tx) => {
    // the lock before any row, as everywhere
    await lockConsent(tx);
    const [, , rows] = await Promise.all([
      ...introduce(tx, senders, zones, 'text'),
      write(tx, entries, anyNumber(tx)),
    ]);
    await obeyKeywords(
      tx,
      rows
        .filter((row) => row.fresh && saysSomething(entries[row.nth]!))
        .map((row) => ({
          ...entries[row.nth]!,
          contactId: row.contact_id,
          conversationId: row.conversation_id,
        })),
    );
    return rows;
  });
}

/** A place that was found for an entry. */
interface Placed {
  /** Which of the entries. */
  nth: number;
  contact_id: string;
  conversation_id: string;
  /** False: this text, by its sid, was stored before. */
  fresh: boolean;
}

function firstNumber({ sql, tenant }: Tx) {
  return (address: Fragment): Fragment => sql`
    select contact_id, null as further from contacts where tenant_id = ${tenant} and phone = ${address} limit 1`;
}

type Fragment = ReturnType<Tx['sql']>;

/**
 * Messages, events and conversations of all entries whose number is the tenant's and whose people are known; the others
 * find no row and stay out. A text that comes twice is stored once.
 *
 * People are looked up by key inside a lateral, so that no plan made while a table was small can come back as a scan of
 * a large one (measured: one such join took 38 ms at 2,000 contacts). `found` is that look-up: by first numbers alone for
 * nearly all, by further ones too for those whom that did not find.
 */
function write(tx: Tx, entries: Entry[], found = firstNumber(tx)) {
  const { sql, tenant } = tx;
  tx.touch();
  const rows = entries.map(({ arrival, body, messageId, reading }, nth) => ({
    nth,
    id: messageId,
    sid: arrival.sid,
    sender_id: arrival.senderId,
    account_sid: arrival.accountSid,
    from_address: arrival.from,
    to_address: arrival.to,
    body,
    media: arrival.media.map((item) => ({ url: item.url, content_type: item.contentType, name: null })),
    segments: countSegments(body).segments,
    event: reading.keyword ? { keyword: reading.keyword } : {},
    possible_opt_out: reading.possibleOptOut,
  }));
  // only where there is something to copy: nearly all texts have the statement as it was
  const copies = entries.some(({ arrival }) => arrival.media.length > 0)
    ? sql`to_copy as (
      insert into inbound_media (tenant_id, message_id)
      select ${tenant}, id from stored join arrivals using (id) where media <> '[]'
    ),
    `
    : sql``;
  return sql<Placed[]>`
    with arrivals as materialized (
      select r.*, c.contact_id, c.further, v.conversation_id
      from jsonb_to_recordset(${sql.json(rows)}) as r (nth int, id uuid, sid text, sender_id uuid, account_sid text,
        from_address text, to_address text, body text, media jsonb, segments smallint, event jsonb,
        possible_opt_out boolean)
      join sender_directory d on d.tenant_id = ${tenant} and d.sender_id = r.sender_id
        and d.account_sid = r.account_sid and d.address = r.to_address
      cross join lateral (${found(sql`r.from_address`)}) c
      cross join lateral (
        select conversation_id from conversations
        where tenant_id = ${tenant} and contact_id = c.contact_id and channel = 'sms' limit 1) v
    ),
    stored as (
      insert into messages (tenant_id, message_id, conversation_id, contact_id, sender_id, channel, direction, status,
        origin, body, media, from_address, to_address, segments, carrier_sid)
      select ${tenant}, id, conversation_id, contact_id, sender_id, 'sms', 'inbound', 'received',
        'contact', body, media, from_address, to_address, segments, sid
      from arrivals order by sid
      on conflict (tenant_id, carrier_sid) where carrier_sid is not null do nothing
      returning message_id as id
    ),
    logged as (
      insert into events (tenant_id, event_id, type, contact_id, conversation_id, message_id, data)
      select ${tenant}, gen_random_uuid(), 'message.received', contact_id, conversation_id, id, event
      from stored join arrivals using (id) order by nth
    ),
    ${copies}threads as materialized (
      select conversation_id, count(*)::int as count, (array_agg(id order by nth desc))[1] as last_id,
        (array_agg(sender_id order by nth desc))[1] as sender_id,
        (array_agg(further order by nth desc))[1] as reply_to,
        (array_agg(id order by nth desc) filter (where possible_opt_out))[1] as flagged
      from stored join arrivals using (id) group by conversation_id order by conversation_id
    ),
    -- locked in one order, so that two processes never wait for each other's conversations; and no stronger than an
    -- update needs, or it would wait for the messages that other batches are adding to the same conversations
    locked as (
      select t.* from threads t cross join lateral (
        select from conversations v where v.tenant_id = ${tenant} and v.conversation_id = t.conversation_id
        for no key update) held
    ),
    raised as (
      update conversations v set
        unread = v.unread + t.count, last_message_id = t.last_id, sender_id = t.sender_id, state = 'inbox',
        reply_to = t.reply_to,
        last_message_at = greatest(v.last_message_at, moment()),
        possible_opt_out_id = coalesce(t.flagged, v.possible_opt_out_id)
      from locked t
      where v.tenant_id = ${tenant} and v.conversation_id = t.conversation_id
    )
    select a.nth, a.contact_id, a.conversation_id, s.id is not null as fresh
    from arrivals a left join stored s using (id)`;
}

/** STOP, START, HELP and answers, in the order they came: each sees what the one before it did. */
async function obeyKeywords(tx: Tx, spoken: Stored[]): Promise<void> {
  const { sql, tenant } = tx;
  const addresses = spoken.map(({ arrival }) => arrival.from);
  const [[account], senders, blocked, questions] = await Promise.all([
    sql<{ name: string; settings: { keyword_replies?: Record<string, string> } }[]>`
      select name, settings from tenants where tenant_id = ${tenant}`,
    sql<{ sender_id: string; keyword_replies: 'carrier' | 'kit' }[]>`
      select sender_id, keyword_replies from senders where tenant_id = ${tenant}`,
    sql<{ address: string }[]>`
      select address from suppressions
      where tenant_id = ${tenant} and channel = 'sms' and address = any(${addresses}) and withdrawn`,
    questionsTo(tx, addresses),
  ]);
  const words = consentReplies(account?.name ?? '', account?.settings.keyword_replies);
  const kitAnswers = new Set(
    senders.filter((row) => row.keyword_replies === 'kit').map((row) => row.sender_id),
  );
  const suppressed = new Set(blocked.map((row) => row.address));
  const asked = new Map(questions.map((question) => [question.address, question]));
  const answered: string[] = [];
  const changes: ConsentChange[] = [];
  const replies: NewMessage[] = [];

  for (const { arrival, body, reading, contactId, conversationId, messageId } of spoken) {
    const wasSuppressed = suppressed.has(arrival.from);
    const about = {
      channel: 'sms' as const,
      address: arrival.from,
      source: 'keyword' as const,
      messageId,
      contactId,
      conversationId,
    };
    const reply = (words: string, purpose: NewMessage['purpose'] = 'conversation') =>
      replies.push({
        id: newId(),
        conversationId,
        contactId,
        senderId: arrival.senderId,
        channel: 'sms',
        from: arrival.to,
        to: arrival.from,
        body: words,
        mediaUrls: [],
        origin: 'keyword',
        purpose,
        author: null,
        sendAt: null,
      });

    const question = asked.get(arrival.from);
    if (reading.yes && question && !wasSuppressed) {
      asked.delete(arrival.from);
      answered.push(question.request_id);
      changes.push({ ...about, action: 'grant', kind: 'express_written', wording: question.wording });
      reply(words.granted);
      continue;
    }
    const { keyword } = reading;
    // a "y" to nothing; "yes" and "start" from somebody who never opted out are ordinary answers
    if (keyword === null || (keyword === 'start' && !wasSuppressed)) continue;
    const carrierAnswered =
      arrival.carrierHandled === keyword || (reading.exact && !kitAnswers.has(arrival.senderId));
    if (keyword !== 'help') {
      const action = keyword === 'stop' ? 'withdraw' : 'grant';
      changes.push({ ...about, action, restores: keyword === 'start', wording: body });
      asked.delete(arrival.from);
      if (keyword === 'stop') suppressed.add(arrival.from);
      else suppressed.delete(arrival.from);
    }
    // one confirmation an opt-out, none when the carrier gave it, no HELP to somebody who said stop
    if (carrierAnswered || (wasSuppressed && keyword !== 'start')) continue;
    reply(words[keyword], keyword === 'stop' ? 'opt_out_confirmation' : 'conversation');
  }
  // one at a time: STOP and START of one person in one batch must end as the last of them says
  for (const change of changes) await Promise.all(recordConsent(tx, [change]));
  if (answered.length > 0) await markAnswered(tx, answered);
  await cancelQueuedTo(tx, 'sms', [...suppressed]);
  await enqueueMessages(tx, replies);
}
