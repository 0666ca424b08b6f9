import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { contactById, present } from '../contacts/rows.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { retryCollisions } from '../db/retry.ts';
import { notFound } from '../errors.ts';
import { explainCost, guardFilter } from '../filters/guard.ts';
import { readFilter } from '../filters/read.ts';
import { unknownPlace } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { etag, versionIn } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { cleanQuery, requireManager, routeGroup } from '../http/routes.ts';
import type { Session } from '../tenancy/tokens.ts';
import { boardOf, cardsOfStage, readCards, type CardsWanted } from './board.ts';
import { createCard, deleteCard, moveCard, updateCard } from './cards.ts';
import * as api from './declared-routes.ts';
import { gone } from './placing.ts';
import { createPipeline, deletePipeline, pipelinesOf, readPipeline, updatePipeline } from './pipelines.ts';

export function pipelineRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();
  const within = <T>(c: Context<AppEnv>, work: (tx: Tx) => Promise<T>) =>
    retryCollisions(() => database.transaction(c.var.session.tenant, work));

  app.openapi(api.getPipelines, async (c) => {
    const items = await within(c, (tx) => pipelinesOf(tx, c.var.session.member));
    return c.json({ items }, 200);
  });

  app.openapi(api.postPipeline, async (c) => {
    requireManager(c.var.session, 'make pipelines');
    const given = c.req.valid('json');
    const { body } = await once(context, c, async (tx) => {
      await pipelinesOf(tx, c.var.session.member);
      const id = await createPipeline(tx, given, c.var.session.member);
      return { status: 201, body: await readPipeline(tx, id) };
    });
    c.header('etag', etag(body));
    return c.json(body, 201);
  });

  app.openapi(api.getPipeline, async (c) => {
    const body = await within(c, (tx) => readPipeline(tx, c.req.valid('param').id));
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(api.patchPipeline, async (c) => {
    requireManager(c.var.session, 'change pipelines');
    const { id } = c.req.valid('param');
    const expected = versionIn(c.req.valid('header')['if-match']);
    const body = await within(c, async (tx) => {
      await updatePipeline(tx, id, c.req.valid('json'), expected, c.var.session.member);
      return readPipeline(tx, id);
    });
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(api.removePipeline, async (c) => {
    requireManager(c.var.session, 'delete pipelines');
    await within(c, (tx) => deletePipeline(tx, c.req.valid('param').id, c.var.session.member));
    return c.body(null, 204);
  });

  app.openapi(api.getBoard, async (c) => {
    const { id } = c.req.valid('param');
    const { limit, ...asked } = cleanQuery(c.req.valid('query'));
    const body = await database
      .transaction(c.var.session.tenant, async (tx) => {
        const pipeline = await readPipeline(tx, id);
        return boardOf(tx, pipeline, await wantedIn(tx, asked, c.var.session), limit);
      })
      .catch((error: unknown) => {
        throw explainCost(error);
      });
    return c.json(body, 200);
  });

  app.openapi(api.getStageCards, async (c) => {
    const { id } = c.req.valid('param');
    const { limit, after, ...asked } = cleanQuery(c.req.valid('query'));
    const page = await database
      .transaction(c.var.session.tenant, async (tx) => {
        const [stage] =
          await tx.sql`select 1 from stages where tenant_id = ${tx.tenant} and stage_id = ${id}`;
        if (!stage) throw notFound('stage');
        return cardsOfStage(tx, id, await wantedIn(tx, asked, c.var.session), {
          after: readRank(after),
          limit,
        });
      })
      .catch((error: unknown) => {
        throw explainCost(error);
      });
    return c.json({ items: page.cards, next: page.next }, 200);
  });

  app.openapi(api.getContactCards, async (c) => {
    const { id } = c.req.valid('param');
    const items = await within(c, async (tx) => {
      const [row] = await contactById(tx, id);
      present(row);
      return readCards(tx, { contactId: id });
    });
    return c.json({ items }, 200);
  });

  app.openapi(api.postCard, async (c) => {
    const { contact_id, pipeline_id, stage_id, ...given } = c.req.valid('json');
    const { member } = c.var.session;
    const { body } = await retryCollisions(() =>
      once(context, c, async (tx) => {
        await pipelinesOf(tx, member);
        const about = { contactId: contact_id, pipelineId: pipeline_id, stageId: stage_id };
        const id = await createCard(tx, { ...given, ...about }, member);
        return { status: 201, body: await cardNow(tx, id) };
      }),
    );
    c.header('etag', etag(body));
    return c.json(body, 201);
  });

  app.openapi(api.getCard, async (c) => {
    const body = await within(c, (tx) => cardNow(tx, c.req.valid('param').id));
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(api.patchCard, async (c) => {
    const { id } = c.req.valid('param');
    const expected = versionIn(c.req.valid('header')['if-match']);
    const body = await within(c, async (tx) => {
      await updateCard(tx, id, c.req.valid('json'), expected, c.var.session.member);
      return cardNow(tx, id);
    });
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(api.postMove, async (c) => {
    const { id } = c.req.valid('param');
    const move = c.req.valid('json');
    const { body } = await retryCollisions(() =>
      once(context, c, async (tx) => {
        await moveCard(tx, id, move, c.var.session.member);
        return { status: 200, body: await cardNow(tx, id) };
      }),
    );
    return c.json(body, 200);
  });

  app.openapi(api.removeCard, async (c) => {
    await within(c, (tx) => deleteCard(tx, c.req.valid('param').id, c.var.session.member));
    return c.body(null, 204);
  });

  return app;
}

async function cardNow(tx: Tx, id: string) {
  const [card] = await readCards(tx, { id });
  if (!card) throw gone();
  return card;
}

/** Throws `invalid_filter`, `filter_too_costly`. */
async function wantedIn(
  tx: Tx,
  asked: { owner?: string | undefined; q?: string | undefined; filter?: string | undefined },
  session: Session,
): Promise<CardsWanted> {
  const { owner, q, filter } = asked;
  const guarded = filter ? await guardFilter(tx, readFilter(parsed(filter)), null) : undefined;
  return {
    owner: owner === 'me' ? session.member.id : owner === 'none' ? null : owner || undefined,
    q: q?.trim() || undefined,
    where: guarded?.where,
  };
}

/** What is no JSON is no filter either, and is told so. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Throws `invalid_cursor`. */
function readRank(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const rank = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!/^[0-9A-Za-z]{6,}$/.test(rank)) throw unknownPlace('after');
  return rank;
}
