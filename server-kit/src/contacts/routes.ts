import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import {
  contact,
  contactPage,
  createContact as createContactBody,
  listContactsQuery,
  updateContact as updateContactBody,
  type Contact,
} from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { retryCollisions } from '../db/retry.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { etag, versionIn } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { cleanQuery, routeGroup } from '../http/routes.ts';
import { createContact, updateContact } from './contacts.ts';
import { contactById, listContacts, present, toContact } from './rows.ts';
import { regionFor } from './search.ts';
import type { Stages } from './stages.ts';

const getContacts = createRoute({
  method: 'get',
  path: '/contacts',
  operationId: 'listContacts',
  tags: ['contacts'],
  summary: 'Contacts, newest first',
  description:
    '`q` finds the beginning of a name, of a last name, of an e-mail address or of a number, and the last digits of a number (three and more).',
  security: bearer,
  request: { query: listContactsQuery },
  responses: { 200: json(contactPage, 'A page'), ...problems('invalid_cursor', 'invalid_request') },
});

const postContact = createRoute({
  method: 'post',
  path: '/contacts',
  operationId: 'createContact',
  tags: ['contacts'],
  summary: 'Add a contact',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(createContactBody) },
  responses: {
    201: json(contact, 'Made'),
    ...problems(
      'contact_exists',
      'address_taken',
      'invalid_phone',
      'invalid_birthday',
      'invalid_time_zone',
      'invalid_field',
      'invalid_request',
      'idempotency_mismatch',
      'idempotency_in_progress',
      'payload_too_large',
    ),
  },
});

const getContact = createRoute({
  method: 'get',
  path: '/contacts/{id}',
  operationId: 'getContact',
  tags: ['contacts'],
  summary: 'One contact, with its version as ETag',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(contact, 'The contact'), ...problems('not_found', 'contact_merged') },
});

const patchContact = createRoute({
  method: 'patch',
  path: '/contacts/{id}',
  operationId: 'updateContact',
  tags: ['contacts'],
  summary: 'Change a contact',
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
    body: jsonBody(updateContactBody),
  },
  responses: {
    200: json(contact, 'As it is now'),
    ...problems(
      'not_found',
      'contact_merged',
      'edited_elsewhere',
      'contact_exists',
      'address_taken',
      'invalid_phone',
      'invalid_birthday',
      'invalid_time_zone',
      'invalid_field',
      'invalid_request',
      'payload_too_large',
    ),
  },
});

export function contactRoutes(context: KitContext, stages: Stages): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(getContacts, async (c) => {
    const { q, tag, after, limit } = cleanQuery(c.req.valid('query'));
    const place = readCursor(after);
    const words = q?.trim() || undefined;
    const page = { q: words, tag: tag || undefined, after: place, limit };
    const found = await database.transaction(c.var.session.tenant, async (tx) =>
      listContacts(tx, { ...page, region: await regionFor(tx, words) }),
    );
    const { rows, next } = cutPage([...found], limit, (row) => ({ at: row.created_at, id: row.contact_id }));
    return c.json({ items: rows.map(toContact), next }, 200);
  });

  app.openapi(postContact, async (c) => {
    const given = c.req.valid('json');
    const { body } = await once(context, c, async (tx) => {
      const id = await createContact(tx, given, c.var.session.member, stages);
      return { status: 201, body: await read(tx, id) };
    });
    c.header('etag', etag(body));
    return c.json(body, 201);
  });

  app.openapi(getContact, async (c) => {
    const { id } = c.req.valid('param');
    const [[row]] = await database.pipeline(c.var.session.tenant, (tx) => [contactById(tx, id)]);
    const found = present(row);
    c.header('etag', etag(found));
    return c.json(toContact(found), 200);
  });

  app.openapi(patchContact, async (c) => {
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    const expected = versionIn(c.req.valid('header')['if-match']);
    const body = await retryCollisions(() =>
      database.transaction(tenant, async (tx) => {
        await updateContact(tx, id, c.req.valid('json'), expected, member, stages);
        return read(tx, id);
      }),
    );
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  return app;
}

async function read(tx: Tx, id: string): Promise<Contact> {
  const [row] = await contactById(tx, id);
  return toContact(row!);
}
