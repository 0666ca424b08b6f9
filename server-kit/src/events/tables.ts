/** As in `migrations/0002_messaging.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { bigint, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { EVENT_TYPES } from '../contract/index.ts';
import { instant, json, xid8 } from '../db/drizzle.ts';

export const events = pgTable(
  'events',
  {
    tenant_id: text().notNull(),
    tx: xid8().notNull(),
    position: bigint({ mode: 'bigint' }).notNull().generatedAlwaysAsIdentity(),
    event_id: uuid().notNull(),
    type: text({ enum: EVENT_TYPES }).notNull(),
    contact_id: uuid(),
    conversation_id: uuid(),
    message_id: uuid(),
    actor: json(),
    data: json().notNull().default({}),
    occurred_at: instant().notNull(),
    only_for: text(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.tx, table.position] })],
);
