/** From what somebody wrote to a definition, with everything that is wrong with it. */
import { checkDefinition } from '../contract/workflow/check.ts';
import type { Facts } from '../contract/workflow/check-references.ts';
import { readSource } from '../contract/workflow/source.ts';
import type { Definition, StepKind, WorkflowProblem } from '../contract/workflow/index.ts';
import { ProblemError } from '../errors.ts';
import { checkTemplate } from './templates/render.ts';

export interface Read {
  /** Null while it has mistakes in form. */
  definition: Definition | null;
  problems: WorkflowProblem[];
  /** What can be said of it even with mistakes. */
  key: string | null;
  name: string | null;
  steps: number;
  triggers: string[];
}

/** Of a draft, kept beside it: lists are drawn without reading definitions. */
export interface Summary {
  steps: number;
  triggers: string[];
  errors: number;
  warnings: number;
}

/** The host's own, beside the kit's. */
export type HostKinds = readonly StepKind[];

/** Why a template cannot be read; null: it can. What it names is judged by the definition's own check. */
const wrongIn = (template: string): string | null =>
  checkTemplate(template).find(({ code }) => code === 'invalid_template')?.message ?? null;

const KEY = /^[a-z][a-z0-9-]{0,62}$/;
/** More than anybody reads. */
const PROBLEMS = 100;

export function readWorkflow(source: string, facts?: Facts, kinds: HostKinds = []): Read {
  const { value, problems: unreadable } = readSource(source);
  if (unreadable.some(({ severity }) => severity === 'error')) {
    return { definition: null, problems: unreadable, key: null, name: null, steps: 0, triggers: [] };
  }
  const { definition, problems } = checkDefinition(value, {
    kinds,
    checkTemplate: wrongIn,
    ...(facts && { facts }),
  });
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const listed = (name: string) => (Array.isArray(given[name]) ? (given[name] as unknown[]) : []);
  const text = (name: string, most: number) => {
    const held = given[name];
    return typeof held === 'string' && held.trim() !== '' ? held.trim().slice(0, most) : null;
  };
  const key = text('key', 63);
  return {
    definition,
    problems: [...unreadable, ...problems].slice(0, PROBLEMS),
    key: key !== null && KEY.test(key) ? key : null,
    name: text('name', 100),
    steps: listed('steps').length,
    triggers: listed('triggers')
      .map((trigger) => (trigger as { on?: unknown } | null)?.on)
      .filter((on) => typeof on === 'string'),
  };
}

export function summaryOf({ steps, triggers, problems }: Read): Summary {
  const of = (severity: string) => problems.filter((one) => one.severity === severity).length;
  return { steps, triggers: [...new Set(triggers)], errors: of('error'), warnings: of('warning') };
}

/** The definition, where nothing keeps it from being published. Throws `invalid_workflow`. */
export function publishable({ definition, problems }: Read): Definition {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (definition && errors.length === 0) return definition;
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new ProblemError(
    'invalid_workflow',
    first ? `${first.message} ${first.mend}${more}` : 'The definition cannot be read.',
    'source',
    undefined,
    problems,
  );
}
