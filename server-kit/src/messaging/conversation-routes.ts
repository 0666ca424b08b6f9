import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import {
  channel,
  conversation,
  conversationCounts,
  conversationPage,
  id,
  listConversationsQuery,
  searchConversations,
  updateConversation as updateConversationBody,
  type Filter,
} from '../contract/index.ts';
import { regionFor } from '../contacts/search.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { notFound } from '../errors.ts';
import { explainCost, guardFilter } from '../filters/guard.ts';
import { readFilter } from '../filters/read.ts';
import { conditionOf } from '../filters/search.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { bearer, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { cleanQuery, routeGroup } from '../http/routes.ts';
import type { Session } from '../tenancy/tokens.ts';
import {
  countConversations,
  listConversations,
  SEARCH_DEPTH,
  updateConversation,
  type ConversationFilter,
} from './conversations.ts';
import { conversationsById, toConversation, type ConversationRow } from './wire.ts';

const SEARCHED = `\`q\` finds people by the beginning of a name, e-mail address or number, or a number’s last digits, and the words of every message in the ${SEARCH_DEPTH.toLocaleString('en')} most recent conversations.`;

const getConversations = createRoute({
  method: 'get',
  path: '/conversations',
  operationId: 'listConversations',
  tags: ['conversations'],
  summary: 'Conversations, most recent first',
  description: SEARCHED,
  security: bearer,
  request: { query: listConversationsQuery },
  responses: {
    200: json(conversationPage, 'A page'),
    ...problems('invalid_cursor', 'invalid_request', 'invalid_filter'),
  },
});

const postSearch = createRoute({
  method: 'post',
  path: '/conversations/search',
  operationId: 'searchConversations',
  tags: ['conversations'],
  summary: 'Conversations with whomever a filter finds, most recent first',
  description: `As \`GET /v1/conversations\`, with a filter about the contact. ${SEARCHED}`,
  security: bearer,
  request: { body: jsonBody(searchConversations) },
  responses: {
    200: json(conversationPage, 'A page'),
    ...problems(
      'invalid_filter',
      'filter_too_costly',
      'invalid_cursor',
      'invalid_request',
      'payload_too_large',
    ),
  },
});

const getCounts = createRoute({
  method: 'get',
  path: '/conversations/counts',
  operationId: 'countConversations',
  tags: ['conversations'],
  summary: 'How many conversations there are in each state',
  security: bearer,
  request: {
    query: z.object({
      assignee: z.string().max(200).optional(),
      channel: channel.optional(),
      tag: z.string().max(100).optional(),
      segment: id.optional(),
    }),
  },
  responses: {
    200: json(conversationCounts, 'The counts'),
    ...problems('invalid_request', 'invalid_filter'),
  },
});

const getConversation = createRoute({
  method: 'get',
  path: '/conversations/{id}',
  operationId: 'getConversation',
  tags: ['conversations'],
  summary: 'One conversation',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(conversation, 'The conversation'), ...problems('not_found') },
});

const patchConversation = createRoute({
  method: 'patch',
  path: '/conversations/{id}',
  operationId: 'updateConversation',
  tags: ['conversations'],
  summary: 'Mark read or unread, assign, move to waiting or closed, dismiss a possible opt-out',
  security: bearer,
  request: { params: idParam, body: jsonBody(updateConversationBody) },
  responses: {
    200: json(conversation, 'As it is now'),
    ...problems('not_found', 'invalid_request', 'payload_too_large'),
  },
});

/** Conversations: as lists, one by one, and changing them. */
export function conversationRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(getConversations, async (c) => {
    const { session } = c.var;
    const { after, limit, segment, ...query } = cleanQuery(c.req.valid('query'));
    const place = readCursor(after);
    const rows = await database.transaction(session.tenant, async (tx) => {
      const where = segment === undefined ? undefined : await conditionOf(tx, inSegment(segment), null);
      const filter = { ...filterOf(query, session), where };
      const region = await regionFor(tx, filter.q);
      return listConversations(tx, { ...filter, region }, { after: place, limit });
    });
    return c.json(pageOf(rows, limit), 200);
  });

  app.openapi(postSearch, async (c) => {
    const { session } = c.var;
    const { filter, time_zone, after, limit, ...query } = c.req.valid('json');
    const asked = filter === undefined ? undefined : readFilter(filter);
    const place = readCursor(after);
    try {
      const rows = await database.transaction(session.tenant, async (tx) => {
        const guarded = asked && (await guardFilter(tx, asked, time_zone ?? null));
        const filter = { ...filterOf(query, session), where: guarded?.where };
        const region = await regionFor(tx, filter.q);
        return listConversations(tx, { ...filter, region }, { after: place, limit });
      });
      return c.json(pageOf(rows, limit), 200);
    } catch (error) {
      throw explainCost(error);
    }
  });

  app.openapi(getCounts, async (c) => {
    const { session } = c.var;
    const { segment, ...query } = cleanQuery(c.req.valid('query'));
    const filter = filterOf(query, session);
    const count = async (tx: Tx) => {
      const where = segment === undefined ? undefined : await conditionOf(tx, inSegment(segment), null);
      return countConversations(tx, { ...filter, where });
    };
    const [counts] = await database.transaction(session.tenant, count);
    return c.json(counts!, 200);
  });

  app.openapi(getConversation, async (c) => {
    const { id } = c.req.valid('param');
    const [[row]] = await database.pipeline(c.var.session.tenant, (tx) => [conversationsById(tx, [id])]);
    if (!row) throw notFound('conversation');
    return c.json(toConversation(row), 200);
  });

  app.openapi(patchConversation, async (c) => {
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    const change = c.req.valid('json');
    const row = await database.transaction(tenant, async (tx) => {
      await updateConversation(tx, id, change, member);
      const [changed] = await conversationsById(tx, [id]);
      return changed!;
    });
    return c.json(toConversation(row), 200);
  });

  return app;
}

const inSegment = (segment: string): Filter => ({ segment: { id: segment } });

function pageOf(found: readonly ConversationRow[], wanted: number) {
  const { rows, next } = cutPage([...found], wanted, (row) => ({ at: row.last_message_at, id: row.id }));
  return { items: rows.map(toConversation), next };
}

function filterOf(
  query: Partial<Omit<z.output<typeof listConversationsQuery>, 'after' | 'limit' | 'segment' | 'unread'>> & {
    unread?: 'true' | 'false' | boolean | undefined;
  },
  session: Session,
): ConversationFilter {
  const { assignee, unread, q, ...rest } = query;
  return {
    ...rest,
    q: q?.trim() || undefined,
    unread: unread === undefined ? undefined : unread === true || unread === 'true',
    assignee: assignee === 'me' ? session.member.id : assignee === 'none' ? null : assignee || undefined,
  };
}
