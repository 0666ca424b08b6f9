import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { keyPlace, toContact } from '../contacts/rows.ts';
import { contactsFound, searchContacts as searchContactsBody } from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import { cutPage, readCursor, readKeyCursor, writeKeyCursor } from '../http/cursor.ts';
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
  summary: 'Contacts that a filter finds, by age or by name',
  description: 'As `GET /v1/contacts`, with a filter too long for a query string.',
  security: bearer,
  request: { body: jsonBody(searchContactsBody) },
  responses: {
    200: json(contactsFound, 'A page'),
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
    const { filter, time_zone, q, sort, counted, after, limit } = c.req.valid('json');
    const byName = sort === 'name' || sort === 'name_desc';
    const found = await searchContacts(database, c.var.session.tenant, {
      filter: filter === undefined ? undefined : readFilter(filter),
      timeZone: time_zone,
      q: q?.trim() || undefined,
      sort,
      after: byName ? readKeyCursor(after) : readCursor(after),
      limit,
      counted,
    });
    const { rows, next } = cutPage(found.rows, limit, (row) => ({ at: row.created_at, id: row.contact_id }));
    const last = rows.at(-1);
    const onwards = byName && next !== null && last ? writeKeyCursor(keyPlace(last)) : next;
    return c.json({ items: rows.map(toContact), next: onwards, count: found.count }, 200);
  });

  return app;
}
