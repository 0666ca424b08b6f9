/** The demo's database: the one that is named, or one of our own in the folder. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoConfig } from './config.ts';

export interface DemoDatabase {
  url: string;
  stop(): Promise<void>;
}

export async function openDatabase({ databaseUrl, directory }: DemoConfig): Promise<DemoDatabase> {
  if (databaseUrl !== undefined) return { url: databaseUrl, stop: async () => undefined };
  const home = join(directory, 'postgres');
  const server = await withoutItsSignals(async () => {
    const { startEmbeddedPostgres } = await import('@patchbay/server-kit/embedded-postgres');
    return startEmbeddedPostgres({ directory: home });
  });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await endOrphan(home);
    },
  };
}

/**
 * The package behind the embedded Postgres listens for signals itself and would stop the server at once, under the
 * feet of whatever is still being sent. Here it is stopped last, by `stop()`.
 */
async function withoutItsSignals<T>(work: () => Promise<T>): Promise<T> {
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'];
  const before = new Map(signals.map((name) => [name, new Set(process.listeners(name))]));
  try {
    return await work();
  } finally {
    for (const [name, known] of before) {
      for (const listener of process.listeners(name)) if (!known.has(listener)) process.off(name, listener);
    }
  }
}

/**
 * A Postgres that outlived a killed demo was joined, not started, so nobody else will end it. The folder is ours alone
 * (see folder.ts): whoever still serves it is asked to stop as an operator would ask.
 */
async function endOrphan(home: string): Promise<void> {
  const file = join(home, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  const end = Date.now() + 10_000;
  if (!signal(pid, 'SIGINT')) return;
  while (signal(pid, 0) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 25));
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
