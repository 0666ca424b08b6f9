import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { asset, assetPage, listAssetsQuery, updateAsset as changes } from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { etag, versionIn } from '../http/etag.ts';
import { bearer, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { cleanQuery, requireManager, routeGroup } from '../http/routes.ts';
import { deleteAsset, keyTaken, presentAsset, readAssets, toAsset, updateAsset } from './assets.ts';

const getAssets = createRoute({
  method: 'get',
  path: '/assets',
  operationId: 'listAssets',
  tags: ['media'],
  summary: 'Videos, pictures and documents, newest first',
  security: bearer,
  request: { query: listAssetsQuery },
  responses: { 200: json(assetPage, 'A page'), ...problems('invalid_cursor', 'invalid_request') },
});

const getAsset = createRoute({
  method: 'get',
  path: '/assets/{id}',
  operationId: 'getAsset',
  tags: ['media'],
  summary: 'One file',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(asset, 'The file'), ...problems('not_found') },
});

const patchAsset = createRoute({
  method: 'patch',
  path: '/assets/{id}',
  operationId: 'updateAsset',
  tags: ['media'],
  summary: 'Rename a file, or change what its links allow',
  security: bearer,
  request: {
    params: idParam,
    headers: z.object({ 'if-match': z.string().max(40).optional() }),
    body: jsonBody(changes),
  },
  responses: {
    200: json(asset, 'As it is now'),
    ...problems('not_found', 'edited_elsewhere', 'asset_key_taken', 'invalid_request', 'payload_too_large'),
  },
});

const removeAsset = createRoute({
  method: 'delete',
  path: '/assets/{id}',
  operationId: 'deleteAsset',
  tags: ['media'],
  summary: 'Delete a file; its links end',
  description: 'One that was sent or is in a workflow is deleted by a manager only, with `force=true`.',
  security: bearer,
  request: { params: idParam, query: z.object({ force: z.enum(['true', 'false']).optional() }) },
  responses: {
    204: { description: 'Gone' },
    ...problems('not_found', 'forbidden', 'asset_in_use', 'invalid_request'),
  },
});

export function assetRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(getAssets, async (c) => {
    const { tenant } = c.var.session;
    const { q, kind, after, limit } = c.req.valid('query');
    const place = readCursor(after);
    const [rows] = await database.pipeline(tenant, (tx) => [
      readAssets(tx, { ...cleanQuery({ q }), kind, after: place, limit }),
    ]);
    const page = cutPage([...rows], limit, (row) => ({ at: row.created_at, id: row.asset_id }));
    return c.json({ items: page.rows.map((row) => toAsset(context, tenant, row)), next: page.next }, 200);
  });

  app.openapi(getAsset, async (c) => {
    const { tenant } = c.var.session;
    const { id } = c.req.valid('param');
    const [[row]] = await database.pipeline(tenant, (tx) => [readAssets(tx, { id })]);
    const body = toAsset(context, tenant, presentAsset(row));
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(patchAsset, async (c) => {
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    const change = c.req.valid('json');
    const expected = versionIn(c.req.valid('header')['if-match']);
    const row = await database
      .transaction(tenant, (tx) => updateAsset(tx, id, change, expected, member))
      .catch((error: unknown) => {
        // two who took the same key at once
        const { constraint_name: name } = error as { constraint_name?: string };
        throw name === 'assets_key' ? keyTaken(change.key!) : error;
      });
    const body = toAsset(context, tenant, row);
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(removeAsset, async (c) => {
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    const force = c.req.valid('query').force === 'true';
    if (force) requireManager(c.var.session, 'delete a file that is in use');
    await database.transaction(tenant, (tx) => deleteAsset(tx, id, member, force));
    return c.body(null, 204);
  });

  return app;
}
