import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';

export const score = defineKind({
  kind: 'score',
  title: 'Change the lead score',
  icon: 'up',
  group: 'contact',
  schema: stepSchema('score', { by: z.int().min(-10_000).max(10_000) }),
  words: ({ by }) => (by < 0 ? `Take ${-by} from the score` : `Add ${by} to the score`),
});
