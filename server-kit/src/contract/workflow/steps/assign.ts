import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { memberId } from '../primitives.ts';

export const assign = defineKind({
  kind: 'assign',
  title: 'Assign',
  icon: 'user',
  group: 'team',
  schema: stepSchema('assign', {
    to: z.union([
      z.strictObject({ member: memberId }),
      z.strictObject({ round_robin: z.array(memberId).min(1).max(100) }).meta({ description: 'In turn' }),
      z.strictObject({ nobody: z.literal(true) }),
    ]),
    only_if_unassigned: z.boolean().default(false),
  }),
  words: ({ to }) =>
    'member' in to
      ? `Assign to ${to.member}`
      : 'nobody' in to
        ? 'Assign to nobody'
        : `Assign in turn to ${to.round_robin.length} members`,
});
