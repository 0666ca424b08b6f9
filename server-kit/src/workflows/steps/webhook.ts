import { webhook as kind } from '../../contract/workflow/steps/webhook.ts';
import { newId } from '../../ids.ts';
import type { WebhookPayload } from '../requests/rows.ts';
import { renderAll } from './rendering.ts';
import { defineStep, type Outcome } from './step.ts';

/** Goes on at once; one that nobody takes in a day marks the step failed afterwards. */
export const webhook = defineStep(kind, async (batch): Promise<Outcome[]> => {
  const { step, runs, effects, now, definition } = batch;
  const rendered = await renderAll(batch, runs, { url: step.url, data: step.data });
  return runs.map((run, nth): Outcome => {
    const made = rendered[nth]!;
    if ('outcome' in made) return made.outcome;
    const { url, data } = made.value as { url: string; data: Record<string, unknown> };
    const { contact, enrollmentId, ordinal, workflowId } = run;
    const { id, first_name, last_name, name, phone, email, lead_type, stage, tags, fields } = contact;
    const requestId = newId();
    const body = JSON.stringify({
      type: 'workflow.step',
      timestamp: now.toISOString(),
      data: {
        ...data,
        workflow: { id: workflowId, key: definition.key, name: definition.name },
        enrollment_id: enrollmentId,
        step: step.id,
        contact: { id, first_name, last_name, name, phone, email, lead_type, stage, tags, fields },
      },
    });
    effects.request({
      enrollmentId,
      ordinal,
      kind: 'webhook',
      requestId,
      request: { url, body } satisfies WebhookPayload,
    });
    return { done: true, detail: { request_id: requestId } };
  });
});
