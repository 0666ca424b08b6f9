import { defineKind, stepSchema } from '../kind.ts';
import { stepId } from '../primitives.ts';

export const goTo = defineKind({
  kind: 'go_to',
  title: 'Go to',
  icon: 'undo',
  group: 'flow',
  schema: stepSchema('go_to', { step: stepId }),
  branches: ({ step }) => [{ label: 'Then', to: step }],
  words: ({ step }) => `Go to “${step}”`,
});
