import { moveStage as kind } from '../../contract/workflow/steps/move-stage.ts';
import { defineStep } from './step.ts';

export const moveStage = defineStep(kind, ({ step, runs, effects }) =>
  runs.map(({ contact }) => {
    if (contact.stage === step.stage) return { skip: 'already_so' as const };
    effects.moveStage(contact.id, step.stage);
    return { done: true as const };
  }),
);
