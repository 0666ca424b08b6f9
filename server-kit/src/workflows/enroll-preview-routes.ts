import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { SQL } from 'drizzle-orm';
import type { KitContext } from '../context.ts';
import { enrollmentPreview, previewEnrollments, type JobTarget } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import type { AppEnv } from '../http/env.ts';
import { bearer, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { requireManager, routeGroup } from '../http/routes.ts';
import { previewEntering } from './enroll-preview.ts';

const postPreview = createRoute({
  method: 'post',
  path: '/workflows/{id}/enrollments/preview',
  operationId: 'previewEnrollments',
  tags: ['enrollments'],
  summary: 'How many of many contacts would come in, and why the others would not (managers)',
  description: 'As things are now; whom `POST /v1/jobs` enrolls is judged when it comes to them.',
  security: bearer,
  request: { params: idParam, body: jsonBody(previewEnrollments) },
  responses: {
    200: json(enrollmentPreview, 'Counted, nothing is written'),
    ...problems(
      'not_found',
      'forbidden',
      'workflow_not_active',
      'invalid_filter',
      'filter_too_costly',
      'invalid_field',
      'invalid_request',
      'payload_too_large',
    ),
  },
});

/** From the wiring, because jobs are above workflows: what a job's target says of contacts, after it was checked. */
export interface Targets {
  check(tx: Tx, target: JobTarget): Promise<void>;
  condition(tx: Tx, target: JobTarget): Promise<SQL | undefined>;
}

export function enrollPreviewRoutes(
  { database }: Pick<KitContext, 'database'>,
  targets: Targets,
): OpenAPIHono<AppEnv> {
  const app = routeGroup();
  app.openapi(postPreview, async (c) => {
    requireManager(c.var.session, 'enroll many contacts at once');
    const { id } = c.req.valid('param');
    const { target } = c.req.valid('json');
    const body = await database.transaction(c.var.session.tenant, async (tx) => {
      await targets.check(tx, target);
      return previewEntering(tx, id, await targets.condition(tx, target));
    });
    return c.json(body, 200);
  });
  return app;
}
