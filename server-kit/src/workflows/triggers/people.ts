/** Whom another system means, by id, number or e-mail address. */
import { toE164 } from '../../contacts/phone.ts';
import type { Tx } from '../../db/client.ts';
import { ProblemError } from '../../errors.ts';

export interface Named {
  id?: string | undefined;
  phone?: string | undefined;
  email?: string | undefined;
}

/** As they are stored; null: the number is none. */
export function readNamed({ id, phone, email }: Named, region: string): Named | null {
  if (phone === undefined) return { id, email: email?.toLowerCase() };
  try {
    return { id, phone: toE164(phone, region), email: email?.toLowerCase() };
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}

/**
 * Who they are, in the same order; null: nobody. A number goes before an e-mail address, a first one before a further one, and who
 * is part of somebody else by now is that one.
 */
export async function findPeople(
  { sql, tenant }: Tx,
  named: readonly (Named | null)[],
): Promise<(string | null)[]> {
  const rows = named.flatMap((one, nth) =>
    one === null ? [] : [{ nth, id: one.id ?? null, phone: one.phone ?? null, email: one.email ?? null }],
  );
  if (rows.length === 0) return named.map(() => null);
  const found = await sql<{ nth: number; contact_id: string }[]>`
    select g.nth, coalesce(f.merged_into, f.contact_id) as contact_id
    from jsonb_to_recordset(${sql.json(rows)}) as g (nth integer, id uuid, phone text, email text)
    cross join lateral (
      select * from (
        select contact_id, merged_into, 1 as place, created_at from contacts
        where tenant_id = ${tenant} and contact_id = g.id
        union all
        select contact_id, merged_into, 2, created_at from contacts where tenant_id = ${tenant} and phone = g.phone
        union all
        select contact_id, null, 3, null from contact_addresses
        where tenant_id = ${tenant} and kind = 'phone' and address = g.phone
        union all
        select contact_id, merged_into, 4, created_at from contacts
        where tenant_id = ${tenant} and email_key = g.email and merged_into is null
        union all
        select contact_id, null, 5, null from contact_addresses
        where tenant_id = ${tenant} and kind = 'email' and address = g.email) any_of
      order by place, created_at, contact_id limit 1) f`;
  const byPlace = new Map(found.map((row) => [row.nth, row.contact_id]));
  return named.map((_, nth) => byPlace.get(nth) ?? null);
}
