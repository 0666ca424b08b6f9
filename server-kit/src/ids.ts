import { v7, validate } from 'uuid';

/** Makes the ids of rows: uuid version 7, so that new rows lie together in their indexes. Tests bring their own. */
export type NewId = () => string;

export const newId: NewId = () => v7();

export function isUuid(text: string): boolean {
  return validate(text);
}
