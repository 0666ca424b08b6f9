/** As in `migrations/0016_calls.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { sql } from 'drizzle-orm';
import { integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { CALL_DISPOSITIONS, CALL_STATUSES } from '../contract/index.ts';
import { instant, json } from '../db/drizzle.ts';

export const calls = pgTable(
  'calls',
  {
    tenant_id: text().notNull(),
    call_id: uuid().notNull(),
    contact_id: uuid().notNull(),
    conversation_id: uuid(),
    sender_id: uuid().notNull(),
    account_sid: text().notNull(),
    direction: text({ enum: ['inbound', 'outbound'] }).notNull(),
    kind: text({ enum: ['call', 'voicemail'] }).notNull(),
    status: text({ enum: CALL_STATUSES }).notNull(),
    status_rank: smallint()
      .notNull()
      .generatedAlwaysAs(sql`as in the migration`),
    disposition: text({ enum: CALL_DISPOSITIONS }),
    purpose: text().notNull().default('conversation'),
    from_address: text().notNull(),
    to_address: text().notNull(),
    member_id: text(),
    member_phone: text(),
    whisper: text(),
    asset_id: uuid(),
    if_answered: text({ enum: ['hang_up', 'play'] }),
    enrollment_id: uuid(),
    ordinal: integer(),
    carrier_sid: text(),
    attempt: smallint().notNull().default(0),
    tries: smallint().notNull().default(0),
    result: text(),
    leg_result: text(),
    answered_by: text(),
    error_code: text(),
    error_reason: text(),
    hold_reason: text(),
    send_window: json(),
    due_at: instant(),
    claimed_at: instant(),
    created_at: instant().notNull(),
    placed_at: instant(),
    answered_at: instant(),
    dialed_at: instant(),
    played_at: instant(),
    ended_at: instant(),
    seconds: integer(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.call_id] })],
);

export const callLanes = pgTable(
  'call_lanes',
  {
    tenant_id: text().notNull(),
    account_sid: text().notNull(),
    due_at: instant(),
    placed_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.account_sid] })],
);
