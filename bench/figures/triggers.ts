/** What sets workflows off and what stops them: a birthday sweep over a million people, a storm of tags, a STOP. */
import { pino } from 'pino';
import type postgres from 'postgres';
import { Database } from '../../server-kit/src/db/client.ts';
import { lookAtClock } from '../../server-kit/src/workflows/triggers/clock.ts';
import { readLog } from '../../server-kit/src/workflows/triggers/log.ts';
import { stopForOptOut } from '../../server-kit/src/workflows/triggers/stops.ts';
import { publishForTest } from '../../server-kit/src/workflows/testing/published.ts';
import { database, startKit, superuser, TENANT } from '../harness/environment.ts';
import type { Figure } from '../harness/figure.ts';

const PEOPLE = Number(process.env['PATCHBAY_BENCH_BIRTHDAYS'] ?? 1_000_000);
const STORM = Number(process.env['PATCHBAY_BENCH_STORM'] ?? 100_000);
const log = pino({ level: 'warn' });
/** Ten o'clock in Chicago, of a day that nobody at the seeding has had. */
const FIRST_DAY = Date.parse('2026-03-03T16:00:00Z');
const DAY = 86_400_000;

interface Scene {
  own: Database;
  sql: postgres.Sql;
  clock: { now: number };
}

async function scene<T>(work: (scene: Scene) => Promise<T>): Promise<T> {
  const kit = await startKit();
  const { url } = await database();
  const clock = { now: FIRST_DAY - DAY };
  const own = new Database({
    url,
    schema: kit.schema,
    clock: () => new Date(clock.now),
    statementTimeout: 60_000,
  });
  const sql = await superuser(kit.schema, 2);
  try {
    return await work({ own, sql, clock });
  } finally {
    await sql.end();
    await own.close();
    await kit.stop();
  }
}

async function timed(work: () => PromiseLike<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

export const birthdaySweep: Figure = {
  name: 'birthday-sweep',
  title: `ms of the sweep that lets in everybody whose birthday it is at ten, of ${PEOPLE.toLocaleString('en')} contacts`,
  unit: 'ms',
  goal: { atMost: 2_000 },
  measure: (bench) =>
    scene(async ({ own, sql, clock }) => {
      await sql`insert into contacts (tenant_id, contact_id, birth_month, birth_day, time_zone)
        select ${TENANT}, gen_random_uuid(), 1 + n % 12, 1 + n / 12 % 28,
          case n % 4 when 0 then 'America/Chicago' when 1 then 'America/Winnipeg' when 2 then 'America/Mexico_City' end
        from generate_series(1, ${PEOPLE}) n`;
      await sql`update tenants set time_zone = 'America/Chicago' where tenant_id = ${TENANT}`;
      await sql`vacuum analyze contacts`;
      await own.transaction(TENANT, (tx) =>
        publishForTest(tx, {
          triggers: [
            { on: 'date', field: 'birthday', every: 'year', offset_days: 0, at: '10:00', feb_29: 'feb_28' },
          ],
        }),
      );
      const look = async () => {
        while (await lookAtClock({ database: own, log }, TENANT)) continue;
      };
      const values: number[] = [];
      for (let round = 0; round < bench.rounds; round += 1) {
        clock.now = FIRST_DAY + round * DAY - 60_000;
        await look();
        const [before] = await sql<{ count: number }[]>`select count(*)::integer from enrollments`;
        clock.now += 60_000;
        values.push(await timed(look));
        const [after] = await sql<{ count: number }[]>`select count(*)::integer from enrollments`;
        clock.now += 15 * 60_000;
        const idle = await timed(look);
        if (after!.count === before!.count) throw new Error('nobody came in');
        bench.note(
          `${after!.count - before!.count} came in; a sweep with nothing to do ${idle.toFixed(0)} ms`,
        );
      }
      return values;
    }),
};

export const triggerStorm: Figure = {
  name: 'trigger-storm',
  title: `rows/s of letting in ${STORM.toLocaleString('en')} who get a tag at once, with log and filter ÷ bare INSERT … SELECT of them`,
  unit: 'x',
  goal: { atLeast: 0.1 },
  measure: (bench) =>
    scene(async ({ own, sql }) => {
      await sql`insert into contacts (tenant_id, contact_id, lead_type)
        select ${TENANT}, gen_random_uuid(), 'client' from generate_series(1, ${STORM}) n`;
      await sql`vacuum analyze contacts`;
      const where = { field: 'lead_type', op: 'is', value: 'client' } as const;
      const workflow = await own.transaction(TENANT, (tx) =>
        publishForTest(tx, { triggers: [{ on: 'tag.added', tag: 'storm', where }] }),
      );
      const values: number[] = [];
      for (let round = 0; round < bench.rounds; round += 1) {
        await sql`truncate enrollments cascade`;
        const floor = await timed(
          () => sql`insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step)
            select tenant_id, gen_random_uuid(), ${workflow}, 1, contact_id, 'first' from contacts`,
        );
        await sql`truncate enrollments cascade`;
        await sql`insert into events (tenant_id, event_id, type, contact_id, data)
          select tenant_id, gen_random_uuid(), 'contact.updated', contact_id, '{"changed":["tags"],"added":["storm"]}'
          from contacts`;
        const pages: number[] = [];
        const took = await timed(async () => {
          for (let more = true; more;) {
            pages.push(await timed(async () => ({ more } = await readLog({ database: own, log }, TENANT))));
          }
        });
        const [row] = await sql<{ count: number }[]>`select count(*)::integer from enrollments`;
        if (row!.count !== STORM) throw new Error(`${row!.count} came in`);
        values.push(floor / took);
        bench.note(
          `${((STORM / took) * 1_000).toFixed(0)} rows/s against ${((STORM / floor) * 1_000).toFixed(0)}; the longest page ${Math.max(...pages).toFixed(0)} ms`,
        );
      }
      return values;
    }),
};

export const stopThousand: Figure = {
  name: 'stop-thousand',
  title: 'ms in which an opt-out ends 1,000 runs, with their events',
  unit: 'ms',
  goal: { atMost: 100 },
  measure: (bench) =>
    scene(async ({ own, sql }) => {
      const address = '+14155550100';
      const [person] = await sql<{ contact_id: string }[]>`
        insert into contacts (tenant_id, contact_id, phone) values (${TENANT}, gen_random_uuid(), ${address})
        returning contact_id`;
      await sql`insert into workflows (tenant_id, workflow_id, key, name, state, draft, published)
        select ${TENANT}, gen_random_uuid(), 'many-' || n, 'Many', 'active', '', 1 from generate_series(1, 1000) n`;
      await sql`insert into workflow_versions (tenant_id, workflow_id, version, definition, source)
        select ${TENANT}, workflow_id, 1, '{"steps":[{"id":"first"}]}', '' from workflows`;
      const values: number[] = [];
      for (let round = 0; round < bench.rounds; round += 1) {
        await sql`truncate enrollments cascade`;
        await sql`insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step)
          select tenant_id, gen_random_uuid(), workflow_id, 1, ${person!.contact_id}, 'first' from workflows`;
        await sql`analyze enrollments`;
        values.push(
          await timed(() =>
            own.transaction(TENANT, async (tx) => {
              const ended = await stopForOptOut(tx, [{ channel: 'sms', address }]);
              if (ended.length !== 1_000) throw new Error(`${ended.length} ended`);
            }),
          ),
        );
      }
      return values;
    }),
};
