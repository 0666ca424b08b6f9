import type { Definition } from '../contract/workflow/index.ts';
import { SetupError } from '../errors.ts';

export interface SimulatedStep {
  at: string | Date;
  step: string | null;
  outcome: string;
  reason?: string | null | undefined;
  text?: string | undefined;
}

/** Stands here until the engine's own is merged. */
export function simulate(
  _: Definition,
  __: object,
  ___: unknown[],
  ____: { start: Date },
): Promise<SimulatedStep[]> {
  return Promise.reject(new SetupError('This version of the kit cannot simulate yet.'));
}
