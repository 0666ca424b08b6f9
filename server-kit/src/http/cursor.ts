import { ProblemError } from '../errors.ts';
import { isUuid } from '../ids.ts';

/** A place in a list: the row's time and id, so that rows of one millisecond still have an order. */
export interface Place {
  at: string;
  id: string;
}

/** Opaque on purpose: what stands in it may change between versions. */
export function writeCursor({ at, id }: Place): string {
  return Buffer.from(`${Date.parse(at).toString(36)}.${id}`).toString('base64url');
}

/** Throws `invalid_cursor` for anything that `writeCursor` did not make. */
export function readCursor(cursor: string | undefined, field: 'after' | 'before' = 'after'): Place | null {
  if (cursor === undefined) return null;
  const [time = '', id = '', ...rest] = Buffer.from(cursor, 'base64url').toString('latin1').split('.');
  const at = /^-?[0-9a-z]{1,11}$/.test(time) ? new Date(Number.parseInt(time, 36)) : null;
  if (rest.length > 0 || !isUuid(id) || !at || Number.isNaN(at.getTime())) throw unknownPlace(field);
  return { at: at.toISOString(), id };
}

/** A place in an order that is not of time: what the row is sorted by, and its id. */
export interface KeyPlace {
  key: string;
  id: string;
}

export function writeKeyCursor({ key, id }: KeyPlace): string {
  return Buffer.from(`${id}.${key}`).toString('base64url');
}

/** Throws `invalid_cursor`, also for a cursor of another order. */
export function readKeyCursor(cursor: string | undefined): KeyPlace | null {
  if (cursor === undefined) return null;
  const read = Buffer.from(cursor, 'base64url').toString();
  const [id, key] = [read.slice(0, 36), read.slice(37)];
  // NUL cannot be a parameter of Postgres
  if (!isUuid(id) || read[36] !== '.' || key.includes('\0')) throw unknownPlace('after');
  return { key, id };
}

export function unknownPlace(field: string): ProblemError {
  return new ProblemError(
    'invalid_cursor',
    'This place is not known. Load the list again from its start.',
    field,
  );
}

/** Cuts the one row more than asked for, which says that there is a next page. */
export function cutPage<T>(
  rows: T[],
  limit: number,
  place: (row: T) => Place,
): { rows: T[]; next: string | null } {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return { rows: kept, next: rows.length > limit && last ? writeCursor(place(last)) : null };
}
