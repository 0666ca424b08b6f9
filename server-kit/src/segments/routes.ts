import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { listContacts, toContact } from '../contacts/rows.ts';
import {
  changeMembers as changeMembersBody,
  contactPage,
  createSegment as createSegmentBody,
  listSegmentContactsQuery,
  previewSegment as previewSegmentBody,
  segment,
  segmentList,
  segmentPreview,
  updateSegment as updateSegmentBody,
  type Segment,
} from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { notFound } from '../errors.ts';
import { memberOf } from '../filters/compile.ts';
import { explainCost } from '../filters/guard.ts';
import { readFilter } from '../filters/read.ts';
import { searchContacts } from '../filters/search.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { etag, versionIn } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, ONCE, problems } from '../http/openapi.ts';
import { routeGroup } from '../http/routes.ts';
import {
  changeMembers,
  createSegment,
  deleteSegment,
  listSegments,
  segmentById,
  updateSegment,
} from './segments.ts';

const FILTERS = ['invalid_filter', 'filter_too_costly', 'invalid_request', 'payload_too_large'] as const;

const getSegments = createRoute({
  method: 'get',
  path: '/segments',
  operationId: 'listSegments',
  tags: ['segments'],
  summary: 'Segments by name, with how many people are in each',
  security: bearer,
  responses: { 200: json(segmentList, 'All of them'), ...problems() },
});

const postSegment = createRoute({
  method: 'post',
  path: '/segments',
  operationId: 'createSegment',
  tags: ['segments'],
  summary: 'Make a segment of a filter, or an empty static one',
  description:
    'Whoever the filter finds is in it at once. Later changes raise `segment.entered` and `segment.left`.',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(createSegmentBody) },
  responses: { 201: json(segment, 'Made'), ...problems('segment_exists', ...FILTERS, ...ONCE) },
});

const postPreview = createRoute({
  method: 'post',
  path: '/segments/preview',
  operationId: 'previewSegment',
  tags: ['segments'],
  summary: 'How many people a filter finds, and the newest of them',
  security: bearer,
  request: { body: jsonBody(previewSegmentBody) },
  responses: { 200: json(segmentPreview, 'Count and first page'), ...problems(...FILTERS) },
});

const getSegment = createRoute({
  method: 'get',
  path: '/segments/{id}',
  operationId: 'getSegment',
  tags: ['segments'],
  summary: 'One segment, with its version as ETag',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(segment, 'The segment'), ...problems('not_found') },
});

const patchSegment = createRoute({
  method: 'patch',
  path: '/segments/{id}',
  operationId: 'updateSegment',
  tags: ['segments'],
  summary: 'Change name, filter or time zone',
  security: bearer,
  request: {
    params: idParam,
    headers: z.object({
      'if-match': z
        .string()
        .max(40)
        .optional()
        .meta({ description: 'The ETag that was seen; a different version is refused' }),
    }),
    body: jsonBody(updateSegmentBody),
  },
  responses: {
    200: json(segment, 'As it is now'),
    ...problems('not_found', 'edited_elsewhere', 'segment_exists', ...FILTERS),
  },
});

const removeSegment = createRoute({
  method: 'delete',
  path: '/segments/{id}',
  operationId: 'deleteSegment',
  tags: ['segments'],
  summary: 'Delete a segment; its people stay',
  security: bearer,
  request: { params: idParam },
  responses: { 204: { description: 'Gone' }, ...problems('not_found', 'segment_in_use') },
});

const getMembers = createRoute({
  method: 'get',
  path: '/segments/{id}/contacts',
  operationId: 'listSegmentContacts',
  tags: ['segments'],
  summary: 'Who is in a segment, newest contact first',
  security: bearer,
  request: { params: idParam, query: listSegmentContactsQuery },
  responses: {
    200: json(contactPage, 'A page'),
    ...problems('not_found', 'invalid_cursor', 'invalid_request'),
  },
});

const postMembers = createRoute({
  method: 'post',
  path: '/segments/{id}/contacts',
  operationId: 'changeSegmentContacts',
  tags: ['segments'],
  summary: 'Add people to a static segment, or take them out',
  description: 'Contacts that do not exist are passed over.',
  security: bearer,
  request: { params: idParam, headers: idempotencyKey, body: jsonBody(changeMembersBody) },
  responses: {
    200: json(segment, 'As it is now'),
    ...problems('not_found', 'not_static', 'invalid_request', 'payload_too_large', ...ONCE),
  },
});

export function segmentRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(getSegments, async (c) => {
    const [items] = await database.pipeline(c.var.session.tenant, (tx) => [listSegments(tx)]);
    return c.json({ items: [...items] }, 200);
  });

  app.openapi(postSegment, async (c) => {
    const { filter, time_zone = null, ...given } = c.req.valid('json');
    const read = filter === undefined || filter === null ? null : readFilter(filter);
    const { body } = await once(context, c, async (tx) => {
      const id = await createSegment(tx, { ...given, filter: read, time_zone });
      return { status: 201, body: await segmentNow(tx, id) };
    }).catch((error: unknown) => {
      throw explainCost(error);
    });
    c.header('etag', etag(body));
    return c.json(body, 201);
  });

  app.openapi(postPreview, async (c) => {
    const { filter, time_zone, limit } = c.req.valid('json');
    const { rows, count } = await searchContacts(database, c.var.session.tenant, {
      filter: readFilter(filter),
      timeZone: time_zone,
      limit,
      counted: true,
    });
    const page = cutPage(rows, limit, (row) => ({ at: row.created_at, id: row.contact_id }));
    return c.json({ count: count!, items: page.rows.map(toContact), next: page.next }, 200);
  });

  app.openapi(getSegment, async (c) => {
    const { id } = c.req.valid('param');
    const [[found]] = await database.pipeline(c.var.session.tenant, (tx) => [segmentById(tx, id)]);
    if (!found) throw notFound('segment');
    c.header('etag', etag(found));
    return c.json(found, 200);
  });

  app.openapi(patchSegment, async (c) => {
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    const { filter, ...change } = c.req.valid('json');
    const read = filter === undefined ? undefined : readFilter(filter);
    const expected = versionIn(c.req.valid('header')['if-match']);
    const body = await database
      .transaction(tenant, async (tx) => {
        await updateSegment(tx, id, { ...change, filter: read }, expected, member);
        return segmentNow(tx, id);
      })
      .catch((error: unknown) => {
        throw explainCost(error);
      });
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(removeSegment, async (c) => {
    await database.transaction(c.var.session.tenant, (tx) => deleteSegment(tx, c.req.valid('param').id));
    return c.body(null, 204);
  });

  app.openapi(getMembers, async (c) => {
    const { tenant } = c.var.session;
    const { id } = c.req.valid('param');
    const { after, limit } = c.req.valid('query');
    const place = readCursor(after);
    const [[known], rows] = await database.pipeline(tenant, (tx) => [
      segmentById(tx, id),
      listContacts(tx, { where: memberOf(tenant, id), after: place, limit }),
    ]);
    if (!known) throw notFound('segment');
    const page = cutPage(rows, limit, (row) => ({ at: row.created_at, id: row.contact_id }));
    return c.json({ items: page.rows.map(toContact), next: page.next }, 200);
  });

  app.openapi(postMembers, async (c) => {
    const { id } = c.req.valid('param');
    const { body } = await once(context, c, async (tx) => {
      await changeMembers(tx, id, c.req.valid('json'), c.var.session.member);
      return { status: 200, body: await segmentNow(tx, id) };
    });
    return c.json(body, 200);
  });

  return app;
}

async function segmentNow(tx: Tx, id: string): Promise<Segment> {
  const [found] = await segmentById(tx, id);
  return found!;
}
