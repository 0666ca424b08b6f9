import type { Tx } from '../../db/client.ts';
import type { Run } from './step.ts';

/** Of these, the ones that are members of the account. */
export async function membersAmong(
  { sql, tenant }: Tx,
  ids: readonly (string | null)[],
): Promise<Set<string>> {
  const asked = [...new Set(ids.filter((id) => id !== null))];
  if (asked.length === 0) return new Set();
  const rows = await sql<{ member_id: string }[]>`
    select member_id from members where tenant_id = ${tenant} and member_id = any(${asked}::text[])`;
  return new Set(rows.map((row) => row.member_id));
}

/** `owner` is the contact's. */
export function memberFor(named: string, { contact }: Run): string | null {
  return named === 'owner' ? contact.owner_id : named;
}
