/**
 * Engines that are killed (kill -9) or lose their Postgres in the middle of whatever they do, while people text STOP. Each step
 * happens once, what it does happens once with it, nothing is sent after a STOP, and every run ends with a reason.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Database } from '../../db/client.ts';
import { BASE_SEED, campaign, CAMPAIGN_TIMEOUT, seeded } from '../../testing/campaign.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { STEP_RUNNERS } from '../steps/index.ts';
import { engineContext } from '../testing/context.ts';
import { active, crowd, expectClean, stop } from '../testing/crowd.ts';
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

it(
  'a worker that is killed anywhere, again and again: each step once, none after STOP, every run explained',
  async () => {
    const random = seeded(BASE_SEED);
    const kills = campaign(5, 120);
    const { w, people } = await crowd(kit, 'killed', campaign(450, 1_200));
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
    await expectClean(w, stopped);
    expect(struck).toBeGreaterThan(0);
    await w.close();
  },
  CAMPAIGN_TIMEOUT,
);

it(
  'a Postgres that cuts its connections in the middle of batches: the engine goes on, and nothing happens twice',
  async () => {
    const random = seeded(BASE_SEED + 1);
    const { w, people } = await crowd(kit, 'cut', campaign(300, 1_500));
    const database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 3 });
    const engine = startEngine(engineContext(database), STEP_RUNNERS, { batch: BATCH });
    const stopped = new Map<string, number>();
    let cuts = 0;
    const client = new pg.Client({ connectionString: kit.url });
    await client.connect();
    while (cuts < campaign(6, 300)) {
      const contact = random.pick(people);
      if (random.chance(0.1) && !stopped.has(contact)) stopped.set(contact, await stop(w, contact));
      const { rowCount } = await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'patchbay' and xact_start is not null and pid <> pg_backend_pid()`,
      );
      cuts += rowCount ?? 0;
      for (let turn = random.below(1_000); turn > 0; turn -= 1) await new Promise(setImmediate);
      if ((await active(w)) > 0) continue;
      const more = await w.people(600);
      w.now = new Date();
      await w.enroll('test', more);
      people.push(...more);
    }
    await client.end();
    await vi.waitFor(async () => expect(await active(w)).toBe(0), { timeout: 120_000, interval: 200 });
    await engine.stop();
    await database.close();
    console.log(`seed ${BASE_SEED + 1}: ${cuts} connections cut, ${stopped.size} STOPs`);
    await expectClean(w, stopped);
    await w.close();
  },
  CAMPAIGN_TIMEOUT,
);
