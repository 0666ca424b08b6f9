import { httpRequest as kind } from '../../contract/workflow/steps/http-request.ts';
import { newId } from '../../ids.ts';
import { answersTo, mapAnswer } from '../requests/answers.ts';
import type { HttpPayload } from '../requests/rows.ts';
import { renderAll } from './rendering.ts';
import { defineStep, type Outcome } from './step.ts';

/** Looked at again in case nobody has rung: longer than all tries together take. */
const LONGEST_WAIT_MS = 45 * 60_000;
const LOOK_AGAIN_MS = 60_000;

/** Written down at the first visit, and read at the second, when the answer has come. */
export const httpRequest = defineStep(kind, async (batch): Promise<Outcome[]> => {
  const { step, runs, tx, effects, now } = batch;
  const to = step.on_failure;
  const asked = runs.filter(({ waited }) => waited?.reason === 'request');
  const answers = await answersTo(tx, asked);
  const fresh = runs.filter((run) => !answers.has(run.enrollmentId));
  const rendered = await renderAll(batch, fresh, {
    url: step.url,
    headers: step.headers,
    body: step.body ?? null,
  });
  let next = 0;
  return runs.map((run): Outcome => {
    const known = answers.get(run.enrollmentId);
    if (!known) {
      const made = rendered[next++]!;
      if ('outcome' in made) return 'fail' in made.outcome ? { ...made.outcome, to } : made.outcome;
      const { url, headers, body } = made.value as Pick<HttpPayload, 'url' | 'headers'> & { body: unknown };
      const requestId = newId();
      effects.request({
        enrollmentId: run.enrollmentId,
        ordinal: run.ordinal,
        kind: 'http_request',
        requestId,
        request: {
          method: step.method,
          url,
          headers: { ...typeOf(body), ...headers },
          body: body === null || typeof body === 'string' ? body : JSON.stringify(body),
          timeout_seconds: step.timeout_seconds,
          retries: step.retries,
        } satisfies HttpPayload,
      });
      const until = new Date(now.getTime() + LONGEST_WAIT_MS).toISOString();
      return { wait: { reason: 'request', until, what: hostOf(url) } };
    }
    const { state, answer } = known;
    if (state === 'done') {
      for (const [name, value] of Object.entries(mapAnswer(answer?.body ?? '', step.map)))
        effects.setVariable(run.enrollmentId, name, value);
      return { done: true, detail: { status: answer?.status ?? null } };
    }
    if (state === 'failed')
      return {
        fail: answer?.error ?? 'It was not answered.',
        to,
        detail: { status: answer?.status ?? null },
      };
    const until = new Date(now.getTime() + LOOK_AGAIN_MS).toISOString();
    return { wait: { reason: 'request', until, what: answer?.error ?? 'an answer' } };
  });
});

function typeOf(body: unknown): Record<string, string> {
  if (body === null) return {};
  return { 'content-type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json' };
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url.slice(0, 100);
}
