import { condition as kind } from '../../contract/workflow/steps/condition.ts';
import { defineStep, type Outcome } from './step.ts';

export const condition = defineStep(kind, async ({ step, runs, choose }) => {
  const { branches } = step;
  const chosen = await choose(
    branches.map(({ when }) => when),
    runs,
  );
  return runs.map(({ contact }): Outcome => {
    const nth = chosen.get(contact.id);
    if (nth === undefined) return { done: true, to: step.else, detail: { branch: 'Else' } };
    const { label, to } = branches[nth]!;
    return { done: true, to, detail: { branch: label ?? `Branch ${nth + 1}` } };
  });
});
