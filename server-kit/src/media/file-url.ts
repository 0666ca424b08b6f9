/** A stand-in until members’ links are here. */
import type { KitContext } from '../context.ts';
import { signLink } from '../signing.ts';

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
