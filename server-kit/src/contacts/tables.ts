/** As in `migrations/0002_messaging.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { sql } from 'drizzle-orm';
import { integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant, json } from '../db/drizzle.ts';

export const contacts = pgTable(
  'contacts',
  {
    tenant_id: text().notNull(),
    contact_id: uuid().notNull(),
    first_name: text(),
    last_name: text(),
    name: text().generatedAlwaysAs(sql`as in the migration`),
    phone: text(),
    email: text(),
    tags: text().array().notNull().default([]),
    lead_type: text(),
    stage: text(),
    source: text(),
    state: text(),
    time_zone: text(),
    fields: json().notNull().default({}),
    version: integer().notNull().default(1),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.contact_id] })],
);
