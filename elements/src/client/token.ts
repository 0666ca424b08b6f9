/** Gives a token for the next request; asked again shortly before the old one ends, and after a 401. */
export type GetToken = (reason: 'first' | 'expiring' | 'refused') => string | null | Promise<string | null>;

/** How long before its end a token is replaced, in milliseconds. A clock may be off, a request may take long. */
const MARGIN = 60_000;

export interface TokenSource {
  /** The token for a request; `refused` names the one that the server has just turned down. */
  current(refused?: string): Promise<string | null>;
}

/**
 * Keeps one token for all requests. However many are refused at once, the host is asked once: they share one promise.
 */
export function tokenSource(getToken: GetToken, now: () => number = Date.now): TokenSource {
  let token: string | null = null;
  let asking: Promise<string | null> | null = null;

  const ask = (reason: 'first' | 'expiring' | 'refused') => {
    asking ??= Promise.resolve(getToken(reason))
      .then((next) => (token = next))
      .finally(() => (asking = null));
    return asking;
  };

  return {
    async current(refused) {
      if (refused !== undefined && refused === token) return ask('refused');
      if (token === null) return ask('first');
      const end = expiryOf(token);
      return end !== null && end - MARGIN < now() ? ask('expiring') : token;
    },
  };
}

/** The `exp` of a JWT in milliseconds; null when the token is opaque. Read only to refresh in time, never trusted. */
export function expiryOf(token: string): number | null {
  const payload = token.split('.')[1];
  if (payload === undefined) return null;
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    const exp = (claims as { exp?: unknown }).exp;
    return typeof exp === 'number' ? exp * 1000 : null;
  } catch {
    return null; // Not a JWT: the server's 401 will tell.
  }
}
