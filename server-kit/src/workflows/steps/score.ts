import { score as kind } from '../../contract/workflow/steps/score.ts';
import { defineStep } from './step.ts';

export const score = defineStep(kind, ({ step, runs, effects }) =>
  runs.map(({ contact }) => {
    effects.score(contact.id, step.by);
    return { done: true as const };
  }),
);
