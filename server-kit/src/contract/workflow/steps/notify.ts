import { defineKind, stepSchema } from '../kind.ts';
import { memberId, template } from '../primitives.ts';

export const notify = defineKind({
  kind: 'notify',
  title: 'Notify a member',
  icon: 'bell',
  group: 'team',
  schema: stepSchema('notify', {
    member: memberId,
    body: template,
  }),
  templates: ({ body }) => ({ body }),
  words: ({ member }) => (member === 'owner' ? 'Notify their owner' : `Notify ${member}`),
});
