import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { KitContext } from '../context.ts';
import {
  checkWorkflow,
  createWorkflow as createWorkflowBody,
  listWorkflowsQuery,
  updateWorkflow,
  workflowCheck,
  workflowCounts,
  workflowDetails,
  workflowLibrary,
  workflowPage,
} from '../contract/index.ts';
import type { AppEnv } from '../http/env.ts';
import { etag, versionIn } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, ifMatch, json, jsonBody, ONCE, problems } from '../http/openapi.ts';
import { cleanQuery, requireManager, routeGroup } from '../http/routes.ts';
import { countRows, countsFrom, foldCounts, isLong } from './counts.ts';
import { libraryWorkflows } from './library/index.ts';
import { hostKinds } from './steps/host.ts';
import { presentWorkflow, toWorkflow, workflowRows } from './rows.ts';
import { archiveWorkflow, createWorkflow, readDraft, saveDraft, versionById } from './store.ts';
import { changeWorkflow, CHANGES, workflowNow } from './shared-routes.ts';

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
    const { id } = c.req.valid('param');
    const { source } = c.req.valid('json');
    const body = await changeWorkflow(context, c, { id, doing: MANAGE, kinds }, (tx, seen, member) =>
      saveDraft(tx, id, source, seen, member, kinds),
    );
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
