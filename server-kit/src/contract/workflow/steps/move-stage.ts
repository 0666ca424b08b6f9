import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';

export const moveStage = defineKind({
  kind: 'move_stage',
  title: 'Move to a stage',
  icon: 'stage',
  group: 'contact',
  schema: stepSchema('move_stage', { stage: z.string().trim().min(1).max(100) }),
  words: ({ stage }) => `Move to ${stage}`,
});
