/** Phones: the people at the other end. Made by hand, or by the first message sent to a number. */
import type { Hono } from 'hono';
import type { Carrier } from '../carrier.ts';
import { newPhone } from '../phones.ts';
import type { Answering, DeliverySwitch, OwnedNumber } from '../records.ts';
import { messageView, onPhone, phoneView } from '../views.ts';
import { ControlError, integer, oneOf, phoneNumber, readJson, text, texts, type Json } from './input.ts';

const MODES = ['deliver', 'undelivered', 'failed', 'queued', 'sent', 'reject'] as const;
const ANSWERING = ['ring', 'answer', 'decline', 'no_answer', 'voicemail', 'fail'] as const;
const DETECTED = [
  'human',
  'machine_start',
  'machine_end_beep',
  'machine_end_silence',
  'machine_end_other',
  'fax',
  'unknown',
] as const;
const MAX_BODY = 10_000;

export function readDelivery(json: Json): DeliverySwitch {
  const mode = oneOf(json, 'mode', MODES);
  if (mode === undefined) throw new ControlError(400, `mode must be one of: ${MODES.join(', ')}`);
  return { mode, errorCode: integer(json, 'error_code', 1) ?? null };
}

function readAnswering(json: Json): Answering {
  const mode = oneOf(json, 'mode', ANSWERING);
  if (mode === undefined) throw new ControlError(400, `mode must be one of: ${ANSWERING.join(', ')}`);
  return { mode, answeredBy: oneOf(json, 'answered_by', DETECTED) ?? null };
}

export function phoneRoutes(app: Hono, carrier: Carrier): void {
  const { store } = carrier;

  const known = (raw: string) => {
    const phone = store.phones.get(phoneNumber(raw, 'number'));
    if (!phone) throw new ControlError(404, 'There is no such phone. POST /sandbox/phones makes one.');
    return phone;
  };

  const business = (raw: string | undefined): OwnedNumber => {
    const to = phoneNumber(raw, 'to');
    const number = store.numberOf(to);
    if (!number) throw new ControlError(404, `No account owns ${to}, so nobody would receive this.`);
    return number;
  };

  app.get('/sandbox/phones', (c) => {
    const newest = [...store.phones.values()].reverse().slice(0, Number(c.req.query('limit')) || 200);
    return c.json({ total: store.phones.size, phones: newest.map((phone) => phoneView(carrier, phone)) });
  });

  app.post('/sandbox/phones', async (c) => {
    const json = await readJson(c);
    const raw = text(json, 'number');
    const number = raw === undefined ? freePhone(carrier) : phoneNumber(raw, 'number');
    if (store.numberOf(number))
      throw new ControlError(409, `${number} belongs to an account: it is not a phone.`);
    const before = store.phones.get(number);
    const phone = before ?? newPhone(number, carrier.clock.now());
    phone.name = text(json, 'name')?.trim() || phone.name;
    if (json['delivery'] !== undefined) phone.delivery = readDelivery(json['delivery'] as Json);
    store.put('phone', phone);
    return c.json(phoneView(carrier, phone), before ? 200 : 201);
  });

  app.get('/sandbox/phones/:number', (c) => c.json(phoneView(carrier, known(c.req.param('number')))));

  app.patch('/sandbox/phones/:number', async (c) => {
    const phone = known(c.req.param('number'));
    const json = await readJson(c);
    phone.name = text(json, 'name')?.trim() || phone.name;
    if (json['delivery'] !== undefined) phone.delivery = readDelivery(json['delivery'] as Json);
    store.put('phone', phone);
    carrier.lifecycle.release(phone.number);
    return c.json(phoneView(carrier, phone));
  });

  app.put('/sandbox/phones/:number/delivery', async (c) => {
    const phone = carrier.phone(phoneNumber(c.req.param('number'), 'number'));
    phone.delivery = readDelivery(await readJson(c));
    store.put('phone', phone);
    carrier.lifecycle.release(phone.number);
    return c.json(phoneView(carrier, phone));
  });

  app.put('/sandbox/phones/:number/answering', async (c) => {
    const phone = carrier.phone(phoneNumber(c.req.param('number'), 'number'));
    phone.answering = readAnswering(await readJson(c));
    store.put('phone', phone);
    return c.json(phoneView(carrier, phone));
  });

  app.delete('/sandbox/phones/:number', (c) => {
    store.drop('phone', known(c.req.param('number')).number);
    return c.body(null, 204);
  });

  /** What the phone shows of one conversation, oldest first; `all=1` adds what has not reached it. */
  app.get('/sandbox/phones/:number/messages', (c) => {
    const number = phoneNumber(c.req.param('number'), 'number');
    const raw = c.req.query('with');
    const other = raw === undefined ? undefined : phoneNumber(raw, 'with');
    const all = c.req.query('all') === '1';
    const limit = Number(c.req.query('limit')) || 200;
    const messages = store.messages
      .party(number)
      .filter((message) => all || onPhone(message))
      .filter((message) => other === undefined || message.from === other || message.to === other)
      .slice(-limit);
    return c.json({ messages: messages.map((message) => messageView(carrier, message)) });
  });

  /** What the phone shows under a link of its conversations; null where the page gives nothing of itself. */
  app.get('/sandbox/phones/:number/preview', async (c) => {
    const number = phoneNumber(c.req.param('number'), 'number');
    const url = c.req.query('url') ?? '';
    // only what somebody has texted: this is no way to fetch what one likes from here
    const texted = [...store.messages.party(number)].some(
      (message) => onPhone(message) && message.body.includes(url),
    );
    if (!/^https?:\/\/[^/]/.test(url) || !texted)
      throw new ControlError(404, 'No message of this phone has this link');
    return c.json({ preview: await carrier.previews.get(url) });
  });

  app.post('/sandbox/phones/:number/messages', async (c) => {
    const from = phoneNumber(c.req.param('number'), 'number');
    const json = await readJson(c);
    const to = business(text(json, 'to'));
    const body = text(json, 'body') ?? '';
    const mediaUrls = texts(json, 'media_urls');
    if (body === '' && mediaUrls.length === 0)
      throw new ControlError(400, 'Give a body, media_urls, or both');
    if (body.length > MAX_BODY) throw new ControlError(400, `body is longer than ${MAX_BODY} characters`);
    for (const url of mediaUrls) {
      if (!/^(https?:\/\/|data:)/.test(url))
        throw new ControlError(400, `media_urls: ${url.slice(0, 80)} is not a URL`);
    }
    const message = carrier.inbound.receive({ from, to, body, mediaUrls });
    return c.json(messageView(carrier, message), 201);
  });
}

/** Numbers kept for fiction: 555-0100 to 555-0199 of Chicago's area code, then further ones. */
function freePhone(carrier: Carrier): string {
  for (let line = 177; ; line++) {
    const number = `+1312555${String(line).padStart(4, '0')}`;
    if (!carrier.store.phones.has(number) && !carrier.store.numberOf(number)) return number;
  }
}
