/** Texts that several steps and members use. A change is a new version, and what was is kept. */
import type { Tx } from '../../db/client.ts';

/** The newest words of a template; null: there is none of that key. */
export async function bodyOfTemplate({ sql, tenant }: Tx, key: string): Promise<string | null> {
  const [row] = await sql<{ body: string }[]>`
    select body from templates where tenant_id = ${tenant} and key = ${key} and deleted_at is null`;
  return row?.body ?? null;
}
