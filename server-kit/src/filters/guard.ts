/**
 * Keeps a filter from being a burden for everybody else. Postgres's own estimate is asked first: what it thinks
 * expensive never starts. Where it is wrong, the statement is ended after a few seconds.
 */
import { sql, type SQL } from 'drizzle-orm';
import type { Filter } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { runOnce } from '../db/drizzle.ts';
import { ProblemError } from '../errors.ts';
import { compileFilter } from './compile.ts';
import { checkSegments, whenOf } from './read.ts';

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

/** A condition about the table `contacts`, and what Postgres thinks it costs to ask it of everybody. */
export interface Guarded {
  where: SQL;
  cost: number;
  /** How many Postgres expects to be found. */
  rows: number;
}

/**
 * A filter's condition, refused when asking it is bound to take too long; what takes too long nevertheless is ended, with all
 * else of this transaction. Events may be counted for everybody at once or person by person; which is better depends on
 * whom the other clauses leave, so it is the one that Postgres thinks cheaper (measured at a million people: "no reply
 * to a text of this week" 0.1 s by person and 3 s at once, the second clause alone 8 s and 2 s).
 * Throws `invalid_filter`, `invalid_request`, `filter_too_costly`.
 */
export async function guardFilter(
  tx: Tx,
  filter: Filter,
  timeZone: string | null,
  { costLimit = COST_LIMIT, timeout = FILTER_TIMEOUT }: Guard = {},
): Promise<Guarded> {
  const [, when] = await Promise.all([
    tx.sql`select set_config('statement_timeout', ${String(timeout)}, true)`,
    checkSegments(tx, filter).then(() => whenOf(tx, timeZone)),
  ]);
  const ways = countsEvents(filter) ? (['all', 'some'] as const) : (['all'] as const);
  const priced = await Promise.all(
    ways.map((about) => price(tx, compileFilter(filter, { tenant: tx.tenant, ...when, about }))),
  );
  const best = priced.reduce((left, right) => (right.cost < left.cost ? right : left));
  if (best.cost > costLimit) throw tooCostly();
  return best;
}

async function price(tx: Tx, where: SQL): Promise<Guarded> {
  const [row] = await runOnce<{ 'QUERY PLAN': [{ Plan: { 'Total Cost': number; 'Plan Rows': number } }] }>(
    tx,
    sql`explain (format json) select 1 from contacts where tenant_id = ${tx.tenant}::text and ${where}`,
  );
  const { 'Total Cost': cost, 'Plan Rows': rows } = row!['QUERY PLAN'][0].Plan;
  return { where, cost, rows };
}

function countsEvents(filter: Filter): boolean {
  if ('all' in filter) return filter.all.some(countsEvents);
  if ('any' in filter) return filter.any.some(countsEvents);
  if ('not' in filter) return countsEvents(filter.not);
  if ('event' in filter)
    return Object.keys(filter.event).some((key) => key.includes('_') || key === 'exactly');
  return 'no_event' in filter;
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
