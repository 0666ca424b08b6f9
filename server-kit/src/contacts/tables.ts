/** As in `migrations/0002_messaging.sql` and `0004_contacts.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { sql } from 'drizzle-orm';
import { boolean, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { FIELD_TYPES } from '../contract/index.ts';
import { instant, json } from '../db/drizzle.ts';

export const contacts = pgTable(
  'contacts',
  {
    tenant_id: text().notNull(),
    contact_id: uuid().notNull(),
    first_name: text(),
    middle_name: text(),
    last_name: text(),
    name: text().generatedAlwaysAs(sql`as in the migration`),
    phone: text(),
    email: text(),
    birth_month: smallint(),
    birth_day: smallint(),
    birth_year: smallint(),
    last_birthday_sent_year: smallint(),
    tags: text().array().notNull().default([]),
    lead_type: text(),
    lead_score: integer(),
    stage: text(),
    source: text(),
    owner_id: text(),
    street: text(),
    city: text(),
    postal_code: text(),
    state: text(),
    country: text(),
    time_zone: text(),
    derived_zone: text(),
    derived_zone_source: text({ enum: ['address', 'number'] }),
    do_not_call: boolean().notNull().default(false),
    dnd: text().array().notNull().default([]),
    messenger_id: text(),
    whatsapp_id: text(),
    profile: json().notNull().default({}),
    fields: json().notNull().default({}),
    merged_into: uuid(),
    name_key: text().generatedAlwaysAs(sql`as in the migration`),
    last_name_key: text().generatedAlwaysAs(sql`as in the migration`),
    email_key: text().generatedAlwaysAs(sql`as in the migration`),
    phone_key: text().generatedAlwaysAs(sql`as in the migration`),
    version: integer().notNull().default(1),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.contact_id] })],
);

export const contactAddresses = pgTable(
  'contact_addresses',
  {
    tenant_id: text().notNull(),
    kind: text({ enum: ['phone', 'email'] }).notNull(),
    address: text().notNull(),
    contact_id: uuid().notNull(),
    label: text(),
    position: smallint().notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.kind, table.address] })],
);

export const contactFields = pgTable(
  'contact_fields',
  {
    tenant_id: text().notNull(),
    field_id: uuid().notNull(),
    key: text().notNull(),
    label: text().notNull(),
    type: text({ enum: FIELD_TYPES }).notNull(),
    options: text().array().notNull().default([]),
    position: integer().notNull().default(0),
    archived: boolean().notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.field_id] })],
);

export const contactMerges = pgTable(
  'contact_merges',
  {
    tenant_id: text().notNull(),
    merge_id: uuid().notNull(),
    winner_id: uuid().notNull(),
    loser_id: uuid().notNull(),
    before: json().notNull(),
    member: json(),
    merged_at: instant().notNull(),
    undone_at: instant(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.merge_id] })],
);
