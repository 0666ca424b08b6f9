/** Where the values that a filter asks for stand. The names, types and operators are in `contract/names.ts`. */
import { sql, type SQL } from 'drizzle-orm';
import { FILTER_FIELDS, type Channel } from '../contract/index.ts';

/** A built-in field is the column of its name. Throws for any other: what stands here becomes text of a statement. */
export function columnOf(field: string): SQL {
  if (!Object.hasOwn(FILTER_FIELDS, field))
    throw new Error(`The filter was not checked: there is no field ${field}.`);
  return sql`contacts.${sql.identifier(field)}`;
}

const KEYS: Partial<Record<string, string>> = {
  name: 'name_key',
  last_name: 'last_name_key',
  email: 'email_key',
};

/** A text in lower case: its stored column where there is one, else worked out row by row. */
export function keyOf(field: string): SQL {
  const key = KEYS[field];
  return key === undefined ? sql`lower(${columnOf(field)})` : sql`contacts.${sql.identifier(key)}`;
}

/** `budget` of `fields.budget`. */
export function customKey(field: string): string {
  return field.slice('fields.'.length);
}

/** The column that holds a contact's address on a channel; null: contacts have none there. */
export const CHANNEL_ADDRESS: Record<Channel, 'phone' | 'email' | null> = {
  sms: 'phone',
  whatsapp: 'phone',
  voice: 'phone',
  email: 'email',
  messenger: null,
};
