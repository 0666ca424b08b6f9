/** Drizzle's tables are written by hand beside the migrations; this holds them against the database. */
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as bulk from '../bulk/tables.ts';
import * as consent from '../consent/tables.ts';
import * as contacts from '../contacts/tables.ts';
import * as events from '../events/tables.ts';
import * as media from '../media/tables.ts';
import * as messaging from '../messaging/tables.ts';
import * as notes from '../notes/tables.ts';
import * as notifications from '../notifications/tables.ts';
import * as pipeline from '../pipeline/tables.ts';
import * as segments from '../segments/tables.ts';
import * as tasks from '../tasks/tables.ts';
import * as tenancy from '../tenancy/tables.ts';
import * as voice from '../voice/tables.ts';
import * as workflows from '../workflows/tables.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';

const TABLES: PgTable[] = [
  bulk,
  consent,
  contacts,
  events,
  media,
  messaging,
  notes,
  notifications,
  pipeline,
  segments,
  tasks,
  tenancy,
  voice,
  workflows,
].flatMap((domain) => Object.values(domain));

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

it('knows every table', async () => {
  const rows = await kit.admin(
    `select table_name from information_schema.tables where table_schema = current_schema() and table_name <> 'migrations'`,
  );
  expect(TABLES.map((table) => getTableConfig(table).name).sort()).toEqual(
    rows.map((row) => row.table_name).sort(),
  );
});

it.each(TABLES.map((table) => [getTableConfig(table).name, table] as const))(
  'knows the columns of %s',
  async (name, table) => {
    const rows = await kit.admin(
      `select column_name as name, data_type, udt_name, is_nullable = 'NO' as required
     from information_schema.columns where table_schema = current_schema() and table_name = $1`,
      [name],
    );
    const inDatabase = rows.map((row) => ({
      name: row.name,
      type:
        row.data_type === 'ARRAY'
          ? `${row.udt_name.slice(1)}[]`
          : row.data_type.replace('time without time zone', 'time'),
      required: row.required,
    }));
    const inDrizzle = getTableConfig(table).columns.map((column) => ({
      name: column.name,
      type: column.getSQLType(),
      required: column.notNull,
    }));
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
    expect(inDrizzle.sort(byName)).toEqual(inDatabase.sort(byName));
  },
);
