/**
 * What most figures need: a Postgres that keeps its promises (fsync on), and the real kit in a process of its own, so
 * that load generator and server do not share an event loop.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import postgres from 'postgres';
import { startPostgres, type PostgresServer } from '../../scripts/postgres.ts';

let server: Promise<PostgresServer> | undefined;

/** One server for a whole run of the bench. */
export function database(): Promise<PostgresServer> {
  server ??= startPostgres({
    version: 18,
    durable: true,
    settings: { shared_buffers: '1GB', max_wal_size: '4GB', checkpoint_timeout: '30min' },
  });
  return server;
}

export async function stopDatabase(): Promise<void> {
  await (await server)?.stop();
  server = undefined;
}

/** Superuser connections for floors, seeding and counting; row security does not apply to them. */
export async function superuser(schema: string, max = 10): Promise<postgres.Sql> {
  const { url } = await database();
  return postgres(url, { max, onnotice: () => undefined, connection: { search_path: schema } });
}

/** What the process of `kit-process.ts` is told to be. */
export interface KitProcessOptions {
  databaseUrl: string;
  schema: string;
  live: boolean;
  worker: boolean;
  carrierUrl?: string;
  segmentsPerSecond: number | null;
  /** Where it keeps files. Default: `.patchbay/media`, which nobody cleans up. */
  folder?: string;
}

export interface KitProcess {
  port: number;
  publicUrl: string;
  pid: number;
  ask<T>(question: string): Promise<T>;
  stop(): Promise<void>;
}

export const SECRET = 'a secret of the bench that nobody else has';
export const ACCOUNT = { accountSid: 'AC00000000000000000000000000000be4', authToken: 'bench'.repeat(6) };
export const TENANT = 'bench';
export const NUMBER = '+16305550142';

let schemas = 0;

/** Starts the kit on a fresh schema (or the one given) of the bench's server (or another) with one tenant and one number. */
export async function startKit(
  options: Partial<KitProcessOptions> = {},
): Promise<KitProcess & { schema: string }> {
  const databaseUrl = options.databaseUrl ?? (await database()).url;
  const schema = options.schema ?? `bench_${process.pid}_${(schemas += 1)}`;
  const settings: KitProcessOptions = {
    live: true,
    worker: false,
    segmentsPerSecond: null,
    ...options,
    schema,
    databaseUrl,
  };
  const child: ChildProcess = fork(
    fileURLToPath(new URL('kit-process.ts', import.meta.url)),
    [JSON.stringify(settings)],
    {
      execArgv: ['--conditions=patchbay-source', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  const [ready] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('The kit’s process ended before it was ready.'))),
  ])) as [{ port: number }];
  return {
    schema,
    port: ready.port,
    publicUrl: `http://127.0.0.1:${ready.port}/crm`,
    pid: child.pid!,
    async ask<T>(question: string): Promise<T> {
      child.send(question);
      const [answer] = (await once(child, 'message')) as [T];
      return answer;
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.send('stop');
      await once(child, 'exit');
    },
  };
}

/** A session of the bench's own account, for requests to a kit of this harness. */
export function sessionToken(role: 'agent' | 'manager'): Promise<string> {
  return new SignJWT({ tenant: TENANT, name: 'Bench', role })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer('patchbay')
    .setAudience('patchbay')
    .setSubject('bench')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET));
}
