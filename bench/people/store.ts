/** The seeded database: a million people in one account of fifty. Made by `npm run bench:seed`, kept between runs. */
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type PostgresServer } from '../../scripts/postgres.ts';

export const CONTACTS = 1_000_000;
export const EVENTS = 10_000_000;
export const TENANTS = 50;
export const PEOPLE_SCHEMA = 'people';
/** Counts up when `seed.ts` makes something else. Migrations need no new seed: the figures bring it up to date. */
export const SEED = 2;

/** Not in the checkout: Postgres, which does not run as root, may not be able to enter it. About 12 GB. */
export const folder = process.env['PATCHBAY_BENCH_DATA'] ?? join(tmpdir(), 'patchbay-bench-people');
export const stamp = join(folder, 'patchbay-seed');

export function startPeople(durable: boolean): Promise<PostgresServer> {
  return startPostgres({
    version: 18,
    durable,
    folder,
    settings: {
      shared_buffers: '2GB',
      maintenance_work_mem: '512MB',
      max_wal_size: '8GB',
      checkpoint_timeout: '30min',
      // its size is known; a query that is measured does not wait to be compiled
      jit: 'off',
    },
  });
}

/** What the figures about people throw while there are none. */
export class NotSeeded extends Error {}

let server: Promise<PostgresServer> | undefined;

/** One server for a whole run of the bench. */
export function people(): Promise<PostgresServer> {
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== String(SEED)) {
    throw new NotSeeded(
      'There are no people to measure with. Run `npm run bench:seed` first (some ten minutes, 12 GB).',
    );
  }
  server ??= startPeople(true);
  return server;
}

export async function stopPeople(): Promise<void> {
  await (await server)?.stop();
  server = undefined;
}
