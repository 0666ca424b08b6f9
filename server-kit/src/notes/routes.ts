import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { contactById, present } from '../contacts/rows.ts';
import type { KitContext } from '../context.ts';
import { createNote, listNotesQuery, note, notePage, updateNote } from '../contract/index.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { etag, versionIn } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { routeGroup } from '../http/routes.ts';
import { addNote, deleteNote, editNote, readNotes } from './notes.ts';

const getNotes = createRoute({
  method: 'get',
  path: '/contacts/{id}/notes',
  operationId: 'listNotes',
  tags: ['notes'],
  summary: 'Notes about a contact, newest first',
  security: bearer,
  request: { params: idParam, query: listNotesQuery },
  responses: {
    200: json(notePage, 'A page'),
    ...problems('not_found', 'contact_merged', 'invalid_cursor', 'invalid_request'),
  },
});

const postNote = createRoute({
  method: 'post',
  path: '/contacts/{id}/notes',
  operationId: 'addNote',
  tags: ['notes'],
  summary: 'Write a note; members who are mentioned are told',
  security: bearer,
  request: { params: idParam, headers: idempotencyKey, body: jsonBody(createNote) },
  responses: {
    201: json(note, 'Written'),
    ...problems(
      'not_found',
      'contact_merged',
      'invalid_request',
      'idempotency_mismatch',
      'idempotency_in_progress',
      'payload_too_large',
    ),
  },
});

const patchNote = createRoute({
  method: 'patch',
  path: '/notes/{id}',
  operationId: 'updateNote',
  tags: ['notes'],
  summary: 'Change a note (its author, or a manager)',
  security: bearer,
  request: {
    params: idParam,
    headers: z.object({ 'if-match': z.string().max(40).optional() }),
    body: jsonBody(updateNote),
  },
  responses: {
    200: json(note, 'As it is now'),
    ...problems('not_found', 'forbidden', 'edited_elsewhere', 'invalid_request', 'payload_too_large'),
  },
});

const removeNote = createRoute({
  method: 'delete',
  path: '/notes/{id}',
  operationId: 'deleteNote',
  tags: ['notes'],
  summary: 'Delete a note (its author, or a manager); what it said stays in the log',
  security: bearer,
  request: { params: idParam },
  responses: { 204: { description: 'Gone' }, ...problems('not_found', 'forbidden') },
});

export function noteRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(getNotes, async (c) => {
    const { id } = c.req.valid('param');
    const { after, limit } = c.req.valid('query');
    const place = readCursor(after);
    const [[row], rows] = await database.pipeline(c.var.session.tenant, (tx) => [
      contactById(tx, id),
      readNotes(tx, { contactId: id, after: place, limit }),
    ]);
    present(row);
    const page = cutPage([...rows], limit, (one) => ({ at: one.created_at, id: one.id }));
    return c.json({ items: page.rows, next: page.next }, 200);
  });

  app.openapi(postNote, async (c) => {
    const contactId = c.req.valid('param').id;
    const { id, text } = c.req.valid('json');
    const { body } = await once(context, c, async (tx) => ({
      status: 201,
      body: await addNote(tx, { id, contactId, text }, c.var.session.member),
    }));
    c.header('etag', etag(body));
    return c.json(body, 201);
  });

  app.openapi(patchNote, async (c) => {
    const { id } = c.req.valid('param');
    const { text } = c.req.valid('json');
    const expected = versionIn(c.req.valid('header')['if-match']);
    const body = await database.transaction(c.var.session.tenant, (tx) =>
      editNote(tx, id, text, expected, c.var.session),
    );
    c.header('etag', etag(body));
    return c.json(body, 200);
  });

  app.openapi(removeNote, async (c) => {
    const { id } = c.req.valid('param');
    await database.transaction(c.var.session.tenant, (tx) => deleteNote(tx, id, c.var.session));
    return c.body(null, 204);
  });

  return app;
}
