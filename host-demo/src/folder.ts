/** The folder of one copy: who uses it, and the secret in it. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from './config.ts';

/**
 * Two copies on one folder would write over each other's phones. The lock is a file with the owner's process id; one
 * that a killed process left behind does not count. Returns the way to give it up.
 */
export function lockFolder(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'demo.pid');
  if (existsSync(file)) {
    const owner = Number(readFileSync(file, 'utf8'));
    if (owner !== process.pid && isDemo(owner)) {
      throw new StartError(
        `Another copy (process ${owner}) is running on ${directory}. ` +
          'Stop it, or give this one a folder and ports of its own: ' +
          'PATCHBAY_DIR=.patchbay-2 PORT=4001 SANDBOX_PORT=4011 npm start',
      );
    }
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

/** Alive, and where Linux tells, really this program: process ids come round again, in containers quickly. */
function isDemo(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const command = `/proc/${pid}/cmdline`;
  return !existsSync(command) || readFileSync(command, 'utf8').includes('start.ts');
}

/** Made once, and kept where only the owner reads it. In production it comes from the environment instead. */
export function readSecret(directory: string): string {
  const file = join(directory, 'secret');
  if (existsSync(file)) {
    const secret = readFileSync(file, 'utf8').trim();
    if (secret.length >= 32) return secret;
  }
  const secret = randomBytes(32).toString('base64url');
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}
