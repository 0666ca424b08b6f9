/**
 * `migrations/schema.sql`: the schema as it stands after all migrations, for reading and for reviews, where a migration's
 * effect shows as a diff. Written from the catalogue rather than by pg_dump, so that every supported version of Postgres
 * gives the same text and nothing but npm is needed.
 *
 *   node --conditions=patchbay-source scripts/schema.ts           fails when the committed file differs
 *   node --conditions=patchbay-source scripts/schema.ts --write   writes it
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { Database } from '../server-kit/src/db/client.ts';
import { migrate } from '../server-kit/src/db/migrate.ts';
import { root } from './packages.ts';
import { startPostgres } from './postgres.ts';

const FILE = join(root, 'migrations', 'schema.sql');
const SCHEMA = 'patchbay';

/** Each query yields `title` (what it belongs to, for order) and `text`. */
const PARTS: Record<string, string> = {
  types: `
    select t.typname as title,
           format('create type %I as enum (%s);', t.typname,
                  (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
                     from pg_enum e where e.enumtypid = t.oid)) as text
      from pg_type t where t.typnamespace = $1::regnamespace and t.typtype = 'e'`,
  tables: `
    select c.relname as title,
           format(E'create table %I (\\n%s\\n)%s;', c.relname,
             (select string_agg(line, E',\\n' order by place) from (
                select a.attnum as place,
                       format('  %I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                         case when a.attidentity <> '' then ' generated ' ||
                                   case a.attidentity when 'a' then 'always' else 'by default' end || ' as identity'
                              when a.attgenerated <> '' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
                              when d.adbin is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid)
                              else '' end,
                         case when a.attnotnull then ' not null' else '' end) as line
                  from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
                 where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                union all
                select 10000 + row_number() over (order by k.contype = 'p' desc, k.conname),
                       format('  constraint %I %s', k.conname, pg_get_constraintdef(k.oid))
                  from pg_constraint k
                 where k.conrelid = c.oid and k.contype in ('p', 'u', 'c', 'f', 'x') and k.conparentid = 0
              ) lines),
             case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) else '' end)
           || case when c.relrowsecurity then format(E'\\nalter table %I enable row level security;', c.relname) else '' end
           || case when c.relforcerowsecurity then format(E'\\nalter table %I force row level security;', c.relname) else '' end
           as text
      from pg_class c where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p')`,
  views: `
    select c.relname as title, format(E'create %s %I as\\n%s',
             case c.relkind when 'm' then 'materialized view' else 'view' end, c.relname, pg_get_viewdef(c.oid)) as text
      from pg_class c where c.relnamespace = $1::regnamespace and c.relkind in ('v', 'm')`,
  indexes: `
    select i.tablename || ' ' || i.indexname as title,
           replace(i.indexdef, quote_ident(i.schemaname) || '.', '') || ';' as text
      from pg_indexes i
     where i.schemaname = $1
       and not exists (select 1 from pg_constraint k join pg_class x on x.oid = k.conindid
                        where x.relname = i.indexname and x.relnamespace = $1::regnamespace)`,
  policies: `
    select tablename || ' ' || policyname as title,
           format('create policy %I on %I as %s for %s to %s%s%s;', policyname, tablename, lower(permissive), lower(cmd),
                  array_to_string(roles, ', '), ' using (' || qual || ')', ' with check (' || with_check || ')') as text
      from pg_policies where schemaname = $1`,
  functions: `
    select p.proname as title, pg_get_functiondef(p.oid) || ';' as text
      from pg_proc p where p.pronamespace = $1::regnamespace and p.prokind in ('f', 'p')`,
  triggers: `
    select c.relname || ' ' || t.tgname as title, pg_get_triggerdef(t.oid) || ';' as text
      from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where c.relnamespace = $1::regnamespace and not t.tgisinternal`,
  grants: `
    select c.relname || ' ' || a.grantee::regrole::text as title,
           format('grant %s on %I to %s;', string_agg(lower(a.privilege_type), ', ' order by a.privilege_type),
                  c.relname, a.grantee::regrole) as text
      from pg_class c cross join lateral aclexplode(c.relacl) a
     where c.relnamespace = $1::regnamespace and a.grantee not in (0, c.relowner)
     group by c.relname, a.grantee`,
};

async function dump(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // With the schema on the path, definitions leave its name out, whatever a host has called it.
    await client.query(`set search_path to ${SCHEMA}`);
    const text = ['-- The schema after all migrations. Written by `npm run schema -- --write`; do not edit.'];
    for (const [part, query] of Object.entries(PARTS)) {
      const { rows } = await client.query<{ title: string; text: string }>(
        `select * from (${query}) part order by title collate "C"`,
        [SCHEMA],
      );
      if (rows.length > 0) text.push(`-- ${part}`, ...rows.map((row) => row.text.trim()));
    }
    return `${text.join('\n\n')}\n`;
  } finally {
    await client.end();
  }
}

const server = await startPostgres();
try {
  const database = new Database({ url: server.url, schema: SCHEMA });
  await migrate(database);
  await database.pool.end();
  const text = await dump(server.url);
  const committed = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
  if (process.argv.includes('--write')) {
    writeFileSync(FILE, text);
  } else if (text !== committed) {
    const known = new Set(committed.split('\n'));
    const fresh = new Set(text.split('\n'));
    for (const line of known) if (!fresh.has(line)) console.error(`- ${line}`);
    for (const line of fresh) if (!known.has(line)) console.error(`+ ${line}`);
    console.error(
      '\nmigrations/schema.sql is not what the migrations make. Look at the difference, then: npm run schema -- --write',
    );
    process.exitCode = 1;
  }
} finally {
  await server.stop();
}
