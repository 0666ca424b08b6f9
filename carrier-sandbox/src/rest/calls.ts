/** /Calls: asking for one, looking at them, ending one. https://www.twilio.com/docs/voice/api/call-resource */
import type { Hono } from 'hono';
import type { Carrier } from '../carrier.ts';
import { isOver, type NewCall } from '../calls/exchange.ts';
import { CarrierError } from '../errors.ts';
import { toE164 } from '../numbers.ts';
import type { Account, Call } from '../records.ts';
import { given, isCallableUrl, methodOf, sidParam, type RestContext, type RestEnv } from './context.ts';
import { notFound } from './messages.ts';
import { readPage, slicePage, v2010Page } from './paging.ts';
import { renderCall } from './render.ts';

const PREFIX = '/2010-04-01/Accounts/:account';
const EVENTS = ['initiated', 'ringing', 'answered', 'completed'];

/** Twilio's own magic numbers of its test credentials. https://www.twilio.com/docs/iam/test-credentials */
const MAGIC_TO: Record<string, number> = {
  '+15005550001': 21217,
  '+15005550002': 21214,
  '+15005550003': 21215,
  '+15005550004': 21216,
};

export function callRoutes(app: Hono<RestEnv>, carrier: Carrier): void {
  const { store, exchange } = carrier;

  function own(c: RestContext): Call {
    const call = store.calls.get(sidParam(c));
    if (call?.accountSid !== c.get('account').sid) throw notFound(c);
    return call;
  }

  const shown = (call: Call) => {
    const number = store.numberOf(call.direction === 'inbound' ? call.to : call.from);
    return renderCall(call, number?.sid ?? null);
  };

  app.post(`${PREFIX}/Calls.json`, (c) => {
    const account = c.get('account');
    return c.json(shown(exchange.place(account, readCall(carrier, account, c.get('form')))), 201);
  });

  app.get(`${PREFIX}/Calls.json`, (c) => {
    const query = new URL(c.req.url).searchParams;
    const request = readPage(query);
    const [to, from] = ['To', 'From'].map((name) => {
      const raw = query.get(name);
      return raw ? (toE164(raw) ?? raw) : null;
    });
    const [status, parent] = [query.get('Status'), query.get('ParentCallSid')];
    const things = [...store.calls.values()]
      .reverse()
      .filter((call) => call.accountSid === c.get('account').sid)
      .filter((call) => !to || call.to === to)
      .filter((call) => !from || call.from === from)
      .filter((call) => !status || call.status === status)
      .filter((call) => !parent || call.parentSid === parent);
    return c.json(v2010Page(c, 'calls', request, slicePage(things, request), shown));
  });

  app.get(`${PREFIX}/Calls/:sid`, (c) => c.json(shown(own(c))));

  app.post(`${PREFIX}/Calls/:sid`, (c) => {
    const call = own(c);
    const status = given(c.get('form'), 'Status');
    if (status !== 'completed' && status !== 'canceled')
      throw new CarrierError(20001, 'Only Status=completed and Status=canceled can be asked for here');
    if (isOver(call) || (status === 'canceled' && call.startedAt !== null)) throw new CarrierError(21220);
    exchange.hangUp(call.sid);
    return c.json(shown(call));
  });
}

function readCall(carrier: Carrier, account: Account, form: URLSearchParams): NewCall {
  const rawTo = given(form, 'To');
  const rawFrom = given(form, 'From');
  if (rawTo === undefined) throw new CarrierError(21201);
  if (rawFrom === undefined) throw new CarrierError(21213);
  const [to, from] = [toE164(rawTo), toE164(rawFrom)];
  if (to === undefined) throw new CarrierError(21211, `Invalid 'To' Phone Number: ${rawTo}`);
  const magic = MAGIC_TO[to];
  if (magic !== undefined) throw new CarrierError(magic);
  const number = from === undefined ? undefined : carrier.store.numberOf(from);
  if (number?.accountSid !== account.sid || !number.capabilities.voice)
    throw new CarrierError(21210, `'From' phone number not verified: ${rawFrom}`);
  const url = given(form, 'Url') ?? null;
  const twiml = given(form, 'Twiml') ?? null;
  if (url === null && twiml === null) throw new CarrierError(21205, 'Url parameter is required.');
  if (url !== null && !isCallableUrl(url)) throw new CarrierError(21205, `Url is not a valid URL: ${url}`);
  const statusCallback = given(form, 'StatusCallback') ?? null;
  if (statusCallback !== null && !isCallableUrl(statusCallback)) throw new CarrierError(21609);
  const statusEvents = form.getAll('StatusCallbackEvent').filter((event) => EVENTS.includes(event));
  const detection = given(form, 'MachineDetection');
  if (given(form, 'AsyncAmd') === 'true')
    throw new CarrierError(
      20001,
      'This sandbox detects machines before it asks for the document (AsyncAmd=false)',
    );
  return {
    to,
    from: number.phoneNumber,
    url,
    twiml,
    method: methodOf(form, 'Method', 'POST'),
    timeout: Math.min(Number(given(form, 'Timeout') ?? 60) || 60, 600),
    detection: detection === 'Enable' || detection === 'DetectMessageEnd' ? detection : null,
    statusCallback,
    statusEvents: statusEvents.length > 0 ? statusEvents : ['completed'],
  };
}
