/** As in `migrations/0001_tenancy.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { boolean, pgTable, primaryKey, real, text, uuid } from 'drizzle-orm/pg-core';
import { instant, json } from '../db/drizzle.ts';

export const tenants = pgTable('tenants', {
  tenant_id: text().primaryKey(),
  parent_tenant_id: text(),
  name: text().notNull(),
  time_zone: text().notNull().default('America/New_York'),
  default_region: text().notNull().default('US'),
  brand: json().notNull().default({}),
  settings: json().notNull().default({}),
  created_at: instant().notNull(),
});

export const members = pgTable(
  'members',
  {
    tenant_id: text().notNull(),
    member_id: text().notNull(),
    name: text().notNull(),
    role: text({ enum: ['agent', 'manager'] }).notNull(),
    seen_at: instant().notNull(),
    phone: text(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.member_id] })],
);

export const senders = pgTable(
  'senders',
  {
    tenant_id: text().notNull(),
    sender_id: uuid().notNull(),
    channel: text().notNull(),
    address: text().notNull(),
    account_sid: text().notNull(),
    name: text(),
    status: text({ enum: ['active', 'pending', 'paused'] })
      .notNull()
      .default('active'),
    status_reason: text(),
    is_default: boolean().notNull().default(false),
    keyword_replies: text({ enum: ['carrier', 'kit'] })
      .notNull()
      .default('carrier'),
    segments_per_second: real().default(1),
    next_slot_at: instant().notNull(),
    resume_at: instant(),
    forward_to: text(),
    created_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.sender_id] })],
);

export const senderDirectory = pgTable(
  'sender_directory',
  {
    tenant_id: text().notNull(),
    account_sid: text().notNull(),
    channel: text().notNull(),
    address: text().notNull(),
    sender_id: uuid().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.sender_id] })],
);

export const senderWakeups = pgTable(
  'sender_wakeups',
  { tenant_id: text().notNull(), sender_id: uuid().notNull(), due_at: instant().notNull() },
  (table) => [primaryKey({ columns: [table.tenant_id, table.sender_id] })],
);
