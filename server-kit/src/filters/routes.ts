import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { toContact } from '../contacts/rows.ts';
import { contactPage, searchContacts as searchContactsBody } from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { bearer, json, jsonBody, problems } from '../http/openapi.ts';
import { routeGroup } from '../http/routes.ts';
import { readFilter } from './read.ts';
import { searchContacts } from './search.ts';

const postSearch = createRoute({
  method: 'post',
  path: '/contacts/search',
  operationId: 'searchContacts',
  tags: ['contacts'],
  summary: 'Contacts that a filter finds, newest first',
  description: 'As `GET /v1/contacts`, with a filter too long for a query string.',
  security: bearer,
  request: { body: jsonBody(searchContactsBody) },
  responses: {
    200: json(contactPage, 'A page'),
    ...problems(
      'invalid_filter',
      'filter_too_costly',
      'invalid_cursor',
      'invalid_request',
      'payload_too_large',
    ),
  },
});

export function filterRoutes({ database }: KitContext): OpenAPIHono<AppEnv> {
  const app = routeGroup();

  app.openapi(postSearch, async (c) => {
    const { filter, time_zone, q, after, limit } = c.req.valid('json');
    const found = await searchContacts(database, c.var.session.tenant, {
      filter: filter === undefined ? undefined : readFilter(filter),
      timeZone: time_zone,
      q: q?.trim() || undefined,
      after: readCursor(after)?.id ?? null,
      limit,
    });
    const { rows, next } = cutPage(found.rows, limit, (row) => ({ at: row.created_at, id: row.contact_id }));
    return c.json({ items: rows.map(toContact), next }, 200);
  });

  return app;
}
