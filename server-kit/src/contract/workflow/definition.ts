/**
 * A workflow as data: the same JSON in the database, on the canvas and in a file in git (there mostly as YAML). Steps are an
 * ordered list; `next` defaults to the one that follows, branches name ids, so ways can merge. `layout` keeps the canvas's
 * positions apart from meaning.
 */
import { z } from 'zod';
import { DEFINITION_VERSION, WORKFLOW_LIMITS, type ProblemCode, type ProblemSeverity } from './names.ts';
import { workflowSettings, type WorkflowSettings } from './settings.ts';
import { workflowTrigger, type WorkflowTrigger } from './triggers.ts';

export const workflowKey = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/)
  .meta({ description: 'Its name in files, in the API and for other workflows: `five-days-of-joy`' });

/** All but the steps, whose schemas depend on the kinds that there are. */
export const definitionFrame = z.strictObject({
  version: z.literal(DEFINITION_VERSION),
  key: workflowKey,
  name: z.string().trim().min(1).max(100),
  description: z.string().max(2_000).optional(),
  triggers: z.array(workflowTrigger).max(WORKFLOW_LIMITS.triggers).default([]),
  settings: workflowSettings.prefault({}),
  layout: z.record(z.string(), z.strictObject({ x: z.number(), y: z.number() })).optional(),
});

/** What every step has, whatever its kind. */
export interface StepBase {
  id: string;
  kind: string;
  /** What members call it. Default: the kind's title. */
  name?: string | undefined;
  /** Default: the step that follows in the list; after the last one the workflow ends. */
  next?: string | undefined;
}

/** A checked definition: every default filled in. */
export interface Definition {
  version: 1;
  key: string;
  name: string;
  description?: string | undefined;
  triggers: WorkflowTrigger[];
  settings: WorkflowSettings;
  steps: StepBase[];
  layout?: Record<string, { x: number; y: number }> | undefined;
}

/** What is wrong with a definition, in plain words, and how to mend it. */
export interface WorkflowProblem {
  code: ProblemCode;
  severity: ProblemSeverity;
  /** The step that it is about; null: the workflow. */
  step: string | null;
  /** Where in the definition: `steps[3].body`. */
  path: string;
  message: string;
  mend: string;
  /** In the text that it was read from, from 1. */
  line?: number;
  column?: number;
}
