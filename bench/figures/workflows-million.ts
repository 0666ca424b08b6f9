/** What a million people who wait cost: how late they are taken up, what nothing costs, a STOP among them, and memory over a million steps. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NOBODY } from '../../server-kit/src/workflows/run-contact.ts';
import { scopesFor } from '../../server-kit/src/workflows/templates/scope.ts';
import { renderRuns } from '../../server-kit/src/workflows/templates/render-runs.ts';
import { runDue } from '../../server-kit/src/workflows/engine/run.ts';
import { stopForOptOut } from '../../server-kit/src/workflows/triggers/stops.ts';
import { TENANT } from '../harness/environment.ts';
import { percentile, tidy, type Figure } from '../harness/figure.ts';
import { crowd, DAY, end, engineProcess, NOON, scene, WORKFLOW, type Scene } from './workflow-scene.ts';

const WAITING = Number(process.env['PATCHBAY_BENCH_WAITING'] ?? 1_000_000);

export const stopping: Figure = {
  name: 'workflow-stop',
  title: `ms until 1,000 enrollments of ${WAITING.toLocaleString('en')} that wait are canceled, with their events`,
  unit: 'ms',
  goal: { atMost: 100 },
  measure: (bench) =>
    scene(async (of) => {
      const { sql, own } = of;
      await manyWaiting(of);
      const found: number[] = [];
      for (let round = 0; round < bench.rounds; round += 1) {
        const withdrawn = await sql<{ channel: 'sms'; address: string }[]>`
          select 'sms' as channel, phone as address from enrollments join contacts using (tenant_id, contact_id)
          where enrollments.state = 'active' order by contact_id offset ${round * 1_000} limit 1000`;
        const from = performance.now();
        const canceled = await own.transaction(TENANT, (tx) => stopForOptOut(tx, withdrawn));
        found.push(performance.now() - from);
        if (canceled.length !== 1_000) throw new Error(`${canceled.length} were canceled`);
      }
      return found;
    }),
};

/** A million people in the night of the first day, of whom each goes on at some moment of `span` from `from` on. */
async function manyWaiting({ sql }: Scene, from = NOON + DAY, span = '10 days'): Promise<void> {
  await crowd(sql, 1);
  await sql`insert into contacts (tenant_id, contact_id, first_name, phone)
    select ${TENANT}, gen_random_uuid(), 'Person', '+1' || (3000000000 + n) from generate_series(1, ${WAITING}) n`;
  // or the check of each reference would go by what Postgres knew of one contact
  await sql`analyze contacts`;
  await sql`insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step, ordinal, due_at, waiting)
    select tenant_id, gen_random_uuid(), ${WORKFLOW}, 1, contact_id, 'night-1', 3, due,
      jsonb_build_object('reason', 'wait', 'until', due)
    from (select tenant_id, contact_id, ${new Date(from)}::timestamptz + random() * ${span}::interval as due from contacts) c`;
  await sql`vacuum analyze enrollments`;
  await sql`vacuum analyze contacts`;
}

export const idle: Figure = {
  name: 'workflow-idle',
  title: `ms of a look that finds nothing due among ${WAITING.toLocaleString('en')} that wait; every 2 s it is a share of a core`,
  unit: '% of a core',
  goal: { atMost: 2 },
  measure: (bench) =>
    scene(async (of) => {
      await manyWaiting(of);
      await runDue(of.engine, TENANT);
      const found: number[] = [];
      for (let round = 0; round < bench.rounds; round += 1) {
        const from = performance.now();
        for (let look = 0; look < 20; look += 1) await runDue(of.engine, TENANT);
        const each = (performance.now() - from) / 20;
        found.push((each / 2_000) * 100);
        bench.note(`a look takes ${tidy(each)} ms`);
      }
      return found;
    }),
};

const HOUR_S = 3_600;
/** Seconds of the hour that are waited for. */
const WATCHED_S = 40;

export const lag: Figure = {
  name: 'workflow-lag',
  title: `s from due to done, p95, of ${WAITING.toLocaleString('en')} that wait and come due evenly over an hour (${WATCHED_S} s of it)`,
  unit: 's',
  goal: { atMost: 5 },
  measure: (bench) =>
    scene(async (of) => {
      const { sql } = of;
      const from = NOON + DAY;
      await manyWaiting(of, from, '1 hour');
      await sql`create table expected as select tenant_id, enrollment_id, due_at from enrollments
        where due_at < ${new Date(from + WATCHED_S * 1_000)}`;
      await sql`insert into workflow_wakeups (tenant_id, due_at) values (${TENANT}, ${new Date(from)})`;
      const child = await engineProcess(of, from);
      const until = performance.now() + (WATCHED_S + 20) * 1_000;
      for (;;) {
        const [row] = await sql<{ late: number }[]>`
          select count(*)::integer as late from expected x where not exists (select from step_runs r
            where r.tenant_id = x.tenant_id and r.enrollment_id = x.enrollment_id and r.ordinal = 3)`;
        if (row!.late === 0 || performance.now() > until) break;
        await new Promise((done) => setTimeout(done, 1_000));
      }
      await end([child]);
      const rows = await sql<{ seconds: number }[]>`
        select extract(epoch from coalesce(r.at - x.due_at, interval '1 minute'))::float8 as seconds from expected x
        left join step_runs r on r.tenant_id = x.tenant_id and r.enrollment_id = x.enrollment_id and r.ordinal = 3`;
      const late = rows.map(({ seconds }) => seconds);
      bench.note(
        `${tidy(WAITING / HOUR_S)} a second; median ${tidy(percentile(late, 0.5))} s, longest ${tidy(Math.max(...late))} s`,
      );
      return [percentile(late, 0.95)];
    }),
};

/** Resident memory of a process, in bytes, as the system says it. */
async function residentBytes(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) * 1_024;
}

export const memory: Figure = {
  name: 'workflow-memory',
  title: 'resident memory of an engine process after 1,000,000 steps ÷ after 100,000',
  unit: 'x',
  goal: { atMost: 1.2 },
  measure: (bench) =>
    scene(async (of) => {
      const { sql } = of;
      // four steps of a day each: a wait that is over, a text, a branch, a tag
      const people = 250_000;
      await crowd(sql, people);
      await sql`insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step, ordinal, due_at, waiting)
        select tenant_id, gen_random_uuid(), ${WORKFLOW}, 1, contact_id, 'night-1', 3, ${new Date(NOON)},
          ${sql.json({ reason: 'wait', until: new Date(NOON).toISOString() })} from contacts`;
      await sql`vacuum analyze enrollments`;
      await sql`insert into workflow_wakeups (tenant_id, due_at) values (${TENANT}, ${new Date(NOON)})`;
      const child = await engineProcess(of, NOON);
      const after = async (steps: number) => {
        for (;;) {
          const [row] = await sql<
            { steps: number }[]
          >`select coalesce(sum(count), 0)::integer as steps from workflow_counts
            where what like 'step\\_%'`;
          if (row!.steps >= steps) return residentBytes(child.pid!);
          await new Promise((done) => setTimeout(done, 100));
        }
      };
      const early = await after(100_000);
      // not all of them get as far: one in a hundred has opted out
      const late = await after(980_000);
      await end([child]);
      bench.note(`${tidy(early / 2 ** 20)} MB, then ${tidy(late / 2 ** 20)} MB`);
      return [late / early];
    }),
};

const TEMPLATE =
  "Hi {{ first_name | default: 'there' }}, this is {{ tenant.name }}. Is {{ city | default: 'your town' }} still where you look? Reply STOP to opt out.";

export const rendering: Figure = {
  name: 'workflow-rendering',
  title: 'processor time of rendering a personal text ÷ that of its whole step in the engine’s process',
  unit: 'x',
  goal: { atMost: 0.5 },
  measure: (bench) =>
    scene(async (of) => {
      const { sql, own, engine } = of;
      await sql`update workflow_versions set definition = jsonb_set(definition, '{steps}', ${sql.json([
        { id: 'text-1', kind: 'send_sms', body: TEMPLATE, assets: [], send_as: 'auto' },
      ])})`;
      const values: number[] = [];
      for (let round = 0; round <= bench.rounds; round += 1) {
        await crowd(sql, 10_000);
        await sql`insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step, due_at)
          select tenant_id, gen_random_uuid(), ${WORKFLOW}, 1, contact_id, 'text-1', ${new Date(NOON)} from contacts`;
        await sql`vacuum analyze enrollments`;
        const whole = await processorTime(async () => {
          let steps = 0;
          for (let more = true; more;) {
            const progress = await runDue(engine, TENANT);
            steps += progress.steps;
            more = progress.more;
          }
          return steps;
        });
        const runs = Array.from({ length: 10_000 }, (_, nth) => someRun(nth));
        const alone = await own.transaction(TENANT, async (tx) => {
          const scopeOf = await scopesFor(
            { tx, effects: NO_LINKS, now: new Date(NOON), step: 'text-1' },
            runs,
            [TEMPLATE],
          );
          return processorTime(() => Promise.resolve(renderRuns(TEMPLATE, runs, scopeOf, 'empty').length));
        });
        // the first round is for warming up
        if (round > 0) values.push(alone / whole);
      }
      return values;
    }),
};

const NO_LINKS = { assetLink: () => '', shortLink: () => '' };

function someRun(nth: number) {
  const id = `018f0000-0000-7000-8000-${String(nth).padStart(12, '0')}`;
  return {
    enrollmentId: id,
    workflowId: WORKFLOW,
    contact: { ...NOBODY, id, first_name: `Person ${nth}` },
    variables: {},
    source: {},
    ordinal: 0,
    attempt: 0,
    startedAt: new Date(NOON),
    waited: null,
  };
}

/** Milliseconds of this process's processor for each of what `work` counts. */
async function processorTime(work: () => Promise<number>): Promise<number> {
  const from = process.cpuUsage();
  const count = await work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000 / count;
}

/** What many cost. */
export const millionFigures: Figure[] = [stopping, idle, lag, memory, rendering];
