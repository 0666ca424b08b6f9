import { setField as kind } from '../../contract/workflow/steps/set-field.ts';
import { defineStep } from './step.ts';

export const setField = defineStep(kind, ({ step, runs, effects }) =>
  runs.map(({ contact }) => {
    effects.setField(contact.id, step.field, step.value);
    return { done: true as const };
  }),
);
