/**
 * Whether a definition can be published: read with zod, then looked at as a graph, as words and as what the tenant has. Everybody
 * judges with this one function: the server, the canvas, the command line. It gives every mistake, in the order of the
 * definition, with what mends it; what it cannot know (`facts` left out) it says nothing about.
 */
import type { z } from 'zod';
import { checkFilter } from '../filter-check.ts';
import { FILTER_FIELDS } from '../names.ts';
import { checkGraph } from './check-graph.ts';
import { checkReference, type Facts } from './check-references.ts';
import { checkTimes } from './check-times.ts';
import { definitionFrame, type Definition, type WorkflowProblem } from './definition.ts';
import type { StepBase } from './definition.ts';
import type { StepKind } from './kind.ts';
import { kindsByName } from './kinds.ts';
import { mistakesOf } from './mistakes.ts';
import { DEFINITION_VERSION, WORKFLOW_LIMITS } from './names.ts';
import { isRecord, placesOf, type Place } from './shape.ts';
import { scanTemplate } from './template-scan.ts';
import { nearest, pathText, shortened } from './wording.ts';

export interface CheckOptions {
  /** The host's own kinds, beside the kit's. */
  kinds?: readonly StepKind[] | undefined;
  /** What the tenant has. What is left out of it is not judged. */
  facts?: Facts | undefined;
  /** Further names that templates may use, because the host fills them. */
  variables?: readonly string[] | undefined;
  /** A second look at templates that are sound as far as is seen here; the server asks Liquid itself. Null: fine. */
  checkTemplate?: ((text: string) => string | null) | undefined;
}

export type { Facts } from './check-references.ts';

export interface Checked {
  /** Null: there are errors. With warnings alone it may be published. */
  definition: Definition | null;
  problems: WorkflowProblem[];
}

export function checkDefinition(given: unknown, options: CheckOptions = {}): Checked {
  const problems: WorkflowProblem[] = [];
  const definition = new Check(problems, options).read(given);
  problems.sort((a, b) => placeOf(a) - placeOf(b));
  const failed = problems.some(({ severity }) => severity === 'error');
  return { definition: failed ? null : definition, problems };
}

/** Mistakes after which nothing is suggested any more. */
const MANY = 100;

class Check {
  readonly problems: WorkflowProblem[];
  readonly options: CheckOptions;
  readonly kinds: ReadonlyMap<string, StepKind>;

  constructor(problems: WorkflowProblem[], options: CheckOptions) {
    this.problems = problems;
    this.options = options;
    this.kinds = kindsByName(options.kinds);
  }

  read(given: unknown): Definition | null {
    if (!isRecord(given)) {
      this.report('not_readable', '', 'This is no workflow.', 'A workflow has version, key, name and steps.');
      return null;
    }
    const { steps, $schema: _, ...rest } = given;
    const { version } = rest;
    if (version !== DEFINITION_VERSION) {
      const later = typeof version === 'number' && version > DEFINITION_VERSION;
      this.report(
        'unknown_version',
        'version',
        version === undefined
          ? 'The version of the format is missing.'
          : `This kit cannot read version ${brief(version)}.`,
        later ? 'Bring the kit up to date.' : `Write version: ${DEFINITION_VERSION}.`,
      );
      if (later) return null;
      rest['version'] = DEFINITION_VERSION;
    }
    const frame = this.readFrame(rest);
    const list = this.readSteps(steps);
    if (frame && list) return this.judge({ ...frame, steps: list });
    return null;
  }

  private readFrame(given: Record<string, unknown>) {
    const read = definitionFrame.safeParse(given);
    // the keys that are known here include the one that is read apart
    const about = { schema: definitionFrame as z.ZodType, value: given, at: [], step: null };
    if (!read.success) this.problems.push(...mistakesOf(read.error.issues, about).map(withSteps));
    for (const place of placesOf(definitionFrame, given)) this.checkPlace(place, [], null);
    return read.success ? read.data : null;
  }

  private readSteps(given: unknown): StepBase[] | null {
    if (!Array.isArray(given) || given.length === 0) {
      const message =
        given === undefined || Array.isArray(given) ? 'There are no steps.' : 'The steps are no list.';
      this.report('no_steps', 'steps', message, 'Add at least one step.');
      return null;
    }
    if (given.length > WORKFLOW_LIMITS.steps) {
      this.report(
        'too_many_steps',
        'steps',
        `There are ${given.length} steps; ${WORKFLOW_LIMITS.steps} is the most.`,
        'Make a workflow of a part, and enroll in it with a step of kind enroll.',
      );
      return null;
    }
    const ids = new Map<string, number>();
    const read = given.map((step, index) => this.readStep(step, index, ids));
    const targets = [...ids.keys()];
    given.forEach((step, index) => this.checkStep(step, index, ids, targets));
    return read.includes(null) ? null : (read as StepBase[]);
  }

  private readStep(given: unknown, index: number, ids: Map<string, number>): StepBase | null {
    const path = `steps[${index}]`;
    if (!isRecord(given)) {
      this.report('invalid_value', path, 'This is no step.', 'A step has id and kind.');
      return null;
    }
    const id = typeof given['id'] === 'string' ? given['id'] : null;
    const earlier = id === null ? undefined : ids.get(id);
    if (id !== null && earlier === undefined) ids.set(id, index);
    else if (id !== null) {
      this.report(
        'duplicate_id',
        `${path}.id`,
        `Two steps are called “${shortened(id, 40)}”.`,
        `Give it another id than step ${earlier! + 1} has.`,
        id,
      );
    }
    const kind = typeof given['kind'] === 'string' ? this.kinds.get(given['kind']) : undefined;
    if (!kind) {
      this.unknownKind(given['kind'], path, id);
      return null;
    }
    const read = kind.schema.safeParse(given);
    if (read.success) return read.data;
    const before = this.problems.length;
    this.problems.push(
      ...mistakesOf(read.error.issues, { schema: kind.schema, value: given, at: ['steps', index], step: id }),
    );
    // what only a filter has wrong is told where filters are looked at
    if (this.problems.length === before && !placesOf(kind.schema, given).some((place) => isWrong(place))) {
      this.report(
        'invalid_value',
        path,
        'This step is not understood.',
        'Compare it with the documentation of its kind.',
        id,
      );
    }
    return null;
  }

  private unknownKind(kind: unknown, path: string, id: string | null): void {
    const meant =
      typeof kind === 'string' && this.problems.length < MANY ? nearest(kind, this.kinds.keys()) : undefined;
    const there = `There are ${[...this.kinds.keys()].join(', ')}.`;
    this.report(
      'unknown_step_kind',
      `${path}.kind`,
      kind === undefined ? 'The step has no kind.' : `There is no kind of step “${brief(kind)}”.`,
      meant ? `Did you mean \`${meant}\`?` : there,
      id,
    );
  }

  /** What a step refers to, whether or not the rest of it can be read. */
  private checkStep(
    given: unknown,
    index: number,
    ids: ReadonlyMap<string, number>,
    targets: string[],
  ): void {
    if (!isRecord(given)) return;
    const kind = typeof given['kind'] === 'string' ? this.kinds.get(given['kind']) : undefined;
    const id = typeof given['id'] === 'string' ? given['id'] : null;
    for (const place of kind ? placesOf(kind.schema, given) : []) {
      if (place.mark !== 'step') this.checkPlace(place, ['steps', index], { id, kind: kind!.kind });
      else if (place.path[0] !== 'id' && typeof place.value === 'string' && !ids.has(place.value)) {
        // in a definition that is wrong throughout, looking for what was meant would take for ever
        const meant = this.problems.length < MANY ? nearest(place.value, targets) : undefined;
        this.report(
          place.path[0] === 'next' ? 'unknown_step' : 'missing_branch',
          pathText(['steps', index, ...place.path]),
          `There is no step “${shortened(place.value, 40)}” to go on to.`,
          meant ? `Did you mean “${meant}”?` : 'Add the step, or name another.',
          id,
        );
      }
    }
  }

  private checkPlace(
    place: Place,
    at: PropertyKey[],
    step: { id: string | null; kind: string } | null,
  ): void {
    const path = pathText([...at, ...place.path]);
    if (place.mark === 'filter') {
      for (const { path: where, code, detail } of checkFilter(place.value, path).issues) {
        const [message, otherwise] = split(detail);
        const asked = code === 'unknown_field' ? /"(.+)"/.exec(message)?.[1] : undefined;
        const meant = asked === undefined ? undefined : nearest(asked, Object.keys(FILTER_FIELDS));
        const mend = meant ? `Did you mean "${meant}"? ${otherwise}` : otherwise;
        this.report(
          'invalid_filter',
          where.replaceAll(/\.(\d+)(?=\.|$)/g, '[$1]'),
          message,
          mend,
          step?.id ?? null,
        );
      }
    }
    const found = checkReference(place, step?.kind ?? null, this.options.facts);
    for (const one of found) this.problems.push({ step: step?.id ?? null, path, ...one });
  }

  /** What only shows in the whole. */
  private judge(definition: Definition): Definition {
    this.problems.push(...checkTimes(definition, this.kinds));
    const missing = this.problems.some(
      ({ code }) => code === 'unknown_step' || code === 'missing_branch' || code === 'duplicate_id',
    );
    this.problems.push(...checkGraph(definition, this.kinds, { missing, facts: this.options.facts }));
    definition.steps.forEach((step, index) => this.checkTemplates(step, index));
    for (const id of Object.keys(definition.layout ?? {})) {
      if (definition.steps.some((step) => step.id === id)) continue;
      this.report(
        'unknown_step',
        pathText(['layout', id]),
        `There is no step “${id}” to place.`,
        'Remove it from the layout.',
        null,
        'warning',
      );
    }
    return definition;
  }

  private checkTemplates(step: StepBase, index: number): void {
    const { facts, checkTemplate, variables } = this.options;
    for (const [path, text = ''] of Object.entries(this.kinds.get(step.kind)?.templates?.(step) ?? {})) {
      if (!text.includes('{{') && !text.includes('{%')) continue;
      const where = `steps[${index}].${path}`;
      const { findings, fields } = scanTemplate(text, variables);
      for (const { code, message, mend } of findings) this.report(code, where, message, mend, step.id);
      for (const key of facts?.fields ? fields : []) {
        if (facts!.fields!.has(key)) continue;
        const meant = nearest(key, facts!.fields!);
        this.report(
          'unknown_field',
          where,
          `There is no own field “${key}”.`,
          meant ? `Did you mean fields.${meant}?` : 'Make the field, or remove it.',
          step.id,
          'warning',
        );
      }
      const more = findings.length === 0 ? checkTemplate?.(text) : null;
      if (more) this.report('invalid_template', where, more, 'Mend the template.', step.id);
    }
  }

  private report(
    code: WorkflowProblem['code'],
    path: string,
    message: string,
    mend: string,
    step: string | null = null,
    severity: WorkflowProblem['severity'] = 'error',
  ): void {
    this.problems.push({ code, severity, step, path, message, mend });
  }
}

/** The whole first, then step by step. */
function placeOf({ path }: WorkflowProblem): number {
  const index = /^steps\[(\d+)\]/.exec(path)?.[1];
  return index === undefined ? -1 : Number(index);
}

function brief(value: unknown): string {
  return shortened(typeof value === 'string' ? value : written(value), 40);
}

/** What holds itself, as an alias in YAML may, cannot be written. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}

function isWrong({ mark, value }: Place): boolean {
  return mark === 'filter' && checkFilter(value).filter === null;
}

/** "There is no field. There are a, b." in what is wrong and what mends it. */
function split(detail: string): [string, string] {
  const at = detail.indexOf('. ');
  return at < 0 ? [detail, 'Mend the filter.'] : [detail.slice(0, at + 1), detail.slice(at + 2)];
}

/** A key of the whole that is nearly "steps" means the steps, which the frame's schema does not know. */
function withSteps(problem: WorkflowProblem): WorkflowProblem {
  if (problem.code !== 'unknown_key') return problem;
  return nearest(problem.path, ['steps']) === undefined
    ? problem
    : { ...problem, mend: 'Did you mean `steps`?' };
}
