/** The carrier's side of the control API: accounts, numbers, services, the STOP list, settings, faults, logs. */
import type { Hono } from 'hono';
import type { Carrier } from '../carrier.ts';
import { CALLBACK_FAULTS, REQUEST_FAULTS } from '../faults.ts';
import type { Account, MessageStatus } from '../records.ts';
import { buyNumber } from '../rest/numbers.ts';
import { debuggerView, faultView, messageView, numberView, requestView, webhookView } from '../views.ts';
import {
  amount,
  ControlError,
  integer,
  oneOf,
  phoneNumber,
  readJson,
  text,
  texts,
  type Json,
} from './input.ts';
import { readDelivery } from './phones.ts';

const OPT_OUT = ['default', 'advanced', 'off'] as const;

/** What a call takes, as the control API names it. */
const CALL_SETTINGS = [
  ['cps', 'cps'],
  ['pick_up_ms', 'pickUpMs'],
  ['voicemail_ms', 'voicemailMs'],
  ['detect_ms', 'detectMs'],
  ['greeting_ms', 'greetingMs'],
  ['speech_ms', 'speechMs'],
  ['play_ms', 'playMs'],
] as const;

export function carrierRoutes(app: Hono, carrier: Carrier): void {
  const { store, clock, ids, settings } = carrier;

  const accountOf = (sid: string | undefined): Account => {
    const account = sid === undefined ? store.accounts.values().next().value : store.accounts.get(sid);
    if (!account) throw new ControlError(404, `There is no account ${sid ?? ''}`);
    return account;
  };
  // Whoever creates an account chooses its token or is told it once; it is never listed.
  app.get('/sandbox/accounts', (c) =>
    c.json({
      accounts: [...store.accounts.values()].map(({ sid, friendlyName }) => ({
        sid,
        friendly_name: friendlyName,
      })),
    }),
  );
  app.post('/sandbox/accounts', async (c) => {
    const json = await readJson(c);
    const sid = text(json, 'sid') ?? ids.sid('AC');
    if (!/^AC[0-9a-f]{32}$/i.test(sid))
      throw new ControlError(400, 'sid must be AC and 32 hexadecimal digits');
    if (store.accounts.has(sid)) throw new ControlError(409, `The account ${sid} exists already`);
    const keys = Array.isArray(json['api_keys']) ? (json['api_keys'] as Json[]) : [];
    const account: Account = {
      sid,
      authToken: text(json, 'auth_token') ?? ids.sid(''),
      friendlyName: text(json, 'friendly_name') ?? 'Sandbox account',
      apiKeys: keys.map((key) => ({
        sid: text(key, 'sid') ?? ids.sid('SK'),
        secret: text(key, 'secret') ?? ids.sid(''),
      })),
      createdAt: clock.now(),
    };
    store.put('account', account);
    const { authToken, friendlyName, apiKeys } = account;
    return c.json({ sid, auth_token: authToken, friendly_name: friendlyName, api_keys: apiKeys }, 201);
  });

  app.get('/sandbox/numbers', (c) =>
    c.json({ numbers: [...store.numbers.values()].map((number) => numberView(carrier, number)) }),
  );
  app.post('/sandbox/numbers', async (c) => {
    const json = await readJson(c);
    const wanted = phoneNumber(text(json, 'phone_number'), 'phone_number');
    if (store.numberOf(wanted)) throw new ControlError(409, `${wanted} has an owner already`);
    const number = buyNumber(carrier, accountOf(text(json, 'account_sid')).sid, wanted);
    number.smsUrl = text(json, 'sms_url') ?? null;
    number.voiceUrl = text(json, 'voice_url') ?? null;
    number.friendlyName = text(json, 'friendly_name') ?? number.friendlyName;
    number.optOutHandling = oneOf(json, 'opt_out_handling', OPT_OUT) ?? 'default';
    const mps = amount(json, 'mps');
    if (mps !== undefined) number.mps = mps;
    store.put('number', number);
    return c.json(numberView(carrier, number), 201);
  });
  app.patch('/sandbox/numbers/:number', async (c) => {
    const number = store.numberOf(phoneNumber(c.req.param('number'), 'number'));
    if (!number) throw new ControlError(404, 'No account owns that number');
    const json = await readJson(c);
    number.optOutHandling = oneOf(json, 'opt_out_handling', OPT_OUT) ?? number.optOutHandling;
    const mps = amount(json, 'mps');
    if (mps !== undefined) number.mps = mps;
    const { capabilities } = json;
    if (typeof capabilities === 'object' && capabilities !== null)
      Object.assign(number.capabilities, capabilities);
    store.put('number', number);
    return c.json(numberView(carrier, number));
  });
  app.patch('/sandbox/services/:sid', async (c) => {
    const service = store.services.get(c.req.param('sid'));
    if (!service) throw new ControlError(404, 'There is no such messaging service');
    service.optOutHandling = oneOf(await readJson(c), 'opt_out_handling', OPT_OUT) ?? service.optOutHandling;
    store.put('service', service);
    return c.json({ sid: service.sid, opt_out_handling: service.optOutHandling });
  });

  app.get('/sandbox/opt-outs', (c) => {
    const all = [...store.optouts.values()];
    return c.json({
      opt_outs: all.map(({ accountSid, scope, phone, keyword, at }) => ({
        account_sid: accountSid,
        scope,
        phone,
        keyword,
        at: new Date(at).toISOString(),
      })),
    });
  });

  const settingsView = () => ({
    mps: settings.mps,
    sent_after_ms: settings.sentAfterMs,
    delivered_after_ms: settings.deliveredAfterMs,
    carrier_media_bytes: settings.carrierMediaBytes,
    callback_statuses: settings.callbackStatuses,
    ...Object.fromEntries(CALL_SETTINGS.map(([name, key]) => [name, settings[key]])),
    delivery: { mode: settings.delivery.mode, error_code: settings.delivery.errorCode },
  });
  app.get('/sandbox/settings', (c) => c.json(settingsView()));
  app.patch('/sandbox/settings', async (c) => {
    const json = await readJson(c);
    settings.mps = amount(json, 'mps') ?? settings.mps;
    settings.sentAfterMs = amount(json, 'sent_after_ms') ?? settings.sentAfterMs;
    settings.deliveredAfterMs = amount(json, 'delivered_after_ms') ?? settings.deliveredAfterMs;
    settings.carrierMediaBytes = amount(json, 'carrier_media_bytes') ?? settings.carrierMediaBytes;
    for (const [name, key] of CALL_SETTINGS) settings[key] = amount(json, name) ?? settings[key];
    if (json['callback_statuses'] !== undefined) {
      settings.callbackStatuses = texts(json, 'callback_statuses') as MessageStatus[];
    }
    if (json['delivery'] !== undefined) {
      settings.delivery = readDelivery(json['delivery'] as Json);
      carrier.lifecycle.release('*');
    }
    carrier.feed.tell('settings', settingsView);
    return c.json(settingsView());
  });

  const faultList = () => ({ faults: carrier.faults.list().map(faultView) });
  const tellFaults = (): void => carrier.feed.tell('faults', faultList);
  app.get('/sandbox/faults', (c) => c.json(faultList()));
  app.post('/sandbox/faults', async (c) => {
    const json = await readJson(c);
    const kind = oneOf(json, 'kind', [...REQUEST_FAULTS, ...CALLBACK_FAULTS]);
    if (kind === undefined)
      throw new ControlError(
        400,
        `kind must be one of: ${[...REQUEST_FAULTS, ...CALLBACK_FAULTS].join(', ')}`,
      );
    const fault = carrier.faults.add({
      kind,
      ms: integer(json, 'ms') ?? (kind === 'latency' || kind === 'delay_callbacks' ? 1000 : 0),
      count: integer(json, 'count', 1) ?? null,
      rate: amount(json, 'rate', 1) ?? 1,
      accountSid: text(json, 'account_sid') ?? null,
      method: text(json, 'method')?.toUpperCase() ?? null,
      path: text(json, 'path') ?? null,
    });
    tellFaults();
    return c.json(faultView(fault), 201);
  });
  app.delete('/sandbox/faults', (c) => {
    carrier.faults.clear();
    tellFaults();
    return c.body(null, 204);
  });
  app.delete('/sandbox/faults/:id', (c) => {
    if (!carrier.faults.remove(c.req.param('id'))) throw new ControlError(404, 'That fault is over');
    tellFaults();
    return c.body(null, 204);
  });

  const limitOf = (raw: string | undefined): number => Math.min(Number(raw) || 200, 10_000);
  app.get('/sandbox/requests', (c) => {
    const path = c.req.query('path');
    const method = c.req.query('method');
    const entries = carrier.requests
      .items()
      .filter((entry) => (!path || entry.path.includes(path)) && (!method || entry.method === method));
    const shown = entries.slice(-limitOf(c.req.query('limit')));
    return c.json({ total: carrier.requests.total, requests: shown.map(requestView) });
  });
  app.get('/sandbox/webhooks', (c) => {
    const sid = c.req.query('sid');
    const records = carrier.webhookLog
      .items()
      .filter(({ params }) => !sid || params['MessageSid'] === sid || params['CallSid'] === sid);
    const shown = records.slice(-limitOf(c.req.query('limit')));
    return c.json({ total: carrier.webhookLog.total, webhooks: shown.map(webhookView) });
  });
  app.get('/sandbox/debugger', (c) => {
    const entries = carrier.debuggerLog.items().slice(-limitOf(c.req.query('limit')));
    return c.json({ entries: entries.map(debuggerView) });
  });
  /** Newest first, of every account unless one is named. */
  app.get('/sandbox/messages', (c) => {
    const limit = limitOf(c.req.query('limit'));
    const { to, from, account_sid: asked } = c.req.query();
    const by = { ...(to && { to }), ...(from && { from }) };
    const accounts = asked ? [asked] : [...store.accounts.keys()];
    const found = accounts.flatMap((sid) => take(store.messages.newest(sid, by), limit));
    found.sort((a, b) => b.seq - a.seq);
    return c.json({
      total: store.messages.count(),
      messages: found.slice(0, limit).map((message) => messageView(carrier, message)),
    });
  });
  app.get('/sandbox/status', (c) =>
    c.json({
      messages: store.messages.count(),
      phones: store.phones.size,
      requests: carrier.requests.total,
      webhooks: carrier.webhookLog.total,
      webhooks_busy: carrier.webhooks.busy,
      callbacks_held: carrier.callbacks.held,
      queues: carrier.lifecycle.queued().filter((queue) => queue.waiting > 0),
      base_url: carrier.baseUrl(),
    }),
  );
  app.post('/sandbox/reset', (c) => {
    carrier.reset();
    return c.body(null, 204);
  });
}

function take<T>(things: Iterable<T>, limit: number): T[] {
  const taken: T[] = [];
  for (const thing of things) {
    if (taken.length >= limit) break;
    taken.push(thing);
  }
  return taken;
}
