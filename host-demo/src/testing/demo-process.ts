/** The real demo as a process of its own: free ports, a folder that nobody else has, gone afterwards. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const START = fileURLToPath(new URL('../start.ts', import.meta.url));
const BOOTSTRAP = fileURLToPath(new URL('../../../scripts/bootstrap.mjs', import.meta.url));
/** A first start makes a database; on a busy machine that takes its time. */
const PATIENCE = 90_000;

export interface DemoProcess {
  url: string;
  sandboxUrl: string;
  directory: string;
  /** What it has said so far. */
  output(): string;
  /** Ends the process as a power cut would. Its Postgres is left to itself, as it would be. */
  kill(): Promise<void>;
  /** Asks it to end, and answers with the exit code. */
  end(): Promise<number | null>;
  /** Ctrl-C in its terminal (`terminal`), which all that it has started hear, too. Answers with the exit code. */
  interrupt(): Promise<number | null>;
  /** Starts it again, on the same ports and folder. */
  again(): Promise<void>;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

export interface DemoRun {
  child: ChildProcess;
  output: () => string;
}

/** `terminal`: as `npm start` has it, in the foreground of a terminal of its own. */
export function runDemo(env: Record<string, string>, terminal = false): DemoRun {
  const how = terminal ? [BOOTSTRAP, 'start'] : ['--conditions=patchbay-source', START];
  const child = spawn(process.execPath, how, {
    env: { ...process.env, DATABASE_URL: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: terminal,
  });
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += String(chunk)));
  child.stderr?.on('data', (chunk: Buffer) => (said += String(chunk)));
  return { child, output: () => said };
}

/** Runs the demo in a set-up in which it cannot start, and answers with its exit code and words. */
export async function failingDemo(
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const { child, output } = runDemo(env);
  await once(child, 'close', { signal: AbortSignal.timeout(PATIENCE) });
  return { code: child.exitCode, output: output() };
}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'patchbay-demo-'));

/** `more` goes into its environment. */
export async function startDemoProcess(
  more: Record<string, string> = {},
  { terminal = false }: { terminal?: boolean } = {},
): Promise<DemoProcess> {
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const directory = newFolder();
  const env = { ...more, PORT: String(port), SANDBOX_PORT: String(sandboxPort), PATCHBAY_DIR: directory };
  let run = await started(env, terminal);

  const stop = async (signal: NodeJS.Signals, toAll = false): Promise<number | null> => {
    const { child } = run;
    if (child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'exit');
      if (toAll) process.kill(-child.pid!, signal);
      else child.kill(signal);
      await closed;
    }
    return child.exitCode;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    sandboxUrl: `http://127.0.0.1:${sandboxPort}`,
    directory,
    output: () => run.output(),
    kill: async () => void (await stop('SIGKILL')),
    end: () => stop('SIGTERM'),
    interrupt: () => stop('SIGINT', true),
    async again() {
      run = await started(env, terminal);
    },
    async remove() {
      await stop('SIGTERM');
      endPostgres(directory);
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

async function started(env: Record<string, string>, terminal: boolean): Promise<DemoRun> {
  const run = runDemo(env, terminal);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The demo did not start:\n${run.output()}`)), PATIENCE);
    run.child.stdout?.on('data', () => {
      if (!run.output().includes('is open at')) return;
      clearTimeout(timer);
      resolve();
    });
    run.child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The demo ended with ${code}:\n${run.output()}`));
    });
  });
  return run;
}

/** Whatever a killed demo left running. */
function endPostgres(directory: string): void {
  const file = join(directory, 'postgres', 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  try {
    process.kill(pid, 'SIGQUIT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
