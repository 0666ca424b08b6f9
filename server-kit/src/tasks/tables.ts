/** As in `migrations/0010_pipeline.sql`; `db/tables.pg.test.ts` compares them with the database. */
import { date, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant, json } from '../db/drizzle.ts';

export const tasks = pgTable(
  'tasks',
  {
    tenant_id: text().notNull(),
    task_id: uuid().notNull(),
    contact_id: uuid(),
    title: text().notNull(),
    assignee_id: text(),
    due_day: date(),
    due_zone: text(),
    due_at: instant(),
    overdue_at: instant(),
    created_by: json(),
    completed_at: instant(),
    completed_by: json(),
    version: integer().notNull().default(1),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.task_id] })],
);

export const taskReminders = pgTable(
  'task_reminders',
  { tenant_id: text().notNull(), task_id: uuid().notNull(), due_at: instant().notNull() },
  (table) => [primaryKey({ columns: [table.tenant_id, table.task_id] })],
);
