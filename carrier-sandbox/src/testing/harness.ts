/** One line to arrange a test: a sandbox on a port, an account's SDK client, and a host that writes down its webhooks. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import twilio from 'twilio';
import { createSandbox, DEFAULT_ACCOUNT, type SandboxOptions } from '../index.ts';

export const BUSINESS = '+16305550142';
export const PHONE = '+13125550177';
export const { sid: ACCOUNT, authToken: TOKEN } = DEFAULT_ACCOUNT;

export interface Received {
  method: string;
  path: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  params: Record<string, string>;
}

export interface Answer {
  status?: number;
  type?: string;
  body?: string | Uint8Array;
  headers?: Record<string, string>;
  /** Cut the line instead of answering. */
  cut?: boolean;
  /** Never answer. */
  silent?: boolean;
}

/** A host's webhook server. What it answers may be changed by path at any time. */
export async function createHost() {
  const received: Received[] = [];
  const answers = new Map<string, Answer | ((request: Received) => Answer)>();
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = `${origin}${request.url ?? ''}`;
      const path = new URL(url).pathname;
      const params = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
      const one = { method: request.method ?? '', path, url, headers: request.headers, params };
      received.push(one);
      const wish = answers.get(path);
      const answer = (typeof wish === 'function' ? wish(one) : wish) ?? {};
      if (answer.cut) return request.socket.destroy();
      if (answer.silent) return undefined;
      response.writeHead(answer.status ?? 200, {
        'content-type': answer.type ?? 'text/xml',
        ...answer.headers,
      });
      return response.end(answer.body ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    origin,
    received,
    answer: (path: string, answer: Answer | ((request: Received) => Answer)) =>
      void answers.set(path, answer),
    at: (path: string) => received.filter((request) => request.path === path),
    genuine: (request: Received) =>
      twilio.validateRequest(
        TOKEN,
        String(request.headers['x-twilio-signature']),
        request.url,
        request.params,
      ),
  };
}

const FAST = {
  mps: 0,
  sentAfterMs: 0,
  deliveredAfterMs: 0,
  cps: 0,
  pickUpMs: 0,
  voicemailMs: 0,
  detectMs: 0,
  greetingMs: 0,
  speechMs: 0,
  playMs: 0,
};

export async function getSandbox(options: SandboxOptions = {}) {
  const sandbox = createSandbox({
    numbers: [{ phoneNumber: BUSINESS }],
    ...options,
    settings: { ...FAST, ...options.settings },
  });
  const { url, close } = await sandbox.listen({ port: 0 });
  onTestFinished(() => close());
  return {
    ...sandbox,
    url,
    client: clientOf(url),
    control: (path: string, init?: Control) => control(url, path, init),
  };
}

export function clientOf(
  url: string,
  user: string = ACCOUNT,
  secret: string = TOKEN,
  accountSid: string = ACCOUNT,
) {
  const client = twilio(user, secret, { accountSid, logLevel: 'error' });
  client.api.baseUrl = url;
  client.messaging.baseUrl = url;
  return client;
}

interface Control {
  method?: string;
  json?: unknown;
}

async function control(url: string, path: string, { method, json }: Control = {}) {
  const response = await fetch(`${url}/sandbox${path}`, {
    method: method ?? (json === undefined ? 'GET' : 'POST'),
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

/** The smallest beginnings that pass for files of their type. */
export const FILES = {
  'image/png': Buffer.from('89504e470d0a1a0a', 'hex'),
  'image/jpeg': Buffer.from('ffd8ffe0', 'hex'),
  'video/mp4': Buffer.from('0000001866747970', 'hex'),
  'application/pdf': Buffer.from('%PDF-1.4'),
} as const;

/** Waits for a condition, not for a time; fails with its words when it has not come about in five seconds. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | null | Promise<T | undefined | false | null>,
): Promise<T> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`This did not come about: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Calls the API in the same process, for tests that hold time still. */
export async function call(
  sandbox: { fetch: (request: Request) => Promise<Response> },
  path: string,
  form?: Record<string, string>,
  method = form ? 'POST' : 'GET',
) {
  const request = new Request(`http://sandbox.test${path}`, {
    method,
    headers: { authorization: `Basic ${btoa(`${ACCOUNT}:${TOKEN}`)}` },
    ...(form && { body: new URLSearchParams(form) }),
  });
  const response = await sandbox.fetch(request);
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

export const MESSAGES = `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`;
