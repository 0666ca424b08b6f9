import type { MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';

/** A member whom a request names. `field` is where. Throws `invalid_request`. */
export async function memberById(tx: Tx, id: string, field: string): Promise<MemberRef> {
  const [member] = await tx.sql<MemberRef[]>`
    select member_id as id, name from members where tenant_id = ${tx.tenant} and member_id = ${id}`;
  if (member) return member;
  throw new ProblemError(
    'invalid_request',
    'There is no such member in this account. Members are known from their first sign-in on.',
    field,
  );
}
