/** Looks every few seconds which tenants have tasks that are due. */
import type { KitContext } from '../context.ts';
import { remind } from './reminders.ts';

const SWEEP_MS = 5_000;

export function startReminders({ database, log }: Pick<KitContext, 'database' | 'log'>): {
  /** Lets the sweep that has started finish. */
  stop(): Promise<void>;
} {
  let sweeping: Promise<void> = Promise.resolve();
  let stopped = false;

  async function sweep(): Promise<void> {
    try {
      const due = await database.directory(
        (sql) => sql<{ tenant_id: string }[]>`
          select distinct tenant_id from task_reminders where due_at <= (select moment()) limit 500`,
      );
      for (const { tenant_id: tenant } of due) {
        if (stopped) return;
        await remind(database, tenant);
      }
    } catch (error) {
      // the rows are still there: the next sweep comes back to them
      log.warn({ err: (error as Error).message }, 'reminders of tasks could not be told; trying again');
    }
  }

  const timer = setInterval(() => {
    sweeping = sweeping.then(sweep);
  }, SWEEP_MS);
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await sweeping;
    },
  };
}
