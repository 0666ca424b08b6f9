/**
 * What a page gets for one visit, without which it cannot say that anything was played: good for its link alone and for twelve
 * hours. Made when a page is given out, so that fetching leaves no row.
 *
 * base64url of: visit (16 bytes), when (seconds, 4), signature (12: HMAC-SHA-256, cut as RFC 2104 allows).
 */
import { parse, stringify } from 'uuid';
import { isSame, sign } from '../../signing.ts';

const HEAD = 20;
const MAC = 12;
/** Longer than any film, and than a page stays open on a phone. */
const SECONDS = 12 * 3600;

export interface Visit {
  /** Becomes the view's id. */
  id: string;
  since: Date;
}

export function writeVisit(secret: string, linkId: string, { id, since }: Visit): string {
  const head = Buffer.alloc(HEAD);
  head.set(parse(id));
  head.writeUInt32BE(Math.floor(since.getTime() / 1000), 16);
  return Buffer.concat([head, macOf(secret, linkId, head)]).toString('base64url');
}

/** Null: not given out for this link, or too long ago. */
export function readVisit(secret: string, linkId: string, token: string, now: Date): Visit | null {
  const bytes = /^[\w-]{43}$/.test(token) ? Buffer.from(token, 'base64url') : Buffer.alloc(0);
  if (bytes.length !== HEAD + MAC) return null;
  const head = bytes.subarray(0, HEAD);
  if (!isSame(macOf(secret, linkId, head), bytes.subarray(HEAD))) return null;
  const since = head.readUInt32BE(16);
  if (since + SECONDS <= now.getTime() / 1000) return null;
  return { id: stringify(head.subarray(0, 16)), since: new Date(since * 1000) };
}

function macOf(secret: string, linkId: string, head: Buffer): Buffer {
  return sign(secret, 'visit', Buffer.concat([parse(linkId), head]), MAC);
}
