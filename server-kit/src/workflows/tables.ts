/** As in `migrations/0015_workflows.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { instant, json, xid8 } from '../db/drizzle.ts';

export const workflows = pgTable(
  'workflows',
  {
    tenant_id: text().notNull(),
    workflow_id: uuid().notNull(),
    key: text().notNull(),
    name: text().notNull(),
    state: text().notNull().default('draft'),
    draft: text().notNull(),
    summary: json().notNull().default({}),
    published: integer(),
    priority: smallint().notNull().default(5),
    revision: integer().notNull().default(1),
    paused_at: instant(),
    author: json(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.workflow_id] })],
);

export const workflowVersions = pgTable(
  'workflow_versions',
  {
    tenant_id: text().notNull(),
    workflow_id: uuid().notNull(),
    version: integer().notNull(),
    definition: json().notNull(),
    source: text().notNull(),
    published_by: json(),
    published_at: instant().notNull(),
    first_step: text().generatedAlwaysAs(sql`as in the migration`),
    re_entry: json().generatedAlwaysAs(sql`as in the migration`),
    goal: json().generatedAlwaysAs(sql`as in the migration`),
    stop_on_reply: boolean().generatedAlwaysAs(sql`as in the migration`),
    cancel_on_opt_out: boolean().generatedAlwaysAs(sql`as in the migration`),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.workflow_id, table.version] })],
);

export const workflowAssets = pgTable(
  'workflow_assets',
  { tenant_id: text().notNull(), workflow_id: uuid().notNull(), asset: text().notNull() },
  (table) => [primaryKey({ columns: [table.tenant_id, table.workflow_id, table.asset] })],
);

export const workflowTriggers = pgTable(
  'workflow_triggers',
  {
    tenant_id: text().notNull(),
    workflow_id: uuid().notNull(),
    ordinal: smallint().notNull(),
    kind: text().notNull(),
    trigger: json().notNull(),
    since: xid8().notNull(),
    due_at: instant(),
    swept_at: instant(),
    place: json(),
    token: text(),
    sample: json(),
    sampled_at: instant(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.workflow_id, table.ordinal] })],
);

export const enrollments = pgTable(
  'enrollments',
  {
    tenant_id: text().notNull(),
    enrollment_id: uuid().notNull(),
    workflow_id: uuid().notNull(),
    version: integer().notNull(),
    contact_id: uuid().notNull(),
    state: text().notNull().default('active'),
    step: text(),
    ordinal: integer().notNull().default(0),
    attempt: smallint().notNull().default(0),
    due_at: instant(),
    waiting: json(),
    wakes_on: text(),
    source: json().notNull().default({}),
    source_key: text(),
    variables: json().notNull().default({}),
    end_reason: text(),
    started_at: instant().notNull(),
    ended_at: instant(),
    retry_of: uuid(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.enrollment_id] })],
);

export const stepRuns = pgTable(
  'step_runs',
  {
    tenant_id: text().notNull(),
    enrollment_id: uuid().notNull(),
    ordinal: integer().notNull(),
    step: text().notNull(),
    outcome: text().notNull(),
    detail: json(),
    at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.enrollment_id, table.ordinal] })],
);

export const workflowFailures = pgTable(
  'workflow_failures',
  {
    tenant_id: text().notNull(),
    enrollment_id: uuid().notNull(),
    ordinal: integer().notNull(),
    workflow_id: uuid().notNull(),
    step: text().notNull(),
    reason: text().notNull(),
    at: instant().notNull(),
    retried_at: instant(),
    retried_by: json(),
    retry_id: uuid(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.enrollment_id, table.ordinal] })],
);

export const workflowOldHooks = pgTable(
  'workflow_old_hooks',
  {
    tenant_id: text().notNull(),
    token: text().notNull(),
    workflow_id: uuid().notNull(),
    key: text().notNull(),
    until: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.token] })],
);

export const workflowCounts = pgTable('workflow_counts', {
  tenant_id: text().notNull(),
  workflow_id: uuid().notNull(),
  step: text().notNull(),
  what: text().notNull(),
  count: integer().notNull(),
});

export const workflowWakeups = pgTable('workflow_wakeups', {
  tenant_id: text().notNull().primaryKey(),
  due_at: instant().notNull(),
});

export const workflowCursors = pgTable('workflow_cursors', {
  tenant_id: text().notNull().primaryKey(),
  tx: xid8().notNull(),
  position: bigint({ mode: 'bigint' }).notNull(),
  read_at: instant().notNull(),
});

export const workflowClocks = pgTable('workflow_clocks', {
  tenant_id: text().notNull().primaryKey(),
  due_at: instant().notNull(),
});

export const toldEvents = pgTable(
  'told_events',
  {
    tenant_id: text().notNull(),
    key: text().notNull(),
    answer: json().notNull().default({}),
    told_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.key] })],
);

export const workflowRequests = pgTable(
  'workflow_requests',
  {
    tenant_id: text().notNull(),
    request_id: uuid().notNull(),
    enrollment_id: uuid().notNull(),
    ordinal: integer().notNull(),
    kind: text().notNull(),
    request: json().notNull(),
    state: text().notNull().default('queued'),
    attempts: smallint().notNull().default(0),
    due_at: instant(),
    leased_until: instant(),
    answer: json(),
    created_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.request_id] })],
);

export const workflowRequestWakeups = pgTable('workflow_request_wakeups', {
  tenant_id: text().notNull().primaryKey(),
  due_at: instant().notNull(),
});

export const templates = pgTable(
  'templates',
  {
    tenant_id: text().notNull(),
    template_id: uuid().notNull(),
    key: text().notNull(),
    name: text().notNull(),
    channel: text().notNull().default('sms'),
    version: integer().notNull().default(1),
    body: text().notNull(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
    deleted_at: instant(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.template_id] })],
);

export const templateVersions = pgTable(
  'template_versions',
  {
    tenant_id: text().notNull(),
    template_id: uuid().notNull(),
    version: integer().notNull(),
    body: text().notNull(),
    author: json(),
    created_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.template_id, table.version] })],
);

export const trackedLinks = pgTable(
  'tracked_links',
  {
    tenant_id: text().notNull(),
    link_id: uuid().notNull(),
    code: text().notNull(),
    url: text().notNull(),
    contact_id: uuid(),
    source: json().notNull().default({}),
    clicks: integer().notNull().default(0),
    first_click: instant(),
    expires_at: instant(),
    created_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.link_id] })],
);

export const trackedLinkDirectory = pgTable(
  'tracked_link_directory',
  { tenant_id: text().notNull(), link_id: uuid().notNull(), code: text().notNull() },
  (table) => [primaryKey({ columns: [table.tenant_id, table.link_id] })],
);

export const workflowRotations = pgTable(
  'workflow_rotations',
  {
    tenant_id: text().notNull(),
    workflow_id: uuid().notNull(),
    step: text().notNull(),
    turn: bigint({ mode: 'bigint' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.workflow_id, table.step] })],
);
