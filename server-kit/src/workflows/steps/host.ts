import type { StepKind } from '../../contract/workflow/index.ts';
import { SetupError } from '../../errors.ts';
import { STEP_RUNNERS } from './index.ts';
import type { StepRunner } from './step.ts';

/** Of all steps, those that are not the kit's. */
export function hostSteps(steps: readonly StepRunner[]): StepRunner[] {
  const own = new Set(STEP_RUNNERS.map(({ kind }) => kind.kind));
  return steps.filter(({ kind }) => !own.has(kind.kind));
}

export const hostKinds = (steps: readonly StepRunner[]): StepKind[] =>
  hostSteps(steps).map(({ kind }) => kind);

/** The kit's kinds and the host's. Throws `SetupError` for one that could not be told from another. */
export function checkedSteps(own: readonly StepRunner[] = []): readonly StepRunner[] {
  const taken = new Set(STEP_RUNNERS.map(({ kind }) => kind.kind));
  for (const { kind, run } of own) {
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(kind.kind) || typeof run !== 'function') {
      throw new SetupError(
        `steps: "${kind.kind}" cannot be a kind of step. Use lower-case letters, digits, - and _, and make it with defineStep.`,
      );
    }
    if (taken.has(kind.kind))
      throw new SetupError(`steps: there is a kind of step "${kind.kind}" already. Give yours another name.`);
    taken.add(kind.kind);
  }
  return [...STEP_RUNNERS, ...own];
}
