/**
 * Migrations: numbered SQL files, forward only, each in its own transaction. Any number of processes may start at once:
 * they queue on an advisory lock and the later ones find nothing left to do.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { SetupError } from '../errors.ts';
import { quoteName, type Database } from './client.ts';

export interface Migration {
  number: number;
  name: string;
  sql: string;
}

/** The migrations shipped with the kit, in order. */
export function migrations(): Migration[] {
  const folder = MIGRATION_FOLDERS.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) =>
    existsSync(`${path}/0001_tenancy.sql`),
  );
  if (!folder)
    throw new SetupError('The migrations folder is missing from @patchbay/server-kit. Install it again.');
  return readdirSync(folder)
    .filter((file) => /^\d{4}_.*\.sql$/.test(file))
    .sort()
    .map((file) => ({
      number: Number(file.slice(0, 4)),
      name: file,
      sql: readFileSync(`${folder}/${file}`, 'utf8'),
    }));
}
/** In the repository, and as published, beside `dist`. */
const MIGRATION_FOLDERS = ['../../../migrations', '../../migrations', '../migrations'];

/** Brings the schema up to date and returns the names of what was applied. */
export async function migrate(database: Database): Promise<string[]> {
  const client = new pg.Client({
    connectionString: database.options.url,
    application_name: 'patchbay-migrate',
  });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [
      `patchbay:migrate:${database.schema}`,
    ]);
    await prepare(client, database);
    // a pool of one around our locked connection would do; Graphile wants its own and tolerates races by itself
    await runMigrations({
      connectionString: database.options.url,
      schema: database.workerSchema,
      logger: undefined,
    });
    return await applyMissing(client, database);
  } finally {
    await client.end();
  }
}

/** What has not been applied yet, for the doctor. */
export async function pendingMigrations(database: Database): Promise<string[]> {
  const client = new pg.Client({
    connectionString: database.options.url,
    application_name: 'patchbay-doctor',
  });
  await client.connect();
  try {
    const known = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
      `${quoteName(database.schema)}.migrations`,
    ]);
    if (!known.rows[0]?.there) return migrations().map((migration) => migration.name);
    const applied = await appliedNumbers(client, database);
    return migrations()
      .filter((migration) => !applied.has(migration.number))
      .map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

async function prepare(client: pg.Client, { schema, appRole }: Database): Promise<void> {
  // roles belong to the whole cluster: another database's kit may be making the same one at this moment
  await client.query(`do $$ begin
      if not exists (select from pg_roles where rolname = '${appRole}') then
        create role ${quoteName(appRole)} nologin noinherit;
      end if;
    exception when duplicate_object or unique_violation then null;
    end $$`);
  await client.query(`grant ${quoteName(appRole)} to current_user`);
  await client.query(`create schema if not exists ${quoteName(schema)}`);
  await client.query(`grant usage on schema ${quoteName(schema)} to ${quoteName(appRole)}`);
  await client.query(`create table if not exists ${quoteName(schema)}.migrations (
      number integer primary key, name text not null, applied_at timestamptz not null default now())`);
}

async function applyMissing(client: pg.Client, database: Database): Promise<string[]> {
  const applied = await appliedNumbers(client, database);
  const newest = Math.max(0, ...migrations().map((migration) => migration.number));
  const unknown = [...applied].filter((number) => number > newest);
  if (unknown.length > 0) {
    throw new SetupError(
      `The schema "${database.schema}" was migrated by a newer version of the kit (migration ${Math.max(...unknown)}). ` +
        'Start that version, or restore an older backup.',
    );
  }
  const done: string[] = [];
  for (const migration of migrations().filter(({ number }) => !applied.has(number))) {
    await client.query('begin');
    try {
      await client.query(`set local search_path to ${quoteName(database.schema)}`);
      await client.query(fillIn(migration.sql, database));
      await client.query(`insert into migrations (number, name) values ($1, $2)`, [
        migration.number,
        migration.name,
      ]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw new SetupError(`Migration ${migration.name} failed: ${(error as Error).message}`, {
        cause: error,
      });
    }
    done.push(migration.name);
  }
  return done;
}

async function appliedNumbers(client: pg.Client, { schema }: Database): Promise<Set<number>> {
  const { rows } = await client.query<{ number: number }>(
    `select number from ${quoteName(schema)}.migrations`,
  );
  return new Set(rows.map((row) => row.number));
}

function fillIn(sql: string, { schema, workerSchema, appRole }: Database): string {
  return sql
    .replaceAll(':schema', quoteName(schema))
    .replaceAll(':worker_schema', quoteName(workerSchema))
    .replaceAll(':app_role', quoteName(appRole));
}
