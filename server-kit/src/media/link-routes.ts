import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { KitContext } from '../context.ts';
import {
  assetLink,
  assetLinkPage,
  assetViewPage,
  createLink as createLinkBody,
  listLinksQuery,
  listViewsQuery,
  type AssetLink,
} from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { routeGroup } from '../http/routes.ts';
import { createLink, linkUrl, readLink, readLinks, revokeLink, type LinkRow } from './links.ts';
import { readViews } from './views.ts';

const getLinks = createRoute({
  method: 'get',
  path: '/assets/{id}/links',
  operationId: 'listAssetLinks',
  tags: ['assets'],
  summary: 'The links to an asset, newest first',
  security: bearer,
  request: { params: idParam, query: listLinksQuery },
  responses: {
    200: json(assetLinkPage, 'A page'),
    ...problems('not_found', 'invalid_cursor', 'invalid_request'),
  },
});

const postLink = createRoute({
  method: 'post',
  path: '/assets/{id}/links',
  operationId: 'createAssetLink',
  tags: ['assets'],
  summary: 'Make another link: for one contact, for a time, or to the bytes alone',
  security: bearer,
  request: { params: idParam, headers: idempotencyKey, body: jsonBody(createLinkBody) },
  responses: {
    201: json(assetLink, 'Made'),
    ...problems(
      'not_found',
      'invalid_request',
      'invalid_time',
      'idempotency_mismatch',
      'idempotency_in_progress',
      'payload_too_large',
    ),
  },
});

const deleteLink = createRoute({
  method: 'delete',
  path: '/links/{id}',
  operationId: 'revokeLink',
  tags: ['assets'],
  summary: 'End a link; whoever opens it is told so',
  description: 'All but an asset’s own link, which has the id of the asset and lasts as long as it does.',
  security: bearer,
  request: { params: idParam },
  responses: { 204: { description: 'Ended' }, ...problems('not_found', 'link_permanent') },
});

const getViews = createRoute({
  method: 'get',
  path: '/assets/{id}/views',
  operationId: 'listAssetViews',
  tags: ['assets'],
  summary: 'Who has watched, newest first; `by` leaves machines out or people',
  security: bearer,
  request: { params: idParam, query: listViewsQuery },
  responses: {
    200: json(assetViewPage, 'A page'),
    ...problems('not_found', 'invalid_cursor', 'invalid_request'),
  },
});

/** Links and views. */
export function linkRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const { database, clock } = context;
  const app = routeGroup();
  const toLink = ({ code, link_domain, ...link }: LinkRow): AssetLink => ({
    ...link,
    url: linkUrl(context, link_domain, code),
  });

  app.openapi(getLinks, async (c) => {
    const { id } = c.req.valid('param');
    const { after, limit } = c.req.valid('query');
    const place = readCursor(after);
    const [[asset], rows] = await database.pipeline(c.var.session.tenant, (tx) => [
      assetExists(tx, id),
      readLinks(tx, id, place?.id ?? null, limit),
    ]);
    if (!asset) throw notFound('file');
    const page = cutPage([...rows], limit, (row) => ({ at: row.created_at, id: row.id }));
    return c.json({ items: page.rows.map(toLink), next: page.next }, 200);
  });

  app.openapi(postLink, async (c) => {
    const assetId = c.req.valid('param').id;
    const { purpose, contact_id: contactId, download, expires_at: expiresAt } = c.req.valid('json');
    const { member } = c.var.session;
    if (expiresAt && Date.parse(expiresAt) <= clock().getTime()) {
      throw new ProblemError(
        'invalid_time',
        'This link would have ended already. Choose a later time.',
        'expires_at',
      );
    }
    const { body } = await once(context, c, async (tx) => {
      if (contactId) await checkContact(tx, contactId);
      const made = await createLink(tx, { assetId, purpose, contactId, download, expiresAt, author: member });
      const [row] = await readLink(tx, made.id);
      return { status: 201, body: toLink(row!) };
    });
    return c.json(body, 201);
  });

  app.openapi(deleteLink, async (c) => {
    const { id } = c.req.valid('param');
    await database.transaction(c.var.session.tenant, (tx) => revokeLink(tx, id));
    return c.body(null, 204);
  });

  app.openapi(getViews, async (c) => {
    const { id: assetId } = c.req.valid('param');
    const { after, limit, by = null } = c.req.valid('query');
    const place = readCursor(after);
    const [[asset], rows] = await database.pipeline(c.var.session.tenant, (tx) => [
      assetExists(tx, assetId),
      readViews(tx, { assetId, by, after: place?.id ?? null, limit }),
    ]);
    if (!asset) throw notFound('file');
    const page = cutPage([...rows], limit, (row) => ({ at: row.started_at, id: row.id }));
    return c.json({ items: page.rows, next: page.next }, 200);
  });

  return app;
}

function assetExists({ sql, tenant }: Tx, id: string) {
  return sql`select 1 from assets where tenant_id = ${tenant} and asset_id = ${id} and deleted_at is null`;
}

async function checkContact({ sql, tenant }: Tx, id: string): Promise<void> {
  const [contact] = await sql`
    select 1 from contacts where tenant_id = ${tenant} and contact_id = ${id} and merged_into is null`;
  if (!contact) throw notFound('contact');
}
