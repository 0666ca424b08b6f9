import { defineKind, stepSchema } from '../kind.ts';
import { duration, memberId, template } from '../primitives.ts';
import { shortened } from '../wording.ts';

export const createTask = defineKind({
  kind: 'create_task',
  title: 'Create a task',
  icon: 'task',
  group: 'team',
  schema: stepSchema('create_task', {
    title: template,
    due_in: duration.optional(),
    assignee: memberId.optional().meta({ description: 'A member’s id, or `owner`. Default: nobody' }),
  }),
  templates: ({ title }) => ({ title }),
  words: ({ title }) => `Task: ${shortened(title)}`,
});
