import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import {
  createQuickReply as createQuickReplyBody,
  editMessage as editMessageBody,
  listMessagesQuery,
  message,
  messagePage,
  quickReply,
  quickReplyList,
  sendMessage as sendMessageBody,
  sendVideo as sendVideoBody,
  type Message,
} from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { cleanQuery, requireManager, routeGroup } from '../http/routes.ts';
import { serveMedia } from './media.ts';
import { cancelMessage, editMessage, retryMessage } from './changes.ts';
import { sendMessage } from './messages.ts';
import { sendVideo } from './send-video.ts';
import { createQuickReply, deleteQuickReply, listQuickReplies } from './quick-replies.ts';
import { listMessages } from './thread.ts';
import { messagesById, toMessage } from './wire.ts';

const getMessages = createRoute({
  method: 'get',
  path: '/conversations/{id}/messages',
  operationId: 'listMessages',
  tags: ['messages'],
  summary: 'A thread, page by page in both directions',
  description: 'Without a cursor: the newest page. At most one of `before`, `after` and `around`.',
  security: bearer,
  request: { params: idParam, query: listMessagesQuery },
  responses: {
    200: json(messagePage, 'A page, oldest first'),
    ...problems('not_found', 'invalid_cursor', 'invalid_request'),
  },
});

const postMessage = createRoute({
  method: 'post',
  path: '/messages',
  operationId: 'sendMessage',
  tags: ['messages'],
  summary: 'Send a text, now or later',
  description:
    'Bring your own `id`: asked twice, also at the same moment, it is one message. The answer says `queued`; what becomes of it comes through the feed.',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(sendMessageBody) },
  responses: {
    201: json(message, 'Queued'),
    200: json(message, 'This id was known already: nothing was sent again'),
    ...problems(
      'not_found',
      'invalid_request',
      'invalid_phone',
      'invalid_text',
      'invalid_time',
      'message_id_taken',
      'opted_out',
      'no_sender',
      'no_address',
      'file_refused',
      'asset_not_ready',
      'idempotency_mismatch',
      'idempotency_in_progress',
      'payload_too_large',
    ),
  },
});

const postVideo = createRoute({
  method: 'post',
  path: '/messages/send-video',
  operationId: 'sendVideo',
  tags: ['messages'],
  summary: 'Send a video of the library to one person',
  description:
    'A message like any other: by MMS where the carrier takes the file, else its picture and a link. The same `id` again is the same message and the same link.',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(sendVideoBody) },
  responses: {
    201: json(message, 'Queued'),
    200: json(message, 'This id was known already: nothing was sent again'),
    ...problems(
      'not_found',
      'invalid_request',
      'invalid_text',
      'invalid_time',
      'message_id_taken',
      'opted_out',
      'no_sender',
      'no_address',
      'file_refused',
      'asset_not_ready',
      'idempotency_mismatch',
      'idempotency_in_progress',
      'payload_too_large',
    ),
  },
});

const getMessage = createRoute({
  method: 'get',
  path: '/messages/{id}',
  operationId: 'getMessage',
  tags: ['messages'],
  summary: 'One message',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(message, 'The message'), ...problems('not_found') },
});

const patchMessage = createRoute({
  method: 'patch',
  path: '/messages/{id}',
  operationId: 'editMessage',
  tags: ['messages'],
  summary: 'Change the words, the files or the time of a message that has not left',
  security: bearer,
  request: { params: idParam, body: jsonBody(editMessageBody) },
  responses: {
    200: json(message, 'As it is now'),
    ...problems(
      'not_found',
      'not_editable',
      'invalid_text',
      'invalid_time',
      'invalid_request',
      'file_refused',
      'asset_not_ready',
      'payload_too_large',
    ),
  },
});

const postCancel = createRoute({
  method: 'post',
  path: '/messages/{id}/cancel',
  operationId: 'cancelMessage',
  tags: ['messages'],
  summary: 'Stop a message that has not left',
  security: bearer,
  request: { params: idParam, headers: idempotencyKey },
  responses: {
    200: json(message, 'Canceled'),
    ...problems('not_found', 'not_editable', 'idempotency_mismatch', 'idempotency_in_progress'),
  },
});

const postRetry = createRoute({
  method: 'post',
  path: '/messages/{id}/retry',
  operationId: 'retryMessage',
  tags: ['messages'],
  summary: 'Send a failed message again; it stays the same message',
  security: bearer,
  request: { params: idParam, headers: idempotencyKey },
  responses: {
    200: json(message, 'Queued again'),
    ...problems('not_found', 'not_retryable', 'opted_out', 'idempotency_mismatch', 'idempotency_in_progress'),
  },
});

const getQuickReplies = createRoute({
  method: 'get',
  path: '/quick-replies',
  operationId: 'listQuickReplies',
  tags: ['quick replies'],
  summary: 'The tenant’s quick replies',
  security: bearer,
  responses: { 200: json(quickReplyList, 'By shortcut'), ...problems() },
});

const postQuickReply = createRoute({
  method: 'post',
  path: '/quick-replies',
  operationId: 'createQuickReply',
  tags: ['quick replies'],
  summary: 'Add a quick reply (managers)',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(createQuickReplyBody) },
  responses: {
    201: json(quickReply, 'Made'),
    ...problems(
      'forbidden',
      'invalid_request',
      'idempotency_mismatch',
      'idempotency_in_progress',
      'payload_too_large',
    ),
  },
});

const removeQuickReply = createRoute({
  method: 'delete',
  path: '/quick-replies/{id}',
  operationId: 'deleteQuickReply',
  tags: ['quick replies'],
  summary: 'Remove a quick reply (managers)',
  security: bearer,
  request: { params: idParam },
  responses: { 204: { description: 'Gone' }, ...problems('forbidden', 'not_found') },
});

const getMedia = createRoute({
  method: 'get',
  path: '/media/{message_id}/{index}',
  operationId: 'getMedia',
  tags: ['messages'],
  summary: 'The bytes of an inbound attachment',
  description: 'Asked with the signed link of a message’s `media`, without a token.',
  security: [],
  request: {
    params: z.object({ message_id: z.uuid(), index: z.string().regex(/^\d{1,2}$/) }),
    query: z.object({ t: z.string().max(63), e: z.coerce.number().int(), s: z.string().max(64) }),
  },
  responses: {
    200: { description: 'The file', content: { '*/*': { schema: z.string().meta({ format: 'binary' }) } } },
    206: { description: 'The part that was asked for' },
    304: { description: 'As it was' },
    ...problems('not_found', 'invalid_request', 'file_refused'),
  },
});

/** Messages, quick replies, media. */
export function messagingRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(getMessages, async (c) => {
    const { tenant } = c.var.session;
    const { before, after, around, q, limit } = cleanQuery(c.req.valid('query'));
    if ([before, after, around].filter((place) => place !== undefined).length > 1) {
      throw new ProblemError('invalid_request', 'Give at most one of before, after and around.', 'before');
    }
    const page = await listMessages(database, tenant, c.req.valid('param').id, {
      before: readCursor(before, 'before'),
      after: readCursor(after, 'after'),
      around: around ?? null,
      q: q?.trim() || null,
      limit,
    });
    return c.json(
      {
        items: page.rows.map((row) => toMessage(context, tenant, row)),
        events: [...page.events],
        scheduled: page.scheduled.map((row) => toMessage(context, tenant, row)),
        before: page.before && writeCursor(page.before),
        after: page.after && writeCursor(page.after),
      },
      200,
    );
  });

  app.openapi(postMessage, async (c) => {
    const { member } = c.var.session;
    const request = c.req.valid('json');
    const { status, body } = await once<Message, 200 | 201>(context, c, async (tx) => {
      const { id, created } = await sendMessage(context, tx, request, member);
      return { status: created ? 201 : 200, body: await readMessage(tx, id) };
    });
    return c.json(body, status);
  });

  app.openapi(postVideo, async (c) => {
    const { member } = c.var.session;
    const request = c.req.valid('json');
    const { status, body } = await once<Message, 200 | 201>(context, c, async (tx) => {
      const { id, created } = await sendVideo(context, tx, request, member);
      return { status: created ? 201 : 200, body: await readMessage(tx, id) };
    });
    return c.json(body, status);
  });

  app.openapi(getMessage, async (c) => {
    const { tenant } = c.var.session;
    const { id } = c.req.valid('param');
    const [[row]] = await database.pipeline(tenant, (tx) => [messagesById(tx, [id])]);
    if (!row) throw notFound('message');
    return c.json(toMessage(context, tenant, row), 200);
  });

  app.openapi(patchMessage, async (c) => {
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    const edit = c.req.valid('json');
    const body = await database.transaction(tenant, async (tx) => {
      await editMessage(context, tx, id, edit, member);
      return readMessage(tx, id);
    });
    return c.json(body, 200);
  });

  app.openapi(postCancel, async (c) => {
    const { id } = c.req.valid('param');
    const { body } = await once(context, c, async (tx) => {
      await cancelMessage(tx, id, c.var.session.member);
      return { status: 200, body: await readMessage(tx, id) };
    });
    return c.json(body, 200);
  });

  app.openapi(postRetry, async (c) => {
    const { id } = c.req.valid('param');
    const { body } = await once(context, c, async (tx) => {
      await retryMessage(context, tx, id, c.var.session.member);
      return { status: 200, body: await readMessage(tx, id) };
    });
    return c.json(body, 200);
  });

  app.openapi(getQuickReplies, async (c) => {
    const [items] = await database.pipeline(c.var.session.tenant, (tx) => [listQuickReplies(tx)]);
    return c.json({ items: [...items] }, 200);
  });

  app.openapi(postQuickReply, async (c) => {
    requireManager(c.var.session, 'add quick replies');
    const given = c.req.valid('json');
    const { body } = await once(context, c, async (tx) => ({
      status: 201,
      body: await createQuickReply(tx, given),
    }));
    return c.json(body, 201);
  });

  app.openapi(removeQuickReply, async (c) => {
    requireManager(c.var.session, 'remove quick replies');
    const { id } = c.req.valid('param');
    await database.transaction(c.var.session.tenant, (tx) => deleteQuickReply(tx, id));
    return c.body(null, 204);
  });

  app.openapi(getMedia, async (c) => {
    const { message_id, index } = c.req.valid('param');
    const { t, e, s } = c.req.valid('query');
    return serveMedia(context, c.req.raw, { tenant: t, messageId: message_id, index: Number(index) }, e, s);
  });

  return app;

  async function readMessage(tx: Tx, id: string): Promise<Message> {
    const [row] = await messagesById(tx, [id]);
    return toMessage(context, tx.tenant, row!);
  }
}
