/** What the environment says about this copy of the demo. Several run side by side when these differ. */
import { resolve } from 'node:path';

export interface DemoConfig {
  port: number;
  sandboxPort: number;
  /** Everything that outlives the process: Postgres, the sandbox's memory, the secret. */
  directory: string;
  /** Left out: an embedded Postgres in `directory`. */
  databaseUrl: string | undefined;
}

/** A mistake that the person at the terminal can mend: shown as it is, without a stack. */
export class StartError extends Error {
  override name = 'StartError';
}

/** Throws `StartError`. */
export function readConfig(env: NodeJS.ProcessEnv): DemoConfig {
  const port = portFrom(env, 'PORT', 4000);
  const sandboxPort = portFrom(env, 'SANDBOX_PORT', 4010);
  if (port === sandboxPort) {
    throw new StartError(`PORT and SANDBOX_PORT are both ${port}. Give them different numbers.`);
  }
  return {
    port,
    sandboxPort,
    directory: resolve(env['PATCHBAY_DIR'] || '.patchbay'),
    databaseUrl: env['DATABASE_URL'] || undefined,
  };
}

function portFrom(env: NodeJS.ProcessEnv, name: string, usual: number): number {
  const given = env[name];
  if (given === undefined || given === '') return usual;
  const port = Number(given);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new StartError(`${name} is "${given}". It must be a port number from 1 to 65535, such as ${usual}.`);
}
