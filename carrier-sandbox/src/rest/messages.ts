/** /Messages and what hangs on a message: its media, the media's bytes, feedback. */
import type { Hono } from 'hono';
import type { Carrier } from '../carrier.ts';
import { parseWhen, rfc2822 } from '../dates.ts';
import { CarrierError } from '../errors.ts';
import { toE164 } from '../numbers.ts';
import type { Media, Message } from '../records.ts';
import { accountPath, sidParam, type RestContext, type RestEnv } from './context.ts';
import { createMessage } from './create-message.ts';
import { readPage, slicePage, v2010Page, type PageOf, type PageRequest } from './paging.ts';
import { renderMedia, renderMessage } from './render.ts';

const DAY = 24 * 3600 * 1000;
const PREFIX = '/2010-04-01/Accounts/:account';

export function messageRoutes(app: Hono<RestEnv>, carrier: Carrier): void {
  const { store, clock } = carrier;

  function own(c: RestContext, name = 'sid'): Message {
    const sid = sidParam(c, name);
    const message = store.messages.get(sid);
    if (message?.accountSid !== c.get('account').sid) throw notFound(c);
    return message;
  }

  app.post(`${PREFIX}/Messages.json`, (c) =>
    c.json(renderMessage(createMessage(carrier, c.get('account'), c.get('form'))), 201),
  );

  app.get(`${PREFIX}/Messages.json`, (c) => {
    const query = new URL(c.req.url).searchParams;
    const request = readPage(query);
    const page = listMessages(carrier, c.get('account').sid, query, request);
    return c.json(v2010Page(c, 'messages', request, page, renderMessage));
  });

  app.get(`${PREFIX}/Messages/:sid`, (c) => c.json(renderMessage(own(c))));

  app.post(`${PREFIX}/Messages/:sid`, (c) => {
    const message = own(c);
    const form = c.get('form');
    const status = form.get('Status');
    const body = form.get('Body');
    if (status !== null && status !== 'canceled')
      throw new CarrierError(20001, `Status '${status}' is not allowed`);
    if (status === 'canceled') carrier.lifecycle.cancel(message);
    if (body !== null) {
      if (body !== '') throw new CarrierError(20001, 'Body can only be set to an empty string');
      if (IN_FLIGHT.has(message.status)) throw new CarrierError(30009, 'The message has not been sent yet');
      message.body = '';
      message.updatedAt = clock.now();
      store.put('message', message);
    }
    return c.json(renderMessage(message));
  });

  app.delete(`${PREFIX}/Messages/:sid`, (c) => {
    const message = own(c);
    if (IN_FLIGHT.has(message.status)) throw new CarrierError(20009, 'The message has not been sent yet');
    store.drop('message', message.sid);
    return c.body(null, 204);
  });

  app.post(`${PREFIX}/Messages/:message/Feedback.json`, (c) => {
    const message = own(c, 'message');
    const outcome = c.get('form').get('Outcome') ?? 'unconfirmed';
    if (outcome !== 'confirmed' && outcome !== 'unconfirmed')
      throw new CarrierError(20001, 'Outcome is invalid');
    const now = rfc2822(clock.now());
    return c.json({
      account_sid: message.accountSid,
      message_sid: message.sid,
      outcome,
      date_created: now,
      date_updated: now,
      uri: `${accountPath(message.accountSid)}/Messages/${message.sid}/Feedback.json`,
    });
  });

  app.get(`${PREFIX}/Messages/:message/Media.json`, (c) => {
    const message = own(c, 'message');
    const request = readPage(new URL(c.req.url).searchParams);
    const page = slicePage(message.media, request);
    return c.json(v2010Page(c, 'media_list', request, page, (media: Media) => renderMedia(message, media)));
  });

  app.get(`${PREFIX}/Messages/:message/Media/:sid`, (c) => {
    const message = own(c, 'message');
    return c.json(renderMedia(message, mediaOf(c, message)));
  });

  app.delete(`${PREFIX}/Messages/:message/Media/:sid`, (c) => {
    const message = own(c, 'message');
    const media = mediaOf(c, message);
    message.media = message.media.filter((other) => other !== media);
    store.put('message', message);
    return c.body(null, 204);
  });
}

/** A message that is still on its way can neither be emptied nor deleted. */
const IN_FLIGHT: ReadonlySet<string> = new Set(['accepted', 'scheduled', 'queued', 'sending']);

function mediaOf(c: RestContext, message: Message): Media {
  const sid = sidParam(c);
  const media = message.media.find((one) => one.sid === sid);
  if (!media) throw notFound(c);
  return media;
}

export function notFound(c: RestContext): CarrierError {
  return new CarrierError(20404, `The requested resource ${new URL(c.req.url).pathname} was not found`);
}

function listMessages(
  carrier: Carrier,
  accountSid: string,
  query: URLSearchParams,
  request: PageRequest,
): PageOf<Message> {
  const { messages } = carrier.store;
  const by: { to?: string; from?: string } = {};
  for (const [name, key] of [
    ['To', 'to'],
    ['From', 'from'],
  ] as const) {
    const raw = query.get(name);
    if (raw) by[key] = toE164(raw) ?? raw;
  }
  const fits = dateFilter(query);
  const named = request.token === undefined ? undefined : messages.seqOf(request.token.slice(2));

  if (named !== undefined && request.token?.startsWith('PB')) {
    const items: Message[] = [];
    for (const message of messages.oldest(accountSid, by, named)) {
      if (fits(message)) items.push(message);
      if (items.length === request.size) break;
    }
    return { items: items.reverse(), hasNext: true };
  }
  let skip = named === undefined ? request.page * request.size : 0;
  const items: Message[] = [];
  for (const message of messages.newest(accountSid, by, named)) {
    if (!fits(message)) continue;
    if (skip > 0) {
      skip--;
      continue;
    }
    if (items.length === request.size) return { items, hasNext: true };
    items.push(message);
  }
  return { items, hasNext: false };
}

/** DateSent is a day in UTC; with < or > it is a bound, both inclusive as Twilio documents them. */
function dateFilter(query: URLSearchParams): (message: Message) => boolean {
  const bounds: [from: number, to: number][] = [];
  for (const [name, sign] of [
    ['DateSent', '='],
    ['DateSent<', '<'],
    ['DateSent>', '>'],
  ] as const) {
    const raw = query.get(name);
    if (!raw) continue;
    const when = parseWhen(raw);
    if (!when) throw new CarrierError(20001, `${name} is not a date: ${raw}`);
    if (sign === '=') {
      const day = Math.floor(when.ms / DAY) * DAY;
      bounds.push([day, day + DAY - 1]);
    } else bounds.push(sign === '<' ? [-Infinity, when.ms] : [when.ms, Infinity]);
  }
  if (bounds.length === 0) return () => true;
  return ({ sentAt }) => sentAt !== null && bounds.every(([from, to]) => sentAt >= from && sentAt <= to);
}
