/**
 * Drizzle as the typed builder of queries that are put together at run time (filters, partial updates). It writes the
 * SQL; our own client sends it. Drizzle's postgres-js driver is not used: it replaces the client's type parsers, and
 * the wire's timestamps with them.
 */
import type { SQL } from 'drizzle-orm';
import { customType, PgDialect, QueryBuilder } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/pg-proxy';
import type { Row, Tx } from './client.ts';

/** For `select`s, also as parts of a larger statement. */
export const query = new QueryBuilder();

/** For `insert`, `update` and `delete`: builds only; `run` sends. */
export const write = drizzle(() => Promise.reject(new Error('Send this with run(tx, query).')));

interface Built {
  toSQL(): { sql: string; params: unknown[] };
}

/** A built query as a pending one on the caller's transaction, prepared like every other. */
export function run<T extends Row>(tx: Tx, built: Built) {
  const { sql, params } = built.toSQL();
  return tx.sql.unsafe<T[]>(sql, params as never[], { prepare: true });
}

/**
 * `with <name> as (<built>) <rest>`, where `rest` has no parameters of its own. `prepare: false` for statements that hold
 * somebody's filter: each is another text, and a connection keeps every prepared one for ever.
 */
export function runAround<T extends Row>(
  tx: Tx,
  name: string,
  built: Built,
  rest: string,
  { prepare = true }: { prepare?: boolean } = {},
) {
  const { sql, params } = built.toSQL();
  return tx.sql.unsafe<T[]>(`with ${name} as materialized (${sql}) ${rest}`, params as never[], { prepare });
}

const dialect = new PgDialect();

/** A statement written out with Drizzle's `sql`. Not prepared, for the same reason, and so planned for its values. */
export function runOnce<T extends Row>(tx: Tx, statement: SQL) {
  const { sql, params } = dialect.sqlToQuery(statement);
  return tx.sql.unsafe<T[]>(sql, params as never[], { prepare: false });
}

/** jsonb without Drizzle's own JSON.stringify: the client serializes once, by the column's type. */
export const json = customType<{ data: unknown; driverData: unknown }>({ dataType: () => 'jsonb' });
/** timestamptz as the wire has it: RFC 3339 in text. */
export const instant = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp with time zone',
});
export const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' });
