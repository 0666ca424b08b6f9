import { addTag as kind } from '../../contract/workflow/steps/add-tag.ts';
import { defineStep } from './step.ts';

export const addTag = defineStep(kind, ({ step, runs, effects }) =>
  runs.map(({ contact }) => {
    if (step.tags.every((tag) => contact.tags.includes(tag))) return { skip: 'already_so' as const };
    effects.addTags(contact.id, step.tags);
    return { done: true as const };
  }),
);
