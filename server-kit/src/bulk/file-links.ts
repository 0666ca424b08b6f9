/**
 * Links to what a job has written. A browser's own download sends no token, so the wire carries a link that is signed for one job
 * and ends within the hour: whoever finds it later, in a history or a log, has nothing.
 */
import type { KitContext } from '../context.ts';
import { ProblemError } from '../errors.ts';
import { isSignedLink, signLink } from '../signing.ts';

export interface FileRef {
  tenant: string;
  jobId: string;
}

export type LinkContext = Pick<KitContext, 'secret' | 'mountPath' | 'clock'>;

const SECONDS = 3600;

/** Relative to the host's origin. */
export function fileLink({ secret, mountPath, clock }: LinkContext, ref: FileRef): string {
  const end = Math.floor(clock().getTime() / 1000) + SECONDS;
  const query = new URLSearchParams({
    t: ref.tenant,
    e: String(end),
    s: signLink(secret, 'file', partsOf(ref, end)),
  });
  return `${mountPath}/v1/files/${ref.jobId}?${query}`;
}

/** Throws `not_found` for a link that this kit did not sign, or that has ended: it says nothing about what exists. */
export function checkFileLink(
  { secret, clock }: LinkContext,
  ref: FileRef,
  end: number,
  signature: string,
): void {
  if (!isSignedLink(secret, 'file', partsOf(ref, end), signature) || end * 1000 <= clock().getTime()) {
    throw new ProblemError(
      'not_found',
      'This link is not valid any more. Open the list of jobs for a new one.',
    );
  }
}

function partsOf({ tenant, jobId }: FileRef, end: number) {
  return [tenant, jobId, end];
}
