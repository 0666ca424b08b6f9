import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { KitContext } from '../context.ts';
import {
  failureCounts,
  listFailuresOfQuery,
  listFailuresQuery,
  retriedFailures,
  retryFailures as retryFailuresBody,
  retryFailuresOf,
  workflowFailurePage,
} from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { readKeyCursor, unknownPlace, writeKeyCursor } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { bearer, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { requireManager, routeGroup } from '../http/routes.ts';
import { countFailures, listFailures, type FailurePlace, type FailuresWanted } from './failures.ts';
import { retryFailures } from './retry.ts';
import { presentWorkflow, workflowRows } from './rows.ts';
import { versionById } from './store.ts';

const failureParam = z.object({
  id: z.uuid(),
  failure: z
    .string()
    .regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}:\d{1,9}$/)
    .meta({ description: 'As a `WorkflowFailure` has it' }),
});

const getAllFailures = createRoute({
  method: 'get',
  path: '/workflow-failures',
  operationId: 'listWorkflowFailures',
  tags: ['enrollments'],
  summary: 'Steps that failed for good and were not tried again, last first',
  security: bearer,
  request: { query: listFailuresQuery },
  responses: { 200: json(workflowFailurePage, 'A page'), ...problems('invalid_cursor', 'invalid_request') },
});

const postRetries = createRoute({
  method: 'post',
  path: '/workflow-failures/retry',
  operationId: 'retryWorkflowFailures',
  tags: ['enrollments'],
  summary: 'Try failed steps again',
  security: bearer,
  request: { body: jsonBody(retryFailuresBody) },
  responses: {
    200: json(retriedFailures, 'How many are tried again'),
    ...problems('forbidden', 'invalid_request', 'payload_too_large'),
  },
});

const getFailures = createRoute({
  method: 'get',
  path: '/workflows/{id}/failures',
  operationId: 'listFailuresOfWorkflow',
  tags: ['enrollments'],
  summary: 'Steps of all its versions that failed for good and were not tried again, last first',
  security: bearer,
  request: { params: idParam, query: listFailuresOfQuery },
  responses: {
    200: json(workflowFailurePage, 'A page'),
    ...problems('not_found', 'invalid_cursor', 'invalid_request'),
  },
});

const getCounts = createRoute({
  method: 'get',
  path: '/workflows/{id}/failures/counts',
  operationId: 'countFailuresOfWorkflow',
  tags: ['enrollments'],
  summary: 'How many steps failed alike',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(failureCounts, 'As of now'), ...problems('not_found') },
});

const postRetryAlike = createRoute({
  method: 'post',
  path: '/workflows/{id}/failures/retry',
  operationId: 'retryFailuresOfWorkflow',
  tags: ['enrollments'],
  summary: 'Try again all that failed alike',
  description:
    'Each once, whoever asks how often. Consent, window, limits and stops count as they are by then.',
  security: bearer,
  request: { params: idParam, body: jsonBody(retryFailuresOf) },
  responses: {
    200: json(retriedFailures, 'How many are tried again'),
    ...problems('not_found', 'forbidden', 'invalid_request', 'payload_too_large'),
  },
});

const postRetry = createRoute({
  method: 'post',
  path: '/workflows/{id}/failures/{failure}/retry',
  operationId: 'retryFailureOfWorkflow',
  tags: ['enrollments'],
  summary: 'Try one failed step again',
  description:
    'Once: asked again, it answers `retried: 0`. Where the run ended with it, the run goes on; else this step alone is done once more.',
  security: bearer,
  request: { params: failureParam },
  responses: {
    200: json(retriedFailures, 'Whether it is tried again'),
    ...problems('not_found', 'not_retryable', 'invalid_request'),
  },
});

const BARRED = {
  opted_out: 'They have opted out since, which ends a workflow for good.',
  workflow_archived: 'The workflow is archived.',
  in_it_anew: 'They are in this workflow anew; what they get comes from there.',
  sent_since: 'Its text has been sent again in the conversation.',
  no_effect: 'A wait or a choice that is past has nothing to do once more.',
} as const;

export function failureRoutes({ database }: Pick<KitContext, 'database'>): OpenAPIHono<AppEnv> {
  const app = routeGroup();

  const page = async (tx: Tx, wanted: FailuresWanted, after: string | undefined) => {
    const found = await listFailures(tx, wanted, readPlace(after));
    const items = found.slice(0, wanted.limit);
    const last = items.at(-1);
    const next = found.length > wanted.limit && last ? writePlace(last) : null;
    return { items, next };
  };

  app.openapi(getAllFailures, async (c) => {
    const { workflow_id: workflowId, after, limit } = c.req.valid('query');
    const body = await database.transaction(c.var.session.tenant, (tx) =>
      page(tx, { workflowId, limit }, after),
    );
    return c.json(body, 200);
  });

  app.openapi(postRetries, async (c) => {
    requireManager(c.var.session, 'try many failed steps again');
    const { tenant, member } = c.var.session;
    const { failures } = c.req.valid('json');
    const unique = [...new Map(failures.map((one) => [`${one.enrollment_id}:${one.ordinal}`, one])).values()];
    const body = await database.transaction(tenant, (tx) => retryFailures(tx, { failures: unique }, member));
    return c.json(body, 200);
  });

  app.openapi(getFailures, async (c) => {
    const { id } = c.req.valid('param');
    const { after, ...wanted } = c.req.valid('query');
    const body = await database.transaction(c.var.session.tenant, async (tx) => {
      presentWorkflow((await workflowRows(tx, { id }))[0]);
      return page(tx, { workflowId: id, ...wanted }, after);
    });
    return c.json(body, 200);
  });

  app.openapi(getCounts, async (c) => {
    const { id } = c.req.valid('param');
    const body = await database.transaction(c.var.session.tenant, async (tx) => {
      const { published } = presentWorkflow((await workflowRows(tx, { id }))[0]);
      const version = published === null ? null : await versionById(tx, id, published);
      return countFailures(tx, id, version?.definition ?? null);
    });
    return c.json(body, 200);
  });

  app.openapi(postRetryAlike, async (c) => {
    requireManager(c.var.session, 'try many failed steps again');
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    const body = await database.transaction(tenant, async (tx) => {
      presentWorkflow((await workflowRows(tx, { id }))[0]);
      return retryFailures(tx, { workflowId: id, ...c.req.valid('json') }, member);
    });
    return c.json(body, 200);
  });

  app.openapi(postRetry, async (c) => {
    const { tenant, member } = c.var.session;
    const { id, failure } = c.req.valid('param');
    const [run, ordinal] = failure.split(':');
    const one = { enrollment_id: run!, ordinal: Number(ordinal) };
    const body = await database.transaction(tenant, async (tx) => {
      const [known] = await tx.sql`select 1 from workflow_failures where tenant_id = ${tenant}
        and workflow_id = ${id} and enrollment_id = ${one.enrollment_id} and ordinal = ${one.ordinal}`;
      if (!known) throw notFound('failure');
      const retried = await retryFailures(tx, { workflowId: id, failures: [one] }, member);
      if (retried.retried > 0) return retried;
      const [open] = await listFailures(tx, { workflowId: id, only: one, limit: 1 }, null);
      // somebody was faster, and that is what was wanted
      if (!open?.barred) return retried;
      throw new ProblemError('not_retryable', BARRED[open.barred]);
    });
    return c.json(body, 200);
  });

  return app;
}

const writePlace = ({ at, ordinal, enrollment_id: id }: FailurePlace) =>
  writeKeyCursor({ key: `${ordinal}.${at}`, id });

/** Throws `invalid_cursor`. */
function readPlace(cursor: string | undefined): FailurePlace | null {
  const read = readKeyCursor(cursor);
  if (!read) return null;
  const [, ordinal, time] = /^(\d{1,9})\.(.{10,40})$/.exec(read.key) ?? [];
  const at = new Date(time ?? Number.NaN);
  if (Number.isNaN(at.getTime())) throw unknownPlace('after');
  return { at: at.toISOString(), enrollment_id: read.id, ordinal: Number(ordinal) };
}
