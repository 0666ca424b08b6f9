import { z } from 'zod';
import { cursor, id, instant, memberRef, page } from './primitives.ts';

const due = z
  .union([
    z.strictObject({ at: instant }),
    z.strictObject({
      on: z.iso.date(),
      time_zone: z
        .string()
        .max(60)
        .optional()
        .meta({ description: 'Left out: the contact’s, else the tenant’s' }),
    }),
  ])
  .meta({ description: 'A moment, or a day: then the assignee is reminded at nine in the morning' });
const title = z.string().trim().min(1).max(500);
const assigneeId = z.string().max(200).nullable();

export const task = z
  .object({
    id,
    title: z.string(),
    contact: z.object({ id, name: z.string().nullable(), phone: z.string().nullable() }).nullable(),
    assignee: memberRef.nullable(),
    due_at: instant.nullable().meta({ description: 'When the assignee is reminded' }),
    due_on: z.iso.date().nullable().meta({ description: 'Set when it is due on a day, not at a moment' }),
    time_zone: z.string().nullable().meta({ description: 'Of `due_on`' }),
    overdue_at: instant.nullable().meta({ description: 'From when on it is overdue, unless done' }),
    completed_at: instant.nullable(),
    completed_by: memberRef.nullable(),
    version: z.int(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof task>;
export const taskPage = page(task, 'TaskPage');

export const createTask = z
  .object({
    id: id.optional(),
    title,
    contact_id: id.nullable().default(null),
    assignee_id: assigneeId.optional().meta({ description: 'Left out: whoever makes it' }),
    due: due.nullable().default(null),
  })
  .meta({ id: 'CreateTask' });
export type CreateTask = z.input<typeof createTask>;

export const updateTask = z
  .object({
    title: title.optional(),
    assignee_id: assigneeId.optional(),
    due: due.nullable().optional(),
    done: z.boolean().optional(),
  })
  .meta({ id: 'UpdateTask' });
export type UpdateTask = z.input<typeof updateTask>;

export const listTasksQuery = z.object({
  assignee: z.string().max(200).optional().meta({ description: 'A member’s id, `me`, or `none`' }),
  contact_id: id.optional(),
  state: z.enum(['open', 'overdue', 'done']).default('open').meta({
    description: '`open` holds what is overdue too. Open ones: soonest first, `done`: last done first',
  }),
  after: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export type ListTasksQuery = Partial<z.input<typeof listTasksQuery>>;
