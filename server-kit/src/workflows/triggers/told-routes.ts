import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { Stages } from '../../contacts/stages.ts';
import type { KitContext } from '../../context.ts';
import {
  renewHook as renewHookBody,
  tellEvents as tellEventsBody,
  toldEvents,
  workflowHook,
  workflowHooks,
} from '../../contract/index.ts';
import { retryCollisions } from '../../db/retry.ts';
import { notFound } from '../../errors.ts';
import type { AppEnv } from '../../http/env.ts';
import { once } from '../../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, problems } from '../../http/openapi.ts';
import { requireManager, routeGroup } from '../../http/routes.ts';
import { hooksOf } from './hooks.ts';
import { renewHook } from './renew.ts';
import { tellEvents } from './told.ts';

const postEvents = createRoute({
  method: 'post',
  path: '/events',
  operationId: 'tellEvents',
  tags: ['workflows'],
  summary: 'Tell what has happened in the host’s own product: forms, calls, codes, letters (managers)',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(tellEventsBody) },
  responses: {
    200: json(toldEvents, 'What became of each'),
    ...problems(
      'forbidden',
      'invalid_request',
      'contact_exists',
      'idempotency_mismatch',
      'idempotency_in_progress',
      'payload_too_large',
    ),
  },
});

const getHooks = createRoute({
  method: 'get',
  path: '/workflows/{id}/hooks',
  operationId: 'listWorkflowHooks',
  tags: ['workflows'],
  summary: 'The addresses of a published workflow’s webhooks, with what came last (managers)',
  security: bearer,
  request: { params: idParam },
  responses: {
    200: json(workflowHooks, 'In the order of its triggers'),
    ...problems('forbidden', 'not_found'),
  },
});

const postRenew = createRoute({
  method: 'post',
  path: '/workflows/{id}/hooks/{key}/renew',
  operationId: 'renewWorkflowHook',
  tags: ['workflows'],
  summary: 'A new address, and with it a new secret, for a webhook (managers)',
  description:
    'The address until now is good for `grace_hours`, then it answers 410. Nothing of either stands in the log.',
  security: bearer,
  request: {
    params: z.object({ id: z.uuid(), key: z.string().min(1).max(100) }),
    body: jsonBody(renewHookBody),
  },
  responses: {
    200: json(workflowHook, 'With its new address'),
    ...problems('forbidden', 'not_found', 'invalid_request', 'payload_too_large'),
  },
});

export function toldEventRoutes(context: KitContext, stages: Stages): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(postEvents, async (c) => {
    requireManager(c.var.session, 'tell of events');
    const { events } = c.req.valid('json');
    const { body } = await retryCollisions(() =>
      once(context, c, async (tx) => ({
        status: 200,
        body: { items: await tellEvents(tx, events, c.var.session.member, stages) },
      })),
    );
    return c.json(body, 200);
  });

  app.openapi(getHooks, async (c) => {
    requireManager(c.var.session, 'see the addresses of webhooks');
    const { id } = c.req.valid('param');
    const items = await database.transaction(c.var.session.tenant, (tx) => hooksOf(tx, context, id));
    if (items === null) throw notFound('workflow');
    return c.json({ items }, 200);
  });

  app.openapi(postRenew, async (c) => {
    requireManager(c.var.session, 'renew the addresses of webhooks');
    const { tenant, member } = c.var.session;
    const { id, key } = c.req.valid('param');
    const { grace_hours: graceHours } = c.req.valid('json');
    const hook = await database.transaction(tenant, async (tx) => {
      await renewHook(tx, { workflowId: id, key, graceHours }, member);
      return (await hooksOf(tx, context, id))?.find((one) => one.key === key);
    });
    if (!hook) throw notFound('webhook');
    return c.json(hook, 200);
  });

  return app;
}
