import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { contactById, present, toContact } from '../contacts/rows.ts';
import {
  consentHistory as consentHistoryBody,
  consentRequest,
  contact,
  preferenceLink as preferenceLinkBody,
  preferenceLinkBody as createPreferenceLink,
  recordConsent as recordConsentBody,
  requestConsent,
  type Channel,
} from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import type { AppEnv } from '../http/env.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { requireManager, routeGroup } from '../http/routes.ts';
import { preferenceLink } from './links.ts';
import { consentCsv } from './log.ts';
import { consentHistory, openRequests } from './queries.ts';
import { checkSaid, recordSaid } from './recording.ts';
import { ask, type Sender } from './requests.ts';

const getConsent = createRoute({
  method: 'get',
  path: '/contacts/{id}/consent',
  operationId: 'listConsent',
  tags: ['consent'],
  summary: 'What this person agreed to and withdrew, newest first, and what they were asked',
  security: bearer,
  request: { params: idParam },
  responses: {
    200: json(consentHistoryBody, 'The ledger'),
    ...problems('not_found', 'contact_merged'),
  },
});

const getCsv = createRoute({
  method: 'get',
  path: '/contacts/{id}/consent.csv',
  operationId: 'exportConsent',
  tags: ['consent'],
  summary: 'The same as a table, oldest first, for whoever asks for proof',
  description:
    'What a spreadsheet would take for a formula, numbers with + among it, begins with an apostrophe.',
  security: bearer,
  request: { params: idParam },
  responses: {
    200: { description: 'The ledger', content: { 'text/csv': { schema: z.string() } } },
    ...problems('not_found', 'contact_merged'),
  },
});

const REPEATABLE = ['idempotency_mismatch', 'idempotency_in_progress', 'payload_too_large'] as const;

const postConsent = createRoute({
  method: 'post',
  path: '/contacts/{id}/consent',
  operationId: 'recordConsent',
  tags: ['consent'],
  summary: 'Record an opt-out, or (managers) an opt-in given elsewhere',
  description:
    'Marketing texts need a grant of kind `express_written`, which needs the words that were agreed to. A grant counts from when it was given: one older than the last opt-out is kept and changes nothing.',
  security: bearer,
  request: { params: idParam, headers: idempotencyKey, body: jsonBody(recordConsentBody) },
  responses: {
    200: json(contact, 'The contact as it is now'),
    ...problems(
      'not_found',
      'contact_merged',
      'forbidden',
      'no_address',
      'invalid_request',
      'invalid_consent',
      ...REPEATABLE,
    ),
  },
});

const postRequest = createRoute({
  method: 'post',
  path: '/contacts/{id}/consent/request',
  operationId: 'requestConsent',
  tags: ['consent'],
  summary: 'Ask for consent to marketing texts, with one text',
  description:
    '`sms`: a YES within the time is an `express_written` grant with the words that were sent. `link`: the button behind the link is. Once in 24 hours, unless a manager forces it.',
  security: bearer,
  request: { params: idParam, headers: idempotencyKey, body: jsonBody(requestConsent) },
  responses: {
    201: json(consentRequest, 'Asked'),
    ...problems(
      'not_found',
      'contact_merged',
      'forbidden',
      'no_address',
      'no_sender',
      'opted_out',
      'suppressed',
      'asked_already',
      'invalid_request',
      ...REPEATABLE,
    ),
  },
});

const postLink = createRoute({
  method: 'post',
  path: '/contacts/{id}/preference-link',
  operationId: 'createPreferenceLink',
  tags: ['consent'],
  summary: 'A link to the page on which this person decides what they get',
  description: 'Whoever holds it decides for this person: send it to them alone.',
  security: bearer,
  request: { params: idParam, body: jsonBody(createPreferenceLink) },
  responses: {
    200: json(preferenceLinkBody, 'The link'),
    ...problems('not_found', 'contact_merged', 'invalid_request', 'payload_too_large'),
  },
});

/** What an opt-out stops elsewhere, in the same transaction. */
export type OnWithdrawn = (tx: Tx, channel: Channel, addresses: string[]) => PromiseLike<unknown>;

export function consentRoutes(
  context: KitContext,
  withdrawn: OnWithdrawn,
  send: Sender,
): OpenAPIHono<AppEnv> {
  const { database, clock } = context;
  const app = routeGroup();

  app.openapi(getConsent, async (c) => {
    const { id } = c.req.valid('param');
    const [[known], items, requests] = await database.pipeline(c.var.session.tenant, (tx) => [
      contactById(tx, id),
      consentHistory(tx, id),
      openRequests(tx, id),
    ]);
    present(known);
    return c.json({ items: [...items], requests: [...requests] }, 200);
  });

  app.openapi(getCsv, async (c) => {
    const { id } = c.req.valid('param');
    const csv = await database.transaction(c.var.session.tenant, async (tx) => {
      const [known] = await contactById(tx, id);
      present(known);
      return consentCsv(tx, id);
    });
    return c.body(csv, 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="consent-${id}.csv"`,
    }) as never;
  });

  app.openapi(postConsent, async (c) => {
    const { member } = c.var.session;
    const { id } = c.req.valid('param');
    const said = c.req.valid('json');
    // an agent may always stop texts; starting them again needs someone who answers for the proof
    if (said.action === 'grant') requireManager(c.var.session, 'opt somebody in on their behalf');
    checkSaid(said, clock());
    const { body } = await once(context, c, async (tx) => {
      const address = await recordSaid(tx, id, said, member);
      if (said.action === 'withdraw') await withdrawn(tx, said.channel, [address]);
      const [row] = await contactById(tx, id);
      return { status: 200, body: toContact(row!) };
    });
    return c.json(body, 200);
  });

  app.openapi(postRequest, async (c) => {
    const { member } = c.var.session;
    const { id } = c.req.valid('param');
    const { via, wording, expires_in: seconds, force } = c.req.valid('json');
    if (force) requireManager(c.var.session, 'ask again within a day');
    const { body } = await once(context, c, async (tx) => ({
      status: 201,
      body: await ask(context, tx, { contactId: id, via, wording, seconds, force, member }, send),
    }));
    return c.json(body, 201);
  });

  app.openapi(postLink, async (c) => {
    const { id } = c.req.valid('param');
    const { tenant } = c.var.session;
    const [[known]] = await database.pipeline(tenant, (tx) => [contactById(tx, id)]);
    present(known);
    return c.json(preferenceLink(context, tenant, id, c.req.valid('json').expires_in), 200);
  });

  return app;
}
