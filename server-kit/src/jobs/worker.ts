/**
 * Graphile Worker runs the kit's jobs. It is the clock and the hands; what there is to do stands in our own tables
 * (`sender_wakeups`, `messages`), because a killed worker's Graphile jobs stay locked for four hours.
 */
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
import { startCalls } from '../voice/drain.ts';
import { startWorkflows } from '../workflows/worker.ts';
import { enrollForJob } from '../workflows/enrolling.ts';
import { startQueue } from './queue.ts';

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
  const queue = await startQueue(
    context,
    {
      drain: async (payload) => {
        const { tenant, sender } = payload as { tenant: string; sender: string };
        await drain(tenant, sender);
      },
    },
    CONCURRENCY,
  );

  const keeper = startKeeper(context);
  const bulk = startRunner(context, {
    bulk: bulkWork({ belongings, stages: stageKeeper, enroll: enrollForJob }),
    import: importWork(stageKeeper),
    export: exportWork,
  });
  const reminders = startReminders(context);
  const copies = startCopying(context);
  const media = startMediaKeeper(context);
  const calls = startCalls(context);
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
        await queue.add('drain', { tenant, sender }, `drain:${tenant}:${sender}`);
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
        calls.stop(),
        workflows.stop(),
      ]);
      await queue.stop();
    },
  };
}
