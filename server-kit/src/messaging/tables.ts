/** As in `migrations/0002_messaging.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { sql } from 'drizzle-orm';
import { boolean, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { CONVERSATION_STATES, MESSAGE_STATUSES } from '../contract/index.ts';
import { instant, json } from '../db/drizzle.ts';

export const conversations = pgTable(
  'conversations',
  {
    tenant_id: text().notNull(),
    conversation_id: uuid().notNull(),
    contact_id: uuid().notNull(),
    channel: text().notNull(),
    sender_id: uuid(),
    state: text({ enum: CONVERSATION_STATES }).notNull().default('inbox'),
    assignee_id: text(),
    unread: integer().notNull().default(0),
    last_message_id: uuid(),
    last_message_at: instant().notNull(),
    possible_opt_out_id: uuid(),
    reply_to: text(),
    absorbed_ids: uuid().array().notNull().default([]),
    created_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.conversation_id] })],
);

export const messages = pgTable(
  'messages',
  {
    tenant_id: text().notNull(),
    message_id: uuid().notNull(),
    conversation_id: uuid().notNull(),
    contact_id: uuid().notNull(),
    sender_id: uuid().notNull(),
    channel: text().notNull(),
    direction: text({ enum: ['inbound', 'outbound'] }).notNull(),
    status: text({ enum: MESSAGE_STATUSES }).notNull(),
    status_rank: smallint()
      .notNull()
      .generatedAlwaysAs(sql`as in the migration`),
    attempt: smallint().notNull().default(1),
    tries: smallint().notNull().default(0),
    origin: text().notNull(),
    purpose: text().notNull().default('conversation'),
    body: text().notNull(),
    media: json().notNull().default([]),
    from_address: text().notNull(),
    to_address: text().notNull(),
    segments: smallint().notNull(),
    author_id: text(),
    author_name: text(),
    carrier_sid: text(),
    past_sids: text().array().notNull().default([]),
    error_code: text(),
    error_reason: text(),
    error_final: boolean(),
    send_at: instant(),
    due_at: instant(),
    hold_reason: text(),
    claimed_at: instant(),
    lease_until: instant(),
    created_at: instant().notNull(),
    sent_at: instant(),
    delivered_at: instant(),
    read_at: instant(),
    first_body: text(),
    first_segments: smallint(),
    send_window: json(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.message_id] })],
);

export const quickReplies = pgTable(
  'quick_replies',
  {
    tenant_id: text().notNull(),
    quick_reply_id: uuid().notNull(),
    shortcut: text().notNull(),
    title: text().notNull(),
    body: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.quick_reply_id] })],
);

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    tenant_id: text().notNull(),
    key: text().notNull(),
    request_hash: text().notNull(),
    status: smallint(),
    body: json(),
    created_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.key] })],
);
