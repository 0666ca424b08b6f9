/** The feed as the document describes it; it is served by `events/routes.ts`. */
import { createRoute, z } from '@hono/zod-openapi';
import { feedEvent } from '../contract/index.ts';
import { bearer, problems } from './openapi.ts';

export const getFeed = createRoute({
  method: 'get',
  path: '/v1/feed',
  operationId: 'readFeed',
  tags: ['feed'],
  summary: 'Everything that happens, as it happens',
  description:
    'Server-Sent Events. `data` is a FeedEvent, `id` the place to resume from with `Last-Event-ID`. Named events beside: `ready` (subscribed, everything before it was catch-up), `reset` (the place is unknown here: load afresh), `bye` (reconnect). An event may be repeated after a reconnect: drop repeats by its `id`.',
  security: bearer,
  request: { headers: z.object({ 'last-event-id': z.string().max(100).optional() }) },
  responses: {
    200: {
      description: 'A stream that does not end',
      content: { 'text/event-stream': { schema: feedEvent } },
    },
    ...problems(),
  },
});
