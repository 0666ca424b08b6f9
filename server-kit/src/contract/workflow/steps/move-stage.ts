import { defineKind, stepSchema } from '../kind.ts';
import { stageName } from '../primitives.ts';

export const moveStage = defineKind({
  kind: 'move_stage',
  title: 'Move to a stage',
  icon: 'panel',
  group: 'contact',
  schema: stepSchema('move_stage', { stage: stageName }),
  words: ({ stage }) => `Move to the stage “${stage}”`,
});
