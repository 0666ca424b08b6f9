/** Runs commands side by side, on as many cores as there are, and keeps their output until someone has to read it. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './packages.ts';

export interface Step {
  name: string;
  /** Command and arguments; the commands are those of node_modules/.bin. */
  command: [string, ...string[]];
  env?: Record<string, string>;
  /** Steps that have to have succeeded before. */
  after?: string[];
  /** How many cores it keeps busy (default 1). */
  weight?: number;
  /** Minutes after which it is given up. Default: 10. */
  limit?: number;
}

export interface StepResult {
  name: string;
  ok: boolean;
  seconds: number;
  output: string;
  /** Set when it did not run because another step had failed. */
  skippedFor?: string;
}

const bin = join(root, 'node_modules', '.bin');
const node = join(root, 'node_modules', 'node', 'bin');

export function runStep(step: Step): Promise<StepResult> {
  const [command, ...args] = step.command;
  const started = performance.now();
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: [node, bin, process.env['PATH']].join(delimiter),
    NO_COLOR: '1',
    ...step.env,
  };
  delete env['FORCE_COLOR'];
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
      // A group of its own, so that a step that hangs can be ended with all that it started.
      detached: process.platform !== 'win32',
    });
    let output = '';
    const end = (ok: boolean) => {
      clearTimeout(timer);
      running.delete(kill);
      resolve({ name: step.name, ok, seconds: (performance.now() - started) / 1000, output: output.trim() });
    };
    const kill = () => {
      try {
        if (child.pid) process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    };
    const minutes = step.limit ?? 10;
    const timer = setTimeout(() => {
      output += `\n${step.name} did not end within ${minutes} minutes.`;
      kill();
    }, minutes * 60_000);
    running.add(kill);
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    child.once('error', (error) => {
      output += error.message;
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}

const running = new Set<() => void>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    for (const kill of running) kill();
    process.exit(130);
  });
}

/** Starts each step as soon as those before it are done and a core is free, in the order given. */
export async function runSteps(steps: Step[], tell: (result: StepResult) => void): Promise<StepResult[]> {
  const cores = Math.max(2, availableParallelism());
  const waiting = [...steps];
  const results: StepResult[] = [];
  const active = new Set<Promise<void>>();
  let busy = 0;

  const finish = (result: StepResult) => {
    results.push(result);
    tell(result);
  };
  const ready = (step: Step) =>
    (step.after ?? []).every((name) => results.some((result) => result.name === name && result.ok));
  const blockedBy = (step: Step) =>
    (step.after ?? []).find((name) => results.some((result) => result.name === name && !result.ok));

  while (waiting.length > 0 || active.size > 0) {
    for (const step of [...waiting]) {
      const blocker = blockedBy(step);
      const weight = Math.min(step.weight ?? 1, cores);
      if (blocker) {
        waiting.splice(waiting.indexOf(step), 1);
        finish({ name: step.name, ok: false, seconds: 0, output: '', skippedFor: blocker });
      } else if (ready(step) && busy + weight <= cores) {
        waiting.splice(waiting.indexOf(step), 1);
        busy += weight;
        const work: Promise<void> = runStep(step).then((result) => {
          busy -= weight;
          active.delete(work);
          finish(result);
        });
        active.add(work);
      }
    }
    if (active.size > 0) await Promise.race(active);
    else if (waiting.length > 0 && !waiting.some((step) => ready(step) || blockedBy(step))) {
      throw new Error(`These steps wait for each other: ${waiting.map((step) => step.name).join(', ')}`);
    }
  }
  return results;
}

/** One line for a result, and what it printed when it failed. */
export function describe(result: StepResult): string {
  const mark = result.ok ? 'ok  ' : 'FAIL';
  const time = result.skippedFor
    ? `not run, because ${result.skippedFor} failed`
    : `${result.seconds.toFixed(1)} s`;
  const line = `${mark}  ${result.name.padEnd(14)} ${time}`;
  return result.ok || result.output === '' ? line : `${line}\n${indent(result.output)}`;
}

export function indent(text: string): string {
  return text.replace(/^/gm, '      ');
}
