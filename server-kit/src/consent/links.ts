/**
 * Links that stand for one thing: a person's preferences, or one question. Whoever holds the link may use it, so it is
 * signed, ends, and a link for one purpose is none for another. Short, because it travels in a text.
 *
 * base64url of: id (16 bytes), end in seconds (4), tenant (the rest), signature (16: HMAC-SHA-256, cut as RFC 2104 allows).
 */
import { parse, stringify } from 'uuid';
import type { KitContext } from '../context.ts';
import { isSame, sign } from '../signing.ts';

export type Purpose = 'preferences' | 'confirm';

export interface LinkRef {
  tenant: string;
  /** The contact, or the question. */
  id: string;
}

/** `forged` is also what another kit, another purpose or a typing mistake makes. */
export type OpenedLink = (LinkRef & { is: 'good' }) | { is: 'forged' } | { is: 'ended' };

const MAC = 16;
const HEAD = 20;
const PATHS: Record<Purpose, string> = { preferences: '/p', confirm: '/p/confirm' };

/** The whole address, for a text or a mail. Anything that has passed at `expiresAt` ends it. */
export function writeLink(
  { secret, publicUrl }: Pick<KitContext, 'secret' | 'publicUrl'>,
  purpose: Purpose,
  { tenant, id }: LinkRef,
  expiresAt: Date,
): string {
  const head = Buffer.alloc(HEAD);
  head.set(parse(id));
  head.writeUInt32BE(Math.floor(expiresAt.getTime() / 1000), 16);
  const payload = Buffer.concat([head, Buffer.from(tenant)]);
  const token = Buffer.concat([payload, sign(secret, purpose, payload, MAC)]).toString('base64url');
  return `${publicUrl}${PATHS[purpose]}/${token}`;
}

export function openLink(
  { secret, clock }: Pick<KitContext, 'secret' | 'clock'>,
  purpose: Purpose,
  token: string,
): OpenedLink {
  const bytes = /^[\w-]{40,200}$/.test(token) ? Buffer.from(token, 'base64url') : Buffer.alloc(0);
  if (bytes.length <= HEAD + MAC) return { is: 'forged' };
  const payload = bytes.subarray(0, -MAC);
  if (!isSame(sign(secret, purpose, payload, MAC), bytes.subarray(-MAC))) return { is: 'forged' };
  if (payload.readUInt32BE(16) * 1000 <= clock().getTime()) return { is: 'ended' };
  return { is: 'good', id: stringify(payload.subarray(0, 16)), tenant: payload.subarray(HEAD).toString() };
}

/** Where a person decides what they get: for templates (`{preference_link}`) and for whoever writes by hand. */
export function preferenceLink(
  context: Pick<KitContext, 'secret' | 'publicUrl' | 'clock'>,
  tenant: string,
  contactId: string,
  seconds = 90 * 86_400,
): { url: string; expires_at: string } {
  const end = new Date(Math.floor(context.clock().getTime() / 1000 + seconds) * 1000);
  return {
    url: writeLink(context, 'preferences', { tenant, id: contactId }, end),
    expires_at: end.toISOString(),
  };
}
