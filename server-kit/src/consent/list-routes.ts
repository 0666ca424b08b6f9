import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import {
  addSuppression,
  addSuppressions,
  channel,
  listSuppressionsQuery,
  suppressionPage,
  suppressionsAdded,
  type Channel,
} from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import { unknownPlace } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, json, jsonBody, problems } from '../http/openapi.ts';
import { cleanQuery, requireManager, routeGroup } from '../http/routes.ts';
import type { Session } from '../tenancy/tokens.ts';
import { block, checkAgency, listed, readAddress, unblock, type List } from './lists.ts';
import type { OnWithdrawn } from './routes.ts';

const REPEATABLE = ['idempotency_mismatch', 'idempotency_in_progress', 'payload_too_large'] as const;

const getList = createRoute({
  method: 'get',
  path: '/suppressions',
  operationId: 'listSuppressions',
  tags: ['consent'],
  summary: 'Whom nothing is sent to (managers), by channel and address',
  description:
    '`list=own`: who opted out, and whom the team put there. `list=agency`: the list of this account over all its client accounts.',
  security: bearer,
  request: { query: listSuppressionsQuery },
  responses: {
    200: json(suppressionPage, 'A page'),
    ...problems('forbidden', 'invalid_request', 'invalid_cursor'),
  },
});

const postOne = createRoute({
  method: 'post',
  path: '/suppressions',
  operationId: 'addSuppression',
  tags: ['consent'],
  summary: 'Put an address on a list (managers)',
  description:
    'Once this has answered, nothing leaves to it any more: from this account, or from any client account.',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(addSuppression) },
  responses: {
    200: json(suppressionsAdded, 'Whether it was new'),
    ...problems('forbidden', 'invalid_request', 'invalid_phone', ...REPEATABLE),
  },
});

const postMany = createRoute({
  method: 'post',
  path: '/suppressions/batch',
  operationId: 'addSuppressions',
  tags: ['consent'],
  summary: 'Put up to 10,000 addresses on a list (managers)',
  description: 'What cannot be read is told and left out; the others are added.',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(addSuppressions) },
  responses: {
    200: json(suppressionsAdded, 'What came of it'),
    ...problems('forbidden', 'invalid_request', ...REPEATABLE),
  },
});

const deleteOne = createRoute({
  method: 'delete',
  path: '/suppressions/{channel}/{address}',
  operationId: 'removeSuppression',
  tags: ['consent'],
  summary: 'Take an address off a list (managers)',
  description: 'What a person withdrew themselves stays: only their own word, or a new consent, lifts it.',
  security: bearer,
  request: {
    params: z.object({ channel, address: z.string().max(320) }),
    query: z.object({ list: listSuppressionsQuery.shape.list }),
  },
  responses: {
    204: { description: 'It is off the list' },
    ...problems('forbidden', 'not_found', 'not_removable', 'invalid_request'),
  },
});

export function suppressionRoutes(context: KitContext, blocked: OnWithdrawn): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();
  const allow = (session: Session) => requireManager(session, 'see and change who is never written to');

  app.openapi(getList, async (c) => {
    allow(c.var.session);
    const { list, channel: only = null, q = null, after, limit } = cleanQuery(c.req.valid('query'));
    const place = after === undefined ? null : readPlace(after);
    const rows = await database.transaction(c.var.session.tenant, async (tx) => {
      if (list === 'agency') await checkAgency(tx);
      return listed(tx, { list, channel: only, q, after: place, limit });
    });
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return c.json({ items, next: rows.length > limit && last ? writePlace(last) : null }, 200);
  });

  /** Adds what can be read, and cancels what waits for it: of the own list, a client's outbox is out of reach from here. */
  async function add(
    tx: Tx,
    session: Session,
    asked: { list: List; channel: Channel; addresses: string[]; reason?: string | undefined },
  ) {
    const { list, reason = null } = asked;
    if (list === 'agency') await checkAgency(tx);
    const [account] = await tx.sql<{ region: string }[]>`
      select default_region as region from tenants where tenant_id = ${tx.tenant}`;
    const read = asked.addresses.map((typed) => readAddress(asked.channel, typed, account?.region ?? 'US'));
    const addresses = [...new Set(read.filter((address) => address !== null))];
    const added = await block(tx, {
      list,
      channel: asked.channel,
      addresses,
      reason,
      member: session.member,
    });
    if (list === 'own') await blocked(tx, asked.channel, addresses);
    const invalid = read.flatMap((address, index) =>
      address === null ? [{ index, address: asked.addresses[index]!.slice(0, 100) }] : [],
    );
    return {
      added,
      already: addresses.length - added,
      invalid: invalid.slice(0, 100),
      invalid_count: invalid.length,
    };
  }

  app.openapi(postOne, async (c) => {
    const { session } = c.var;
    allow(session);
    const { address, ...asked } = c.req.valid('json');
    const { body } = await once(context, c, async (tx) => {
      const answer = await add(tx, session, { ...asked, addresses: [address] });
      if (answer.invalid_count > 0) {
        throw new ProblemError(
          'invalid_phone',
          `"${address.slice(0, 40)}" is no address of this channel. Write numbers with country code, as in +1 312 555 0177.`,
          'address',
        );
      }
      return { status: 200, body: answer };
    });
    return c.json(body, 200);
  });

  app.openapi(postMany, async (c) => {
    const { session } = c.var;
    allow(session);
    const asked = c.req.valid('json');
    const { body } = await once(context, c, async (tx) => ({
      status: 200,
      body: await add(tx, session, asked),
    }));
    return c.json(body, 200);
  });

  app.openapi(deleteOne, async (c) => {
    const { tenant, member } = c.var.session;
    allow(c.var.session);
    const { channel: on, address } = c.req.valid('param');
    const { list } = c.req.valid('query');
    await database.transaction(tenant, async (tx) => {
      if (list === 'agency') await checkAgency(tx);
      await unblock(tx, { list, channel: on, address, member });
    });
    return c.body(null, 204);
  });

  return app;
}

function writePlace({ channel: on, address }: { channel: string; address: string }): string {
  return Buffer.from(`${on} ${address}`).toString('base64url');
}

function readPlace(cursor: string): [string, string] {
  const [, on, address] = /^([a-z]+) ([^\0]+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (on === undefined || address === undefined) throw unknownPlace('after');
  return [on, address];
}
