/**
 * Fetches what a stranger's message points at, from inside our network. Redirects are followed by hand: the credentials go
 * to the carrier's own host alone, and no step may lead to an address that only we can reach. Names are checked as they are
 * resolved for the connection itself, so that a name cannot be one address when asked and another when called.
 */
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import { SetupError } from '../errors.ts';
import { isPrivate } from '../net/addresses.ts';
import { publicLookup } from '../net/lookup.ts';

export interface FileRequest {
  url: string;
  /** Where the credentials may go and the way begins: `api.twilio.com`. */
  host: string;
  authorization: string;
  /** The host is a stand-in on this machine or network, and leads to others there. */
  privately: boolean;
  /** Milliseconds until the last byte. */
  timeout: number;
}

const MAX_REDIRECTS = 5;

/** The answer, whatever its status. Rejects for a way that leads astray, and when nothing answers in time. */
export async function fetchFile({
  url,
  host,
  authorization,
  privately,
  timeout,
}: FileRequest): Promise<Response> {
  let target = new URL(url);
  if (target.host !== host) throw new SetupError('The attachment does not lie with the carrier.');
  const signal = AbortSignal.timeout(timeout);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    if (target.protocol !== 'https:' && !(privately && target.protocol === 'http:'))
      throw new Error(`The carrier led to ${target.protocol}//, which is not followed.`);
    const answer = await get(target, target.host === host ? { authorization } : {}, privately, signal);
    const location = answer.headers.location;
    const { statusCode = 502 } = answer;
    if (statusCode < 300 || statusCode > 399 || location === undefined) return toResponse(answer, statusCode);
    answer.destroy();
    target = new URL(location, target);
  }
  throw new Error('The carrier led in circles.');
}

function get(
  target: URL,
  headers: Record<string, string>,
  privately: boolean,
  signal: AbortSignal,
): Promise<http.IncomingMessage> {
  const name = target.hostname.replace(/^\[|\]$/g, '');
  if (!privately && isIP(name) !== 0 && isPrivate(name))
    return Promise.reject(new Error(`The carrier led to ${name}, an address of our own network.`));
  return new Promise((done, failed) => {
    (target.protocol === 'https:' ? https : http)
      .get(target, { headers, signal, ...(!privately && { lookup: publicLookup }) }, done)
      .on('error', failed);
  });
}

function toResponse(answer: http.IncomingMessage, status: number): Response {
  const headers = new Headers();
  for (const name of ['content-type', 'content-length'] as const) {
    const value = answer.headers[name];
    if (value !== undefined) headers.set(name, value);
  }
  if (status === 204 || status === 304) {
    answer.destroy();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, { status, headers });
}
