/**
 * Fetches what a stranger's message points at, from inside our network. Redirects are followed by hand: the credentials go
 * to the carrier's own host alone, and no step may lead to an address that only we can reach. Names are checked as they are
 * resolved for the connection itself, so that a name cannot be one address when asked and another when called.
 */
import { lookup as resolve, type LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { SetupError } from '../errors.ts';

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

const publicLookup: LookupFunction = (name, options, callback) => {
  resolve(name, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error) return callback(error, '', 0);
    const inside = found.find(({ address }) => isPrivate(address));
    if (inside || found.length === 0)
      return callback(new Error(`${name} is ${inside?.address ?? 'nowhere'}, which is not followed.`), '', 0);
    if (options.all) return callback(null, found);
    return callback(null, found[0]!.address, found[0]!.family);
  });
};

const PRIVATE = new BlockList();
// https://www.iana.org/assignments/iana-ipv4-special-registry
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(net, bits, 'ipv4');
const PUBLIC6 = new BlockList();
// https://www.iana.org/assignments/ipv6-address-space: all that is routed
PUBLIC6.addSubnet('2000::', 3, 'ipv6');
// 6to4 and Teredo carry an IPv4 address within
const TUNNELS = new BlockList();
TUNNELS.addSubnet('2002::', 16, 'ipv6');
TUNNELS.addSubnet('2001::', 32, 'ipv6');

/** Whether a name says of itself that it is only for us. */
export function isPrivateHost(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '');
  return isIP(name) === 0
    ? /(^|\.)(localhost|internal|local|test)$/.test(name) || !name.includes('.')
    : isPrivate(name);
}

/** Whether an address is this machine's or a neighbour's, and nobody's on the Internet. */
function isPrivate(address: string): boolean {
  if (isIP(address) === 4) return PRIVATE.check(address, 'ipv4');
  return !PUBLIC6.check(address, 'ipv6') || TUNNELS.check(address, 'ipv6');
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
