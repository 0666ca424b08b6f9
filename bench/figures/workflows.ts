/**
 * The workflow engine: steps a second beside bare inserts and beside a job per step, what a step costs the database, and what a
 * million people who wait cost. Every step is a real one: a window and the do-not-contact lists before each text, a branch by
 * the filter language, events in the log, row security on.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type postgres from 'postgres';
import type { Definition } from '../../server-kit/src/contract/workflow/index.ts';
import { Database } from '../../server-kit/src/db/client.ts';
import { stopForOptOut } from '../../server-kit/src/workflows/triggers/stops.ts';
import { enroll } from '../../server-kit/src/workflows/engine/enroll.ts';
import { engineContext } from '../../server-kit/src/workflows/testing/context.ts';
import { createEngine, runDue, type Engine } from '../../server-kit/src/workflows/engine/run.ts';
import { STEP_RUNNERS } from '../../server-kit/src/workflows/steps/index.ts';
import { naiveStepsPerSecond } from '../../server-kit/src/workflows/testing/job-per-step.ts';
import { database, startKit, superuser, TENANT } from '../harness/environment.ts';
import { paired, tidy, type Bench, type Figure } from '../harness/figure.ts';

const PEOPLE = Number(process.env['PATCHBAY_BENCH_RUNS'] ?? 10_000);
const WAITING = Number(process.env['PATCHBAY_BENCH_WAITING'] ?? 1_000_000);
const WORKFLOW = '018f0000-0000-7000-8000-00000000000f';
const ENGINE_PROCESS = new URL('../../server-kit/src/workflows/testing/engine-process.ts', import.meta.url);
/** Within the window, all over the country. */
const NOON = Date.parse('2026-11-18T20:00:00Z');
const DAY = 86_400_000;

/** Three days of: a text, a branch, a tag, a night. */
const definition: Definition = {
  version: 1,
  key: 'bench',
  name: 'Bench',
  triggers: [],
  settings: {
    zone: 'contact',
    window: { from: '08:00', to: '20:00' },
    re_entry: 'always',
    stop_on_reply: false,
    on_opt_out: 'cancel',
    priority: 5,
    purpose: 'marketing',
    missing_variable: 'empty',
  },
  steps: [1, 2, 3].flatMap((day) => [
    {
      id: `text-${day}`,
      kind: 'send_sms',
      body: `Day ${day}. Reply STOP to opt out.`,
      assets: [],
      send_as: 'auto',
    },
    {
      id: `branch-${day}`,
      kind: 'condition',
      branches: [{ when: { field: 'tags', op: 'has_any', value: ['vip'] }, to: `vip-${day}` }],
      else: `plain-${day}`,
    },
    { id: `vip-${day}`, kind: 'add_tag', tags: [`vip-${day}`], next: `night-${day}` },
    { id: `plain-${day}`, kind: 'add_tag', tags: [`day-${day}`] },
    { id: `night-${day}`, kind: 'wait', for: '1 day' },
  ]),
};

interface Scene {
  sql: postgres.Sql;
  own: Database;
  engine: Engine;
  clock: { now: number };
}

async function scene<T>(work: (scene: Scene) => Promise<T>): Promise<T> {
  const kit = await startKit();
  const { url } = await database();
  const clock = { now: NOON };
  const own = new Database({
    url,
    schema: kit.schema,
    maxConnections: 4,
    clock: () => new Date(clock.now),
    statementTimeout: 120_000,
  });
  const sql = await superuser(kit.schema, 2);
  const engine = createEngine(engineContext(own), STEP_RUNNERS);
  try {
    await sql`insert into workflows (tenant_id, workflow_id, key, name, state, draft, published)
      values (${TENANT}, ${WORKFLOW}, 'bench', 'Bench', 'active', '', 1)`;
    await sql`insert into workflow_versions (tenant_id, workflow_id, version, definition, source)
      values (${TENANT}, ${WORKFLOW}, 1, ${sql.json(definition as never)}, '')`;
    // blocks of others, so that there is something to look in
    await sql`insert into suppressions (tenant_id, channel, address, source)
      select ${TENANT}, 'sms', '+1415' || (5000000 + n), 'keyword' from generate_series(1, 100000) n`;
    return await work({ sql, own, engine, clock });
  } finally {
    await sql.end();
    await own.close();
    await kit.stop();
  }
}

/** People of whom one in ten is a VIP and one in a hundred has opted out. */
async function crowd(sql: postgres.Sql, count: number): Promise<void> {
  await sql`truncate contacts, messages, events, step_runs, enrollments, workflow_wakeups cascade`;
  await sql`insert into contacts (tenant_id, contact_id, first_name, phone, tags, derived_zone, derived_zone_source)
    select ${TENANT}, gen_random_uuid(), 'Person ' || n,
      case when n % 100 = 0 then '+1415' || (5000000 + n % 100000) else '+1312' || (5000000 + n) end,
      case when n % 10 = 0 then '{vip}'::text[] else '{}' end,
      (array['America/Chicago','America/New_York','America/Los_Angeles'])[1 + n % 3], 'address'
    from generate_series(1, ${count}) n on conflict do nothing`;
  await sql`insert into conversations (tenant_id, conversation_id, contact_id, channel, sender_id)
    select tenant_id, gen_random_uuid(), contact_id, 'sms', (select sender_id from senders limit 1) from contacts`;
  await sql`delete from consents`;
  await sql`insert into consents (tenant_id, channel, address, state, kind, source, at, record_id)
    select tenant_id, 'sms', phone, 'granted', 'express_written', 'form', now(), gen_random_uuid() from contacts
    where phone like '+1312%'`;
  await sql`vacuum analyze consents`;
  await sql`vacuum analyze contacts`;
  await sql`vacuum analyze conversations`;
}

async function everybodyIn({ sql, own }: Scene): Promise<number> {
  const rows = await sql<{ contact_id: string }[]>`select contact_id from contacts order by contact_id`;
  const contactIds = rows.map(({ contact_id }) => contact_id);
  const enrolled = await own.transaction(TENANT, (tx) =>
    enroll(tx, {
      workflow: { id: WORKFLOW, version: 1, firstStep: 'text-1', settings: { re_entry: 'always' } },
      contactIds,
      source: { on: 'manual' },
      sourceKey: null,
      variables: {},
      actor: null,
    }),
  );
  return enrolled.length;
}

/** The three days, night by night. Steps, and the seconds that they took. */
async function threeDays({ engine, clock }: Scene): Promise<{ steps: number; seconds: number }> {
  let steps = 0;
  const from = performance.now();
  for (let day = 0; day <= 3; day += 1) {
    clock.now = NOON + day * DAY;
    for (let more = true; more;) {
      const progress = await runDue(engine, TENANT);
      steps += progress.steps;
      more = progress.more;
    }
  }
  clock.now = NOON;
  return { steps, seconds: (performance.now() - from) / 1000 };
}

async function stepsPerSecond(of: Scene): Promise<number> {
  await crowd(of.sql, PEOPLE);
  await everybodyIn(of);
  await of.sql`vacuum analyze enrollments`;
  const { steps, seconds } = await threeDays(of);
  return steps / seconds;
}

/** Rows of a message's size into a table with three indexes, 500 a statement, each its own commit. */
async function bareInserts({ own, sql }: Scene): Promise<number> {
  await sql`create table if not exists bare_rows (tenant_id text, id uuid primary key, contact_id uuid, body text,
    due_at timestamptz, at timestamptz default now())`;
  await sql`create index if not exists bare_rows_contact on bare_rows (tenant_id, contact_id)`;
  await sql`create index if not exists bare_rows_due on bare_rows (tenant_id, due_at)`;
  await sql.unsafe(`grant all on bare_rows to ${own.appRole}`);
  await sql`truncate bare_rows`;
  const batches = 100;
  const from = performance.now();
  for (let batch = 0; batch < batches; batch += 1) {
    const ids = Array.from({ length: 500 }, () => crypto.randomUUID());
    const bodies = ids.map((_, nth) => `Message ${nth} of ${batch}. Reply STOP to opt out.`);
    await own.pipeline(TENANT, ({ sql: line }) => [
      line`insert into bare_rows (tenant_id, id, contact_id, body, due_at)
        select ${TENANT}, id, id, body, now() from unnest(${ids}::uuid[], ${bodies}::text[]) as r (id, body)`,
    ]);
  }
  return (batches * 500) / ((performance.now() - from) / 1000);
}

export const engineBare: Figure = {
  name: 'workflow-engine',
  title: `steps/s of the engine (window, do-not-contact, branch, events; a text in four) ÷ rows/s of bare inserts of 500`,
  unit: 'x',
  goal: { atLeast: 0.15 },
  measure: (bench: Bench) =>
    scene(async (of) => {
      // warm code and plans
      await stepsPerSecond(of);
      return paired(
        bench,
        () => stepsPerSecond(of),
        () => bareInserts(of),
      );
    }),
};

async function jobPerStep({ sql, own }: Scene): Promise<number> {
  const { url } = await database();
  const people = await sql<{ contact_id: string }[]>`select contact_id from contacts limit 500`;
  const ids = people.map(({ contact_id }) => contact_id);
  return naiveStepsPerSecond({ url, schema: own.schema, contacts: ids, each: 3 });
}

export const engineNaive: Figure = {
  name: 'workflow-naive',
  title:
    'steps/s of the engine ÷ steps/s of one Graphile job per step that reads the contact and writes the message',
  unit: 'x',
  goal: { atLeast: 15 },
  measure: (bench: Bench) =>
    scene(async (of) => {
      await stepsPerSecond(of);
      return paired(
        bench,
        () => stepsPerSecond(of),
        () => jobPerStep(of),
      );
    }),
};

interface Cost {
  wal: number;
  commits: number;
  rows: number;
  jobs: number;
}

async function costs({ sql, own }: Scene): Promise<Cost> {
  await sql`select pg_stat_force_next_flush()`;
  const [row] = await sql<Cost[]>`
    select (pg_current_wal_insert_lsn() - '0/0')::float8 as wal,
      (select xact_commit::float8 from pg_stat_database where datname = current_database()) as commits,
      (select sum(n_tup_ins + n_tup_upd + n_tup_del)::float8 from pg_stat_user_tables where schemaname = ${own.schema}) as rows,
      (select coalesce(sum(n_tup_ins + n_tup_upd), 0)::float8 from pg_stat_user_tables
        where schemaname = ${own.workerSchema}) as jobs`;
  return row!;
}

const perStep = (what: keyof Cost, title: string, unit: string, goal: number): Figure => ({
  name: `workflow-${what}`,
  title,
  unit,
  goal: { atMost: goal },
  measure: (bench) =>
    scene(async (of) => {
      const found: number[] = [];
      for (let round = 0; round < Math.min(bench.rounds, 2); round += 1) {
        await crowd(of.sql, PEOPLE);
        await everybodyIn(of);
        await of.sql`vacuum analyze enrollments`;
        await of.sql`checkpoint`;
        const before = await costs(of);
        const { steps } = await threeDays(of);
        // the engine's connections tell what they did within a second
        await new Promise((done) => setTimeout(done, 1_500));
        const after = await costs(of);
        found.push((after[what] - before[what]) / steps);
        const all = (['wal', 'commits', 'rows', 'jobs'] as const).map(
          (one) => `${one} ${tidy((after[one] - before[one]) / steps)}`,
        );
        bench.note(`a step: ${all.join(', ')}`);
      }
      return found;
    }),
});

export const stepCosts: Figure[] = [
  perStep('commits', 'commits of a step', 'commits', 0.02),
  perStep('wal', 'WAL of a step, its texts and events included', 'B', 2_000),
  perStep('rows', 'rows written by a step, its texts and events included', 'rows', 4),
  perStep('jobs', 'writes to Graphile’s tables by a step', 'jobs', 0.01),
];

export const enrolling: Figure = {
  name: 'workflow-enroll',
  title:
    'seconds to enroll 100,000 contacts, with their events ÷ a bare INSERT … SELECT of as many rows into the same table',
  unit: 'x',
  goal: { atMost: 4 },
  measure: (bench) =>
    scene(async (of) => {
      const { sql } = of;
      await crowd(sql, 100_000);
      await sql`create table bare_enrollments (like enrollments including all)`;
      return paired(
        bench,
        async () => {
          await sql`truncate enrollments, events, step_runs cascade`;
          const from = performance.now();
          await everybodyIn(of);
          return performance.now() - from;
        },
        async () => {
          await sql`truncate bare_enrollments`;
          const from = performance.now();
          await sql`insert into bare_enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step, due_at)
            select tenant_id, gen_random_uuid(), ${WORKFLOW}, 1, contact_id, 'text-1', now() from contacts`;
          return performance.now() - from;
        },
      );
    }),
};

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

/** A million people in the night of the first day. */
async function manyWaiting({ sql }: Scene): Promise<void> {
  await crowd(sql, 1);
  await sql`insert into contacts (tenant_id, contact_id, first_name, phone)
    select ${TENANT}, gen_random_uuid(), 'Person', '+1' || (3000000000 + n) from generate_series(1, ${WAITING}) n`;
  await sql`insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step, ordinal, due_at, waiting)
    select tenant_id, gen_random_uuid(), ${WORKFLOW}, 1, contact_id, 'night-1', 3,
      ${new Date(NOON + DAY)}::timestamptz + random() * interval '10 days', '{"reason":"wait","until":null}'
    from contacts`;
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

/** Engines in processes of their own, from the first to the last of what is due. */
async function secondsWith({ sql, own }: Scene, processes: number): Promise<number> {
  const { url } = await database();
  await crowd(sql, PEOPLE);
  await sql`insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step, due_at)
    select tenant_id, gen_random_uuid(), ${WORKFLOW}, 1, contact_id, 'text-1', ${new Date(NOON)} from contacts`;
  await sql`vacuum analyze enrollments`;
  const children = Array.from({ length: processes }, () =>
    fork(fileURLToPath(ENGINE_PROCESS), [url, own.schema, '500', String(NOON)], {
      execArgv: ['--conditions=patchbay-source', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  );
  await Promise.all(children.map((child) => once(child, 'message')));
  const from = performance.now();
  await sql`insert into workflow_wakeups (tenant_id, due_at) values (${TENANT}, ${new Date(NOON)})`;
  for (;;) {
    const [row] = await sql<{ due: boolean }[]>`
      select exists (select 1 from enrollments where state = 'active' and due_at <= ${new Date(NOON + DAY / 2)}) as due`;
    if (!row!.due) break;
    await new Promise((done) => setTimeout(done, 20));
  }
  const seconds = (performance.now() - from) / 1000;
  const gone = Promise.all(children.map((child) => once(child, 'exit')));
  for (const child of children) child.kill();
  await gone;
  return seconds;
}

export const secondWorker: Figure = {
  name: 'workflow-second',
  title: 'steps/s of two engine processes on one tenant ÷ steps/s of one',
  unit: 'x',
  goal: { atLeast: 1.2 },
  measure: (bench) =>
    scene((of) =>
      paired(
        bench,
        async () => PEOPLE / (await secondsWith(of, 2)),
        async () => PEOPLE / (await secondsWith(of, 1)),
      ),
    ),
};

/** Every figure of workflows. */
export const workflowFigures: Figure[] = [
  engineBare,
  engineNaive,
  ...stepCosts,
  enrolling,
  secondWorker,
  stopping,
  idle,
];
