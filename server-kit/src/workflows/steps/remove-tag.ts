import { removeTag as kind } from '../../contract/workflow/steps/remove-tag.ts';
import { defineStep } from './step.ts';

export const removeTag = defineStep(kind, ({ step, runs, effects }) =>
  runs.map(({ contact }) => {
    if (!step.tags.some((tag) => contact.tags.includes(tag))) return { skip: 'already_so' as const };
    effects.removeTags(contact.id, step.tags);
    return { done: true as const };
  }),
);
