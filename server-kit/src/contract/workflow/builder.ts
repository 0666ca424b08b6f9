/**
 * Workflows written in TypeScript. The result is the same plain definition that a file holds; what does not fit is an error
 * of the compiler: a field that a kind does not have, and a step that is not there.
 *
 *   export const hello = workflow('hello', { name: 'Hello', triggers: [{ on: 'tag.added', tag: 'New' }] }, (w) => ({
 *     welcome: w.sendSms({ body: 'Hi {{ first_name | default: "there" }}' }),
 *     'a-day': w.wait({ for: '1 day' }),
 *     answered: w.condition({ branches: [{ when: { field: 'stage', op: 'is', value: 'Won' }, to: 'bye' }], else: 'welcome-again' }),
 *     'welcome-again': w.sendSms({ body: 'Still there?' }),
 *     bye: w.end(),
 *   }));
 *
 * Steps run in the order that they are written in.
 */
import type { z } from 'zod';
import { checkDefinition, type CheckOptions } from './check.ts';
import type { Definition, definitionFrame, WorkflowProblem } from './definition.ts';
import type { StepBase } from './definition.ts';
import type { StepKind } from './kind.ts';
import { DEFINITION_VERSION } from './names.ts';
import { STEP_KINDS, type BuiltInKind } from './steps/index.ts';

type Kinds = { [K in (typeof STEP_KINDS)[number] as K['kind']]: K };
/** What may be written of a step, apart from what it is called and what it is. */
type Fields<K extends BuiltInKind> = Omit<z.input<Kinds[K]['schema']>, 'id' | 'kind'>;

/** Where steps stand within the fields of another. */
type Way = 'next' | 'to' | 'else' | 'step' | 'on_timeout' | 'on_passed' | 'on_failure';
/** The same fields, with only some steps to lead to. */
type Leading<T, To extends string> = T extends readonly (infer One)[]
  ? readonly Leading<One, To>[]
  : T extends object
    ? {
        [Key in keyof T]: Key extends Way
          ? string extends T[Key]
            ? To
            : NonNullable<T[Key]> extends string
              ? To | Extract<T[Key], undefined>
              : Leading<T[Key], To>
          : Key extends 'branches' | 'ways' | 'for_event'
            ? Leading<T[Key], To>
            : T[Key];
      }
    : T;

declare const leads: unique symbol;
/** A step without its id, which is the key that it stands under. `To`: the steps that it names. */
export interface WrittenStep<To extends string = never> {
  readonly [leads]?: To;
  readonly fields: Record<string, unknown>;
}

type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;
type Optional<T> = object extends T ? true : false;

export type WorkflowSteps = {
  readonly [K in BuiltInKind as Camel<K>]: Optional<Fields<K>> extends true
    ? <const To extends string = never>(fields?: Leading<Fields<K>, To>) => WrittenStep<NoInfer<To>>
    : <const To extends string = never>(fields: Leading<Fields<K>, To>) => WrittenStep<NoInfer<To>>;
} & {
  /** One of the host's own kind. */
  step<S extends StepBase, const To extends string = never>(
    kind: StepKind<S> & { schema: z.ZodType<S> },
    fields: Leading<Omit<S, 'id' | 'kind'>, To>,
  ): WrittenStep<NoInfer<To>>;
};

export type WorkflowFrame = Omit<z.input<typeof definitionFrame>, 'version' | 'key'>;

/** Throws for what only shows in the whole: a circle without a wait, a filter that asks for what is not there. */
export function workflow<
  const Steps extends { readonly [Id in keyof Steps]: WrittenStep<Extract<keyof Steps, string>> },
>(
  key: string,
  frame: WorkflowFrame,
  steps: (w: WorkflowSteps) => Steps,
  options: CheckOptions = {},
): Definition {
  const own = new Map((options.kinds ?? []).map((kind) => [kind.kind, kind]));
  const written = Object.entries(steps(writer(own)) as Record<string, WrittenStep<string>>);
  const given = {
    version: DEFINITION_VERSION,
    key,
    ...frame,
    steps: written.map(([id, step]) => ({ id, ...step.fields })),
  };
  const { definition, problems } = checkDefinition(given, { ...options, kinds: [...own.values()] });
  if (!definition) throw new WorkflowError(key, problems);
  return definition;
}

/** A definition that cannot be published, with all that is wrong with it. */
export class WorkflowError extends Error {
  override readonly name = 'WorkflowError';
  readonly problems: readonly WorkflowProblem[];

  constructor(key: string, problems: readonly WorkflowProblem[]) {
    const errors = problems.filter(({ severity }) => severity === 'error');
    super(
      `The workflow “${key}” cannot be used.\n${errors.map(({ path, message, mend }) => `  ${path}: ${message} ${mend}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

function writer(own: Map<string, StepKind>): WorkflowSteps {
  const write =
    (kind: string) =>
    (fields: object = {}) => ({ fields: { kind, ...fields } });
  const builtIn = STEP_KINDS.map(({ kind }) => [
    kind.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    write(kind),
  ]);
  const step = (kind: StepKind, fields: object) => {
    own.set(kind.kind, kind);
    return write(kind.kind)(fields);
  };
  return { ...Object.fromEntries(builtIn), step } as WorkflowSteps;
}
