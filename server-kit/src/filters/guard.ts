/**
 * Keeps a filter from being a burden for everybody else. Postgres's own estimate is asked first: what it thinks
 * expensive never starts. Where it is wrong, the statement is ended after a few seconds.
 */
import { sql, type SQL } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { runOnce } from '../db/drizzle.ts';
import { ProblemError } from '../errors.ts';

/**
 * In Postgres's units (a page read in order is one). A walk over a million contacts with an index look-up for each
 * is about ten million; raising it lets filters run that take longer than a person waits.
 */
export const COST_LIMIT = 30_000_000;
/** Milliseconds for a count or a page. */
export const FILTER_TIMEOUT = 5_000;
const QUERY_CANCELED = '57014';

export interface Guard {
  costLimit?: number;
  timeout?: number;
}

/** Ends statements of the rest of this transaction that take too long, and refuses a condition that is bound to. */
export async function guardFilter(
  tx: Tx,
  where: SQL,
  { costLimit = COST_LIMIT, timeout = FILTER_TIMEOUT }: Guard = {},
): Promise<void> {
  const limited = tx.sql`select set_config('statement_timeout', ${String(timeout)}, true)`;
  const [, [row]] = await Promise.all([
    limited,
    runOnce<{ 'QUERY PLAN': [{ Plan: { 'Total Cost': number } }] }>(
      tx,
      sql`explain (format json) select count(*) from contacts where tenant_id = ${tx.tenant}::text and ${where}`,
    ),
  ]);
  if (row!['QUERY PLAN'][0].Plan['Total Cost'] > costLimit) throw tooCostly();
}

/** For what a guarded transaction threw. */
export function explainCost(error: unknown): unknown {
  return (error as { code?: string }).code === QUERY_CANCELED ? tooCostly() : error;
}

function tooCostly(): ProblemError {
  return new ProblemError(
    'filter_too_costly',
    'This filter would search for too long. Add a condition that narrows it down (a stage, a tag, a shorter period), or make a segment of a part and use that.',
    'filter',
  );
}
