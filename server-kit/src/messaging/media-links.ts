/**
 * Links to the attachments of inbound messages. The carrier keeps them behind its own credentials, and an `<img>` cannot
 * send a token; so the wire carries a link signed for one attachment, which ends within 48 hours.
 */
import type { KitContext } from '../context.ts';
import { ProblemError } from '../errors.ts';
import { isSignedLink, signLink } from '../signing.ts';

export interface MediaRef {
  tenant: string;
  messageId: string;
  index: number;
}

export type LinkContext = Pick<KitContext, 'secret' | 'mountPath' | 'clock'>;

/** Ends are whole days, so that the same picture keeps its address, and the browser its copy, for a day. */
const BUCKET = 24 * 3600;

/** A link relative to the host's origin. */
export function mediaLink({ secret, mountPath, clock }: LinkContext, ref: MediaRef): string {
  const expiry = (Math.floor(clock().getTime() / 1000 / BUCKET) + 2) * BUCKET;
  const query = new URLSearchParams({
    t: ref.tenant,
    e: String(expiry),
    s: signLink(secret, 'media', partsOf(ref, expiry)),
  });
  return `${mountPath}/v1/media/${ref.messageId}/${ref.index}?${query}`;
}

/** Throws `not_found` for a link that this kit did not sign, or that has ended: it says nothing about what exists. */
export function checkMediaLink(
  { secret, clock }: LinkContext,
  ref: MediaRef,
  expiry: number,
  signature: string,
): void {
  const genuine = isSignedLink(secret, 'media', partsOf(ref, expiry), signature);
  if (!genuine || expiry * 1000 < clock().getTime()) {
    throw new ProblemError('not_found', 'This link is not valid any more. Load the conversation again.');
  }
}

function partsOf({ tenant, messageId, index }: MediaRef, expiry: number) {
  return [tenant, messageId, index, expiry];
}
