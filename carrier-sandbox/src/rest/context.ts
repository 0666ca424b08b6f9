/** What every route of the REST API is given: who asks, what they sent, and the way to refuse. */
import type { Context } from 'hono';
import type { RequestEntry } from '../carrier.ts';
import type { Account } from '../records.ts';

export interface RestEnv {
  Bindings: { entry?: RequestEntry; incoming?: unknown };
  Variables: { account: Account; form: URLSearchParams };
}
export type RestContext = Context<RestEnv>;

export const API_VERSION = '2010-04-01';

/** `SM….json` or `SM…`: the sid alone. */
export function sidParam(c: RestContext, name = 'sid'): string {
  return (c.req.param(name) ?? '').replace(/\.json$/, '');
}

export const accountPath = (accountSid: string): string => `/${API_VERSION}/Accounts/${accountSid}`;

/** The value when it was sent at all and is not empty. */
export function given(form: URLSearchParams, name: string): string | undefined {
  const value = form.get(name);
  return value === null || value === '' ? undefined : value;
}

export function flag(form: URLSearchParams, name: string, otherwise: boolean): boolean {
  const value = form.get(name)?.toLowerCase();
  return value === undefined || value === '' ? otherwise : value === 'true' || value === '1';
}

export function methodOf(form: URLSearchParams, name: string, otherwise: string): string {
  const value = form.get(name)?.toUpperCase();
  return value === 'GET' || value === 'POST' ? value : otherwise;
}

/** A text that the form may leave alone, change, or empty. */
export function textOrNull(form: URLSearchParams, name: string, otherwise: string | null): string | null {
  const value = form.get(name);
  return value === null ? otherwise : value === '' ? null : value;
}

/** Twilio wants a host it could reach: absolute, http or https, no underscore in the name. */
export function isCallableUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && hostname !== '' && !hostname.includes('_');
}
