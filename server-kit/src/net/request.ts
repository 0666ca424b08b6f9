/**
 * One request to an address that somebody outside has chosen, from inside our network: never to an address that only we can
 * reach, whatever name or redirect leads there. Addresses that are written out are checked before, names as they are resolved for the
 * connection itself, and both again at every hop.
 */
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { isPrivate } from './addresses.ts';
import { lookupOutside } from './lookup.ts';

export interface OutsideRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
  /** Milliseconds until the last byte. */
  timeout: number;
  /** Bytes of the answer that are read; the rest is not. */
  most: number;
}

export interface OutsideAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Where requests may go. */
export interface Reach {
  /** Hosts, as `hooks.example.com` or `*.example.com`. Null: any that is public. */
  allow: readonly string[] | null;
  /** Default: this machine's and its neighbours' addresses. */
  isInside?: ((address: string) => boolean) | undefined;
  lookup?: ReturnType<typeof lookupOutside> | undefined;
}

/** It was never sent: the way is not allowed. */
export class NotAllowedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotAllowedError';
  }
}

const MAX_REDIRECTS = 5;
/** What goes along to another origin; the rest may be a secret of the first. */
const HARMLESS = new Set(['accept', 'content-type', 'user-agent', 'idempotency-key']);

/** The answer, whatever its status. Rejects for a way that leads astray, and when nothing answers in time. */
export async function askOutside(request: OutsideRequest, reach: Reach): Promise<OutsideAnswer> {
  let target = new URL(request.url);
  let { method, headers, body } = request;
  const signal = AbortSignal.timeout(request.timeout);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    checkTarget(target, reach);
    const answer = await send(target, { method, headers, body, signal }, reach);
    const { statusCode: status = 502 } = answer;
    const { location } = answer.headers;
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined)
      return { status, headers: plain(answer.headers), body: await textOf(answer, request.most) };
    answer.destroy();
    const next = URL.parse(location, target.href);
    if (!next) throw new NotAllowedError(`It led to “${location.slice(0, 100)}”, which is no address.`);
    if (target.protocol === 'https:' && next.protocol === 'http:')
      throw new NotAllowedError('It led from https to http, which is not followed.');
    if (next.origin !== target.origin)
      headers = Object.fromEntries(
        Object.entries(headers).filter(([name]) => HARMLESS.has(name.toLowerCase())),
      );
    if (status < 307 && method !== 'GET' && method !== 'HEAD') {
      method = 'GET';
      body = undefined;
    }
    target = next;
  }
  throw new NotAllowedError('It led in circles.');
}

/** Throws `NotAllowedError` for an address that nothing may be sent to, as far as its words tell. */
export function checkTarget(target: URL, { allow, isInside = isPrivate }: Reach): void {
  const { protocol, username, password } = target;
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new NotAllowedError(`Requests go by https or http; ${protocol}// is neither.`);
  if (username || password) throw new NotAllowedError('An address must not hold a user name or password.');
  const name = target.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(name) !== 0 && isInside(name))
    throw new NotAllowedError(`${name} is an address of our own network, which is not asked.`);
  if (allow !== null && !allow.some((host) => isHost(host, target)))
    throw new NotAllowedError(`${target.host} is not among the hosts that this account may ask.`);
}

function isHost(allowed: string, { host, hostname }: URL): boolean {
  const wanted = allowed.toLowerCase();
  return wanted.startsWith('*.')
    ? hostname.endsWith(wanted.slice(1))
    : wanted === hostname || wanted === host;
}

interface Sending {
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
  signal: AbortSignal;
}

function send(target: URL, { method, headers, body, signal }: Sending, reach: Reach) {
  const { isInside = isPrivate, lookup = lookupOutside(isInside) } = reach;
  return new Promise<http.IncomingMessage>((done, failed) => {
    const { request } = target.protocol === 'https:' ? https : http;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    // no agent: a connection that is kept was checked for another name
    request(target, { method, headers: { ...headers, ...length }, signal, lookup, agent: false }, done)
      .on('error', failed)
      .on('socket', (socket) => {
        socket.on('connect', () => {
          const { remoteAddress: address } = socket;
          if (address && isInside(address)) socket.destroy(new NotAllowedError(`${address} is not asked.`));
        });
      })
      .end(body);
  });
}

async function textOf(answer: http.IncomingMessage, most: number): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part.subarray(0, most - length));
    length += part.length;
    if (length >= most) break;
  }
  answer.destroy();
  return Buffer.concat(parts).toString('utf8');
}

function plain(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
