/** Events become visible in another order than they were numbered in; a cursor must never step over a late one. */
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FeedHub, type Frame } from '../events/hub.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { getTestKit, TEST_SECRET, type TestKit } from '../testing/kit.ts';
import { feedEnricher } from './feed.ts';

let kit: TestKit;
let hub: FeedHub;
beforeAll(async () => {
  kit = await getTestKit();
  const enrich = feedEnricher({ secret: TEST_SECRET, mountPath: '', clock: () => new Date() });
  hub = new FeedHub(kit.database, pino({ level: 'silent' }), enrich);
});
afterAll(async () => {
  await hub.close();
  await kit.close();
});

/** A transaction that writes an event and commits when told to. */
async function slowTransaction(): Promise<{ eventId: string; commit: () => Promise<unknown> }> {
  const client = new pg.Client({ connectionString: kit.url });
  await client.connect();
  await client.query(`set search_path to "${kit.schema}"`);
  await client.query('begin');
  const eventId = newId();
  await client.query(`insert into events (tenant_id, event_id, type) values ($1, $2, 'contact.updated')`, [
    kit.a.id,
    eventId,
  ]);
  return { eventId, commit: () => client.query('commit').then(() => client.end()) };
}

const append = (count: number) =>
  kit.admin(
    `insert into events (tenant_id, event_id, type)
     select $1, gen_random_uuid(), 'contact.updated' from generate_series(1, $2)`,
    [kit.a.id, count],
  );

async function cursorNow(): Promise<string> {
  const { cursor, stop } = await hub.subscribe(kit.a.id, () => undefined);
  stop();
  return cursor;
}

async function everythingSince(cursor: string): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const page of (await hub.since(kit.a.id, cursor))!) frames.push(...page);
  return frames;
}

describe('catching up over several pages', () => {
  it('gives no page a cursor beyond a transaction that was still running when the first page was read', async () => {
    const from = await cursorNow();
    const slow = await slowTransaction();
    await append(700);
    const pages = (await hub.since(kit.a.id, from))!;
    const first = (await pages.next()).value as Frame[];
    expect(first).toHaveLength(500);
    // its event belongs before the first page, which has been read
    await slow.commit();
    const second = (await pages.next()).value as Frame[];
    expect(second).toHaveLength(200);
    // cut here, the client resumes from the last cursor it has
    const resumed = await everythingSince(second.at(-1)!.cursor);
    expect(resumed.map((frame) => frame.eventId)).toContain(slow.eventId);
  });
});

describe('a first subscriber while the database is away', () => {
  it('does not keep those after it from listening', async () => {
    const other = new FeedHub(kit.database, pino({ level: 'silent' }), async () => []);
    const { pool } = kit.database;
    const { listen } = pool;
    pool.listen = () => Promise.reject(new Error('the database is away'));
    await expect(other.subscribe(kit.a.id, () => undefined)).rejects.toThrow('away');
    pool.listen = listen;
    const { stop } = await other.subscribe(kit.a.id, () => undefined);
    stop();
    await other.close();
  });
});

describe('subscribing at the moment when the last reader leaves', () => {
  it('still hears what happens', async () => {
    for (let round = 0; round < 20; round += 1) {
      const last = await hub.subscribe(kit.a.id, () => undefined);
      const heard: Frame[] = [];
      const joining = hub.subscribe(kit.a.id, (frames) => void heard.push(...frames));
      for (let turn = 0; turn < round % 4; turn += 1) await Promise.resolve();
      last.stop();
      const { stop } = await joining;
      // its second goodbye, as a stream says it that is cut while it is being read
      last.stop();
      await kit.database.transaction(kit.a.id, (tx) =>
        record(tx, [{ type: 'contact.updated' }]).then(() => undefined),
      );
      await expect.poll(() => heard.length, { timeout: 20_000 }).toBeGreaterThan(0);
      stop();
    }
  });
});
