/** Where workflows are measured: people all over the country, their numbers, their consent, and an engine on a clock that is set. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type postgres from 'postgres';
import type { Definition } from '../../server-kit/src/contract/workflow/index.ts';
import { Database } from '../../server-kit/src/db/client.ts';
import { enroll } from '../../server-kit/src/workflows/engine/enroll.ts';
import { createEngine, runDue, type Engine } from '../../server-kit/src/workflows/engine/run.ts';
import { STEP_RUNNERS } from '../../server-kit/src/workflows/steps/index.ts';
import { engineContext } from '../../server-kit/src/workflows/testing/context.ts';
import { database, startKit, superuser, TENANT } from '../harness/environment.ts';

const ENGINE_PROCESS = new URL('../../server-kit/src/workflows/testing/engine-process.ts', import.meta.url);
export const PEOPLE = Number(process.env['PATCHBAY_BENCH_RUNS'] ?? 10_000);
export const WORKFLOW = '018f0000-0000-7000-8000-00000000000f';
/** Within the window, all over the country. */
export const NOON = Date.parse('2026-11-18T20:00:00Z');
export const DAY = 86_400_000;

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

export interface Scene {
  sql: postgres.Sql;
  own: Database;
  engine: Engine;
  clock: { now: number };
}

export async function scene<T>(work: (scene: Scene) => Promise<T>): Promise<T> {
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
export async function crowd(sql: postgres.Sql, count: number): Promise<void> {
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

export async function everybodyIn({ sql, own }: Scene): Promise<number> {
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
export async function threeDays({ engine, clock }: Scene): Promise<{ steps: number; seconds: number }> {
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

export async function stepsPerSecond(of: Scene): Promise<number> {
  await crowd(of.sql, PEOPLE);
  await everybodyIn(of);
  await of.sql`vacuum analyze enrollments`;
  const { steps, seconds } = await threeDays(of);
  return steps / seconds;
}

/** An engine in a process of its own, whose clock begins at `from`. Resolves when it looks for what is due. */
export async function engineProcess({ own }: Scene, from: number): Promise<ChildProcess> {
  const { url } = await database();
  const child = fork(fileURLToPath(ENGINE_PROCESS), [url, own.schema, '500', String(from)], {
    execArgv: ['--conditions=patchbay-source', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return child;
}

export async function end(children: ChildProcess[]): Promise<void> {
  const gone = Promise.all(children.map((child) => once(child, 'exit')));
  for (const child of children) child.kill();
  await gone;
}
