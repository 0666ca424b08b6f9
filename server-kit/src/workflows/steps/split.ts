import { createHash } from 'node:crypto';
import { split as kind } from '../../contract/workflow/steps/split.ts';
import { defineStep, type Outcome } from './step.ts';

/** By a number that follows from who and where, so that the same person takes the same way whenever they come by. */
export const split = defineStep(kind, ({ step, runs, definition }) => {
  const total = step.ways.reduce((sum, { weight }) => sum + weight, 0);
  return runs.map(({ contact }): Outcome => {
    const hash = createHash('sha256').update(`${definition.key} ${step.id} ${contact.id}`).digest();
    let place = (hash.readUInt32BE(0) / 2 ** 32) * total;
    const way = step.ways.find(({ weight }) => (place -= weight) < 0) ?? step.ways.at(-1)!;
    return { done: true, to: way.to, detail: { branch: way.label } };
  });
});
