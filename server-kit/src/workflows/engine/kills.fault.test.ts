/**
 * Engines that are killed (kill -9) or lose their Postgres in the middle of whatever they do, while people text STOP. Each step
 * happens once, what it does happens once with it, nothing is sent after a STOP, and every run ends with a reason.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Database } from '../../db/client.ts';
import { BASE_SEED, campaign, CAMPAIGN_TIMEOUT, seeded } from '../../testing/campaign.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { STEP_RUNNERS } from '../steps/index.ts';
import { definitionOf, World } from '../testing/world.ts';
import { stopForOptOut } from '../triggers/stops.ts';
import { engineContext } from '../testing/context.ts';
import { startEngine } from './loop.ts';

const PROGRAM = fileURLToPath(new URL('../testing/engine-process.ts', import.meta.url));
/** Small, so that a life has many of them to die in. */
const BATCH = 20;

let kit: TestKit;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await kit.close();
});

async function start(): Promise<ChildProcess> {
  const child = fork(PROGRAM, [kit.url, kit.schema, String(BATCH)], {
    execArgv: ['--conditions=patchbay-source', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  await once(child, 'message');
  return child;
}

const steps = [1, 2, 3, 4].flatMap((nth) => [
  { id: `score-${nth}`, kind: 'score', by: 1 },
  { id: `text-${nth}`, kind: 'send_sms', body: `Text ${nth}` },
  { id: `moment-${nth}`, kind: 'wait', for: '0 minutes' },
]);
interface Crowd {
  w: World;
  people: string[];
}

async function crowd(tenant: string, count: number): Promise<Crowd> {
  await kit.kit.tenants.upsert({ id: tenant, name: tenant });
  await kit.kit.tenants.addSender({
    tenant,
    address: `+1312557${String(1000 + tenant.length)}`,
    segmentsPerSecond: null,
  });
  const w = new World(kit, { tenant, now: new Date().toISOString() });
  await w.publish(definitionOf({ steps }));
  const people = await w.people(count);
  await w.enroll('test', people);
  return { w, people };
}

const active = (w: World) =>
  w.tx(async ({ sql, tenant }) => {
    const [row] = await sql<{ n: number }[]>`
      select count(*)::integer as n from enrollments where tenant_id = ${tenant} and end_reason is null`;
    return row!.n;
  });

/** Somebody texts STOP: as the inbound path does, in one transaction. Returns how many texts they had until then. */
async function stop(w: World, contact: string): Promise<number> {
  await w.tx(async (tx) => {
    const { sql, tenant } = tx;
    const withdrawn = await sql<{ channel: 'sms'; address: string }[]>`
      insert into suppressions (tenant_id, channel, address, source)
      select tenant_id, 'sms', phone, 'keyword' from contacts where tenant_id = ${tenant} and contact_id = ${contact}
      on conflict do nothing returning channel, address`;
    await stopForOptOut(tx, withdrawn);
  });
  return textsTo(w, contact);
}

const textsTo = (w: World, contact: string) =>
  w.tx(async ({ sql, tenant }) => {
    const [row] = await sql<{ n: number }[]>`
      select count(*)::integer as n from messages where tenant_id = ${tenant} and contact_id = ${contact}`;
    return row!.n;
  });

/** What must be true in the end, whatever happened. */
async function judge(w: World, stopped: Map<string, number>): Promise<Record<string, unknown>> {
  const [row] = await w.tx(
    async ({ sql, tenant }) => sql<Record<string, number>[]>`
      select
        (select count(*)::integer from enrollments where tenant_id = ${tenant} and end_reason is null) as unexplained,
        (select count(*)::integer from enrollments e where tenant_id = ${tenant} and ordinal <> (
          select count(*) from step_runs s where s.tenant_id = e.tenant_id and s.enrollment_id = e.enrollment_id)) as gaps,
        (select count(*)::integer from (select 1 from step_runs where tenant_id = ${tenant}
          group by enrollment_id, step having count(*) > 1) doubled) as doubled,
        (select count(*)::integer from contacts c where tenant_id = ${tenant} and coalesce(lead_score, 0) <> (
          select count(*) from step_runs s join enrollments e using (tenant_id, enrollment_id)
          where e.tenant_id = c.tenant_id and e.contact_id = c.contact_id and s.step like 'score-%')) as wrong_scores,
        (select count(*)::integer from step_runs s where tenant_id = ${tenant} and step like 'text-%'
          and not exists (select 1 from messages m where m.tenant_id = s.tenant_id
            and m.message_id = (s.detail ->> 'message_id')::uuid)) as lost_texts,
        (select count(*)::integer from messages where tenant_id = ${tenant})
          - (select count(*)::integer from step_runs where tenant_id = ${tenant} and step like 'text-%') as extra_texts,
        (select count(*)::integer from enrollments where tenant_id = ${tenant} and state = 'completed' and ordinal <> 12)
          as short_runs`,
  );
  let afterStop = 0;
  for (const [contact, before] of stopped) if ((await textsTo(w, contact)) !== before) afterStop += 1;
  return { ...row, afterStop };
}

const CLEAN = {
  unexplained: 0,
  gaps: 0,
  doubled: 0,
  wrong_scores: 0,
  lost_texts: 0,
  extra_texts: 0,
  short_runs: 0,
  afterStop: 0,
};

it(
  'a worker that is killed anywhere, again and again: each step once, none after STOP, every run explained',
  async () => {
    const random = seeded(BASE_SEED);
    const kills = campaign(6, 120);
    const { w, people } = await crowd('killed', 1_200);
    const stopped = new Map<string, number>();
    let struck = 0;
    for (let life = 0; life < kills; life += 1) {
      const child = await start();
      const end = performance.now() + random.below(400);
      while (performance.now() < end) {
        const contact = random.pick(people);
        if (!stopped.has(contact)) stopped.set(contact, await stop(w, contact));
      }
      child.kill('SIGKILL');
      await once(child, 'exit');
      if ((await active(w)) > 0) struck += 1;
      else {
        // those who are through come in anew, so that the next life has something to do
        const more = await w.people(600);
        w.now = new Date();
        await w.enroll('test', more);
        people.push(...more);
      }
    }
    const last = await start();
    await vi.waitFor(async () => expect(await active(w)).toBe(0), { timeout: 120_000, interval: 200 });
    last.kill('SIGKILL');
    console.log(
      `seed ${BASE_SEED}: ${kills} kills, ${struck} in the middle, ${people.length} runs, ${stopped.size} STOPs`,
    );
    expect(await judge(w, stopped)).toEqual(CLEAN);
    expect(struck).toBeGreaterThan(0);
    await w.close();
  },
  CAMPAIGN_TIMEOUT,
);

it(
  'a Postgres that cuts its connections in the middle of batches: the engine goes on, and nothing happens twice',
  async () => {
    const random = seeded(BASE_SEED + 1);
    const { w, people } = await crowd('cut', 1_500);
    const database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 3 });
    const engine = startEngine(engineContext(database), STEP_RUNNERS, { batch: BATCH });
    const stopped = new Map<string, number>();
    let cuts = 0;
    for (let nth = 0; nth < campaign(15, 300) && (await active(w)) > 0; nth += 1) {
      const contact = random.pick(people);
      if (!stopped.has(contact)) stopped.set(contact, await stop(w, contact));
      const [row] = await kit.admin(
        `select count(pg_terminate_backend(pid))::integer as n from pg_stat_activity
         where application_name = 'patchbay' and state <> 'idle' and pid <> pg_backend_pid()`,
      );
      cuts += row.n;
      for (let turn = random.below(2_000); turn > 0; turn -= 1) await new Promise(setImmediate);
    }
    await vi.waitFor(async () => expect(await active(w)).toBe(0), { timeout: 120_000, interval: 200 });
    await engine.stop();
    await database.close();
    console.log(`seed ${BASE_SEED + 1}: ${cuts} connections cut, ${stopped.size} STOPs`);
    expect(await judge(w, stopped)).toEqual(CLEAN);
    expect(cuts).toBeGreaterThan(0);
    await w.close();
  },
  CAMPAIGN_TIMEOUT,
);
