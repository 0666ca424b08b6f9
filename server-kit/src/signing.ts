/** Signatures under what the kit hands out and gets back: links. HMAC-SHA-256, cut as RFC 2104 allows. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** `purpose` keeps a signature for one thing from being one for another. */
export function sign(secret: string, purpose: string, payload: string | Buffer, bytes: number): Buffer {
  return createHmac('sha256', secret)
    .update(`patchbay:${purpose}\n`)
    .update(payload)
    .digest()
    .subarray(0, bytes);
}

/** Takes as long for a wrong signature as for the right one. */
export function isSame(expected: Buffer, given: Buffer): boolean {
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** For the query of a link: what was signed, its end in seconds among it, each on a line. */
export function signLink(secret: string, purpose: string, parts: (string | number)[]): string {
  return sign(secret, purpose, parts.join('\n'), 24).toString('base64url');
}

export function isSignedLink(
  secret: string,
  purpose: string,
  parts: (string | number)[],
  signature: string,
): boolean {
  return isSame(Buffer.from(signLink(secret, purpose, parts)), Buffer.from(signature));
}
