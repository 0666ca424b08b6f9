/**
 * Links to files for members' browsers: a `<video>` cannot send a token. Signed for one file, ended within 48 hours, and the
 * same for a day, so that a browser keeps what it has.
 */
import type { KitContext } from '../../context.ts';
import { ProblemError } from '../../errors.ts';
import { isSignedLink, signLink } from '../../signing.ts';

type LinkContext = Pick<KitContext, 'secret' | 'mountPath' | 'clock'>;

const DAY = 24 * 3600;
const PURPOSE = 'media file';

/** Relative to the host's origin. */
export function fileUrl({ secret, mountPath, clock }: LinkContext, tenant: string, fileId: string): string {
  const end = (Math.floor(clock().getTime() / 1000 / DAY) + 2) * DAY;
  const query = new URLSearchParams({
    t: tenant,
    e: String(end),
    s: signLink(secret, PURPOSE, [tenant, fileId, end]),
  });
  return `${mountPath}/v1/media/files/${fileId}?${query}`;
}

/** Throws `not_found` for a link that this kit did not sign, or that has ended: it says nothing about what exists. */
export function checkFileUrl(
  { secret, clock }: LinkContext,
  { tenant, fileId, end, signature }: { tenant: string; fileId: string; end: number; signature: string },
): void {
  const genuine = isSignedLink(secret, PURPOSE, [tenant, fileId, end], signature);
  if (!genuine || end * 1000 <= clock().getTime()) {
    throw new ProblemError('not_found', 'This link is not valid any more. Load the page again.');
  }
}
