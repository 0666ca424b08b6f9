/** What keeps tenants apart in the database, read from its catalog: a migration that forgets something fails here. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

const IN_SCHEMA = 'current_schema()::regnamespace';

it('has row security on and forced, with the tenant policy, for every table that has a tenant', async () => {
  const unsafe = await kit.admin(
    `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
     where c.relnamespace = ${IN_SCHEMA} and c.relkind in ('r', 'p') and not (
       c.relrowsecurity and c.relforcerowsecurity and exists (
         select from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant_isolation' and p.polcmd = '*'
           and p.polqual is not null and p.polwithcheck is not null))`,
  );
  expect(unsafe).toEqual([]);
});

it('has no table without a tenant but its record of migrations and the law', async () => {
  const others = await kit.admin(
    `select relname from pg_class c where relnamespace = ${IN_SCHEMA} and relkind in ('r', 'p') and not exists (
       select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') order by 1`,
  );
  expect(others).toEqual([{ relname: 'migrations' }, { relname: 'quiet_hours' }]);
});

it('opens only the directories to every tenant, and an agency’s list to its clients, for reading', async () => {
  const open = await kit.admin(
    `select c.relname, p.polcmd from pg_policy p join pg_class c on c.oid = p.polrelid
     where c.relnamespace = ${IN_SCHEMA} and p.polname <> 'tenant_isolation' order by 1`,
  );
  expect(open).toEqual([
    { relname: 'agency_suppressions', polcmd: 'r' },
    { relname: 'bulk_leases', polcmd: 'r' },
    { relname: 'call_lanes', polcmd: 'r' },
    { relname: 'inbound_media', polcmd: 'r' },
    { relname: 'link_directory', polcmd: 'r' },
    { relname: 'segment_cursors', polcmd: 'r' },
    { relname: 'sender_directory', polcmd: 'r' },
    { relname: 'sender_wakeups', polcmd: 'r' },
    { relname: 'task_reminders', polcmd: 'r' },
    { relname: 'tracked_link_directory', polcmd: 'r' },
    { relname: 'upload_alarms', polcmd: 'r' },
    { relname: 'workflow_clocks', polcmd: 'r' },
    { relname: 'workflow_cursors', polcmd: 'r' },
    { relname: 'workflow_request_wakeups', polcmd: 'r' },
    { relname: 'workflow_wakeups', polcmd: 'r' },
  ]);
});

it('leads every unique index with the tenant, so that none tells what another tenant has', async () => {
  const leaks = await kit.admin(
    `select i.indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indrelid
     join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id'
     where c.relnamespace = ${IN_SCHEMA} and i.indisunique and i.indkey[0] <> t.attnum`,
  );
  // the ways from a number and from a link to its tenant: two tenants must not claim one, and they hold no customer data
  expect(leaks.map(({ name }) => name).sort()).toEqual([
    'link_directory_code',
    'sender_directory_address',
    'tracked_link_directory_code',
  ]);
});

it('leads every foreign key between tenant tables with the tenant', async () => {
  const loose = await kit.admin(
    `select conname from pg_constraint k join pg_class c on c.oid = k.conrelid
     join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id'
     where c.relnamespace = ${IN_SCHEMA} and k.contype = 'f' and k.conkey[1] <> t.attnum`,
  );
  expect(loose).toEqual([]);
});

it('has no view, which would read as its owner', async () => {
  expect(
    await kit.admin(
      `select relname from pg_class where relnamespace = ${IN_SCHEMA} and relkind in ('v', 'm')`,
    ),
  ).toEqual([]);
});

it('has one function that runs as its owner, with a fixed search path', async () => {
  const definers = await kit.admin(
    `select proname, proconfig from pg_proc where pronamespace = ${IN_SCHEMA} and prosecdef`,
  );
  expect(definers.map((row) => row.proname)).toEqual(['wake_sender']);
  expect(definers[0].proconfig[0]).toMatch(/^search_path=.*pg_temp$/);
});

it('acts as a role that owns nothing and cannot go past row security', async () => {
  const [role] = await kit.admin(
    `select rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb, rolinherit,
       (select count(*)::integer from pg_class where relowner = r.oid) as owned
     from pg_roles r where rolname = $1`,
    [kit.database.appRole],
  );
  expect(role).toEqual({
    rolsuper: false,
    rolbypassrls: false,
    rolcanlogin: false,
    rolcreaterole: false,
    rolcreatedb: false,
    rolinherit: false,
    owned: 0,
  });
});

it('may neither truncate nor reference nor trigger, nor rewrite what is append-only', async () => {
  const granted = await kit.admin(
    `select table_name, privilege_type from information_schema.role_table_grants
     where table_schema = current_schema() and grantee = $1
       and (privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER')
         or table_name in ('events', 'consent_records') and privilege_type in ('UPDATE', 'DELETE'))`,
    [kit.database.appRole],
  );
  expect(granted).toEqual([]);
});

it('sees and writes nothing without a tenant', async () => {
  const { pool } = kit.database;
  expect(await pool`select * from tenants`).toHaveLength(0);
  expect(await pool`select * from contacts`).toHaveLength(0);
  await expect(pool`insert into tenants (tenant_id, name) values ('x', 'x')`).rejects.toMatchObject({
    code: '42501',
  });
});

it('keeps nothing of a tenant on the connection after its transaction', async () => {
  await kit.rows(kit.a, ({ sql }) => sql`select 1`);
  const left = await Promise.all(
    Array.from(
      { length: 4 },
      () => kit.database.pool`select current_setting('patchbay.tenant', true) as tenant`,
    ),
  );
  expect(left.map(([row]) => row!['tenant'] || null)).toEqual([null, null, null, null]);
});

it('refuses a row for another tenant than the transaction’s', async () => {
  await expect(
    kit.rows(
      kit.a,
      ({ sql }) => sql`insert into contacts (tenant_id, contact_id) values ('beta', gen_random_uuid())`,
    ),
  ).rejects.toMatchObject({ code: '42501' });
});
