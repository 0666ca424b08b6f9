/** Messenger by Meta's Graph API: https://developers.facebook.com/docs/messenger-platform/reference/send-api */
import { SetupError } from '../../errors.ts';
import { isPrivateHost } from '../../net/addresses.ts';
import type { MessengerAdapter } from './adapter.ts';

export interface GraphMessengerOptions {
  /** The page's token, or where to get a tenant's. */
  token: string | ((tenant: string) => string | Promise<string>);
  /** Default https://graph.facebook.com. */
  baseUrl?: string;
  /** Default v23.0. */
  version?: string;
}

/** Codes after which trying again may help: the service's own trouble, and too many requests. */
const PASSING = new Set([1, 2, 4, 17, 32, 341, 613, 1200, 80006]);

/** Throws `SetupError`. */
export function graphMessenger({
  token,
  baseUrl = 'https://graph.facebook.com',
  version = 'v23.0',
}: GraphMessengerOptions): MessengerAdapter {
  const base = URL.parse(baseUrl);
  if (!base || !/^https?:$/.test(base.protocol) || (!token && typeof token !== 'function'))
    throw new SetupError('graphMessenger needs the page’s token, and an absolute address as baseUrl.');
  return {
    name: 'graph',
    privately: isPrivateHost(base.hostname),
    async request({ tenant, to, text }) {
      return {
        method: 'POST',
        url: `${baseUrl.replace(/\/$/, '')}/${version}/me/messages`,
        headers: {
          'content-type': 'application/json',
          // in the header and not in the address, which is logged
          authorization: `Bearer ${typeof token === 'function' ? await token(tenant) : token}`,
        },
        body: JSON.stringify({ recipient: { id: to }, messaging_type: 'UPDATE', message: { text } }),
      };
    },
    read({ status, body }) {
      const told = parsed(body);
      if (status >= 200 && status < 300) return { kind: 'accepted', id: textOr(told['message_id'], null) };
      const error = (told['error'] ?? {}) as Record<string, unknown>;
      const reason = textOr(error['message'], null) ?? `Messenger answered ${status}.`;
      const passing = status >= 500 || status === 429 || PASSING.has(Number(error['code']));
      return { kind: passing ? 'later' : 'refused', reason: reason.slice(0, 300) };
    },
  };
}

function parsed(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const textOr = <T>(value: unknown, otherwise: T): string | T =>
  typeof value === 'string' ? value : otherwise;
