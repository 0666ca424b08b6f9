import type { Tx } from '../db/client.ts';

/** The steps whose calls of these have come to nothing: never placed, refused, or nobody of ours picked up. */
export async function stepsThatFailed(
  { sql, tenant }: Tx,
  callIds: readonly string[],
): Promise<{ enrollmentId: string; ordinal: number; reason: string }[]> {
  if (callIds.length === 0) return [];
  return sql<{ enrollmentId: string; ordinal: number; reason: string }[]>`
    select enrollment_id as "enrollmentId", ordinal, coalesce(error_reason, 'The call failed.') as reason from calls
    where tenant_id = ${tenant} and call_id = any(${[...callIds]}::uuid[]) and enrollment_id is not null
      and (status = 'canceled' or disposition in ('failed', 'member_unreachable'))`;
}
