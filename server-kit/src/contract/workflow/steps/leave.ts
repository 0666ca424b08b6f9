import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';

export const leave = defineKind({
  kind: 'leave',
  title: 'Take out of another workflow',
  icon: 'workflow',
  group: 'flow',
  schema: stepSchema('leave', {
    workflow: z.string().min(1).max(100).meta({ description: 'Its key, or `all` but this one' }),
  }),
  words: ({ workflow }) => `Leave ${workflow}`,
});
