import type { Definition } from '../contract/workflow/index.ts';
import { SetupError } from '../errors.ts';

export interface Simulation {
  steps: { at: string; step: string; outcome: string; detail: Record<string, unknown> | null }[];
  state: string;
  end_reason: string | null;
  ended_at: string | null;
  step: string | null;
  texts: { at: string; step: string; body: string }[];
}

/** Stands here until the engine's own is merged. */
export function simulate(
  _: Definition,
  __: object,
  ___: object[],
  ____: { start: string },
): Promise<Simulation> {
  return Promise.reject(new SetupError('This version of the kit cannot simulate yet.'));
}
