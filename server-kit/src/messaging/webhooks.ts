/** The carrier's webhooks. Verified against the configured public URL, refused when in doubt, answered after commit. */
import { Hono } from 'hono';
import { carrierAddress } from '../contacts/phone.ts';
import type { KitContext } from '../context.ts';
import type { InboundMessage } from '../carriers/carrier.ts';
import { readWebhook, refuseWebhook } from '../carriers/webhook.ts';
import { Coalescer } from '../db/coalesce.ts';
import type { Database } from '../db/client.ts';
import { createInboundWriter } from './inbound.ts';
import { createStatusWriter } from './status.ts';

const EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>';
/** How often a number may move between the question whose it is and the write. */
const MAX_MOVES = 5;

/** The routes under `/twilio`. */
export function webhookRoutes({ database, carrier, publicUrl, log }: KitContext): Hono {
  const inbound = createInboundWriter(database);
  const statuses = createStatusWriter(database);
  const numbers = createDirectory(database);
  const app = new Hono();

  app.post('/sms/inbound', async (context) => {
    const message = await carrier.readInbound(
      await readWebhook(publicUrl, '/twilio/sms/inbound', context.req.raw),
    );
    if ('rejected' in message) return refuseWebhook(log, message, 'inbound');
    if (carrierAddress(message.from) === null) {
      log.warn({ webhook: 'inbound', sid: message.sid }, 'sender is no phone number; ignored');
      return twiml();
    }
    const remembered = numbers.recall(message);
    if (remembered && (await inbound.addKnown({ ...message, ...remembered }))) return twiml();
    for (let tries = 1; tries <= MAX_MOVES; tries += 1) {
      const route = await numbers.find(message);
      if (!route) {
        // signed, so it is the carrier: an answer of 403 would only hide a number that nobody has set up
        log.warn(
          { webhook: 'inbound', accountSid: message.accountSid, to: message.to },
          'no tenant has this number',
        );
        return context.body('No account has this number.', 404);
      }
      if (await inbound.add({ ...message, ...route })) return twiml();
    }
    throw new Error('The number moved, or the contact was deleted, each time its text was stored.');
  });

  app.post('/sms/status', async (context) => {
    const report = await carrier.readStatus(
      await readWebhook(publicUrl, '/twilio/sms/status', context.req.raw),
    );
    if (report === null) return context.body(null, 204);
    if ('rejected' in report) return refuseWebhook(log, report, 'status');
    await statuses.add(report.tenant, report);
    return context.body(null, 204);
  });

  return app;
}

function twiml(): Response {
  return new Response(EMPTY_TWIML, { headers: { 'content-type': 'text/xml; charset=utf-8' } });
}

interface Route {
  tenant: string;
  senderId: string;
}

/**
 * Whose number is this? A number may have moved a second ago, so what is remembered is a guess to be confirmed by the
 * write itself; `find` asks for all webhooks that wait.
 */
function createDirectory(database: Database) {
  const remembered = new Map<string, Route>();
  const keyOf = ({ accountSid, to }: InboundMessage) => `${accountSid} ${to}`;
  const lookUps = new Coalescer<InboundMessage, Route | undefined>(async (_, messages) => {
    const rows = await database.directory(
      (sql) => sql<{ account_sid: string; address: string; tenant_id: string; sender_id: string }[]>`
        select account_sid, address, tenant_id, sender_id from sender_directory
        where channel = 'sms' and account_sid = any(${[...new Set(messages.map((message) => message.accountSid))]})
          and address = any(${[...new Set(messages.map((message) => message.to))]})`,
    );
    for (const { account_sid, address, tenant_id, sender_id } of rows) {
      remembered.set(`${account_sid} ${address}`, { tenant: tenant_id, senderId: sender_id });
    }
    return messages.map(({ accountSid, to }) => {
      const row = rows.find((found) => found.account_sid === accountSid && found.address === to);
      return row && { tenant: row.tenant_id, senderId: row.sender_id };
    });
  });
  return {
    recall: (message: InboundMessage) => remembered.get(keyOf(message)),
    find: (message: InboundMessage) => lookUps.add('', message),
  };
}
