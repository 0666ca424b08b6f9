/** As in `migrations/0010_pipeline.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant, json } from '../db/drizzle.ts';

export const notes = pgTable(
  'notes',
  {
    tenant_id: text().notNull(),
    note_id: uuid().notNull(),
    contact_id: uuid().notNull(),
    body: text().notNull(),
    mentions: text().array().notNull().default([]),
    author: json().notNull(),
    version: integer().notNull().default(1),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.note_id] })],
);
