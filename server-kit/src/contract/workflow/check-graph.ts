/** What shows only in the whole: ways that lead nowhere, round and round, or to nobody who was told how to stop. */
import type { Facts } from './check-references.ts';
import type { Definition, WorkflowProblem } from './definition.ts';
import { edgesOf, loopsOf, reached, reversed, waysIn } from './graph.ts';
import type { StepBase } from './definition.ts';
import type { StepKind } from './kind.ts';
import { listed } from './wording.ts';

interface Known {
  /** Some ways lead to steps that do not exist: what is cut off by that is told already. */
  missing: boolean;
  facts: Facts | undefined;
}

export function checkGraph(
  definition: Definition,
  kinds: ReadonlyMap<string, StepKind>,
  { missing, facts }: Known,
): WorkflowProblem[] {
  const { steps, settings, triggers } = definition;
  const problems: WorkflowProblem[] = [];
  const report = (
    code: WorkflowProblem['code'],
    severity: WorkflowProblem['severity'],
    index: number | null,
    message: string,
    mend: string,
  ) => {
    const step = index === null ? null : steps[index]!.id;
    problems.push({
      code,
      severity,
      step,
      path: index === null ? 'triggers' : `steps[${index}]`,
      message,
      mend,
    });
  };
  const names = (indexes: readonly number[]) => {
    const some = indexes.slice(0, 5).map((index) => `‘${steps[index]!.id}’`);
    return indexes.length > 5 ? `${some.join(', ')} and ${indexes.length - 5} more` : listed(some);
  };

  if (triggers.length === 0) {
    report(
      'no_trigger',
      'warning',
      null,
      'Nothing sets this workflow off.',
      'Add a trigger; `on: manual` if members enroll by hand.',
    );
  }
  const edges = edgesOf(definition, [...kinds.values()]);
  const ways = waysIn(
    steps.map(({ id }) => id),
    edges,
  );
  const seen = reached(ways, [0]);

  if (!missing) {
    steps.forEach((_, index) => {
      if (seen.has(index)) return;
      report(
        'unreachable_step',
        'warning',
        index,
        'Nothing leads to this step.',
        'Lead a branch or a `next` to it, or remove it.',
      );
    });
  }

  const waits = (step: StepBase) => {
    const kind = kinds.get(step.kind);
    return kind?.waits === true && (kind.waitsAgain?.(step) ?? true);
  };
  const hurried = ways.map((targets, index) =>
    waits(steps[index]!) ? [] : targets.filter((to) => to >= 0 && !waits(steps[to]!)),
  );
  const rushing = loopsOf(hurried);
  for (const loop of rushing) {
    report(
      'loop_without_wait',
      'error',
      loop[0]!,
      `${names(loop)} ${loop.length === 1 ? 'leads to itself' : 'lead round in a circle'} without a wait.`,
      'Put a wait into the circle, or lead it out.',
    );
  }

  // those who go round for ever are let out by a goal or by an answer, too
  if (!missing && rushing.length === 0 && settings.goal === undefined && !settings.stop_on_reply) {
    const { back, ends } = reversed(ways);
    const leaving = reached(back, ends);
    const caught = [...seen].filter((index) => !leaving.has(index)).sort((a, b) => a - b);
    if (caught.length > 0) {
      report(
        'no_exit',
        'error',
        caught[0]!,
        `Whoever comes to ${names(caught)} never leaves.`,
        'Lead a branch out of the circle, or set `settings.goal` or `settings.stop_on_reply`.',
      );
    }
  }

  if (settings.purpose === 'conversation') {
    for (const index of firstTexts(definition, kinds, ways)) {
      if (namesStop(steps[index]!, kinds, facts) !== false) continue;
      report(
        'no_opt_out_wording',
        'warning',
        index,
        'This first text does not say how to stop. With `purpose: conversation` the kit does not add it.',
        'Add “Reply STOP to opt out.”, or set `purpose: marketing`: then the kit adds it to the first text that somebody gets.',
      );
    }
  }
  return problems;
}

/** The texts that may be the first that a run sends. */
function firstTexts({ steps }: Definition, kinds: ReadonlyMap<string, StepKind>, ways: number[][]): number[] {
  const isText = (index: number) => kinds.get(steps[index]!.kind)?.sends === 'sms';
  const on = ways.map((targets, index) => (isText(index) ? [] : targets));
  return [...reached(on, [0])].filter(isText).sort((a, b) => a - b);
}

/** Null: its words are not known here. */
function namesStop(
  step: StepBase,
  kinds: ReadonlyMap<string, StepKind>,
  facts: Facts | undefined,
): boolean | null {
  const texts = Object.values(kinds.get(step.kind)?.templates?.(step) ?? {});
  const key = (step as { template?: unknown }).template;
  if (typeof key === 'string') {
    const words = facts?.templates && 'get' in facts.templates ? facts.templates.get(key) : undefined;
    if (words === undefined) return null;
    texts.push(words);
  }
  return texts.some((text) => /\bstop\b/i.test(text ?? ''));
}
