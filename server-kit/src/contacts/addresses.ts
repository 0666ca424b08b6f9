/** Further numbers and e-mail addresses of a person. One belongs to one person, also across the first ones of others. */
import type { ContactAddress } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import { toE164 } from './phone.ts';

export interface AddressInput {
  kind: 'phone' | 'email';
  address: string;
  label?: string | null | undefined;
}

/** As they are stored, each once. Throws `invalid_phone`, `invalid_request`. */
export function checkedAddresses(given: AddressInput[], region: string): ContactAddress[] {
  const seen = new Map<string, ContactAddress>();
  given.forEach(({ kind, address, label }, index) => {
    const path = `addresses.${index}.address`;
    const read = kind === 'phone' ? toE164(address, region, path) : readEmail(address, path);
    seen.set(`${kind} ${read}`, { kind, address: read, label: label || null });
  });
  return [...seen.values()];
}

function readEmail(address: string, path: string): string {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address)) return address.toLowerCase();
  throw new ProblemError('invalid_request', `"${address.slice(0, 60)}" is not an e-mail address.`, path);
}

/**
 * Two transactions must not give one number to two people, once as a first and once as a further one: no key of the
 * database sees both. Whoever writes numbers of a person locks them first, in one order; texts that come in do not wait.
 */
export function lockNumbers({ sql, tenant }: Tx, numbers: string[]) {
  return sql`
    select pg_advisory_xact_lock(hashtextextended('patchbay:number:' || current_schema() || ':' || ${tenant} || n, 0))
    from unnest(${[...new Set(numbers)].sort()}::text[]) as n`;
}

/** Puts these in the place of those that the contact had. Throws `address_taken`. */
export async function replaceAddresses(
  { sql, tenant }: Tx,
  contactId: string,
  addresses: ContactAddress[],
): Promise<void> {
  const rows = addresses.map((address, position) => ({ ...address, position }));
  await sql`delete from contact_addresses where tenant_id = ${tenant} and contact_id = ${contactId}`;
  if (rows.length === 0) return;
  const taken = await sql<{ nth: number }[]>`
    with given as (
      select * from jsonb_to_recordset(${sql.json(rows)})
        as g (kind text, address text, label text, position smallint)
    ),
    stored as (
      insert into contact_addresses (tenant_id, kind, address, contact_id, label, position)
      select ${tenant}, kind, address, ${contactId}, label, position from given order by kind, address
      on conflict (tenant_id, kind, address) do nothing
      returning kind, address
    )
    select position as nth from given g
    where not exists (select from stored s where s.kind = g.kind and s.address = g.address)
      or (kind = 'phone' and exists (
        select from contacts where tenant_id = ${tenant} and phone = g.address and contact_id <> ${contactId}))
    order by position limit 1`;
  if (taken[0]) throw addressTaken(`addresses.${taken[0].nth}.address`);
}

export function addressTaken(field: string): ProblemError {
  return new ProblemError(
    'address_taken',
    'Another contact has this number or address. Open that one, or merge the two.',
    field,
  );
}

/** Whether somebody else has this number as a further one. */
export async function ownerOfNumber({ sql, tenant }: Tx, phone: string): Promise<string | null> {
  const [row] = await sql<{ contact_id: string }[]>`
    select contact_id from contact_addresses
    where tenant_id = ${tenant} and kind = 'phone' and address = ${phone}`;
  return row?.contact_id ?? null;
}
