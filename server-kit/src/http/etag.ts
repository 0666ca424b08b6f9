/** Versions of what is edited together, as HTTP carries them (RFC 9110, 8.8.3 and 13.1.1). */
import { ProblemError } from '../errors.ts';

export function etag({ version }: { version: number }): string {
  return `"${version}"`;
}

/**
 * The version that an `If-Match` names; null: any. Proxies that compress turn `"3"` into `W/"3"`. Throws
 * `invalid_request`.
 */
export function versionIn(ifMatch: string | undefined): number | null {
  if (ifMatch === undefined || ifMatch.trim() === '*') return null;
  const [, version] = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch.trim()) ?? [];
  if (version !== undefined) return Number(version);
  throw new ProblemError(
    'invalid_request',
    'Send If-Match as the ETag that came with the answer, as in "3".',
    'If-Match',
  );
}
