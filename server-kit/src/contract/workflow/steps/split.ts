import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { WORKFLOW_LIMITS } from '../names.ts';
import { stepId } from '../primitives.ts';

/** Sticky: the same contact always takes the same way through the same split, in every enrollment. */
export const split = defineKind({
  kind: 'split',
  title: 'A/B split',
  icon: 'split',
  group: 'branch',
  schema: stepSchema('split', {
    ways: z
      .array(
        z.strictObject({
          label: z.string().min(1).max(100),
          weight: z.int().min(0).max(10_000),
          to: stepId.optional(),
        }),
      )
      .min(2)
      .max(WORKFLOW_LIMITS.branches)
      .refine((ways) => ways.some(({ weight }) => weight > 0), { message: 'Give at least one way a weight' }),
  }),
  branches: ({ ways, next }) => ways.map(({ label, to }) => ({ label, to: to ?? next })),
  words: ({ ways }) => `Split: ${ways.map(({ label, weight }) => `${label} ${weight}`).join(', ')}`,
});
