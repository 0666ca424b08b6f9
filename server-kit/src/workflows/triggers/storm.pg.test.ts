/** What must hold whatever comes, in whatever order, and however often it is read. */
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WorkflowTrigger } from '../../contract/index.ts';
import { Database } from '../../db/client.ts';
import { FeedHub } from '../../events/hub.ts';
import { newId } from '../../ids.ts';
import { BASE_SEED, campaign, CAMPAIGN_TIMEOUT, seeded } from '../../testing/campaign.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { readLog } from './log.ts';
import { startTriggers } from './tasks.ts';
import { publishForTest } from '../testing/published.ts';

let kit: TestKit;
let database: Database;
const log = pino({ level: 'silent' });
beforeAll(async () => {
  kit = await getTestKit();
  database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 4 });
});
afterAll(async () => {
  await database.close();
  await kit.close();
});
beforeEach(async () => {
  await kit.admin('delete from enrollments');
  await kit.admin('delete from workflow_triggers');
});

const on = (trigger: unknown, settings: object = { re_entry: 'always' }) =>
  database.transaction('alpha', (tx) =>
    publishForTest(tx, { triggers: [trigger] as WorkflowTrigger[], settings: { ...settings } }),
  );
/** People, and nothing else: nobody is told of them. */
const people = async (count: number) =>
  (
    await kit.admin(
      `insert into contacts (tenant_id, contact_id) select 'alpha', gen_random_uuid() from generate_series(1, ${count})
       returning contact_id`,
    )
  ).map((row) => row.contact_id as string);
/** Events as bulk actions write them, a transaction each. */
const tag = (contacts: string[], added: string) =>
  database.transaction('alpha', async ({ sql, tenant, touch }) => {
    touch();
    await sql`
      insert into events (tenant_id, event_id, type, contact_id, data)
      select ${tenant}, gen_random_uuid(), 'contact.updated', id, ${sql.json({ changed: ['tags'], added: [added] })}
      from unnest(${contacts}::uuid[]) as id`;
  });
async function readAll(page?: number): Promise<void> {
  await vi.waitFor(
    async () => {
      let look;
      do look = await readLog({ database, log }, 'alpha', page);
      while (look.more);
      expect(look.ahead).toBe(false);
    },
    { timeout: 20_000, interval: 20 },
  );
}
const runs = (workflow: string) =>
  kit.admin('select contact_id, source_key, state from enrollments where workflow_id = $1', [workflow]);
const count = async (workflow: string) =>
  (
    await kit.admin('select count(*)::integer as count from enrollments where workflow_id = $1', [workflow])
  )[0].count;
const finish = () =>
  kit.admin(
    `update enrollments set state = 'completed', end_reason = 'finished', ended_at = now(), due_at = null, step = null
     where state = 'active'`,
  );

describe('the log', () => {
  it('read again from any earlier place lets nobody in for what they came in for', async () => {
    const random = seeded(BASE_SEED);
    const id = await on({ on: 'tag.added', tag: 'x' });
    const some = await people(30);
    await readAll();
    const [start] = await kit.admin(
      `select tx::text, position::text from workflow_cursors where tenant_id = 'alpha'`,
    );
    const places = [start];
    let expected = 0;
    for (let round = 0; round < 25; round += 1) {
      const chosen = some.filter(() => random.chance(0.3));
      if (chosen.length > 0) await tag(chosen, random.chance(0.8) ? 'x' : 'y');
      if (random.chance(0.5)) {
        await readAll(1 + random.below(40));
        places.push(
          (
            await kit.admin(`select tx::text, position::text from workflow_cursors where tenant_id = 'alpha'`)
          )[0],
        );
        await finish();
      }
      if (random.chance(0.4)) {
        // a backup that was brought back, a cursor that was lost
        const place = places[random.below(places.length)];
        const before = await runs(id);
        await readAll();
        expected = (await runs(id)).length;
        expect(expected).toBeGreaterThanOrEqual(before.length);
        await finish();
        await kit.admin(
          `update workflow_cursors set tx = $1::xid8, position = $2 where tenant_id = 'alpha'`,
          [place.tx, place.position],
        );
        await readAll(1 + random.below(40));
        const again = await runs(id);
        const keys = again.map((row) => `${row.contact_id} ${row.source_key}`);
        expect(new Set(keys).size, `seed ${BASE_SEED}`).toBe(keys.length);
        await finish();
      }
    }
    await readAll();
    // each event that was read while nobody was inside has let its person in once
    const events = await kit.admin(
      `select event_id, contact_id from events where type = 'contact.updated' and data -> 'added' ? 'x'`,
    );
    const all = await runs(id);
    const known = new Set(events.map((row) => `${row.contact_id} ${row.event_id}`));
    for (const run of all) expect(known).toContain(`${run.contact_id} ${run.source_key}`);
    expect(all.length).toBeGreaterThan(50);
    expect(expected).toBeGreaterThan(0);
  });

  it('is read to its end whatever two readers do at once', async () => {
    const id = await on({ on: 'tag.added', tag: 'x' });
    const some = await people(200);
    await readAll();
    for (let from = 0; from < 200; from += 20) await tag(some.slice(from, from + 20), 'x');
    await Promise.all([readAll(7), readAll(11), readAll(13)]);
    expect((await runs(id)).map((row) => row.contact_id).sort()).toEqual(some.sort());
  });

  it('is not held up by a reader that died in the middle of a page', async () => {
    const id = await on({ on: 'tag.added', tag: 'x' });
    const some = await people(50);
    await readAll();
    await tag(some, 'x');
    const dying = new Database({ url: kit.url, schema: kit.schema, maxConnections: 1 });
    // all that the page does is done, and then its connection is cut before the commit
    const cut = dying.transaction('alpha', async (tx) => {
      const [{ pid }] = (await tx.sql`select pg_backend_pid() as pid`) as unknown as [{ pid: number }];
      await readLog({ database: { transaction: (_, work) => work(tx) } as Database, log }, 'alpha');
      await kit.admin('select pg_terminate_backend($1)', [pid]);
    });
    await expect(cut).rejects.toThrow();
    await dying.close();
    expect(await runs(id)).toEqual([]);
    await readAll();
    expect(await runs(id)).toHaveLength(50);
  });
});

describe('a storm of tags', () => {
  const many = campaign(5_000, 100_000);

  it(
    'is read in pages, once each, while a lone event elsewhere is seen before it is over',
    async () => {
      const id = await on({ on: 'tag.added', tag: 'x' });
      const lone = await database.transaction('beta', (tx) =>
        publishForTest(tx, { triggers: [{ on: 'tag.added', tag: 'x' }] }),
      );
      const some = await people(many);
      await readAll();
      const feed = new FeedHub(database, log, () => Promise.resolve([]));
      const triggers = startTriggers({ database, feed, log });
      try {
        const began = performance.now();
        await tag(some, 'x');
        const told = performance.now();
        const { body } = await kit.request('POST', '/v1/contacts', {
          as: kit.b.agent,
          body: { tags: ['x'] },
        });
        await vi.waitFor(async () => expect(await runs(lone)).toHaveLength(1), {
          timeout: 30_000,
          interval: 20,
        });
        const seen = performance.now() - told;
        expect((await runs(lone))[0].contact_id).toBe(body.id);
        await vi.waitFor(async () => expect(await count(id)).toBe(many), {
          timeout: 20 * many,
          interval: 200,
        });
        // its pages and those of others take turns
        const [turns] = await kit.admin(
          `select max(started_at) filter (where workflow_id = $1) > max(started_at) filter (where workflow_id = $2) as taken
           from enrollments`,
          [id, lone],
        );
        expect(turns).toEqual({ taken: true });
        console.info(
          `the lone one after ${seen.toFixed(0)} ms, all ${many} after ${(performance.now() - began).toFixed(0)} ms`,
        );
      } finally {
        await triggers.stop();
        await feed.close();
      }
      await finish();
      await readAll();
      expect(await count(id)).toBe(many);
    },
    CAMPAIGN_TIMEOUT,
  );
});

it('what nobody rang for is seen by the sweep', async () => {
  const id = await on({ on: 'tag.added', tag: 'x' });
  await readAll();
  const feed = new FeedHub(database, log, () => Promise.resolve([]));
  const triggers = startTriggers({ database, feed, log });
  try {
    const [ana] = await people(1);
    // without the bell
    await kit.admin(
      `insert into events (tenant_id, event_id, type, contact_id, data)
       values ('alpha', $1, 'contact.updated', $2, '{"changed":["tags"],"added":["x"]}')`,
      [newId(), ana],
    );
    await vi.waitFor(async () => expect(await runs(id)).toHaveLength(1), { timeout: 12_000, interval: 100 });
  } finally {
    await triggers.stop();
    await feed.close();
  }
});
