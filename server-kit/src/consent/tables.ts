/** As in `migrations/0003_consent.sql`, `0007_quiet_hours.sql` and `0008_consent_ledger.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { boolean, inet, pgTable, primaryKey, smallint, text, time, uuid } from 'drizzle-orm/pg-core';
import { CONSENT_ACTIONS, CONSENT_KINDS, CONSENT_REQUEST_VIAS, CONSENT_SOURCES } from '../contract/index.ts';
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
    kind: text({ enum: CONSENT_KINDS }),
    ip: inet(),
    proof: text(),
    proof_note: text(),
    expires_at: instant(),
    recorded_at: instant().notNull(),
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
    withdrawn: boolean().notNull().default(true),
    listed: boolean().notNull().default(false),
    reason: text(),
    member: json(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.channel, table.address] })],
);

export const consents = pgTable(
  'consents',
  {
    tenant_id: text().notNull(),
    channel: text().notNull(),
    address: text().notNull(),
    state: text({ enum: ['granted', 'withdrawn'] }).notNull(),
    kind: text({ enum: CONSENT_KINDS }),
    source: text({ enum: CONSENT_SOURCES }).notNull(),
    at: instant().notNull(),
    expires_at: instant(),
    record_id: uuid().notNull(),
    first_marketing_id: uuid(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.channel, table.address] })],
);

export const agencySuppressions = pgTable(
  'agency_suppressions',
  {
    tenant_id: text().notNull(),
    channel: text().notNull(),
    address: text().notNull(),
    reason: text(),
    member: json(),
    since: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.channel, table.address] })],
);

export const consentRequests = pgTable(
  'consent_requests',
  {
    tenant_id: text().notNull(),
    request_id: uuid().notNull(),
    contact_id: uuid().notNull(),
    channel: text().notNull(),
    address: text().notNull(),
    via: text({ enum: CONSENT_REQUEST_VIAS }).notNull(),
    wording: text().notNull(),
    state: text({ enum: ['open', 'granted', 'closed'] })
      .notNull()
      .default('open'),
    message_id: uuid(),
    member: json(),
    asked_at: instant().notNull(),
    expires_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.request_id] })],
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
