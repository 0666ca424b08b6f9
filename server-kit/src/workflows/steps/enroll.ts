import { enroll as kind } from '../../contract/workflow/steps/enroll.ts';
import { defineStep } from './step.ts';

export const enroll = defineStep(kind, ({ step, runs, effects }) =>
  runs.map(({ contact }) => {
    effects.enroll(contact.id, step.workflow);
    return { done: true, detail: { workflow: step.workflow } };
  }),
);
