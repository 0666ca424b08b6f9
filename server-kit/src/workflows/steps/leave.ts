import { leave as kind } from '../../contract/workflow/steps/leave.ts';
import { defineStep } from './step.ts';

export const leave = defineStep(kind, ({ step, runs, effects }) =>
  runs.map(({ contact }) => {
    effects.leave(contact.id, step.workflow);
    return { done: true, detail: { workflow: step.workflow } };
  }),
);
