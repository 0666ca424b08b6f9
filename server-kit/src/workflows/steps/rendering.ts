/** Templates anywhere in what a step sends or writes, for a whole batch. */
import type { StepBase } from '../../contract/workflow/index.ts';
import { isLink, scopesFor } from '../templates/scope.ts';
import { render, TemplateError } from '../templates/render.ts';
import { FAILURES } from '../templates/render-runs.ts';
import type { Outcome, Run, StepBatch } from './step.ts';

/** Every text in a value, whatever its depth; names of members are as they stand. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

function withTexts(value: unknown, text: (template: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((one) => withTexts(one, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withTexts(one, text)]));
}

/** Names that the connection itself is made of, or that say whose request it is. */
const OWN_HEADERS =
  /^(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|proxy-.*|idempotency-key|webhook-.*)$/i;

type Made = { value: Record<string, unknown> } | { outcome: Outcome };

/** What each sends, or why it does not. `url` and `headers` are looked at as such. */
export async function renderAll<S extends StepBase>(
  batch: StepBatch<S>,
  runs: readonly Run[],
  sent: Record<string, unknown>,
): Promise<Made[]> {
  if (runs.length === 0) return [];
  const { missing_variable: policy } = batch.definition.settings;
  let scopeOf: Awaited<ReturnType<typeof scopesFor>>;
  try {
    scopeOf = await scopesFor({ ...batch, step: batch.step.id }, runs, textsIn(sent));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return runs.map(() => ({ outcome: { fail: error.message, detail: { mend: error.mend } } }));
  }
  let failures = 0;
  let last: Made | undefined;
  return runs.map((run): Made => {
    if (last && failures >= FAILURES) return last;
    const { scope, options } = scopeOf(run);
    const missing: string[] = [];
    try {
      const value = withTexts(sent, (template) => {
        const rendered = render(template, scope, options);
        missing.push(...rendered.missing);
        return rendered.text;
      }) as Record<string, unknown>;
      if (missing.length > 0 && policy === 'skip')
        return { outcome: { skip: 'missing_variable', detail: { missing } } };
      if (missing.length > 0 && policy === 'fail')
        return {
          outcome: { fail: `There is nothing to put in for ${missing.join(', ')}.`, detail: { missing } },
        };
      const wrong = whatIsWrong(value);
      return wrong === null ? { value } : { outcome: { fail: wrong } };
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      failures += 1;
      last = { outcome: { fail: error.message, detail: { mend: error.mend } } };
      return last;
    }
  });
}

function whatIsWrong({ url, headers = {} }: Record<string, unknown>): string | null {
  if (typeof url === 'string' && !isLink(url))
    return `“${url.slice(0, 200)}” is no address that can be asked.`;
  for (const [name, value] of Object.entries(headers as Record<string, string>)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || OWN_HEADERS.test(name))
      return `The header ${name} cannot be set.`;
    if (/[^\t\u0020-\u007e\u0080-\u00ff]/.test(value)) return `The header ${name} holds what no header can.`;
  }
  return null;
}
