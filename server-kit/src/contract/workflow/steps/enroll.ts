import { defineKind, stepSchema } from '../kind.ts';
import { workflowRef } from '../primitives.ts';

export const enroll = defineKind({
  kind: 'enroll',
  title: 'Enroll in another workflow',
  icon: 'flow',
  group: 'flow',
  schema: stepSchema('enroll', { workflow: workflowRef }),
  words: ({ workflow }) => `Enroll in “${workflow}”`,
});
