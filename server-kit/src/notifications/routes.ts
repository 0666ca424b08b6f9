import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { KitContext } from '../context.ts';
import {
  listNotificationsQuery,
  notificationPage,
  readNotifications,
  unreadNotifications,
} from '../contract/index.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { bearer, json, jsonBody, problems } from '../http/openapi.ts';
import { routeGroup } from '../http/routes.ts';
import { countUnread, listNotifications, markRead } from './notifications.ts';

const getNotifications = createRoute({
  method: 'get',
  path: '/notifications',
  operationId: 'listNotifications',
  tags: ['notifications'],
  summary: 'What the member behind the token is told, newest first',
  security: bearer,
  request: { query: listNotificationsQuery },
  responses: { 200: json(notificationPage, 'A page'), ...problems('invalid_cursor', 'invalid_request') },
});

const postRead = createRoute({
  method: 'post',
  path: '/notifications/read',
  operationId: 'readNotifications',
  tags: ['notifications'],
  summary: 'Mark some as read, or all',
  security: bearer,
  request: { body: jsonBody(readNotifications) },
  responses: {
    200: json(unreadNotifications, 'How many are left'),
    ...problems('invalid_request', 'payload_too_large'),
  },
});

export function notificationRoutes({ database }: KitContext): OpenAPIHono<AppEnv> {
  const app = routeGroup();

  app.openapi(getNotifications, async (c) => {
    const { tenant, member } = c.var.session;
    const { unread, after, limit } = c.req.valid('query');
    const place = readCursor(after);
    const [rows, [counted]] = await database.pipeline(tenant, (tx) => [
      listNotifications(tx, member.id, { unread: unread === 'true', after: place, limit }),
      countUnread(tx, member.id),
    ]);
    const page = cutPage([...rows], limit, (row) => ({ at: row.created_at, id: row.id }));
    return c.json({ items: page.rows, unread: counted!.unread, next: page.next }, 200);
  });

  app.openapi(postRead, async (c) => {
    const { tenant, member } = c.var.session;
    const { ids = null } = c.req.valid('json');
    const unread = await database.transaction(tenant, (tx) => markRead(tx, member, ids));
    return c.json({ unread }, 200);
  });

  return app;
}
