/**
 * Graphile Worker as the kit uses it: a queue that is there until it is stopped. Graphile ends itself for reasons that are none
 * of ours: it hears of every migration of any Graphile in the database, the host's own too, and goes when one is called
 * breaking. It is begun again then; were it our own schema that has changed, beginning again says so.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger as GraphileLogger, run, type Runner, type TaskList } from 'graphile-worker';
import pg from 'pg';
import type { KitContext } from '../context.ts';

export interface Queue {
  /** A job of the same key that waits already is this one. Lost when the queue is being begun again: rung for anew by the sweep. */
  add(task: string, payload: object, key: string): Promise<void>;
  /** Takes nothing new, lets what has started finish, and resolves when it has. */
  stop(): Promise<void>;
}

const FIRST_REST_MS = 100;
const LONGEST_REST_MS = 30_000;

/** Jobs of up to `concurrency` at once. Rejects when it cannot begin: no database, or a schema newer than this code. */
export async function startQueue(
  { database, log }: Pick<KitContext, 'database' | 'log'>,
  taskList: TaskList,
  concurrency: number,
): Promise<Queue> {
  const stopping = new AbortController();
  const pool = patientPool({
    connectionString: database.options.url,
    max: concurrency + 2,
    application_name: 'patchbay-worker',
  });
  const lost = (error: Error) => {
    // at Ctrl-C a Postgres of our own hears the signal too, and may go first
    if (!stopping.signal.aborted) log.warn({ err: error.message }, 'the worker lost a database connection');
  };
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', lost));

  const begin = (): Promise<Runner> =>
    run({
      pgPool: pool,
      schema: database.workerSchema,
      concurrency,
      pollInterval: 2_000,
      noHandleSignals: true,
      // without its chatter about every job
      logger: new GraphileLogger(() => (level, message) => {
        if (level === 'error') log.error(message);
        else if (level === 'warning') log.warn(message);
      }),
      taskList,
    });

  let runner = await begin().catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  const kept = keep();

  async function keep(): Promise<void> {
    const { exitCode } = process;
    let rest = FIRST_REST_MS;
    for (;;) {
      const began = Date.now();
      await runner.promise.catch(() => undefined);
      if (stopping.signal.aborted) return;
      // it sets the exit code of the host's process as it goes
      process.exitCode = exitCode;
      if (Date.now() - began > LONGEST_REST_MS) rest = FIRST_REST_MS;
      for (;;) {
        log.warn({ ms: rest }, 'the queue has ended by itself; it begins again');
        await sleep(rest, undefined, { signal: stopping.signal }).catch(() => undefined);
        if (stopping.signal.aborted) return;
        rest = Math.min(rest * 2, LONGEST_REST_MS);
        try {
          runner = await begin();
          if (stopping.signal.aborted) await runner.stop();
          break;
        } catch (error) {
          log.error({ err: (error as Error).message }, 'the queue could not begin again');
        }
      }
    }
  }

  return {
    async add(task, payload, jobKey) {
      await runner.addJob(task, payload, { jobKey, maxAttempts: 1 });
    },
    async stop() {
      stopping.abort();
      // it may have ended by itself this very moment
      await runner.stop().catch(() => undefined);
      await kept;
      await pool.end();
    },
  };
}

/**
 * Graphile writes down how a job ended without waiting for it, and tries that again only after errors that it knows. Any
 * other, such as a connection that Postgres took with it when it went, would be an unhandled rejection and end the
 * host's process. So a lost connection is told as one that it knows: "cannot connect now".
 */
function patientPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  const known = new WeakSet<pg.PoolClient>();
  const connect = pool.connect.bind(pool) as (...given: unknown[]) => Promise<pg.PoolClient>;
  const patiently = async () => {
    const client = await connect().catch(tellLost);
    if (known.has(client)) return client;
    known.add(client);
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    client.query = ((...given: unknown[]) => {
      const sent = query(...given);
      return sent instanceof Promise ? sent.catch(tellLost) : sent;
    }) as typeof client.query;
    return client;
  };
  // with a callback it is the pool itself that asks
  pool.connect = ((...given: unknown[]) =>
    given.length > 0 ? connect(...given) : patiently()) as typeof pool.connect;
  return pool;
}

const CANNOT_CONNECT_NOW = '57P03';

function tellLost(error: unknown): never {
  const { code, message } = error as { code?: unknown; message?: string };
  // what Postgres itself complains of has five characters; of those, 08 and 57P say that it is going or gone
  const isPostgres = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^(08|57P|E)/.test(code);
  if (isPostgres) throw error;
  throw Object.assign(new Error(message, { cause: error }), { code: CANNOT_CONNECT_NOW });
}
