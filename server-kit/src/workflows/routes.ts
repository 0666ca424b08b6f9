import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { KitContext } from '../context.ts';
import {
  checkWorkflow,
  createWorkflow as createWorkflowBody,
  dueWorkflow,
  listWorkflowsQuery,
  resumeWorkflow as resumeWorkflowBody,
  rollBackWorkflow,
  updateWorkflow,
  workflowCheck,
  workflowCounts,
  workflowDetails,
  workflowDiff,
  workflowDiffQuery,
  workflowLibrary,
  workflowPage,
  workflowVersionDetails,
  workflowVersions,
  type WorkflowDetails,
} from '../contract/index.ts';
import { diffWords } from '../contract/workflow/diff.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import type { AppEnv } from '../http/env.ts';
import { etag, versionIn } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { cleanQuery, requireManager, routeGroup } from '../http/routes.ts';
import { countRows, countsFrom, foldCounts, isLong } from './counts.ts';
import { dueOf } from './enrollments.ts';
import { libraryWorkflows } from './library/index.ts';
import type { HostKinds } from './read-source.ts';
import { hostKinds } from './steps/host.ts';
import { presentWorkflow, toWorkflow, workflowRows } from './rows.ts';
import {
  archiveWorkflow,
  createWorkflow,
  pauseWorkflow,
  publish,
  readDraft,
  resumeWorkflow,
  rollBack,
  saveDraft,
  versionById,
  versionsOf,
} from './store.ts';

const ONCE = ['idempotency_mismatch', 'idempotency_in_progress'] as const;
const CHANGES = [
  'not_found',
  'edited_elsewhere',
  'workflow_not_active',
  'forbidden',
  'invalid_request',
] as const;
const ifMatch = z.object({
  'if-match': z
    .string()
    .max(40)
    .optional()
    .meta({ description: 'The ETag that was seen; a different version is refused' }),
});
const versionParam = z.object({ id: z.uuid(), version: z.coerce.number().int().min(1) });
const MANAGE = 'change workflows';

const getWorkflows = createRoute({
  method: 'get',
  path: '/workflows',
  operationId: 'listWorkflows',
  tags: ['workflows'],
  summary: 'Workflows by name, with how many are in each',
  security: bearer,
  request: { query: listWorkflowsQuery },
  responses: { 200: json(workflowPage, 'All of them'), ...problems('invalid_request') },
});

const postWorkflow = createRoute({
  method: 'post',
  path: '/workflows',
  operationId: 'createWorkflow',
  tags: ['workflows'],
  summary: 'Keep a new draft',
  description:
    'A draft may have mistakes; `problems` names them, and publishing waits until they are mended.',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(createWorkflowBody) },
  responses: {
    201: json(workflowDetails, 'Kept'),
    ...problems(
      'workflow_exists',
      'invalid_workflow',
      'invalid_request',
      'forbidden',
      'payload_too_large',
      ...ONCE,
    ),
  },
});

const postCheck = createRoute({
  method: 'post',
  path: '/workflows/check',
  operationId: 'checkWorkflow',
  tags: ['workflows'],
  summary: 'What is wrong with a definition; nothing is kept',
  security: bearer,
  request: { body: jsonBody(checkWorkflow) },
  responses: {
    200: json(workflowCheck, 'What was found'),
    ...problems('invalid_request', 'payload_too_large'),
  },
});

const getLibrary = createRoute({
  method: 'get',
  path: '/workflow-library',
  operationId: 'listWorkflowLibrary',
  tags: ['workflows'],
  summary: 'Workflows to begin with',
  security: bearer,
  responses: { 200: json(workflowLibrary, 'All of them'), ...problems() },
});

const getWorkflow = createRoute({
  method: 'get',
  path: '/workflows/{id}',
  operationId: 'getWorkflow',
  tags: ['workflows'],
  summary: 'One workflow with its draft and what is wrong with it, with its version as ETag',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(workflowDetails, 'The workflow'), ...problems('not_found') },
});

const patchWorkflow = createRoute({
  method: 'patch',
  path: '/workflows/{id}',
  operationId: 'updateWorkflow',
  tags: ['workflows'],
  summary: 'Change the draft; what runs stays as it is published',
  security: bearer,
  request: { params: idParam, headers: ifMatch, body: jsonBody(updateWorkflow) },
  responses: {
    200: json(workflowDetails, 'As it is now'),
    ...problems(...CHANGES, 'workflow_exists', 'invalid_workflow', 'payload_too_large'),
  },
});

const removeWorkflow = createRoute({
  method: 'delete',
  path: '/workflows/{id}',
  operationId: 'archiveWorkflow',
  tags: ['workflows'],
  summary: 'Archive a workflow: its runs are canceled, what it did stays in the record',
  security: bearer,
  request: { params: idParam, headers: ifMatch },
  responses: { 204: { description: 'Archived' }, ...problems(...CHANGES) },
});

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

const getCounts = createRoute({
  method: 'get',
  path: '/workflows/{id}/counts',
  operationId: 'countWorkflow',
  tags: ['workflows'],
  summary: 'How many stand at each step, and what became of those who were there',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(workflowCounts, 'As of now'), ...problems('not_found') },
});

export function workflowRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const { database } = context;
  const kinds = hostKinds(context.steps);
  const app = routeGroup();

  app.openapi(getWorkflows, async (c) => {
    const { key, state } = cleanQuery(c.req.valid('query'));
    const [rows] = await database.pipeline(c.var.session.tenant, (tx) => [workflowRows(tx, { key, state })]);
    return c.json({ items: rows.map(toWorkflow) }, 200);
  });

  app.openapi(postWorkflow, async (c) => {
    requireManager(c.var.session, MANAGE);
    const { body } = await once(context, c, async (tx) => {
      const id = await createWorkflow(tx, c.req.valid('json'), c.var.session.member, kinds);
      return { status: 201, body: await workflowNow(tx, id, kinds) };
    });
    c.header('etag', etag(body));
    return c.json(body, 201);
  });

  app.openapi(postCheck, async (c) => {
    const { source } = c.req.valid('json');
    const {
      key,
      name,
      steps,
      problems: found,
    } = await database.transaction(c.var.session.tenant, (tx) => readDraft(tx, source, kinds));
    return c.json({ key, name, steps, problems: found }, 200);
  });

  app.openapi(getLibrary, (c) => {
    const items = libraryWorkflows().map(
      ({ source, definition: { key, name, description = '', steps } }) => ({
        key,
        name,
        description,
        steps: steps.length,
        source,
      }),
    );
    return c.json({ items }, 200);
  });

  app.openapi(getWorkflow, async (c) => {
    const body = await database.transaction(c.var.session.tenant, (tx) =>
      workflowNow(tx, c.req.valid('param').id, kinds),
    );
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(patchWorkflow, async (c) => {
    requireManager(c.var.session, MANAGE);
    const { id } = c.req.valid('param');
    const { source } = c.req.valid('json');
    const expected = versionIn(c.req.valid('header')['if-match']);
    const body = await database.transaction(c.var.session.tenant, async (tx) => {
      await saveDraft(tx, id, source, expected, c.var.session.member, kinds);
      return workflowNow(tx, id, kinds);
    });
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(removeWorkflow, async (c) => {
    requireManager(c.var.session, MANAGE);
    const { tenant, member } = c.var.session;
    const expected = versionIn(c.req.valid('header')['if-match']);
    await database.transaction(tenant, (tx) =>
      archiveWorkflow(tx, c.req.valid('param').id, expected, member),
    );
    return c.body(null, 204);
  });

  app.openapi(postPublish, async (c) => {
    requireManager(c.var.session, 'publish workflows');
    const { id } = c.req.valid('param');
    const expected = versionIn(c.req.valid('header')['if-match']);
    const body = await database.transaction(c.var.session.tenant, async (tx) => {
      await publish(tx, id, expected, c.var.session.member, kinds);
      return workflowNow(tx, id, kinds);
    });
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(postPause, async (c) => {
    requireManager(c.var.session, 'pause workflows');
    const { id } = c.req.valid('param');
    const expected = versionIn(c.req.valid('header')['if-match']);
    const body = await database.transaction(c.var.session.tenant, async (tx) => {
      await pauseWorkflow(tx, id, expected, c.var.session.member);
      return workflowNow(tx, id, kinds);
    });
    c.header('etag', etag(body));
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
    requireManager(c.var.session, 'resume workflows');
    const { id } = c.req.valid('param');
    const expected = versionIn(c.req.valid('header')['if-match']);
    const body = await database.transaction(c.var.session.tenant, async (tx) => {
      await resumeWorkflow(tx, id, c.req.valid('json').due, expected, c.var.session.member);
      return workflowNow(tx, id, kinds);
    });
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(postRollBack, async (c) => {
    requireManager(c.var.session, 'publish workflows');
    const { id } = c.req.valid('param');
    const expected = versionIn(c.req.valid('header')['if-match']);
    const body = await database.transaction(c.var.session.tenant, async (tx) => {
      await rollBack(tx, id, c.req.valid('json').version, expected, c.var.session.member, kinds);
      return workflowNow(tx, id, kinds);
    });
    c.header('etag', etag(body));
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

  app.openapi(getCounts, async (c) => {
    const { id } = c.req.valid('param');
    const { tenant } = c.var.session;
    const { rows, definition, failures } = await database.transaction(tenant, async (tx) => {
      const [[row], counted] = await Promise.all([workflowRows(tx, { id }), countRows(tx, id)]);
      const { published, failures: open } = presentWorkflow(row);
      const version = published === null ? null : await versionById(tx, id, published);
      return { rows: counted, definition: version?.definition ?? null, failures: open };
    });
    if (isLong(rows)) await database.transaction(tenant, (tx) => foldCounts(tx, id));
    return c.json(countsFrom(rows, definition, failures), 200);
  });

  return app;
}

async function draftOf(tx: Tx, id: string, kinds: HostKinds) {
  const [row] = await workflowRows(tx, { id });
  const { definition, problems: found } = await readDraft(tx, presentWorkflow(row).draft, kinds);
  if (definition) return definition;
  throw new ProblemError('invalid_workflow', 'The draft cannot be read so far.', 'source', undefined, found);
}

/** Throws `not_found`. */
async function workflowNow(tx: Tx, id: string, kinds: HostKinds): Promise<WorkflowDetails> {
  const [row] = await workflowRows(tx, { id });
  if (!row) throw notFound('workflow');
  const { problems: found } = await readDraft(tx, row.draft, kinds);
  return { ...toWorkflow(row), source: row.draft, problems: found };
}
