import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { createJob, jobById, toJob } from '../bulk/jobs.ts';
import { checkTarget } from '../bulk/targets.ts';
import { job, startExport } from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import { ProblemError } from '../errors.ts';
import type { AppEnv } from '../http/env.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, json, jsonBody, problems } from '../http/openapi.ts';
import { requireManager, routeGroup } from '../http/routes.ts';

const postExport = createRoute({
  method: 'post',
  path: '/exports',
  operationId: 'startExport',
  tags: ['jobs'],
  summary: 'Write contacts, messages, calls, consent or the log into a file',
  description:
    'For managers. In CSV, cells that a spreadsheet would take for a formula begin with an apostrophe, numbers with a + among them; an import takes it away again. JSON Lines are as they are.',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(startExport) },
  responses: {
    202: json(job, 'Waiting for the worker; `download` is set when it is done'),
    ...problems(
      'forbidden',
      'not_found',
      'invalid_filter',
      'filter_too_costly',
      'invalid_request',
      'job_not_startable',
      'payload_too_large',
      'idempotency_mismatch',
      'idempotency_in_progress',
    ),
  },
});

export function exportRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const app = routeGroup();

  app.openapi(postExport, async (c) => {
    const { id, ...settings } = c.req.valid('json');
    const { subject, target, format } = settings;
    const { member, role } = c.var.session;
    requireManager(c.var.session, 'take data out');
    if (subject === 'audit' && target !== undefined) {
      throw new ProblemError('invalid_request', 'The log is exported whole. Leave the target out.', 'target');
    }
    const day = context.clock().toISOString().slice(0, 10);
    const { body } = await once(context, c, async (tx) => {
      if (target) await checkTarget(tx, target);
      const name = `${subject}-${day}.${format}`;
      const made = await createJob(tx, { id, kind: 'export', state: 'queued', name, settings }, member);
      const [row] = await jobById(tx, made);
      return { status: 202, body: toJob(context, row!, role) };
    });
    return c.json(body, 202);
  });

  return app;
}
