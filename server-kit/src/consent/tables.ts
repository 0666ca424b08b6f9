/** As in `migrations/0003_consent.sql` and `0007_quiet_hours.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { pgTable, primaryKey, smallint, text, time, uuid } from 'drizzle-orm/pg-core';
import { CONSENT_ACTIONS, CONSENT_SOURCES } from '../contract/index.ts';
import { instant, json } from '../db/drizzle.ts';

export const consentRecords = pgTable(
  'consent_records',
  {
    tenant_id: text().notNull(),
    record_id: uuid().notNull(),
    channel: text().notNull(),
    address: text().notNull(),
    action: text({ enum: CONSENT_ACTIONS }).notNull(),
    source: text({ enum: CONSENT_SOURCES }).notNull(),
    wording: text(),
    message_id: uuid(),
    member: json(),
    occurred_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.record_id] })],
);

export const suppressions = pgTable(
  'suppressions',
  {
    tenant_id: text().notNull(),
    channel: text().notNull(),
    address: text().notNull(),
    source: text().notNull(),
    since: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.channel, table.address] })],
);

/** Of no tenant: the law, by state and weekday. */
export const quietHours = pgTable(
  'quiet_hours',
  {
    state: text().notNull(),
    name: text().notNull(),
    weekday: smallint().notNull(),
    opens: time(),
    closes: time(),
  },
  (table) => [primaryKey({ columns: [table.state, table.weekday] })],
);
