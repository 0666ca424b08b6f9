/**
 * The way to Postgres. Vocabulary:
 *
 * - *tenant transaction*: every statement of the app runs in one. It says first which tenant it is for
 *   (`patchbay.tenant`, read by the row-security policies), so a forgotten `where tenant_id = …` finds nothing rather
 *   than somebody else's rows.
 * - *pipeline*: a tenant transaction whose statements do not depend on each other's answers. Begin, setting,
 *   statements and commit leave in one flight. Four round trips would cost half the throughput.
 * - *app role*: the role the kit acts as. It owns nothing and cannot switch row security off.
 */
import postgres from 'postgres';
import { SetupError } from '../errors.ts';
import { ARRAY_TYPES } from './arrays.ts';
import { LinePool, type Line } from './line.ts';

export type Sql = postgres.ReservedSql;
export type Row = postgres.Row;
/** A query that has not left yet. */
type Statement = PromiseLike<readonly unknown[]> & { execute(): unknown };

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/name` of a role that may create schemas and roles when migrating. */
  url: string;
  /** The schema that holds every table of the kit. Default `patchbay`. */
  schema?: string;
  /**
   * Connections for tenants' transactions in this process; up to three more serve the rest. Default 10: more gained
   * nothing when measured, commits already share a flush.
   */
  maxConnections?: number;
  /** Milliseconds after which Postgres gives up on a statement. Default 10,000; the send lease outlasts it. */
  statementTimeout?: number;
  /** Left out: the database's clock. Given, every transaction is told this time instead. */
  clock?: () => Date;
}

/** What a tenant transaction hands to the code in it. */
export interface Tx {
  sql: Sql;
  tenant: string;
  /** Called by whatever appends an event, so that live readers are told once the commit has succeeded. */
  touch(): void;
}

export class Database {
  readonly schema: string;
  readonly appRole: string;
  readonly workerSchema: string;
  /** For what is no tenant's: the two directories, LISTEN and NOTIFY. Ending it ends the tenants' connections too. */
  readonly pool: postgres.Sql;
  readonly options: DatabaseOptions;
  #committed = new Set<(tenant: string) => void>();
  readonly #lines: LinePool;
  /** Transactions that run or wait for a connection. */
  #running = 0;
  #allReleased: (() => void) | undefined;

  constructor(options: DatabaseOptions) {
    this.options = options;
    this.schema = checkedName(options.schema ?? 'patchbay');
    this.appRole = `${this.schema}_app`;
    this.workerSchema = `${this.schema}_worker`;
    const settings: postgres.Options<Record<string, postgres.PostgresType>> = {
      idle_timeout: 300,
      connect_timeout: 5,
      // postgres.js would wait up to 20 s between attempts: after an outage we want to be back within one
      backoff: (attempts: number) => Math.min(0.05 * 2 ** attempts, 1) * (0.5 + Math.random() / 2),
      onnotice: () => undefined,
      types: WIRE_TYPES,
      // see arrays.ts
      fetch_types: false,
      connection: {
        application_name: 'patchbay',
        search_path: quoteName(this.schema),
        role: this.appRole,
        statement_timeout: options.statementTimeout ?? 10_000,
        // a killed process's statement must not go on for minutes (Postgres looks for the client this often)
        client_connection_check_interval: 1_000,
        // a page out of order costs little more than the next one (solid state, or cache); with Postgres's default of 4
        // it reads small tables from end to end instead of looking keys up
        random_page_cost: 1.1,
      },
    };
    this.#lines = new LinePool(options.url, settings, options.maxConnections ?? 10);
    this.pool = postgres(options.url, { ...settings, max: DIRECTORY_CONNECTIONS });
    const end = this.pool.end.bind(this.pool);
    this.pool.end = async ({ timeout = CLOSE_PATIENCE_MS / 1000 } = {}) => {
      await Promise.all([this.#lines.end({ timeout }), end({ timeout })]);
    };
  }

  /** Runs dependent steps in one tenant transaction; rolls back and rethrows when `work` throws. */
  async transaction<T>(tenant: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const line = await this.#reserve();
    const { sql } = line;
    let touched = false;
    try {
      // not awaited: they travel together with the first statement of `work`
      const opening = Promise.all([sql`begin`.execute(), this.#enter(sql, tenant).execute()]);
      opening.catch(() => undefined);
      let result: T;
      try {
        result = await work({ sql, tenant, touch: () => (touched = true) });
        await opening;
      } catch (error) {
        // a transaction that cannot be rolled back must not be found by the next user of its connection
        await sql`rollback`.catch((lost: Error) => line.cut(lost));
        throw error;
      }
      await sql`commit`;
      if (touched) this.#announce(tenant);
      return result;
    } finally {
      this.#release(line);
    }
  }

  /**
   * Runs independent statements in one tenant transaction and one flight. If any of them fails nothing is committed and
   * the first failure is thrown.
   */
  async pipeline<const T extends readonly Statement[]>(
    tenant: string,
    build: (tx: Tx) => T,
  ): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
    const line = await this.#reserve();
    try {
      return await this.#flight(line, tenant, build);
    } finally {
      this.#release(line);
    }
  }

  /**
   * A pipeline under shared advisory locks that are held beyond its commit, until `release` is called. The locks belong
   * to the session: when the process dies they go with the connection.
   */
  async pipelineHolding<const T extends readonly Statement[]>(
    tenant: string,
    lockKeys: (sql: Sql) => [postgres.PendingQuery<Row[]>, postgres.PendingQuery<Row[]>],
    build: (tx: Tx) => T,
  ): Promise<{ results: { [K in keyof T]: Awaited<T[K]> }; release: () => Promise<void> }> {
    const line = await this.#reserve();
    const { sql } = line;
    const [first, second] = lockKeys(sql);
    const release = async () => {
      try {
        await sql`select pg_advisory_unlock_shared(${first}), pg_advisory_unlock_shared(${second})`;
      } finally {
        this.#release(line);
      }
    };
    try {
      const locked =
        sql`select pg_advisory_lock_shared(${first}), pg_advisory_lock_shared(${second})`.execute();
      const [, results] = await Promise.all([locked, this.#flight(line, tenant, build)]);
      return { results, release };
    } catch (error) {
      await release().catch(ignoreLostConnection);
      throw error;
    }
  }

  /** Reads one of the two tables that may be read before the tenant is known (`sender_directory`, `sender_wakeups`). */
  async directory<T extends Row>(build: (sql: postgres.Sql) => postgres.PendingQuery<T[]>): Promise<T[]> {
    return build(this.pool);
  }

  /** Tells `listener` the tenant of every committed transaction that appended events. Returns the way to stop. */
  onCommit(listener: (tenant: string) => void): () => void {
    this.#committed.add(listener);
    return () => this.#committed.delete(listener);
  }

  /** Lets running transactions finish (for at most five seconds), then closes. */
  async close(): Promise<void> {
    if (this.#running > 0) {
      await new Promise<void>((done) => {
        const patience = setTimeout(done, CLOSE_PATIENCE_MS);
        this.#allReleased = () => (clearTimeout(patience), done());
      });
    }
    await this.pool.end({ timeout: CLOSE_PATIENCE_MS / 1000 });
  }

  async #reserve(): Promise<Line> {
    this.#running += 1;
    try {
      return await this.#lines.acquire();
    } catch (error) {
      this.#finished();
      throw explainConnection(error, this);
    }
  }

  async #flight<const T extends readonly Statement[]>(
    line: Line,
    tenant: string,
    build: (tx: Tx) => T,
  ): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
    const { sql } = line;
    let touched = false;
    const statements: readonly Statement[] = [
      sql`begin`,
      this.#enter(sql, tenant),
      ...build({ sql, tenant, touch: () => (touched = true) }),
      // after a failed statement Postgres answers COMMIT with a rollback
      sql`commit`,
    ];
    const outcomes = await Promise.allSettled(
      statements.map((statement) => statement.execute() as PromiseLike<unknown>),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    if (touched) this.#announce(tenant);
    const results = outcomes
      .slice(2, -1)
      .map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value);
    return results as unknown as { [K in keyof T]: Awaited<T[K]> };
  }

  #release(line: Line): void {
    line.release();
    this.#finished();
  }

  #finished(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#allReleased?.();
  }

  #enter(sql: Sql, tenant: string): Statement {
    const now = this.options.clock?.().toISOString() ?? '';
    return sql`select set_config('patchbay.tenant', ${tenant}, true), set_config('patchbay.now', ${now}, true)`;
  }

  #announce(tenant: string): void {
    for (const listener of this.#committed) listener(tenant);
  }
}

const CLOSE_PATIENCE_MS = 5_000;
/** Its statements are short and share a connection by pipelining. */
const DIRECTORY_CONNECTIONS = 2;
/** Timestamps leave as the wire wants them (RFC 3339, milliseconds), positions as strings: no float ever holds one. */
const WIRE_TYPES = {
  ...ARRAY_TYPES,
  instant: {
    to: 1184,
    from: [1184],
    serialize: (value: Date | string) => (value instanceof Date ? value.toISOString() : value),
    parse: (text: string) => (text.endsWith('infinity') ? text : new Date(text).toISOString()),
  },
};

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function checkedName(schema: string): string {
  if (/^[a-z_][a-z0-9_]{0,50}$/.test(schema)) return schema;
  throw new SetupError(
    `The schema name "${schema}" cannot be used. Choose lower-case letters, digits and underscores, at most 51 of them.`,
  );
}

/** A rollback on a connection that is already gone has nothing left to do: Postgres rolled back when it went. */
function ignoreLostConnection(): undefined {
  return undefined;
}

function explainConnection(error: unknown, database: Database): unknown {
  const { code, message } = error as { code?: string; message?: string };
  if (code === '22023' && message?.includes(database.appRole)) {
    return new SetupError(
      `The role "${database.appRole}" does not exist yet. Run kit.migrate() once before the kit serves requests.`,
    );
  }
  return error;
}
