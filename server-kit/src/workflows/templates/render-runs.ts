/** One template for a whole batch: for each run its text, or what becomes of the step where there is none. */
import type { WorkflowSettings } from '../../contract/workflow/index.ts';
import type { Outcome, Run } from '../steps/step.ts';
import { render, TemplateError } from './render.ts';
import type { ScopeOf } from './scope.ts';

/** A template that does too much is not tried on everybody: each try takes its whole time. */
export const FAILURES = 3;

export function renderRuns(
  template: string,
  runs: readonly Run[],
  scopeOf: ScopeOf,
  policy: WorkflowSettings['missing_variable'],
  messageIds: readonly string[] = [],
): ({ text: string } | { outcome: Outcome })[] {
  let failures = 0;
  let last: { outcome: Outcome } | undefined;
  return runs.map((run, nth) => {
    if (last && failures >= FAILURES) return last;
    const { scope, options } = scopeOf(run, messageIds[nth]);
    try {
      const { text, missing } = render(template, scope, options);
      if (missing.length === 0 || policy === 'empty') return { text };
      return { outcome: withoutVariable(missing, policy) };
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      failures += 1;
      last = { outcome: { fail: error.message, detail: { mend: error.mend } } };
      return last;
    }
  });
}

function withoutVariable(missing: string[], policy: 'skip' | 'fail'): Outcome {
  if (policy === 'skip') return { skip: 'missing_variable', detail: { missing } };
  return { fail: `There is nothing to put in for ${missing.join(', ')}.`, detail: { missing } };
}
