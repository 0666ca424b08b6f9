/** What runs of a workflow: publishing and its versions, pausing and what came due meanwhile. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { KitContext } from '../context.ts';
import {
  dueWorkflow,
  resumeWorkflow as resumeWorkflowBody,
  rollBackWorkflow,
  workflowDetails,
  workflowDiff,
  workflowDiffQuery,
  workflowVersionDetails,
  workflowVersions,
} from '../contract/index.ts';
import { diffWords } from '../contract/workflow/diff.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import type { AppEnv } from '../http/env.ts';
import { bearer, idParam, ifMatch, json, jsonBody, problems } from '../http/openapi.ts';
import { routeGroup } from '../http/routes.ts';
import { dueOf } from './enrollments.ts';
import type { HostKinds } from './read-source.ts';
import { presentWorkflow, workflowRows } from './rows.ts';
import { hostKinds } from './steps/host.ts';
import {
  pauseWorkflow,
  publish,
  readDraft,
  resumeWorkflow,
  rollBack,
  versionById,
  versionsOf,
} from './store.ts';
import { changeWorkflow, CHANGES } from './shared-routes.ts';

const PUBLISH = 'publish workflows';
const versionParam = z.object({ id: z.uuid(), version: z.coerce.number().int().min(1) });

const postPublish = createRoute({
  method: 'post',
  path: '/workflows/{id}/publish',
  operationId: 'publishWorkflow',
  tags: ['workflows'],
  summary: 'Make the draft the version that new runs get',
  description:
    'Runs stay on the version that they began on. Of two who publish at once, the second is refused.',
  security: bearer,
  request: { params: idParam, headers: ifMatch },
  responses: { 200: json(workflowDetails, 'As it is now'), ...problems(...CHANGES, 'invalid_workflow') },
});

const postPause = createRoute({
  method: 'post',
  path: '/workflows/{id}/pause',
  operationId: 'pauseWorkflow',
  tags: ['workflows'],
  summary: 'Let nothing of it leave until it is resumed',
  security: bearer,
  request: { params: idParam, headers: ifMatch },
  responses: { 200: json(workflowDetails, 'As it is now'), ...problems(...CHANGES) },
});

const getDue = createRoute({
  method: 'get',
  path: '/workflows/{id}/due',
  operationId: 'listDueEnrollments',
  tags: ['workflows'],
  summary: 'What came due while it was paused',
  security: bearer,
  request: { params: idParam },
  responses: {
    200: json(dueWorkflow, 'How many, at which steps, and the first of them'),
    ...problems('not_found'),
  },
});

const postResume = createRoute({
  method: 'post',
  path: '/workflows/{id}/resume',
  operationId: 'resumeWorkflow',
  tags: ['workflows'],
  summary: 'Go on, and say what becomes of what came due meanwhile',
  security: bearer,
  request: { params: idParam, headers: ifMatch, body: jsonBody(resumeWorkflowBody) },
  responses: { 200: json(workflowDetails, 'As it is now'), ...problems(...CHANGES) },
});

const postRollBack = createRoute({
  method: 'post',
  path: '/workflows/{id}/roll-back',
  operationId: 'rollBackWorkflow',
  tags: ['workflows'],
  summary: 'Publish an old version anew, as the next one',
  security: bearer,
  request: { params: idParam, headers: ifMatch, body: jsonBody(rollBackWorkflow) },
  responses: { 200: json(workflowDetails, 'As it is now'), ...problems(...CHANGES, 'invalid_workflow') },
});

const getVersions = createRoute({
  method: 'get',
  path: '/workflows/{id}/versions',
  operationId: 'listWorkflowVersions',
  tags: ['workflows'],
  summary: 'What was published, newest first',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(workflowVersions, 'All of them'), ...problems('not_found') },
});

const getVersion = createRoute({
  method: 'get',
  path: '/workflows/{id}/versions/{version}',
  operationId: 'getWorkflowVersion',
  tags: ['workflows'],
  summary: 'One version, as it was written and as it runs',
  security: bearer,
  request: { params: versionParam },
  responses: { 200: json(workflowVersionDetails, 'The version'), ...problems('not_found') },
});

const getDiff = createRoute({
  method: 'get',
  path: '/workflows/{id}/diff',
  operationId: 'diffWorkflow',
  tags: ['workflows'],
  summary: 'What changed between two versions, or from one to the draft, in words',
  security: bearer,
  request: { params: idParam, query: workflowDiffQuery },
  responses: {
    200: json(workflowDiff, 'The changes'),
    ...problems('not_found', 'invalid_workflow', 'invalid_request'),
  },
});

export function workflowVersionRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const { database } = context;
  const kinds = hostKinds(context.steps);
  const app = routeGroup();

  app.openapi(postPublish, async (c) => {
    const { id } = c.req.valid('param');
    const body = await changeWorkflow(context, c, { id, doing: PUBLISH, kinds }, (tx, seen, member) =>
      publish(tx, id, seen, member, kinds),
    );
    return c.json(body, 200);
  });

  app.openapi(postPause, async (c) => {
    const { id } = c.req.valid('param');
    const doing = 'pause workflows';
    const body = await changeWorkflow(context, c, { id, doing, kinds }, (tx, seen, member) =>
      pauseWorkflow(tx, id, seen, member),
    );
    return c.json(body, 200);
  });

  app.openapi(getDue, async (c) => {
    const { id } = c.req.valid('param');
    const body = await database.transaction(c.var.session.tenant, async (tx) => {
      const [row] = await workflowRows(tx, { id });
      const { published } = presentWorkflow(row);
      const version = published === null ? null : await versionById(tx, id, published);
      return dueOf(tx, id, version?.definition ?? null);
    });
    return c.json(body, 200);
  });

  app.openapi(postResume, async (c) => {
    const { id } = c.req.valid('param');
    const { due } = c.req.valid('json');
    const doing = 'resume workflows';
    const body = await changeWorkflow(context, c, { id, doing, kinds }, (tx, seen, member) =>
      resumeWorkflow(tx, id, due, seen, member),
    );
    return c.json(body, 200);
  });

  app.openapi(postRollBack, async (c) => {
    const { id } = c.req.valid('param');
    const { version } = c.req.valid('json');
    const body = await changeWorkflow(context, c, { id, doing: PUBLISH, kinds }, (tx, seen, member) =>
      rollBack(tx, id, version, seen, member, kinds),
    );
    return c.json(body, 200);
  });

  app.openapi(getVersions, async (c) => {
    const { id } = c.req.valid('param');
    const [[row], rows] = await database.pipeline(c.var.session.tenant, (tx) => [
      workflowRows(tx, { id }),
      versionsOf(tx, id),
    ]);
    presentWorkflow(row);
    return c.json({ items: [...rows] }, 200);
  });

  app.openapi(getVersion, async (c) => {
    const { id, version } = c.req.valid('param');
    const { definition, ...found } = await database.transaction(c.var.session.tenant, (tx) =>
      versionById(tx, id, version),
    );
    return c.json({ ...found, definition: definition as unknown as Record<string, unknown> }, 200);
  });

  app.openapi(getDiff, async (c) => {
    const { id } = c.req.valid('param');
    const { from, to } = c.req.valid('query');
    const changes = await database.transaction(c.var.session.tenant, async (tx) => {
      const before = await versionById(tx, id, from);
      const after =
        to === undefined ? await draftOf(tx, id, kinds) : (await versionById(tx, id, to)).definition;
      return diffWords(before.definition, after);
    });
    return c.json({ changes }, 200);
  });

  return app;
}

async function draftOf(tx: Tx, id: string, kinds: HostKinds) {
  const [row] = await workflowRows(tx, { id });
  const { definition, problems: found } = await readDraft(tx, presentWorkflow(row).draft, kinds);
  if (definition) return definition;
  throw new ProblemError('invalid_workflow', 'The draft cannot be read so far.', 'source', undefined, found);
}
