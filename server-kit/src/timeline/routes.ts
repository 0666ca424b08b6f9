import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { KitContext } from '../context.ts';
import { timelinePage, timelineQuery } from '../contract/index.ts';
import type { LogPlace } from '../events/log.ts';
import { unknownPlace } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { bearer, idParam, json, problems } from '../http/openapi.ts';
import { routeGroup } from '../http/routes.ts';
import { readTimeline } from './timeline.ts';

const getTimeline = createRoute({
  method: 'get',
  path: '/contacts/{id}/timeline',
  operationId: 'getTimeline',
  tags: ['contacts'],
  summary: 'Everything that happened with a contact, newest first, and what is coming',
  description:
    'A message is one entry with its state as it is now. The live feed brings what comes later under the same ids.',
  security: bearer,
  request: { params: idParam, query: timelineQuery },
  responses: {
    200: json(timelinePage, 'A page; without a cursor the newest'),
    ...problems('not_found', 'invalid_cursor', 'invalid_request'),
  },
});

export function timelineRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const app = routeGroup();

  app.openapi(getTimeline, async (c) => {
    const { id } = c.req.valid('param');
    const { before, after, kind, limit } = c.req.valid('query');
    const timeline = await readTimeline(context, c.var.session.tenant, id, {
      before: readPlace(before, 'before'),
      // both at once mean nothing; the later ones are what a reader who asks for them is missing
      ...(after === undefined ? { after: null } : { before: null, after: readPlace(after, 'after') }),
      kind: kind ?? null,
      limit,
    });
    const { entries, upcoming, tasks } = timeline;
    const cursors = { before: writePlace(timeline.before), after: writePlace(timeline.after) };
    return c.json({ items: entries, upcoming, tasks, ...cursors }, 200);
  });

  return app;
}

function writePlace(place: LogPlace | null): string | null {
  if (place === null) return null;
  return Buffer.from(`${Date.parse(place.at).toString(36)}.${place.position}`).toString('base64url');
}

/** Throws `invalid_cursor` for anything that `writePlace` did not make. */
function readPlace(cursor: string | undefined, field: 'before' | 'after'): LogPlace | null {
  if (cursor === undefined) return null;
  const [, time = '', position = ''] =
    /^(-?[0-9a-z]{1,11})\.(\d{1,18})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  const at = new Date(Number.parseInt(time, 36));
  if (Number.isNaN(at.getTime())) throw unknownPlace(field);
  return { at: at.toISOString(), position };
}
