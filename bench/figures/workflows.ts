/**
 * The workflow engine: steps a second beside bare inserts and beside a job per step, what a step costs the database, and what a
 * million people who wait cost. Every step is a real one: a window and the do-not-contact lists before each text, a branch by
 * the filter language, events in the log, row security on.
 */
import type { Tx } from '../../server-kit/src/db/client.ts';
import { naiveStepsPerSecond } from '../../server-kit/src/workflows/testing/job-per-step.ts';
import { database, TENANT } from '../harness/environment.ts';
import { paired, tidy, type Bench, type Figure } from '../harness/figure.ts';
import {
  crowd,
  DAY,
  end,
  engineProcess,
  everybodyIn,
  NOON,
  PEOPLE,
  scene,
  stepsPerSecond,
  threeDays,
  WORKFLOW,
  type Scene,
} from './workflow-scene.ts';

const BATCHES = 100;
const ROWS = 500;

/** Queued messages into the kit's own table, 500 a statement, each its own commit. */
async function bareInserts({ own, sql }: Scene): Promise<number> {
  const threads = await sql<{ conversation_id: string; contact_id: string; sender_id: string }[]>`
    select conversation_id, contact_id, sender_id from conversations limit ${ROWS}`;
  const sender = threads[0]!.sender_id;
  const conversations = threads.map(({ conversation_id }) => conversation_id);
  const contacts = threads.map(({ contact_id }) => contact_id);
  return insertsPerSecond(
    (line, ids, bodies) => line`
      insert into messages (tenant_id, message_id, conversation_id, contact_id, sender_id, channel, direction, status,
        origin, body, from_address, to_address, segments, due_at)
      select ${TENANT}, id, conversation_id, contact_id, ${sender}, 'sms', 'outbound', 'queued',
        'workflow', body, '+13125550100', '+13125550199', 1, moment()
      from unnest(${ids}::uuid[], ${bodies}::text[], ${conversations}::uuid[], ${contacts}::uuid[])
        as r (id, body, conversation_id, contact_id)`,
    own,
  );
}

/** Rows of a message's size into a table with three indexes and nothing else: no rule, no reference, no row security. */
async function plainInserts({ own, sql }: Scene): Promise<number> {
  await sql`create table if not exists bare_rows (tenant_id text, id uuid primary key, contact_id uuid, body text,
    due_at timestamptz, at timestamptz default now())`;
  await sql`create index if not exists bare_rows_contact on bare_rows (tenant_id, contact_id)`;
  await sql`create index if not exists bare_rows_due on bare_rows (tenant_id, due_at)`;
  await sql.unsafe(`grant all on bare_rows to ${own.appRole}`);
  await sql`truncate bare_rows`;
  return insertsPerSecond(
    (line, ids, bodies) => line`
      insert into bare_rows (tenant_id, id, contact_id, body, due_at)
      select ${TENANT}, id, id, body, now() from unnest(${ids}::uuid[], ${bodies}::text[]) as r (id, body)`,
    own,
  );
}

async function insertsPerSecond(
  insert: (line: Tx['sql'], ids: string[], bodies: string[]) => ReturnType<Tx['sql']>,
  own: Scene['own'],
): Promise<number> {
  const from = performance.now();
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const ids = Array.from({ length: ROWS }, () => crypto.randomUUID());
    const bodies = ids.map((_, nth) => `Message ${nth} of ${batch}. Reply STOP to opt out.`);
    await own.pipeline(TENANT, ({ sql: line }) => [insert(line, ids, bodies)]);
  }
  return (BATCHES * ROWS) / ((performance.now() - from) / 1000);
}

export const engineBare: Figure = {
  name: 'workflow-engine',
  title: `steps/s of the engine (window, do-not-contact, branch, events; a text in four) ÷ rows/s of bare inserts of 500 messages`,
  unit: 'x',
  goal: { atLeast: 0.15 },
  measure: (bench: Bench) =>
    scene(async (of) => {
      // warm code and plans
      await stepsPerSecond(of);
      const ratios = await paired(
        bench,
        () => stepsPerSecond(of),
        () => bareInserts(of),
      );
      const [steps, rows] = [await stepsPerSecond(of), await plainInserts(of)];
      bench.note(
        `${tidy(steps)} steps/s; ÷ ${tidy(rows)} rows/s into a table with three indexes and nothing else: ${tidy(steps / rows)}`,
      );
      return ratios;
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

/** So many that the processes' first moments do not count. */
const CROWD = 4 * PEOPLE;

/** Steps a second of engines in processes of their own, from when all of them run until nothing is due. */
async function stepsWith(of: Scene, processes: number): Promise<number> {
  const { sql } = of;
  await crowd(sql, CROWD);
  await sql`insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step, due_at)
    select tenant_id, gen_random_uuid(), ${WORKFLOW}, 1, contact_id, 'text-1', ${new Date(NOON)} from contacts`;
  await sql`vacuum analyze enrollments`;
  // before they begin: the look at the start finds it, and nobody waits for a sweep
  await sql`insert into workflow_wakeups (tenant_id, due_at) values (${TENANT}, ${new Date(NOON)})`;
  const children = await Promise.all(Array.from({ length: processes }, () => engineProcess(of, NOON)));
  const from = performance.now();
  const before = await stepsDone(sql);
  for (;;) {
    const [row] = await sql<{ due: boolean }[]>`
      select exists (select 1 from enrollments where state = 'active' and due_at <= ${new Date(NOON + DAY / 2)}) as due`;
    if (!row!.due) break;
    await new Promise((done) => setTimeout(done, 20));
  }
  const seconds = (performance.now() - from) / 1000;
  const steps = (await stepsDone(sql)) - before;
  await end(children);
  return steps / seconds;
}

async function stepsDone(sql: Scene['sql']): Promise<number> {
  const [row] = await sql<{ steps: number }[]>`select count(*)::integer as steps from step_runs`;
  return row!.steps;
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
        () => stepsWith(of, 2),
        () => stepsWith(of, 1),
      ),
    ),
};

/** What the engine does, and what it costs. */
export const workflowFigures: Figure[] = [engineBare, engineNaive, ...stepCosts, enrolling, secondWorker];
