import { defineKind, stepSchema } from '../kind.ts';

export const end = defineKind({
  kind: 'end',
  title: 'End',
  icon: 'stop',
  group: 'flow',
  ends: true,
  schema: stepSchema('end', {}),
  branches: () => [],
  words: () => 'The workflow ends',
});
