/** As in `migrations/0005_segments.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { bigint, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { SEGMENT_KINDS } from '../contract/index.ts';
import { instant, json, xid8 } from '../db/drizzle.ts';

export const segments = pgTable(
  'segments',
  {
    tenant_id: text().notNull(),
    segment_id: uuid().notNull(),
    name: text().notNull(),
    kind: text({ enum: SEGMENT_KINDS }).notNull(),
    filter: json(),
    time_zone: text(),
    refers_to: uuid().array().notNull().default([]),
    version: integer().notNull().default(1),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.segment_id] })],
);

export const segmentMembers = pgTable(
  'segment_members',
  {
    tenant_id: text().notNull(),
    segment_id: uuid().notNull(),
    contact_id: uuid().notNull(),
    since: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.segment_id, table.contact_id] })],
);

export const segmentCursors = pgTable('segment_cursors', {
  tenant_id: text().notNull().primaryKey(),
  tx: xid8().notNull(),
  position: bigint({ mode: 'bigint' }).notNull(),
  judged_at: instant().notNull(),
});
