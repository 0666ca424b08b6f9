/** Who a filter finds: how many, and page by page. */
import type { SQL } from 'drizzle-orm';
import { countContacts, listContacts, type After, type ContactRow } from '../contacts/rows.ts';
import type { ContactSort, Filter } from '../contract/index.ts';
import type { Database, Tx } from '../db/client.ts';
import { compileFilter } from './compile.ts';
import { explainCost, guardFilter, type Guard } from './guard.ts';
import { checkSegments, whenOf } from './read.ts';

export interface FilterSearch {
  filter?: Filter | undefined;
  timeZone?: string | null | undefined;
  q?: string | undefined;
  /** Default: `newest`. */
  sort?: ContactSort;
  /** Where the page before ended. */
  after?: After | null;
  limit: number;
  counted?: boolean;
}

export interface Found {
  /** One more than asked for when there is a next page. */
  rows: ContactRow[];
  /** Of the filter; null when not asked for. */
  count: number | null;
}

/** Throws `invalid_filter`, `filter_too_costly`, `invalid_request`. */
export async function searchContacts(
  database: Database,
  tenant: string,
  { filter, timeZone = null, q, sort = 'newest', after = null, limit, counted = false }: FilterSearch,
  guard?: Guard,
): Promise<Found> {
  try {
    return await database.transaction(tenant, async (tx) => {
      const where = filter && (await conditionOf(tx, filter, timeZone));
      if (where) await guardFilter(tx, where, guard);
      const [rows, count] = await Promise.all([
        listContacts(tx, { q, where, sort, after, limit }),
        counted ? countContacts(tx, { q, where }) : null,
      ]);
      return { rows, count: count?.[0]?.count ?? null };
    });
  } catch (error) {
    throw explainCost(error);
  }
}

/** A checked filter as a condition about `contacts`. Throws `invalid_filter`, `invalid_request`. */
export async function conditionOf(tx: Tx, filter: Filter, timeZone: string | null): Promise<SQL> {
  await checkSegments(tx, filter);
  return compileFilter(filter, { tenant: tx.tenant, ...(await whenOf(tx, timeZone)) });
}
