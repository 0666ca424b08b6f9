/** As in `migrations/0014_media.sql`; `db/tables.pg.test.ts` compares them with the database. */
import {
  bigint,
  boolean,
  customType,
  integer,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant, json } from '../db/drizzle.ts';

const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

export const files = pgTable(
  'files',
  {
    tenant_id: text().notNull(),
    file_id: uuid().notNull(),
    sha256: bytea().notNull(),
    size: bigint({ mode: 'number' }).notNull(),
    content_type: text().notNull(),
    storage_key: text().notNull(),
    width: integer(),
    height: integer(),
    duration_ms: integer(),
    video_codec: text(),
    audio_codec: text(),
    plays: text({ enum: ['everywhere', 'some', 'download'] })
      .notNull()
      .default('everywhere'),
    converted_from: uuid(),
    created_at: instant().notNull(),
    wanted_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.file_id] })],
);

export const assets = pgTable(
  'assets',
  {
    tenant_id: text().notNull(),
    asset_id: uuid().notNull(),
    kind: text({ enum: ['video', 'picture', 'document', 'audio'] }).notNull(),
    name: text().notNull(),
    key: text(),
    file_id: uuid(),
    poster_id: uuid(),
    captions_id: uuid(),
    state: text({ enum: ['processing', 'ready', 'refused'] })
      .notNull()
      .default('ready'),
    reason: text(),
    download: boolean().notNull().default(false),
    link_days: integer(),
    version: integer().notNull().default(1),
    author: json(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
    deleted_at: instant(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.asset_id] })],
);

export const messageFiles = pgTable(
  'message_files',
  { tenant_id: text().notNull(), message_id: uuid().notNull(), file_id: uuid().notNull() },
  (table) => [primaryKey({ columns: [table.tenant_id, table.message_id, table.file_id] })],
);

export const uploads = pgTable(
  'uploads',
  {
    tenant_id: text().notNull(),
    upload_id: uuid().notNull(),
    purpose: text({ enum: ['asset', 'replace', 'poster', 'captions'] })
      .notNull()
      .default('asset'),
    asset_id: uuid().notNull(),
    name: text().notNull(),
    size: bigint({ mode: 'number' }).notNull(),
    received: bigint({ mode: 'number' }).notNull().default(0),
    settings: json().notNull().default({}),
    sha256: bytea(),
    storage_key: text().notNull(),
    place: json(),
    state: text({ enum: ['open', 'finishing', 'done', 'refused'] })
      .notNull()
      .default('open'),
    problem: json(),
    author: json().notNull(),
    fence: integer().notNull().default(0),
    writer: integer(),
    lease_until: instant(),
    created_at: instant().notNull(),
    expires_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.upload_id] })],
);

export const uploadAlarms = pgTable(
  'upload_alarms',
  { tenant_id: text().notNull(), upload_id: uuid().notNull(), due_at: instant().notNull() },
  (table) => [primaryKey({ columns: [table.tenant_id, table.upload_id] })],
);

export const assetLinks = pgTable(
  'asset_links',
  {
    tenant_id: text().notNull(),
    link_id: uuid().notNull(),
    asset_id: uuid().notNull(),
    code: text().notNull(),
    purpose: text({ enum: ['page', 'file'] })
      .notNull()
      .default('page'),
    contact_id: uuid(),
    message_id: uuid(),
    workflow_id: uuid(),
    download: boolean(),
    expires_at: instant(),
    revoked_at: instant(),
    author: json(),
    created_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.link_id] })],
);

export const linkDirectory = pgTable(
  'link_directory',
  { tenant_id: text().notNull(), link_id: uuid().notNull(), code: text().notNull() },
  (table) => [primaryKey({ columns: [table.tenant_id, table.link_id] })],
);

export const assetViews = pgTable(
  'asset_views',
  {
    tenant_id: text().notNull(),
    view_id: uuid().notNull(),
    link_id: uuid().notNull(),
    asset_id: uuid().notNull(),
    contact_id: uuid(),
    by: text({ enum: ['human', 'machine'] }).notNull(),
    reason: text(),
    played: json().notNull().default([]),
    share: real().notNull().default(0),
    started_at: instant().notNull(),
    seen_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.view_id] })],
);

export const inboundMedia = pgTable(
  'inbound_media',
  {
    tenant_id: text().notNull(),
    message_id: uuid().notNull(),
    due_at: instant().notNull(),
    tries: smallint().notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.message_id] })],
);
