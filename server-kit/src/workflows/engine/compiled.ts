/** A version as the engine walks it. */
import type { MemberRef } from '../../contract/index.ts';
import { afterPlace } from '../../contract/workflow/graph.ts';
import type { Definition, StepBase } from '../../contract/workflow/index.ts';
import type { StepRunner } from '../steps/step.ts';

interface Place {
  step: StepBase;
  /** Null: this kit has no such kind any more. */
  runner: StepRunner | null;
  /** Where it goes on unless the step says otherwise; null: the workflow ends. */
  next: string | null;
}

export interface Compiled {
  workflowId: string;
  version: number;
  definition: Definition;
  places: Map<string, Place>;
  /** In whose name it acts. */
  actor: MemberRef;
}

export type Runners = ReadonlyMap<string, StepRunner>;

export const runnersByKind = (runners: readonly StepRunner[]): Runners =>
  new Map(runners.map((runner) => [runner.kind.kind, runner]));

export function compile(
  of: { workflowId: string; version: number; definition: Definition },
  runners: Runners,
): Compiled {
  const { steps, name } = of.definition;
  return {
    ...of,
    places: new Map(
      steps.map((step, index) => [
        step.id,
        {
          step,
          runner: runners.get(step.kind) ?? null,
          next: afterPlace(steps, index),
        },
      ]),
    ),
    actor: { id: `workflow:${of.workflowId}`, name },
  };
}
