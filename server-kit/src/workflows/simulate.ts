/** A whole workflow for one contact, without waiting and without sending. */
import type { Definition, EndReason, EnrollmentState, StepOutcome } from '../contract/workflow/index.ts';
import { followingStep } from '../contract/workflow/graph.ts';
import type { Waiting } from './engine/waiting.ts';
import type { RunContact } from './steps/step.ts';

export interface SimulatedEvent {
  at: string;
  type: string;
  data?: Record<string, unknown>;
}

export interface SimulateOptions {
  start: string;
  tenantZone?: string;
}

export interface SimulatedStep {
  at: string;
  ordinal: number;
  step: string;
  kind: string;
  outcome: StepOutcome;
  detail: Record<string, unknown> | null;
}

export interface Simulation {
  steps: SimulatedStep[];
  state: Exclude<EnrollmentState, 'paused'>;
  end_reason: EndReason | null;
  ended_at: string | null;
  step: string | null;
  waiting: Waiting | null;
  texts: { at: string; step: string; body: string }[];
}

export async function simulate(
  definition: Definition,
  _contact: Partial<RunContact>,
  _events: readonly SimulatedEvent[],
  { start: at }: SimulateOptions,
): Promise<Simulation> {
  const steps: SimulatedStep[] = [];
  let next: string | null = definition.steps[0]?.id ?? null;
  while (next !== null && steps.length < definition.steps.length) {
    const step: string = next;
    const { kind } = definition.steps.find(({ id }) => id === step)!;
    steps.push({ at, ordinal: steps.length, step, kind, outcome: 'done', detail: null });
    next = followingStep(definition, step);
  }
  return {
    steps,
    state: 'completed',
    end_reason: 'finished',
    ended_at: at,
    step: null,
    waiting: null,
    texts: [],
  };
}
