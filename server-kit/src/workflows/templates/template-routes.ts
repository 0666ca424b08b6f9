import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { KitContext } from '../../context.ts';
import {
  createTemplate as createTemplateBody,
  listTemplatesQuery,
  previewTemplate,
  template,
  templatePage,
  templatePreview,
  templateVersions,
  updateTemplate as updateTemplateBody,
  webhookSecret as webhookSecretBody,
} from '../../contract/index.ts';
import { notFound } from '../../errors.ts';
import { cutPage, readCursor } from '../../http/cursor.ts';
import type { AppEnv } from '../../http/env.ts';
import { etag, versionIn } from '../../http/etag.ts';
import { once } from '../../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, problems } from '../../http/openapi.ts';
import { requireManager, routeGroup } from '../../http/routes.ts';
import { webhookSecret } from '../requests/signature.ts';
import { createTemplate, deleteTemplate, readTemplates, readVersions, updateTemplate } from './library.ts';
import { previewOf } from './preview.ts';

const tags = ['templates'];

const getTemplates = createRoute({
  method: 'get',
  path: '/templates',
  operationId: 'listTemplates',
  tags,
  summary: 'Texts of the library, newest first',
  security: bearer,
  request: { query: listTemplatesQuery },
  responses: { 200: json(templatePage, 'A page'), ...problems('invalid_cursor', 'invalid_request') },
});

const postTemplate = createRoute({
  method: 'post',
  path: '/templates',
  operationId: 'createTemplate',
  tags,
  summary: 'Put a text into the library (managers)',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(createTemplateBody) },
  responses: {
    201: json(template, 'Made'),
    ...problems(
      'forbidden',
      'invalid_template',
      'template_exists',
      'invalid_request',
      'idempotency_mismatch',
      'idempotency_in_progress',
      'payload_too_large',
    ),
  },
});

const postPreview = createRoute({
  method: 'post',
  path: '/templates/preview',
  operationId: 'previewTemplate',
  tags,
  summary: 'What a text becomes for somebody, and what is wrong with it',
  description: 'Nothing is sent, and links in it lead nowhere.',
  security: bearer,
  request: { body: jsonBody(previewTemplate) },
  responses: {
    200: json(templatePreview, 'As it would be'),
    ...problems('not_found', 'contact_merged', 'invalid_request', 'payload_too_large'),
  },
});

const getTemplate = createRoute({
  method: 'get',
  path: '/templates/{id}',
  operationId: 'readTemplate',
  tags,
  summary: 'One text',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(template, 'As it is now'), ...problems('not_found') },
});

const patchTemplate = createRoute({
  method: 'patch',
  path: '/templates/{id}',
  operationId: 'updateTemplate',
  tags,
  summary: 'Change a text (managers); steps that use it take the new words from then on',
  security: bearer,
  request: {
    params: idParam,
    headers: z.object({ 'if-match': z.string().max(40).optional() }),
    body: jsonBody(updateTemplateBody),
  },
  responses: {
    200: json(template, 'As it is now'),
    ...problems(
      'forbidden',
      'not_found',
      'edited_elsewhere',
      'invalid_template',
      'invalid_request',
      'payload_too_large',
    ),
  },
});

const removeTemplate = createRoute({
  method: 'delete',
  path: '/templates/{id}',
  operationId: 'deleteTemplate',
  tags,
  summary: 'Delete a text (managers); steps that use it fail and say so',
  security: bearer,
  request: { params: idParam },
  responses: { 204: { description: 'Gone' }, ...problems('forbidden', 'not_found') },
});

const getVersions = createRoute({
  method: 'get',
  path: '/templates/{id}/versions',
  operationId: 'listTemplateVersions',
  tags,
  summary: 'What a text said before, newest first',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(templateVersions, 'All of them, at most 500'), ...problems('not_found') },
});

const getWebhookSecret = createRoute({
  method: 'get',
  path: '/webhook-secret',
  operationId: 'readWebhookSecret',
  tags: ['workflows'],
  summary: 'What webhooks of workflows are signed with (managers)',
  security: bearer,
  responses: { 200: json(webhookSecretBody, 'The same for all of this account'), ...problems('forbidden') },
});

export function templateRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const { database, clock, publicUrl, secret } = context;
  const app = routeGroup();

  app.openapi(getTemplates, async (c) => {
    const { after, limit } = c.req.valid('query');
    const place = readCursor(after);
    const [rows] = await database.pipeline(c.var.session.tenant, (tx) => [
      readTemplates(tx, { after: place, limit }),
    ]);
    const page = cutPage([...rows], limit, (one) => ({ at: one.created_at, id: one.id }));
    return c.json({ items: page.rows, next: page.next }, 200);
  });

  app.openapi(postTemplate, async (c) => {
    requireManager(c.var.session, 'change the library of texts');
    const given = c.req.valid('json');
    const { body } = await once(context, c, async (tx) => ({
      status: 201,
      body: await createTemplate(tx, given, c.var.session.member),
    }));
    c.header('etag', etag(body));
    return c.json(body, 201);
  });

  app.openapi(postPreview, async (c) => {
    const { body, contact_id: contactId = null, variables } = c.req.valid('json');
    const wanted = { body, contactId, variables, links: publicUrl, now: clock() };
    const preview = await database.transaction(c.var.session.tenant, (tx) => previewOf(tx, wanted));
    return c.json(preview, 200);
  });

  app.openapi(getTemplate, async (c) => {
    const { id } = c.req.valid('param');
    const [[row]] = await database.pipeline(c.var.session.tenant, (tx) => [readTemplates(tx, { id })]);
    if (!row) throw notFound('template');
    c.header('etag', etag(row));
    return c.json(row, 200);
  });

  app.openapi(patchTemplate, async (c) => {
    requireManager(c.var.session, 'change the library of texts');
    const { id } = c.req.valid('param');
    const change = c.req.valid('json');
    const expected = versionIn(c.req.valid('header')['if-match']);
    const body = await database.transaction(c.var.session.tenant, (tx) =>
      updateTemplate(tx, id, change, expected, c.var.session.member),
    );
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(removeTemplate, async (c) => {
    requireManager(c.var.session, 'change the library of texts');
    const { id } = c.req.valid('param');
    await database.transaction(c.var.session.tenant, (tx) => deleteTemplate(tx, id, c.var.session.member));
    return c.body(null, 204);
  });

  app.openapi(getVersions, async (c) => {
    const { id } = c.req.valid('param');
    const [[row], items] = await database.pipeline(c.var.session.tenant, (tx) => [
      readTemplates(tx, { id }),
      readVersions(tx, id),
    ]);
    if (!row) throw notFound('template');
    return c.json({ items: [...items] }, 200);
  });

  app.openapi(getWebhookSecret, (c) => {
    requireManager(c.var.session, 'see what webhooks are signed with');
    return c.json({ secret: webhookSecret(secret, c.var.session.tenant) }, 200);
  });

  return app;
}
