/** As in `migrations/0009_jobs.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { customType, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { JOB_KINDS, JOB_STATES } from '../contract/index.ts';
import { instant, json } from '../db/drizzle.ts';

const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });

export const bulkJobs = pgTable(
  'bulk_jobs',
  {
    tenant_id: text().notNull(),
    job_id: uuid().notNull(),
    kind: text({ enum: JOB_KINDS }).notNull(),
    state: text({ enum: ['uploading', ...JOB_STATES] }).notNull(),
    name: text(),
    settings: json().notNull().default({}),
    place: json(),
    file_id: uuid(),
    total: integer(),
    done: integer().notNull().default(0),
    failed: integer().notNull().default(0),
    counts: json().notNull().default({}),
    reason: text(),
    member: json(),
    created_at: instant().notNull(),
    started_at: instant(),
    finished_at: instant(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.job_id] })],
);

export const bulkLeases = pgTable(
  'bulk_leases',
  {
    tenant_id: text().notNull(),
    job_id: uuid().notNull(),
    due_at: instant().notNull(),
    holder: uuid(),
    tries: smallint().notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.job_id] })],
);

export const bulkPieces = pgTable(
  'bulk_pieces',
  {
    tenant_id: text().notNull(),
    job_id: uuid().notNull(),
    number: integer().notNull(),
    contact_ids: uuid().array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.job_id, table.number] })],
);

export const bulkFiles = pgTable(
  'bulk_files',
  {
    tenant_id: text().notNull(),
    file_id: uuid().notNull(),
    number: integer().notNull(),
    bytes: bytea().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.file_id, table.number] })],
);
