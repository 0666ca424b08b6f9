import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';

export const enroll = defineKind({
  kind: 'enroll',
  title: 'Enroll in another workflow',
  icon: 'workflow',
  group: 'flow',
  schema: stepSchema('enroll', { workflow: z.string().min(1).max(100).meta({ description: 'Its key' }) }),
  words: ({ workflow }) => `Enroll in ${workflow}`,
});
