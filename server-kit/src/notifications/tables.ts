/** As in `migrations/0010_pipeline.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant, json } from '../db/drizzle.ts';

export const notifications = pgTable(
  'notifications',
  {
    tenant_id: text().notNull(),
    notification_id: uuid().notNull(),
    member_id: text().notNull(),
    kind: text().notNull(),
    contact_id: uuid(),
    conversation_id: uuid(),
    task_id: uuid(),
    note_id: uuid(),
    words: text().notNull(),
    actor: json(),
    read_at: instant(),
    created_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.notification_id] })],
);
