import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { stepSchema } from '../../contract/workflow/index.ts';
import { Database } from '../../db/client.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { STEP_RUNNERS } from '../steps/index.ts';
import { defineStep, type StepRunner } from '../steps/step.ts';
import { definitionOf, World } from '../testing/world.ts';
import { engineContext } from '../testing/context.ts';
import { startEngine, type RunningEngine } from './loop.ts';

let kit: TestKit;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await kit.close();
});

/** A process's engine. `ring` is what its feed does when something has happened. */
function start(runners = STEP_RUNNERS): { engine: RunningEngine; ring: () => void } {
  const database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 3 });
  const watchers = new Set<(tenant: string) => void>();
  const watch = (watcher: (tenant: string) => void) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  };
  const engine = startEngine({ ...engineContext(database), feed: { watch } }, runners);
  closing.push(async () => {
    await engine.stop();
    await database.close();
  });
  return { engine, ring: () => watchers.forEach((watcher) => watcher('')) };
}

async function world(tenant: string): Promise<World> {
  await kit.kit.tenants.upsert({ id: tenant, name: tenant });
  const made = new World(kit, { tenant, now: new Date().toISOString() });
  closing.push(() => made.close());
  return made;
}

const tag = (id: string) => ({ id, kind: 'add_tag', tags: [id] });
const ended = (w: World, state = 'completed') =>
  w.tx(async ({ sql, tenant }) => {
    const [row] = await sql<{ n: number }[]>`
      select count(*)::integer as n from enrollments where tenant_id = ${tenant} and state = ${state}`;
    return row!.n;
  });

it('takes up what is enrolled when the bell rings, and by itself when nobody heard it', async () => {
  const { engine, ring } = start();
  const w = await world('loud');
  await w.publish(definitionOf({ steps: [tag('a')] }));
  await w.enroll('test', await w.people(3));
  ring();
  await vi.waitFor(async () => expect(await ended(w)).toBe(3), 20_000);
  w.now = new Date();
  await w.enroll('test', await w.people(3));
  await vi.waitFor(async () => expect(await ended(w)).toBe(6), { timeout: 20_000, interval: 50 });
  await engine.stop();
});

it('gives tenants their turns: one with thousands due does not hold up one with three', async () => {
  const order: string[] = [];
  const noting: StepRunner = defineStep(
    {
      kind: 'noting',
      title: 'Note',
      icon: 'x',
      group: 'flow',
      schema: stepSchema('noting', {}) as never,
      words: () => 'Note',
    },
    ({ runs, tx }) => {
      order.push(tx.tenant);
      return runs.map(() => ({ done: true }));
    },
  );
  const big = await world('big');
  const small = await world('small');
  for (const w of [big, small]) await w.publish(definitionOf({ steps: [{ id: 'note', kind: 'noting' }] }));
  await big.enroll('test', await big.people(4_000));
  await small.enroll('test', await small.people(3));
  const { engine } = start([...STEP_RUNNERS, noting]);
  await vi.waitFor(async () => expect([await ended(big), await ended(small)]).toEqual([4_000, 3]), 20_000);
  await engine.stop();
  expect(order.indexOf('small')).toBeLessThan(3);
});

it('of two processes on one tenant each does what the other has not, and every step happens once', async () => {
  const w = await world('shared');
  await w.publish(definitionOf({ steps: [tag('a'), { id: 'score', kind: 'score', by: 1 }, tag('b')] }));
  const people = await w.people(3_000);
  await w.enroll('test', people);
  const both = [start(), start()];
  await vi.waitFor(async () => expect(await ended(w)).toBe(3_000), 30_000);
  for (const { engine } of both) await engine.stop();
  const [row] = await w.tx(
    async ({ sql, tenant }) => sql<{ runs: number; scores: number; least: number; most: number }[]>`
      select (select count(*)::integer from step_runs where tenant_id = ${tenant}) as runs,
        sum(lead_score)::integer as scores, min(lead_score) as least, max(lead_score) as most
      from contacts where tenant_id = ${tenant}`,
  );
  expect(row).toEqual({ runs: 9_000, scores: 3_000, least: 1, most: 1 });
});

it('stops when told to, after the batch that has begun', async () => {
  const w = await world('stopping');
  await w.publish(definitionOf({ steps: [tag('a')] }));
  await w.enroll('test', await w.people(2_000));
  const { engine } = start();
  await vi.waitFor(async () => expect(await ended(w)).toBeGreaterThan(0), 10_000);
  await engine.stop();
  const done = await ended(w);
  expect(done % 500).toBe(0);
  // what was left is due still, and whoever looks next finds it
  const again = start();
  await vi.waitFor(async () => expect(await ended(w)).toBe(2_000), 10_000);
  await again.engine.stop();
});
