import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { template } from '../primitives.ts';

export const notify = defineKind({
  kind: 'notify',
  title: 'Notify a member',
  icon: 'bell',
  group: 'team',
  schema: stepSchema('notify', {
    member: z.string().min(1).max(200).meta({ description: 'A member’s id, or `owner`' }),
    body: template,
  }),
  templates: ({ body }) => ({ body }),
  words: ({ member }) => `Notify ${member}`,
});
