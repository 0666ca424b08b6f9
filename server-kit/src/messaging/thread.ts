/** A thread as it is read: pages both ways, around a message, and what happened beside the messages. */
import type { MemberRef } from '../contract/index.ts';
import type { Database, Tx } from '../db/client.ts';
import { notFound } from '../errors.ts';
import { containing } from './conversations.ts';
import { MESSAGE_COLUMNS, type MessageRow } from './wire.ts';

interface Place {
  at: string;
  id: string;
}

export interface ThreadQuery {
  before: Place | null;
  after: Place | null;
  around: string | null;
  q: string | null;
  limit: number;
}

export interface ThreadEventRow {
  id: string;
  type: string;
  at: string;
  actor: MemberRef | null;
  data: Record<string, unknown>;
}

export interface ThreadPage {
  /** Oldest first. */
  rows: MessageRow[];
  events: ThreadEventRow[];
  /** What waits for its hour; on the newest page. */
  scheduled: MessageRow[];
  before: Place | null;
  after: Place | null;
}

/** Rows of one millisecond have an order too (the id), so that no page repeats or drops one. Throws `not_found`. */
export async function listMessages(
  database: Database,
  tenant: string,
  id: string,
  query: ThreadQuery,
): Promise<ThreadPage> {
  if (query.around !== null) return pageAround(database, tenant, id, query.around, query);

  const newer = query.after !== null;
  const newest = query.before === null && query.after === null && query.q === null;
  const [[conversation], found, events, scheduled] = await database.pipeline(tenant, (tx) => [
    tx.sql`select 1 from conversations where tenant_id = ${tenant} and conversation_id = ${id}`,
    newer ? rowsAfter(tx, id, query.after!, query) : rowsBefore(tx, id, query.before, query),
    query.q === null ? eventsBeside(tx, id, query) : tx.sql<ThreadEventRow[]>`select where false`,
    newest ? scheduledRows(tx, id) : tx.sql<MessageRow[]>`select where false`,
  ]);
  if (!conversation) throw notFound('conversation');

  const more = found.length > query.limit;
  const rows = found.slice(0, query.limit);
  if (!newer) rows.reverse();
  const first = placeOf(rows[0]);
  const last = placeOf(rows.at(-1));
  return {
    rows,
    events,
    scheduled,
    before: newer ? (first ?? query.after) : more ? first : null,
    after: newer ? (more ? last : null) : query.before && (last ?? query.before),
  };
}

async function pageAround(
  database: Database,
  tenant: string,
  id: string,
  messageId: string,
  query: ThreadQuery,
): Promise<ThreadPage> {
  const [[middle]] = await database.pipeline(tenant, ({ sql }) => [
    sql<Place[]>`select created_at as at, message_id as id from messages
      where tenant_id = ${tenant} and message_id = ${messageId} and conversation_id = ${id}`,
  ]);
  if (!middle) throw notFound('message');
  const half = Math.max(1, Math.floor(query.limit / 2));
  const around = { ...query, around: null };
  const newer = await listMessages(database, tenant, id, {
    ...around,
    before: null,
    after: middle,
    limit: half,
  });
  const [[self], older] = await Promise.all([
    database.pipeline(tenant, (tx) => [messageRow(tx, messageId)]),
    listMessages(database, tenant, id, { ...around, after: null, before: middle, limit: half }),
  ]);
  const events = new Map([...older.events, ...newer.events].map((event) => [event.id, event]));
  return {
    rows: [...older.rows, ...self, ...newer.rows],
    events: [...events.values()],
    scheduled: [],
    before: older.before,
    after: newer.after,
  };
}

function messageRow(tx: Tx, id: string) {
  return tx.sql<MessageRow[]>`
    select ${tx.sql.unsafe(MESSAGE_COLUMNS)} from messages m where m.tenant_id = ${tx.tenant} and m.message_id = ${id}`;
}

/** Beside the thread and not in it: it has not happened. */
function scheduledRows({ sql, tenant }: Tx, id: string) {
  return sql<MessageRow[]>`
    select ${sql.unsafe(MESSAGE_COLUMNS)} from messages m
    where m.tenant_id = ${tenant} and m.conversation_id = ${id} and m.status = 'queued' and m.send_at > moment()
    order by m.send_at, m.message_id limit 100`;
}

function rowsBefore({ sql, tenant }: Tx, id: string, before: Place | null, { q, limit }: ThreadQuery) {
  return sql<MessageRow[]>`
    select ${sql.unsafe(MESSAGE_COLUMNS)} from messages m
    where m.tenant_id = ${tenant} and m.conversation_id = ${id} and (m.status <> 'queued' or m.send_at is null or m.send_at <= moment())
      ${before ? sql`and (m.created_at, m.message_id) < (${before.at}, ${before.id})` : sql``}
      ${q ? sql`and m.body ilike ${containing(q)}` : sql``}
    order by m.created_at desc, m.message_id desc limit ${limit + 1}`;
}

function rowsAfter({ sql, tenant }: Tx, id: string, after: Place, { q, limit }: ThreadQuery) {
  return sql<MessageRow[]>`
    select ${sql.unsafe(MESSAGE_COLUMNS)} from messages m
    where m.tenant_id = ${tenant} and m.conversation_id = ${id} and (m.status <> 'queued' or m.send_at is null or m.send_at <= moment())
      and (m.created_at, m.message_id) > (${after.at}, ${after.id})
      ${q ? sql`and m.body ilike ${containing(q)}` : sql``}
    order by m.created_at, m.message_id limit ${limit + 1}`;
}

/**
 * What else happened in the span of a page: from the first message beyond it (found again through the index, which is
 * cheaper than a second flight) to where the neighbouring page begins.
 */
function eventsBeside({ sql, tenant }: Tx, id: string, { before, after, limit }: ThreadQuery) {
  const beyond = after
    ? sql`select created_at from messages where tenant_id = ${tenant} and conversation_id = ${id}
        and (created_at, message_id) > (${after.at}, ${after.id})
        order by created_at, message_id offset ${limit} limit 1`
    : sql`select created_at from messages where tenant_id = ${tenant} and conversation_id = ${id}
        ${before ? sql`and (created_at, message_id) < (${before.at}, ${before.id})` : sql``}
        order by created_at desc, message_id desc offset ${limit} limit 1`;
  return sql<ThreadEventRow[]>`
    select event_id as id, type, occurred_at as at, actor, data from events
    where tenant_id = ${tenant} and message_id is null
      -- a merge has moved the messages of other conversations here; their events still name those
      and conversation_id = any(array(
        select unnest(absorbed_ids || conversation_id) from conversations
        where tenant_id = ${tenant} and conversation_id = ${id}))
      and (type in ('consent.granted', 'consent.withdrawn', 'call.completed')
        or (type = 'conversation.updated' and data ?| array['state', 'assignee']))
      ${
        after
          ? sql`and occurred_at >= ${after.at} and occurred_at <= coalesce((${beyond}), 'infinity')`
          : sql`and occurred_at >= coalesce((${beyond}), '-infinity')
              ${before ? sql`and occurred_at <= ${before.at}` : sql``}`
      }
    order by occurred_at, tx, position limit 200`;
}

function placeOf(row: MessageRow | undefined): Place | null {
  return row ? { at: row.created_at, id: row.id } : null;
}
