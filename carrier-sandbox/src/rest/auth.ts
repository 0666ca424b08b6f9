import { CarrierError } from '../errors.ts';
import type { Account } from '../records.ts';
import type { Store } from '../store.ts';

/**
 * Basic credentials: account sid and auth token, or an API key and its secret. The answer is remembered by header, for
 * a campaign asks with the same one a thousand times a second; a changed account empties what is remembered.
 */
export function createAuthenticator(store: Store): (header: string | undefined) => Account {
  const known = new Map<string, Account>();
  store.onChange(({ kind }) => {
    if (kind === 'account') known.clear();
  });

  return (header) => {
    const account = header === undefined ? undefined : (known.get(header) ?? find(header));
    if (!account || store.accounts.get(account.sid) !== account) throw new CarrierError(20003);
    if (known.size < 100 && header !== undefined) known.set(header, account);
    return account;
  };

  function find(header: string): Account | undefined {
    const encoded = /^basic\s+(\S+)\s*$/i.exec(header)?.[1];
    if (!encoded) return undefined;
    const text = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    const [user, secret] = [text.slice(0, colon), text.slice(colon + 1)];
    if (colon < 1 || secret === '') return undefined;
    const own = store.accounts.get(user);
    if (own) return own.authToken === secret ? own : undefined;
    for (const account of store.accounts.values()) {
      if (account.apiKeys.some((key) => key.sid === user && key.secret === secret)) return account;
    }
    return undefined;
  }
}
