/** As in `migrations/0010_pipeline.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  date,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { STAGE_COLORS, STAGE_KINDS } from '../contract/index.ts';
import { instant } from '../db/drizzle.ts';

export const pipelines = pgTable(
  'pipelines',
  {
    tenant_id: text().notNull(),
    pipeline_id: uuid().notNull(),
    name: text().notNull(),
    is_default: boolean().notNull().default(false),
    position: integer().notNull().default(0),
    version: integer().notNull().default(1),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.pipeline_id] })],
);

export const stages = pgTable(
  'stages',
  {
    tenant_id: text().notNull(),
    stage_id: uuid().notNull(),
    pipeline_id: uuid().notNull(),
    name: text().notNull(),
    name_key: text().generatedAlwaysAs(sql`as in the migration`),
    kind: text({ enum: STAGE_KINDS }).notNull(),
    color: text({ enum: STAGE_COLORS }).notNull(),
    probability: smallint(),
    position: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.stage_id] })],
);

export const opportunities = pgTable(
  'opportunities',
  {
    tenant_id: text().notNull(),
    opportunity_id: uuid().notNull(),
    pipeline_id: uuid().notNull(),
    stage_id: uuid().notNull(),
    contact_id: uuid().notNull(),
    rank: text().notNull(),
    name: text(),
    value: bigint({ mode: 'number' }),
    currency: text(),
    owner_id: text(),
    expected_close: date(),
    entered_at: instant().notNull(),
    closed_at: instant(),
    version: integer().notNull().default(1),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.opportunity_id] })],
);
