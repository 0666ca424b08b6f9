import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { contactField, createContactField, updateContactField } from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import type { AppEnv } from '../http/env.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { requireManager, routeGroup } from '../http/routes.ts';
import { createField, deleteField, listFields, updateField } from './fields.ts';

const getFields = createRoute({
  method: 'get',
  path: '/contact-fields',
  operationId: 'listContactFields',
  tags: ['contacts'],
  summary: 'The account’s own fields of a contact, in their order',
  security: bearer,
  responses: {
    200: json(z.object({ items: z.array(contactField) }).meta({ id: 'ContactFieldList' }), 'All of them'),
    ...problems(),
  },
});

const postField = createRoute({
  method: 'post',
  path: '/contact-fields',
  operationId: 'createContactField',
  tags: ['contacts'],
  summary: 'Add a field (managers)',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(createContactField) },
  responses: {
    201: json(contactField, 'Made'),
    ...problems(
      'forbidden',
      'field_exists',
      'invalid_request',
      'idempotency_mismatch',
      'idempotency_in_progress',
      'payload_too_large',
    ),
  },
});

const patchField = createRoute({
  method: 'patch',
  path: '/contact-fields/{id}',
  operationId: 'updateContactField',
  tags: ['contacts'],
  summary: 'Change a field’s label, options or place, or archive it (managers)',
  security: bearer,
  request: { params: idParam, body: jsonBody(updateContactField) },
  responses: {
    200: json(contactField, 'As it is now'),
    ...problems('forbidden', 'not_found', 'invalid_request', 'payload_too_large'),
  },
});

const removeField = createRoute({
  method: 'delete',
  path: '/contact-fields/{id}',
  operationId: 'deleteContactField',
  tags: ['contacts'],
  summary: 'Remove a field (managers); contacts keep what they have in it',
  security: bearer,
  request: { params: idParam },
  responses: { 204: { description: 'Gone' }, ...problems('forbidden', 'not_found') },
});

export function contactFieldRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(getFields, async (c) => {
    const [items] = await database.pipeline(c.var.session.tenant, (tx) => [listFields(tx)]);
    return c.json({ items: [...items] }, 200);
  });

  app.openapi(postField, async (c) => {
    requireManager(c.var.session, 'change the fields of contacts');
    const { body } = await once(context, c, async (tx) => ({
      status: 201,
      body: await createField(tx, c.req.valid('json')),
    }));
    return c.json(body, 201);
  });

  app.openapi(patchField, async (c) => {
    requireManager(c.var.session, 'change the fields of contacts');
    const { id } = c.req.valid('param');
    const body = await database.transaction(c.var.session.tenant, (tx) =>
      updateField(tx, id, c.req.valid('json')),
    );
    return c.json(body, 200);
  });

  app.openapi(removeField, async (c) => {
    requireManager(c.var.session, 'change the fields of contacts');
    const { id } = c.req.valid('param');
    await database.transaction(c.var.session.tenant, (tx) => deleteField(tx, id));
    return c.body(null, 204);
  });

  return app;
}
