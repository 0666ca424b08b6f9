/** Links to files for members' browsers, signed, as `messaging/media-links.ts` has them for attachments. */
import type { KitContext } from '../context.ts';
import { signLink } from '../signing.ts';

/** Ends are whole days, so that the same file keeps its address, and the browser its copy, for a day. */
const BUCKET = 24 * 3600;

export function fileUrl(
  { secret, mountPath, clock }: Pick<KitContext, 'secret' | 'mountPath' | 'clock'>,
  tenant: string,
  fileId: string,
): string {
  const expiry = (Math.floor(clock().getTime() / 1000 / BUCKET) + 2) * BUCKET;
  const query = new URLSearchParams({
    t: tenant,
    e: String(expiry),
    s: signLink(secret, 'media-file', [tenant, fileId, expiry]),
  });
  return `${mountPath}/v1/media/files/${fileId}?${query}`;
}
