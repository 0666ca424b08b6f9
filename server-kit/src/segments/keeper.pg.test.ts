import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../db/client.ts';
import { FeedHub } from '../events/hub.ts';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { inOrder, look } from './keeper.ts';
import { startKeeper } from './tasks.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
let now = Date.parse('2026-03-10T15:00:00Z');
const clock = () => new Date(now);

let kit: TestKit;
let database: Database;
beforeAll(async () => {
  kit = await getTestKit({ clock });
  database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 2, clock });
});
afterAll(async () => {
  await database.close();
  await kit.close();
});
let tag: string;
beforeEach(() => {
  tag = newId();
});

const ask = (method: string, path: string, body?: unknown) => async () =>
  kit.request(method, path, { as: await kit.token('alpha', 'manager'), body });
async function person(more: object = {}): Promise<string> {
  return (await ask('POST', '/v1/contacts', { tags: [tag], ...more })()).body.id;
}
const change = (id: string, body: unknown) => ask('PATCH', `/v1/contacts/${id}`, body)();
async function segment(...clauses: unknown[]): Promise<string> {
  const filter = { all: [{ field: 'tags', op: 'has_any', value: [tag] }, ...clauses] };
  const answer = await ask('POST', '/v1/segments', { name: newId(), filter })();
  expect(answer.status).toBe(201);
  return answer.body.id;
}
/** Until the log is judged to its end. Other suites' transactions on this server may hold the end back for a while. */
async function lookAll(): Promise<void> {
  await vi.waitFor(
    async () => {
      while (await look(database, 'alpha')) continue;
      const left = await kit.admin(
        `select type from events e join segment_cursors c using (tenant_id) where (e.tx, e.position) > (c.tx, c.position)`,
      );
      expect(left).toEqual([]);
    },
    { timeout: 50_000, interval: 20 },
  );
}
const members = async (id: string) =>
  (await kit.admin(`select contact_id as id from segment_members where segment_id = $1`, [id])).map(
    (row) => row.id,
  );
const moves = async (id: string) =>
  (
    await kit.admin(
      `select type, contact_id from events where data->>'segment_id' = $1 and type like 'segment.%' order by position`,
      [id],
    )
  ).map((row) => [row.type, row.contact_id]);

const STAGE_NEW = { field: 'stage', op: 'is', value: 'new' };

describe('a look', () => {
  it('lets in and out whom something happened to, with an event each', async () => {
    const ana = await person();
    const id = await segment(STAGE_NEW);
    await change(ana, { stage: 'new' });
    await lookAll();
    expect(await members(id)).toEqual([ana]);
    await change(ana, { stage: 'won' });
    await lookAll();
    expect(await members(id)).toEqual([]);
    expect(await moves(id)).toEqual([
      ['segment.entered', ana],
      ['segment.left', ana],
    ]);
  });

  it('tells nothing when nothing changes, however often it looks', async () => {
    const ana = await person({ stage: 'new' });
    const id = await segment(STAGE_NEW);
    await change(ana, { last_name: 'x' });
    await lookAll();
    await lookAll();
    expect(await moves(id)).toEqual([]);
  });

  it('judges only those whom the new events are about', async () => {
    const [ana, ben] = [await person(), await person()];
    const id = await segment(STAGE_NEW);
    await lookAll();
    // behind the log's back
    await kit.admin(`update contacts set stage = 'new' where contact_id = any($1)`, [[ana, ben]]);
    await change(ana, { last_name: 'x' });
    await lookAll();
    expect(await members(id)).toEqual([ana]);
  });

  it('sees consent, texts and conversations', async () => {
    const ana = await person({ phone: '+13125550801' });
    const [out, wrote, unread] = [
      await segment({ consent: { channel: 'sms', state: 'withdrawn' } }),
      await segment({ event: { type: 'message.received' } }),
      await segment({ conversation: { unread: true } }),
    ];
    await kit.receive(kit.a, { from: '+13125550801', body: 'STOP' });
    await lookAll();
    for (const id of [out, wrote, unread]) expect(await members(id)).toEqual([ana]);
  });

  it('waits for a slow transaction and misses nothing of it', async () => {
    const [ana, ben] = [await person(), await person()];
    const id = await segment(STAGE_NEW);
    let finish: () => void = () => undefined;
    const held = new Promise<void>((done) => (finish = done));
    let written: () => void = () => undefined;
    const started = new Promise<void>((done) => (written = done));
    const slow = database.transaction('alpha', async ({ sql, tenant }) => {
      await sql`update contacts set stage = 'new' where tenant_id = ${tenant} and contact_id = ${ana}`;
      await sql`insert into events (tenant_id, event_id, type, contact_id)
        values (${tenant}, ${newId()}, 'contact.updated', ${ana})`;
      written();
      await held;
    });
    await started;
    await change(ben, { stage: 'new' });
    await look(database, 'alpha');
    finish();
    await slow;
    await lookAll();
    expect((await members(id)).sort()).toEqual([ana, ben].sort());
  });

  it('is done by one at a time', async () => {
    const ana = await person();
    const id = await segment(STAGE_NEW);
    await change(ana, { stage: 'new' });
    await Promise.all([look(database, 'alpha'), look(database, 'alpha')]);
    await lookAll();
    expect(await moves(id)).toEqual([['segment.entered', ana]]);
  });

  it('passes on to segments that ask about segments, without a false step', async () => {
    const ana = await person();
    const inner = await segment(STAGE_NEW);
    const [outer, others] = [
      await segment({ segment: { id: inner } }),
      await segment(STAGE_NEW, { not: { segment: { id: inner } } }),
    ];
    await change(ana, { stage: 'new' });
    await lookAll();
    expect(await members(outer)).toEqual([ana]);
    expect(await moves(others)).toEqual([]);
  });
});

describe('time passing', () => {
  /** On, and one look. */
  async function later(ms: number): Promise<void> {
    now += ms;
    await lookAll();
  }

  it('lets people out of "in the last 7 days"', async () => {
    const ana = await person({ phone: '+13125550901' });
    await kit.receive(kit.a, { from: '+13125550901' });
    const id = await segment({ event: { type: 'message.received', within: { last: 7, unit: 'days' } } });
    expect(await members(id)).toEqual([ana]);
    await later(7 * DAY - MINUTE);
    expect(await members(id)).toEqual([ana]);
    await later(2 * MINUTE);
    expect(await moves(id)).toEqual([['segment.left', ana]]);
  });

  it('lets people in to "more than 3 days ago"', async () => {
    const ana = await person();
    const id = await segment({ field: 'created_at', op: 'before', value: { ago: 3, unit: 'days' } });
    await later(2 * DAY);
    expect(await members(id)).toEqual([]);
    await later(DAY + MINUTE);
    expect(await moves(id)).toEqual([['segment.entered', ana]]);
  });

  it('turns "today" over at midnight of the tenant’s zone', async () => {
    const midnight = Math.ceil(now / DAY) * DAY + 5 * 3_600_000;
    const today = new Date(midnight - 5 * 3_600_000).toISOString().slice(0, 10);
    const ana = await person({ fields: { due: today } });
    const id = await segment({ field: 'fields.due', op: 'within', value: 'today' });
    await later(midnight - now - MINUTE);
    expect(await members(id)).toEqual([]);
    await later(2 * MINUTE);
    expect(await members(id)).toEqual([ana]);
    await later(DAY);
    expect(await members(id)).toEqual([]);
  });
});

describe('the keeper of a worker', () => {
  it('looks by itself when another process has written something', async () => {
    const ana = await person();
    const id = await segment(STAGE_NEW);
    const log = pino({ level: 'silent' });
    const feed = new FeedHub(database, log, () => Promise.resolve([]));
    const keeper = startKeeper({ database, feed, log });
    try {
      await change(ana, { stage: 'new' });
      await vi.waitFor(async () => expect(await members(id)).toEqual([ana]), { timeout: 50_000 });
    } finally {
      await keeper.stop();
      await feed.close();
    }
  });
});

it('judges first what others ask about', () => {
  const ids = inOrder([
    { id: 'c', refers_to: ['b', 'gone'] },
    { id: 'a', refers_to: [] },
    { id: 'b', refers_to: ['a'] },
  ]).map(({ id }) => id);
  expect(ids).toEqual(['a', 'b', 'c']);
});
