import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { duration, template } from '../primitives.ts';

export const createTask = defineKind({
  kind: 'create_task',
  title: 'Create a task',
  icon: 'task',
  group: 'team',
  schema: stepSchema('create_task', {
    title: template,
    due_in: duration.optional(),
    assignee: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'A member’s id, or `owner`. Default: nobody' }),
  }),
  templates: ({ title }) => ({ title }),
  words: ({ title }) => `Task: ${title}`,
});
