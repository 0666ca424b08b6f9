import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import {
  contactMerge,
  contactUnmerge,
  duplicates,
  mergeContacts as mergeContactsBody,
} from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import { retryCollisions } from '../db/retry.ts';
import type { AppEnv } from '../http/env.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { requireManager, routeGroup } from '../http/routes.ts';
import type { Belongings } from './belongings.ts';
import { duplicatesOf } from './duplicates.ts';
import { mergeContacts } from './merge.ts';
import { deleteContact } from './remove.ts';
import { contactById, present, toContact } from './rows.ts';
import { undoMerge } from './unmerge.ts';

const getDuplicates = createRoute({
  method: 'get',
  path: '/contacts/{id}/duplicates',
  operationId: 'listDuplicates',
  tags: ['contacts'],
  summary: 'Who may be the same person, and why',
  security: bearer,
  request: { params: idParam },
  responses: {
    200: json(duplicates, 'At most fifty, newest first'),
    ...problems('not_found', 'contact_merged'),
  },
});

const postMerge = createRoute({
  method: 'post',
  path: '/contacts/{id}/merge',
  operationId: 'mergeContacts',
  tags: ['contacts'],
  summary: 'Make another contact part of this one; can be undone',
  security: bearer,
  request: { params: idParam, headers: idempotencyKey, body: jsonBody(mergeContactsBody) },
  responses: {
    200: json(contactMerge, 'Merged'),
    ...problems(
      'not_found',
      'contact_merged',
      'invalid_merge',
      'invalid_request',
      'idempotency_mismatch',
      'idempotency_in_progress',
      'payload_too_large',
    ),
  },
});

const postUndo = createRoute({
  method: 'post',
  path: '/contacts/merges/{id}/undo',
  operationId: 'undoMerge',
  tags: ['contacts'],
  summary: 'Separate two contacts again; the newest merge first',
  security: bearer,
  request: { params: idParam, headers: idempotencyKey },
  responses: {
    200: json(contactUnmerge, 'Both'),
    ...problems('not_found', 'not_undoable', 'idempotency_mismatch', 'idempotency_in_progress'),
  },
});

const removeContact = createRoute({
  method: 'delete',
  path: '/contacts/{id}',
  operationId: 'deleteContact',
  tags: ['contacts'],
  summary: 'Delete a contact with conversations and messages (managers); opt-outs stay',
  security: bearer,
  request: { params: idParam },
  responses: { 204: { description: 'Gone' }, ...problems('forbidden', 'not_found', 'contact_merged') },
});

export function contactMergeRoutes(
  context: KitContext,
  belongings: Required<Belongings>,
): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(getDuplicates, async (c) => {
    const { id } = c.req.valid('param');
    const [[row], found] = await database.pipeline(c.var.session.tenant, (tx) => [
      contactById(tx, id),
      duplicatesOf(tx, id),
    ]);
    present(row);
    return c.json({ items: found.map((each) => ({ contact: toContact(each), reasons: each.reasons })) }, 200);
  });

  app.openapi(postMerge, async (c) => {
    const { member } = c.var.session;
    const { id } = c.req.valid('param');
    const { with: loserId } = c.req.valid('json');
    const { body } = await retryCollisions(() =>
      once(context, c, async (tx) => {
        const mergeId = await mergeContacts(tx, { winnerId: id, loserId }, member, belongings);
        const [row] = await contactById(tx, id);
        const contact = toContact(row!);
        return {
          status: 200,
          body: { id: mergeId, contact, merged_id: loserId, merged_at: contact.updated_at },
        };
      }),
    );
    return c.json(body, 200);
  });

  app.openapi(postUndo, async (c) => {
    const { member } = c.var.session;
    const { id } = c.req.valid('param');
    const { body } = await retryCollisions(() =>
      once(context, c, async (tx) => {
        const contacts = [];
        for (const one of await undoMerge(tx, id, member, belongings)) {
          const [row] = await contactById(tx, one);
          contacts.push(toContact(row!));
        }
        return { status: 200, body: { contacts } };
      }),
    );
    return c.json(body, 200);
  });

  app.openapi(removeContact, async (c) => {
    const { tenant, member } = c.var.session;
    requireManager(c.var.session, 'delete contacts');
    const { id } = c.req.valid('param');
    await retryCollisions(() =>
      database.transaction(tenant, (tx) => deleteContact(tx, id, member, belongings)),
    );
    return c.body(null, 204);
  });

  return app;
}
