/**
 * Calling the host's webhooks as Twilio does: signed, form-encoded, at most fifteen seconds, tried again where the
 * URL's fragment says so, with the same I-Twilio-Idempotency-Token each time. What goes wrong is left in the debugger.
 */
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import { TransportError, type IncomingResponse, type Transport } from '../http-transport.ts';
import type { Account, DebuggerEntry } from '../records.ts';
import type { Ring } from '../ring.ts';
import { readOverrides, type Overrides } from './overrides.ts';
import { sign, withoutFragment } from './signature.ts';

export type Params = Record<string, string>;

export interface WebhookCall {
  account: Account;
  kind: 'inbound' | 'status' | 'voice';
  url: string;
  method: string;
  params: Params;
  resourceSid: string;
}

/** One try, as the control API shows it. */
export interface WebhookRecord {
  id: string;
  at: number;
  kind: 'inbound' | 'status' | 'voice';
  account_sid: string;
  method: string;
  url: string;
  params: Params;
  idempotency_token: string;
  attempt: number;
  status: number | null;
  error: string | null;
  duration_ms: number;
}

export type WebhookResult =
  | { ok: true; status: number; contentType: string; body: string; url: string }
  | { ok: false; code: 11200 | 11205 | 11217; status: number | null; reason: string };

export interface WebhookSender {
  call(call: WebhookCall): Promise<WebhookResult>;
  /** Calls begun and not yet ended, with those still waiting for their turn. */
  readonly busy: number;
}

interface Options {
  clock: Clock;
  ids: Ids;
  transport: Transport;
  log: Ring<WebhookRecord>;
  report: (entry: Omit<DebuggerEntry, 'id' | 'at'>) => void;
  observe: (record: WebhookRecord) => void;
  concurrency?: number;
}

const MAX_REDIRECTS = 5;
const MAX_ANSWER_BYTES = 256 * 1024;

export function createWebhookSender(options: Options): WebhookSender {
  const { clock, ids, transport, log, report, observe, concurrency = 64 } = options;
  const line: (() => void)[] = [];
  let head = 0;
  let running = 0;
  let serial = 0;

  async function turn<T>(run: () => Promise<T>): Promise<T> {
    if (running >= concurrency) await new Promise<void>((resolve) => line.push(resolve));
    else running++;
    try {
      return await run();
    } finally {
      const next = line[head];
      if (next) {
        head++;
        if (head > 1024) head -= line.splice(0, head).length;
        next();
      } else running--;
    }
  }

  async function call(request: WebhookCall): Promise<WebhookResult> {
    const overrides = readOverrides(request.url);
    const token = ids.uuid();
    for (let attempt = 1; ; attempt++) {
      const { result, why } = await follow(request, overrides, token, attempt);
      const again = why !== null && (overrides.retryOn.has(why) || overrides.retryOn.has('all'));
      if (result.ok || !again || attempt > overrides.retries) {
        if (!result.ok)
          report({
            accountSid: request.account.sid,
            level: 'error',
            code: result.code,
            message: result.reason,
            url: withoutFragment(request.url),
            resourceSid: request.resourceSid,
          });
        return result;
      }
    }
  }

  /** One attempt with the redirects it leads to; a 301, 302 or 303 goes on as a GET without the parameters. */
  async function follow(request: WebhookCall, overrides: Overrides, token: string, attempt: number) {
    let { url, method, params } = request;
    for (let hop = 0; ; hop++) {
      const record: WebhookRecord = {
        id: `hook-${++serial}`,
        at: clock.now(),
        kind: request.kind,
        account_sid: request.account.sid,
        method,
        url: withoutFragment(url),
        params,
        idempotency_token: token,
        attempt,
        status: null,
        error: null,
        duration_ms: 0,
      };
      log.push(record);
      const answer = await send(request.account, { url, method, params }, overrides, token);
      record.duration_ms = clock.now() - record.at;
      record.status = 'status' in answer ? answer.status : null;
      record.error = 'error' in answer ? answer.error : null;
      observe(record);
      if ('error' in answer) {
        const code = answer.stage === 'ct' ? 11205 : 11200;
        return { why: answer.stage, result: failed(code, null, answer.error) };
      }
      const target = redirectOf(answer, withoutFragment(url));
      if (target !== undefined && hop < MAX_REDIRECTS) {
        url = target;
        if (answer.status < 307) [method, params] = ['GET', {}];
        continue;
      }
      if (answer.status >= 200 && answer.status < 300) return { why: null, result: success(answer, url) };
      const why = answer.status >= 500 ? '5xx' : '4xx';
      return { why, result: failed(11217, answer.status, `The webhook answered HTTP ${answer.status}`) };
    }
  }

  async function send(
    account: Account,
    request: { url: string; method: string; params: Params },
    overrides: Overrides,
    token: string,
  ): Promise<IncomingResponse | { error: string; stage: string }> {
    const get = request.method.toUpperCase() === 'GET';
    const url = get ? withQuery(withoutFragment(request.url), request.params) : withoutFragment(request.url);
    const body = get ? '' : new URLSearchParams(request.params).toString();
    try {
      return await transport({
        method: get ? 'GET' : 'POST',
        url,
        body,
        headers: headers(sign(account.authToken, url, get ? {} : request.params), token, get ? null : body),
        connectTimeoutMs: overrides.connectTimeoutMs,
        readTimeoutMs: overrides.readTimeoutMs,
        totalTimeoutMs: overrides.totalTimeoutMs,
        maxBytes: MAX_ANSWER_BYTES,
      });
    } catch (error) {
      const stage = error instanceof TransportError ? error.stage : 'ct';
      return { error: error instanceof Error ? error.message : String(error), stage };
    }
  }

  return {
    call: (request) => turn(() => call(request)),
    get busy() {
      return running + line.length - head;
    },
  };
}

function headers(signature: string, token: string, body: string | null): Record<string, string> {
  const all: Record<string, string> = {
    'user-agent': 'TwilioProxy/1.1',
    accept: '*/*',
    'x-twilio-signature': signature,
    'i-twilio-idempotency-token': token,
  };
  if (body !== null) {
    all['content-type'] = 'application/x-www-form-urlencoded; charset=utf-8';
    all['content-length'] = String(Buffer.byteLength(body));
  }
  return all;
}

function withQuery(url: string, params: Params): string {
  const query = new URLSearchParams(params).toString();
  return query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`;
}

function redirectOf(answer: IncomingResponse, base: string): string | undefined {
  if (![301, 302, 303, 307, 308].includes(answer.status) || answer.location === null) return undefined;
  return URL.canParse(answer.location, base) ? new URL(answer.location, base).href : undefined;
}

const success = (answer: IncomingResponse, url: string): WebhookResult => ({
  ok: true,
  status: answer.status,
  contentType: answer.contentType,
  body: new TextDecoder().decode(answer.body),
  url: withoutFragment(url),
});

const failed = (code: 11200 | 11205 | 11217, status: number | null, reason: string): WebhookResult => ({
  ok: false,
  code,
  status,
  reason,
});
