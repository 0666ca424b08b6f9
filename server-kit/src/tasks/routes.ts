import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { KitContext } from '../context.ts';
import {
  createTask as createTaskBody,
  listTasksQuery,
  task,
  taskPage,
  updateTask as updateTaskBody,
} from '../contract/index.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { etag, versionIn } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { cleanQuery, routeGroup } from '../http/routes.ts';
import { createTask, deleteTask, listTasks, taskById, updateTask } from './tasks.ts';

const getTasks = createRoute({
  method: 'get',
  path: '/tasks',
  operationId: 'listTasks',
  tags: ['tasks'],
  summary: 'Tasks: mine, of a contact, overdue, done',
  security: bearer,
  request: { query: listTasksQuery },
  responses: { 200: json(taskPage, 'A page'), ...problems('invalid_cursor', 'invalid_request') },
});

const postTask = createRoute({
  method: 'post',
  path: '/tasks',
  operationId: 'createTask',
  tags: ['tasks'],
  summary: 'Make a task; the assignee is told now, and when it is due',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(createTaskBody) },
  responses: {
    201: json(task, 'Made'),
    ...problems(
      'not_found',
      'contact_merged',
      'invalid_request',
      'invalid_time_zone',
      'idempotency_mismatch',
      'idempotency_in_progress',
      'payload_too_large',
    ),
  },
});

const getTask = createRoute({
  method: 'get',
  path: '/tasks/{id}',
  operationId: 'getTask',
  tags: ['tasks'],
  summary: 'One task, with its version as ETag',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(task, 'The task'), ...problems('not_found') },
});

const patchTask = createRoute({
  method: 'patch',
  path: '/tasks/{id}',
  operationId: 'updateTask',
  tags: ['tasks'],
  summary: 'Change a task, tick it off, or open it again',
  security: bearer,
  request: {
    params: idParam,
    headers: z.object({ 'if-match': z.string().max(40).optional() }),
    body: jsonBody(updateTaskBody),
  },
  responses: {
    200: json(task, 'As it is now'),
    ...problems('not_found', 'edited_elsewhere', 'invalid_request', 'invalid_time_zone', 'payload_too_large'),
  },
});

const removeTask = createRoute({
  method: 'delete',
  path: '/tasks/{id}',
  operationId: 'deleteTask',
  tags: ['tasks'],
  summary: 'Delete a task',
  security: bearer,
  request: { params: idParam },
  responses: { 204: { description: 'Gone' }, ...problems('not_found') },
});

export function taskRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(getTasks, async (c) => {
    const { tenant, member } = c.var.session;
    const { assignee, contact_id, state, after, limit } = cleanQuery(c.req.valid('query'));
    const found = await database.transaction(tenant, (tx) =>
      listTasks(tx, {
        assignee: assignee === 'me' ? member.id : assignee === 'none' ? null : assignee || undefined,
        contactId: contact_id,
        state,
        after: readCursor(after),
        limit,
      }),
    );
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const next = found.length > limit && last ? writeCursor({ at: last.at, id: last.task.id }) : null;
    return c.json({ items: shown.map((one) => one.task), next }, 200);
  });

  app.openapi(postTask, async (c) => {
    const { body } = await once(context, c, async (tx) => ({
      status: 201,
      body: await createTask(tx, c.req.valid('json'), c.var.session.member),
    }));
    c.header('etag', etag(body));
    return c.json(body, 201);
  });

  app.openapi(getTask, async (c) => {
    const body = await database.transaction(c.var.session.tenant, (tx) =>
      taskById(tx, c.req.valid('param').id),
    );
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(patchTask, async (c) => {
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    const expected = versionIn(c.req.valid('header')['if-match']);
    const body = await database.transaction(tenant, (tx) =>
      updateTask(tx, id, c.req.valid('json'), expected, member),
    );
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(removeTask, async (c) => {
    const { tenant, member } = c.var.session;
    await database.transaction(tenant, (tx) => deleteTask(tx, c.req.valid('param').id, member));
    return c.body(null, 204);
  });

  return app;
}
