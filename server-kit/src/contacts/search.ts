/**
 * Finding people by what somebody types: the beginning of a name, of a last name, of an e-mail address or of a number,
 * or a number's last digits.
 *
 * Each way is a range of one index (`migrations/0004_contacts.sql`), read in its order and no further than `DEEPEST`, so
 * that one letter costs a tenant of a million no more than a whole name. Ranges rather than LIKE: a prepared statement's
 * general plan cannot turn a LIKE with a parameter into one.
 */
import { sql, type SQL } from 'drizzle-orm';
import { getCountryCallingCode, type CountryCode } from 'libphonenumber-js/max';
import type { Tx } from '../db/client.ts';
import { regionOf } from './input.ts';
import { contacts } from './tables.ts';

/**
 * How many matches of each way are looked at, alphabetically. Who types more letters reaches the others. With 1,000 the
 * planner began to read a million contacts from end to end rather than look so many up (measured: 490 ms; with 200, 15).
 */
const DEEPEST = 200;
/** Fewer digits than this are no number. */
const FEWEST_DIGITS = 3;

/** That a contact is one of those which `words` find. Null `region`: numbers are read as they stand. */
export function matching(tx: Tx, words: string, region: string | null): SQL {
  const typed = words.trim();
  const digits = typed.replace(/\D/g, '');
  const ways = [
    beginning(tx, contacts.name_key, typed),
    beginning(tx, contacts.last_name_key, typed),
    beginning(tx, contacts.email_key, typed),
    furtherAddresses(tx, 'email', typed.toLowerCase()),
  ];
  if (digits.length >= FEWEST_DIGITS && !/\p{L}/u.test(typed)) {
    for (const start of beginnings(digits, typed.startsWith('+') ? null : region)) {
      ways.push(beginning(tx, contacts.phone, start), furtherAddresses(tx, 'phone', start));
    }
    ways.push(beginning(tx, contacts.phone_key, [...digits].reverse().join('')));
  }
  return sql`${contacts.contact_id} in (${sql.join(ways, sql` union `)})`;
}

/** How the country of an account dials, for whoever types digits; null for others, who need no look-up. */
export async function regionFor(tx: Tx, words: string | undefined): Promise<string | null> {
  return words !== undefined && /\d/.test(words) ? regionOf(tx) : null;
}

/** As E.164 begins: as it was typed, and with the country's code before it. A leading 0 is not dialled from abroad. */
function beginnings(digits: string, region: string | null): string[] {
  if (region === null) return [`+${digits}`];
  return [`+${digits}`, `+${callingCode(region)}${digits.replace(/^0/, '')}`];
}

function callingCode(region: string): string {
  try {
    return getCountryCallingCode(region as CountryCode);
  } catch {
    return '1';
  }
}

/** The last code point comes after everything that may follow the prefix, byte for byte. */
function upTo(prefix: string): SQL {
  return sql`lower(${prefix}::text) || U&'\\+10FFFF'`;
}

type Key = (typeof contacts)['name_key' | 'last_name_key' | 'email_key' | 'phone' | 'phone_key'];

function beginning({ tenant }: Tx, { name }: Key, prefix: string): SQL {
  const key = sql.identifier(name);
  return sql`(select contact_id from contacts
    where tenant_id = ${tenant} and ${key} >= lower(${prefix}::text) and ${key} < ${upTo(prefix)}
      and merged_into is null
    order by ${key} limit ${sql.raw(String(DEEPEST))})`;
}

function furtherAddresses({ tenant }: Tx, kind: 'phone' | 'email', prefix: string): SQL {
  return sql`(select contact_id from contact_addresses
    where tenant_id = ${tenant} and kind = ${kind} and address >= ${prefix} and address < ${upTo(prefix)}
    order by address limit ${sql.raw(String(DEEPEST))})`;
}
