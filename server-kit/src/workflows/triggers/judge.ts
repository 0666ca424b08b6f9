/** Of whom a filter is true, among some who are named. */
import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Filter } from '../../contract/index.ts';
import { writeArray } from '../../db/arrays.ts';
import type { Tx } from '../../db/client.ts';
import { runOnce } from '../../db/drizzle.ts';
import { compileFilter } from '../../filters/compile.ts';
import { whenOf } from '../../filters/read.ts';

/** Contacts that are still there, and of whom `filter` is true. Throws what Postgres does. */
export async function findAmong(tx: Tx, filter: Filter, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { tenant } = tx;
  const condition = compileFilter(filter, { tenant, ...(await whenOf(tx, null)), about: 'some' });
  const rows = await runOnce<{ contact_id: string }>(
    tx,
    sql`select contacts.contact_id from contacts
      where contacts.tenant_id = ${tenant}::text and contacts.merged_into is null
        and contacts.contact_id = any(${writeArray(ids)}::uuid[]) and ${condition}`,
  );
  return new Set(rows.map((row) => row.contact_id));
}

/**
 * The same for a filter of a definition that nobody looks at now. One that cannot be asked (a segment that is too deep, a
 * statement that takes too long) is true of nobody, and keeps no other workflow waiting.
 */
export async function trueOf(tx: Tx, filter: Filter, ids: string[], log: Logger): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { sql: send, tenant } = tx;
  await send`savepoint judging`;
  try {
    const found = await findAmong(tx, filter, ids);
    await send`release savepoint judging`;
    return found;
  } catch (error) {
    await send`rollback to savepoint judging`;
    log.warn({ tenant, err: (error as Error).message }, 'a filter of a workflow could not be asked');
    return new Set();
  }
}
