import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { contactById, present, toContact } from '../contacts/rows.ts';
import {
  consentRecord,
  contact,
  recordConsent as recordConsentBody,
  type Channel,
} from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import type { AppEnv } from '../http/env.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { requireManager, routeGroup } from '../http/routes.ts';
import { lockConsent, recordConsent } from './ledger.ts';
import { consentHistory } from './queries.ts';

const getConsent = createRoute({
  method: 'get',
  path: '/contacts/{id}/consent',
  operationId: 'listConsent',
  tags: ['consent'],
  summary: 'What this person agreed to and withdrew, newest first',
  security: bearer,
  request: { params: idParam },
  responses: {
    200: json(z.object({ items: z.array(consentRecord) }).meta({ id: 'ConsentHistory' }), 'The ledger'),
    ...problems('not_found', 'contact_merged'),
  },
});

const postConsent = createRoute({
  method: 'post',
  path: '/contacts/{id}/consent',
  operationId: 'recordConsent',
  tags: ['consent'],
  summary: 'Record an opt-out, or (managers) an opt-in given elsewhere',
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
      'idempotency_mismatch',
      'idempotency_in_progress',
      'payload_too_large',
    ),
  },
});

/** What an opt-out stops elsewhere, in the same transaction. */
export type OnWithdrawn = (tx: Tx, channel: Channel, addresses: string[]) => PromiseLike<unknown>;

export function consentRoutes(context: KitContext, withdrawn: OnWithdrawn): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(getConsent, async (c) => {
    const { id } = c.req.valid('param');
    const [[known], items] = await database.pipeline(c.var.session.tenant, (tx) => [
      contactById(tx, id),
      consentHistory(tx, id),
    ]);
    present(known);
    return c.json({ items: [...items] }, 200);
  });

  app.openapi(postConsent, async (c) => {
    const { member } = c.var.session;
    const { id } = c.req.valid('param');
    const { channel, action, wording } = c.req.valid('json');
    // an agent may always stop texts; starting them again needs someone who answers for the proof
    if (action === 'grant') requireManager(c.var.session, 'opt somebody in on their behalf');
    const { body } = await once(context, c, async (tx) => {
      await lockConsent(tx);
      const [found] = await tx.sql<
        { phone: string | null; merged_into: string | null; conversation_id: string | null }[]
      >`
        select k.phone, k.merged_into, c.conversation_id from contacts k left join conversations c
          on c.tenant_id = k.tenant_id and c.contact_id = k.contact_id and c.channel = ${channel}
        where k.tenant_id = ${tx.tenant} and k.contact_id = ${id}`;
      const person = present(found);
      if (person.phone === null)
        throw new ProblemError('no_address', 'Add a phone number to the contact first.');
      await Promise.all(
        recordConsent(tx, [
          {
            channel,
            action,
            wording: wording ?? null,
            address: person.phone,
            source: 'member',
            contactId: id,
            conversationId: person.conversation_id,
            member,
          },
        ]),
      );
      if (action === 'withdraw') await withdrawn(tx, channel, [person.phone]);
      const [row] = await contactById(tx, id);
      return { status: 200, body: toContact(row!) };
    });
    return c.json(body, 200);
  });

  return app;
}
