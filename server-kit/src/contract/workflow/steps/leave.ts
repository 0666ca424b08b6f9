import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { workflowRef } from '../primitives.ts';

export const leave = defineKind({
  kind: 'leave',
  title: 'Take out of another workflow',
  icon: 'x',
  group: 'flow',
  schema: stepSchema('leave', {
    workflow: z
      .union([z.literal('all'), workflowRef])
      .meta({ description: 'Its key, or `all` but this one' }),
  }),
  words: ({ workflow }) =>
    workflow === 'all' ? 'Take out of all other workflows' : `Take out of “${workflow}”`,
});
