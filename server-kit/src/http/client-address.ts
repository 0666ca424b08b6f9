/** Where a request came from, for the record of a consent. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';

/** What the Node adapters of Hono hand on beside the request. */
export interface ClientBindings {
  incoming?: IncomingMessage & { ip?: unknown };
  /** To write to without a web Response. Only of `kit.node`: behind a host’s own Hono its middleware has a say first. */
  direct?: ServerResponse;
}

/**
 * Express has made up its mind in `ip` (its `trust proxy` setting); elsewhere it is the other end of the connection, which
 * behind a proxy is the proxy. Headers are not looked at: anybody can write those. Null: unknown.
 */
export function addressOfClient(bindings: ClientBindings | undefined): string | null {
  const incoming = bindings?.incoming;
  return checkedAddress(incoming?.ip) ?? checkedAddress(incoming?.socket?.remoteAddress);
}

/** An IPv4 address that travelled as an IPv6 one is told as what it is; anything else is no address. */
export function checkedAddress(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  const plain = text.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  return isIP(plain) ? plain : null;
}
