import { z } from 'zod';
import { filter } from '../../filter.ts';
import { defineKind, stepSchema } from '../kind.ts';
import { WORKFLOW_LIMITS } from '../names.ts';
import { stepId } from '../primitives.ts';

/** The first branch whose filter is true; else `else`; else `next`. */
export const condition = defineKind({
  kind: 'condition',
  title: 'Choose by a condition',
  icon: 'branch',
  group: 'branch',
  schema: stepSchema('condition', {
    branches: z
      .array(z.strictObject({ label: z.string().max(100).optional(), when: filter, to: stepId }))
      .min(1)
      .max(WORKFLOW_LIMITS.branches),
    else: stepId.optional(),
  }),
  branches: ({ branches, else: otherwise, next }) => [
    ...branches.map(({ label, to }, index) => ({ label: label ?? `Branch ${index + 1}`, to })),
    { label: 'Else', to: otherwise ?? next },
  ],
  words: ({ branches }) =>
    branches.length === 1 ? 'If a condition is true' : `Choose one of ${branches.length} branches`,
});
