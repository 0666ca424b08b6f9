/**
 * What a request for a file asks for, by RFC 9110: preconditions (13.2.2, in its order) and ranges (14). Safari plays nothing from
 * a server that gets this wrong: its first question is `bytes=0-1`, and it wants 206 with the right total.
 */
import type { ByteRange } from '../storage/storage.ts';

export interface Representation {
  size: number;
  /** Strong, with its quotes. */
  etag: string;
  /** To the second, as HTTP dates are. */
  modified: Date | null;
}

export type Selection =
  { status: 200; range: null } | { status: 206; range: ByteRange } | { status: 304 | 412 | 416; range: null };

/** `header` gives a request's headers by name, null for none. */
export function select(
  method: string,
  header: (name: string) => string | null | undefined,
  file: Representation,
): Selection {
  const failed = precondition(header, file);
  if (failed !== null) return { status: failed, range: null };
  const wanted = header('range');
  // ranges are defined for GET alone (14.2)
  if (method !== 'GET' || !wanted || !holdsForRange(header('if-range'), file)) {
    return { status: 200, range: null };
  }
  const range = readRange(wanted, file.size);
  if (range === 'ignored') return { status: 200, range: null };
  if (range === 'unsatisfiable') return { status: 416, range: null };
  return { status: 206, range };
}

/**
 * One range as it applies to so many bytes, its end included. Several at once, other units and what is not well formed are
 * ignored, which a server may always do (14.2): the whole file is the answer.
 */
export function readRange(value: string, size: number): ByteRange | 'ignored' | 'unsatisfiable' {
  const [, first = '', last = ''] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(value) ?? [];
  if (first === '' && last === '') return 'ignored';
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return 'ignored';
  if (start >= size) return 'unsatisfiable';
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

function precondition(
  header: (name: string) => string | null | undefined,
  { etag, modified }: Representation,
): 304 | 412 | null {
  const match = header('if-match');
  const unchangedSince = dateIn(header('if-unmodified-since'));
  if (match) {
    // strong comparison: a weak tag never matches
    if (match.trim() !== '*' && !tagsIn(match).includes(etag)) return 412;
  } else if (unchangedSince !== null && modified && modified.getTime() > unchangedSince) {
    return 412;
  }
  const noneMatch = header('if-none-match');
  if (noneMatch) {
    const known =
      noneMatch.trim() === '*' || tagsIn(noneMatch).some((tag) => tag.replace(/^W\//, '') === etag);
    return known ? 304 : null;
  }
  const changedSince = dateIn(header('if-modified-since'));
  return changedSince !== null && modified && modified.getTime() <= changedSince ? 304 : null;
}

/** A date is no strong validator of a file that may be replaced twice in a second, so only the tag counts. */
function holdsForRange(value: string | null | undefined, { etag }: Representation): boolean {
  return !value || value.trim() === etag;
}

function tagsIn(value: string): string[] {
  return value.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

/** Null for what is no HTTP date, which is ignored (13.1.3). */
function dateIn(value: string | null | undefined): number | null {
  if (!value || !/^[A-Z][a-z]{2,8},? /.test(value)) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
}
