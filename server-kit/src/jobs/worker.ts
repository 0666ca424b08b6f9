/**
 * Graphile Worker runs the kit's jobs. It is the clock and the hands; what there is to do stands in our own tables
 * (`sender_wakeups`, `messages`), because a killed worker's Graphile jobs stay locked for four hours.
 */
import { Logger as GraphileLogger, run, type Runner } from 'graphile-worker';
import pg from 'pg';
import { bulkWork } from '../bulk/actions.ts';
import { startRunner } from '../bulk/runner.ts';
import { belongings } from '../belongings.ts';
import type { KitContext } from '../context.ts';
import { exportWork } from '../exchange/exports.ts';
import { importWork } from '../exchange/imports.ts';
import { startMediaKeeper } from '../media/keeper.ts';
import { startCopying } from '../messaging/copies.ts';
import { createSender } from '../messaging/sender.ts';
import { stageKeeper } from '../pipeline/follow.ts';
import { startKeeper } from '../segments/tasks.ts';
import { startReminders } from '../tasks/clock.ts';
import { startWorkflows } from '../workflows/worker.ts';
import { enrollForJob } from '../workflows/enrolling.ts';

export interface Worker {
  /** Takes nothing new, lets what has started finish, and resolves when it has. */
  stop(): Promise<void>;
}

/** A drain that has nothing to do costs little; those of different senders run side by side. */
const CONCURRENCY = 8;
/** How often to look for wake-ups whose job was lost with its worker. */
export const SWEEP_MS = 2_000;

export async function startWorker(context: KitContext): Promise<Worker> {
  const { database, log } = context;
  const stopping = new AbortController();
  const drain = createSender(context, stopping.signal);
  const pool = patientPool({
    connectionString: database.options.url,
    max: CONCURRENCY + 2,
    application_name: 'patchbay-worker',
  });
  const lost = (error: Error) => {
    // at Ctrl-C a Postgres of our own hears the signal too, and may go first
    if (!stopping.signal.aborted) log.warn({ err: error.message }, 'the worker lost a database connection');
  };
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', lost));

  const runner: Runner = await run({
    pgPool: pool,
    schema: database.workerSchema,
    concurrency: CONCURRENCY,
    pollInterval: 2_000,
    noHandleSignals: true,
    logger: quietLogger(context),
    taskList: {
      drain: async (payload) => {
        const { tenant, sender } = payload as { tenant: string; sender: string };
        await drain(tenant, sender);
      },
    },
  });

  const keeper = startKeeper(context);
  const bulk = startRunner(context, {
    bulk: bulkWork({ belongings, stages: stageKeeper, enroll: enrollForJob }),
    import: importWork(stageKeeper),
    export: exportWork,
  });
  const reminders = startReminders(context);
  const copies = startCopying(context);
  const media = startMediaKeeper(context);
  const workflows = startWorkflows(context);
  let sweeping: Promise<void> = Promise.resolve();
  const sweepTimer = setInterval(() => {
    sweeping = sweep();
  }, SWEEP_MS);

  /** Rings again for every sender whose time has come and whose own job has not seen to it. */
  async function sweep(): Promise<void> {
    try {
      const now = database.options.clock?.().toISOString() ?? null;
      const due = await database.directory(
        (sql) => sql<{ tenant_id: string; sender_id: string }[]>`
          select tenant_id, sender_id from sender_wakeups
          where due_at <= coalesce(${now}::timestamptz, now()) - interval '1 second'
          order by due_at limit 500`,
      );
      for (const { tenant_id: tenant, sender_id: sender } of due) {
        await runner.addJob(
          'drain',
          { tenant, sender },
          { jobKey: `drain:${tenant}:${sender}`, maxAttempts: 1 },
        );
      }
    } catch (error) {
      log.warn({ err: (error as Error).message }, 'the sweep could not read what is due; it tries again');
    }
  }

  return {
    async stop() {
      clearInterval(sweepTimer);
      stopping.abort();
      await Promise.all([
        sweeping,
        keeper.stop(),
        bulk.stop(),
        reminders.stop(),
        copies.stop(),
        media.stop(),
        workflows.stop(),
      ]);
      await runner.stop();
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

/** Graphile's log through the kit's, without its chatter about every job. */
function quietLogger({ log }: KitContext): GraphileLogger {
  return new GraphileLogger(() => (level, message) => {
    if (level === 'error') log.error(message);
    else if (level === 'warning') log.warn(message);
  });
}
