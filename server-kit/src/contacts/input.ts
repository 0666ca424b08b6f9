/** What may be written of a contact, and how it is stored. */
import type { UpdateContact } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import { checkedAddresses } from './addresses.ts';
import { readBirthday } from './birthday.ts';
import { checkedFields } from './fields.ts';
import { toE164 } from './phone.ts';
import type { ContactRow } from './rows.ts';
import type { contacts } from './tables.ts';
import { checkedZone, deriveZone } from './zones.ts';

/** `undefined` leaves a field as it is, null empties it. */
export type ContactInput = UpdateContact;
export type ContactValues = Partial<typeof contacts.$inferInsert>;

/** What of the contact as it stands decides about a change. */
export type Before = Pick<ContactRow, 'phone' | 'postal_code' | 'state' | 'country' | 'fields'>;
export const NOBODY: Before = { phone: null, postal_code: null, state: null, country: null, fields: {} };

export interface Checked {
  values: ContactValues;
  /** Undefined: the further addresses stay as they are. */
  addresses: ReturnType<typeof checkedAddresses> | undefined;
}

/**
 * Numbers as E.164, empty texts as null, each tag once, and the zone that follows from address and number. Throws
 * `invalid_phone`, `invalid_birthday`, `invalid_time_zone`, `invalid_field`, `invalid_request`.
 */
export async function checkedInput(tx: Tx, input: ContactInput, before: Before): Promise<Checked> {
  const { addresses, birthday, fields, ...given } = input;
  const values = Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, value === '' ? null : value]),
  ) as ContactValues;
  const region = await regionOf(tx);
  if (birthday !== undefined) Object.assign(values, readBirthday(birthday));
  if (typeof values.phone === 'string') values.phone = toE164(values.phone, region);
  if (values.tags) values.tags = [...new Set(values.tags)];
  if (values.dnd) values.dnd = [...new Set(values.dnd)];
  if (values.time_zone) values.time_zone = checkedZone(values.time_zone);
  if (values.owner_id) await expectMember(tx, values.owner_id);
  if (fields !== undefined) values.fields = await checkedFields(tx, fields, before.fields, region);
  if (WHEREABOUTS.some((column) => column in values)) {
    const { phone, postal_code, state, country } = { ...before, ...values };
    Object.assign(values, await deriveZone({ phone, postal_code, state, country }, region));
  }
  return { values, addresses: addresses && checkedAddresses(addresses, region) };
}

const WHEREABOUTS = ['phone', 'postal_code', 'state', 'country'];

async function expectMember({ sql, tenant }: Tx, id: string): Promise<void> {
  const [member] = await sql`select 1 from members where tenant_id = ${tenant} and member_id = ${id}`;
  if (member) return;
  throw new ProblemError(
    'invalid_request',
    'There is no such member in this account. Members are known from their first sign-in on.',
    'owner_id',
  );
}

/** How people of the tenant write numbers and addresses, ISO 3166. */
export async function regionOf(tx: Tx): Promise<string> {
  const [row] = await region(tx);
  return row?.default_region ?? 'US';
}

/** For the caller's pipeline. */
export function region({ sql, tenant }: Tx) {
  return sql<{ default_region: string }[]>`select default_region from tenants where tenant_id = ${tenant}`;
}
