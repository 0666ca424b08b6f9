/** Work over many contacts: what a bulk action and an import cost beside the bare statement. */
import { pino } from 'pino';
import { bulkWork } from '../../server-kit/src/bulk/actions.ts';
import { createRunner } from '../../server-kit/src/bulk/runner.ts';
import { Database } from '../../server-kit/src/db/client.ts';
import { importWork } from '../../server-kit/src/exchange/imports.ts';
import { stageKeeper } from '../../server-kit/src/pipeline/follow.ts';
import { belongings } from '../../server-kit/src/belongings.ts';
import { database, SECRET, startKit, superuser, TENANT, type KitProcess } from '../harness/environment.ts';
import { paired, type Bench, type Figure } from '../harness/figure.ts';
import { tokenKeeper } from '../../server-kit/src/tenancy/tokens.ts';
import type postgres from 'postgres';

const PEOPLE = Number(process.env['PATCHBAY_BENCH_PEOPLE'] ?? 100_000);

interface Scene {
  kit: KitProcess & { schema: string };
  sql: postgres.Sql;
  /** Runs a job to its end in this process; the kit's own serves the requests. */
  run(): Promise<void>;
}

async function scene<T>(work: (scene: Scene) => Promise<T>): Promise<T> {
  const kit = await startKit();
  const { url } = await database();
  const own = new Database({ url, schema: kit.schema });
  const sql = await superuser(kit.schema, 2);
  const runner = createRunner(
    { database: own, log: pino({ level: 'warn' }) },
    { bulk: bulkWork({ belongings, stages: stageKeeper }), import: importWork(stageKeeper) },
  );
  try {
    return await work({ kit, sql, run: () => runner.look() });
  } finally {
    await runner.stop();
    await sql.end();
    await own.close();
    await kit.stop();
  }
}

async function people(sql: postgres.Sql): Promise<void> {
  await sql`truncate contacts cascade`;
  await sql`insert into contacts (tenant_id, contact_id, first_name, last_name, phone, email, state)
    select ${TENANT}, gen_random_uuid(), 'Person', 'Number ' || n, '+1415' || (1000000 + n), 'person' || n || '@example.com', 'CA'
    from generate_series(1, ${PEOPLE}) n`;
  await sql`vacuum analyze contacts`;
}

async function measured(
  name: string,
  sql: postgres.Sql,
  job: { id: string },
  seconds: number,
  done: string,
): Promise<number> {
  const [row] = await sql<{ state: string; done: number }[]>`
    select state, (counts->>${done})::integer as done from bulk_jobs where job_id = ${job.id}`;
  if (row?.state !== 'done' || row.done !== PEOPLE) throw new Error(`${name}: ${JSON.stringify(row)}`);
  return PEOPLE / seconds;
}

/** Posts JSON, or a file. */
// oxlint-disable-next-line typescript/no-explicit-any
async function ask(kit: KitProcess, path: string, body: object | string): Promise<any> {
  const member = { id: 'bench', name: 'Bench' };
  const tokens = tokenKeeper({ secret: SECRET, clock: () => new Date() });
  const isFile = typeof body === 'string';
  const answer = await fetch(`${kit.publicUrl}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await tokens.mint({ tenant: TENANT, member, role: 'manager' })}`,
      'content-type': isFile ? 'text/csv' : 'application/json',
    },
    body: isFile ? body : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

async function timed(work: () => PromiseLike<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}

export const bulkTag: Figure = {
  name: 'bulk-tag',
  title: `rows/s of a bulk action that tags ${PEOPLE.toLocaleString('en')} contacts, with their events ÷ one bare UPDATE of them`,
  unit: 'x',
  goal: { atLeast: 0.5 },
  measure: (bench: Bench) =>
    scene(async ({ kit, sql, run }) => {
      let round = 0;
      return paired(
        bench,
        async () => {
          await people(sql);
          await sql`truncate events`;
          const job = await ask(kit, '/v1/jobs', {
            target: { filter: { field: 'tags', op: 'has_none', value: ['spring'] } },
            action: { type: 'add_tags', tags: ['spring'] },
          });
          return measured('bulk-tag', sql, job, await timed(run), 'updated');
        },
        async () => {
          await people(sql);
          const seconds = await timed(
            () => sql`update contacts set tags = array_append(tags, ${`t${(round += 1)}`}), version = version + 1,
              updated_at = now() where tenant_id = ${TENANT}`,
          );
          return PEOPLE / seconds;
        },
      );
    }),
};

export const importRows: Figure = {
  name: 'import',
  title: `rows/s of an import of ${PEOPLE.toLocaleString('en')} new contacts, with zones and events ÷ COPY into a bare table with the same indexes`,
  unit: 'x',
  goal: { atLeast: 0.33 },
  measure: (bench: Bench) =>
    scene(async ({ kit, sql, run }) => {
      const lines = Array.from(
        { length: PEOPLE },
        (_, n) => `Person,Number ${n},+1415${1_000_000 + n},person${n}@example.com,San Jose,CA,95112,list\n`,
      );
      const csv = `First Name,Last Name,Phone,Email,City,State,Zip,Source\n${lines.join('')}`;
      await sql`create table bare_contacts (like contacts including all)`;
      return paired(
        bench,
        async () => {
          await sql`truncate contacts, events cascade`;
          const { job, columns } = await ask(kit, '/v1/imports', csv);
          await ask(kit, `/v1/imports/${job.id}/start`, {
            mapping: columns.map((column: { proposed: string | null }) => column.proposed),
            tags: ['list'],
          });
          return measured('import', sql, job, await timed(run), 'created');
        },
        async () => {
          await sql`truncate bare_contacts`;
          const rows = lines.map((line) => `${TENANT},${crypto.randomUUID()},${line}`).join('');
          const seconds = await timed(async () => {
            const into =
              await sql`copy bare_contacts (tenant_id, contact_id, first_name, last_name, phone, email, city, state,
              postal_code, source) from stdin with (format csv)`.writable();
            await new Promise<void>((done, failed) => {
              into.on('finish', done).on('error', failed);
              into.end(rows);
            });
          });
          return PEOPLE / seconds;
        },
      );
    }),
};
