import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../../db/client.ts';
import { newId } from '../../ids.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { readLog } from './log.ts';
import { publishForTest } from '../testing/published.ts';

let kit: TestKit;
let database: Database;
const log = pino({ level: 'silent' });
beforeAll(async () => {
  kit = await getTestKit();
  database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 3 });
});
afterAll(async () => {
  await database.close();
  await kit.close();
});
beforeEach(async () => {
  await kit.admin('delete from enrollments');
});

const publish = (settings: object) =>
  database.transaction('alpha', (tx) => publishForTest(tx, { settings: { ...settings } }));
const ask = (method: string, path: string, body?: unknown) =>
  kit.request(method, path, { as: kit.a.manager, body });
let last = 0;
const newPhone = () => `+1312555${2_000 + (last += 1)}`;
async function person(more: object = {}): Promise<{ id: string; phone: string }> {
  const phone = newPhone();
  const { body } = await ask('POST', '/v1/contacts', { phone, ...more });
  return { id: body.id, phone };
}
async function enter(
  workflow: string,
  contact: string,
  state = 'active',
  wakesOn: string | null = null,
): Promise<string> {
  const id = newId();
  await database.transaction(
    'alpha',
    ({ sql, tenant }) => sql`
      insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step, state, due_at, wakes_on)
      values (${tenant}, ${id}, ${workflow}, 1, ${contact}, 'first', ${state}, moment() + interval '1 day', ${wakesOn})`,
  );
  return id;
}
const run = async (id: string) =>
  (await kit.admin('select * from enrollments where enrollment_id = $1', [id]))[0];
const over = async (id: string) => (await run(id)).end_reason;
async function readAll(): Promise<void> {
  await vi.waitFor(
    async () => {
      let look;
      do look = await readLog({ database, log }, 'alpha');
      while (look.more);
      expect(look.ahead).toBe(false);
    },
    { timeout: 50_000, interval: 20 },
  );
}

describe('a STOP', () => {
  it('ends the runs in its own transaction, paused ones too, but those that only skip', async () => {
    const ana = await person();
    const [cancel, skip] = [await publish({}), await publish({ on_opt_out: 'skip_channel' })];
    const another = await publish({ on_opt_out: 'cancel' });
    const ids = [
      await enter(cancel, ana.id),
      await enter(another, ana.id, 'paused'),
      await enter(skip, ana.id),
    ];
    const other = await enter(cancel, (await person()).id);
    await kit.receive(kit.a, { from: ana.phone, body: 'STOP' });
    expect(await Promise.all([...ids, other].map(over))).toEqual(['opted_out', 'opted_out', null, null]);
    expect(await run(ids[0]!)).toMatchObject({
      state: 'canceled',
      step: null,
      due_at: null,
      ended_at: expect.any(Date),
    });
    const told = await kit.admin(
      `select data from events where contact_id = $1 and type = 'enrollment.canceled'`,
      [ana.id],
    );
    expect(told.map(({ data }) => data.reason)).toEqual(['opted_out', 'opted_out']);
  });

  it('counts from a further number, by hand, and by a form', async () => {
    const workflow = await publish({});
    const further = newPhone();
    const [ana, ben] = [await person({ addresses: [{ kind: 'phone', address: further }] }), await person()];
    const runs = [await enter(workflow, ana.id), await enter(workflow, ben.id)];
    await kit.receive(kit.a, { from: further, body: 'stop' });
    await ask('POST', `/v1/contacts/${ben.id}/consent`, { action: 'withdraw', source: 'verbal' });
    expect(await Promise.all(runs.map(over))).toEqual(['opted_out', 'opted_out']);
  });

  it('that is rolled back ends nothing', async () => {
    const { recordConsent } = await import('../../consent/ledger.ts');
    const ana = await person();
    const id = await enter(await publish({}), ana.id);
    const withdrawal = { channel: 'sms', address: ana.phone, action: 'withdraw', source: 'api' } as const;
    await database
      .transaction('alpha', async (tx) => {
        await Promise.all(recordConsent(tx, [withdrawal]));
        throw new Error('lost');
      })
      .catch(() => undefined);
    expect(await over(id)).toBeNull();
  });

  it('ends a thousand runs in one statement', async () => {
    const ana = await person();
    await database.transaction('alpha', async (tx) => {
      const { sql, tenant } = tx;
      const workflow = await publishForTest(tx, {});
      await sql`insert into workflows (tenant_id, workflow_id, key, name, state, draft, published)
        select tenant_id, gen_random_uuid(), 'many-' || n, name, state, draft, published
        from workflows, generate_series(1, 1000) n where tenant_id = ${tenant} and workflow_id = ${workflow}`;
      await sql`insert into workflow_versions (tenant_id, workflow_id, version, definition, source)
        select ${tenant}, workflow_id, 1, '{"steps":[{"id":"first"}]}', '' from workflows where key like 'many-%'`;
      await sql`insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step)
        select ${tenant}, gen_random_uuid(), workflow_id, 1, ${ana.id}, 'first' from workflows where key like 'many-%'`;
    });
    const { stopForOptOut } = await import('./stops.ts');
    const ended = await database.transaction('alpha', async (tx) => [
      ...(await stopForOptOut(tx, [{ channel: 'sms', address: ana.phone }])),
    ]);
    expect(ended).toHaveLength(1_000);
  });
});

describe('a reply', () => {
  it('ends the runs that were to stop', async () => {
    const ana = await person();
    const [stops, goesOn] = [await publish({ stop_on_reply: true }), await publish({})];
    const [stopped, going] = [await enter(stops, ana.id), await enter(goesOn, ana.id)];
    await kit.receive(kit.a, { from: ana.phone, body: 'Who is this?' });
    await readAll();
    expect([await over(stopped), await over(going)]).toEqual(['replied', null]);
  });

  it('to what was before the run is none to it', async () => {
    const ana = await person();
    await kit.receive(kit.a, { from: ana.phone, body: 'Early' });
    const id = await enter(await publish({ stop_on_reply: true }), ana.id);
    await readAll();
    expect(await over(id)).toBeNull();
  });
});

describe('a goal', () => {
  it('that an event makes true ends the run as completed; others’ runs go on', async () => {
    const goal = { field: 'stage', op: 'is', value: 'won' };
    const [workflow, other] = [await publish({ goal }), await publish({})];
    const [ana, ben] = [await person(), await person()];
    const runs = [await enter(workflow, ana.id), await enter(workflow, ben.id), await enter(other, ana.id)];
    await ask('PATCH', `/v1/contacts/${ana.id}`, { stage: 'won' });
    await ask('PATCH', `/v1/contacts/${ben.id}`, { stage: 'new' });
    await readAll();
    expect(await Promise.all(runs.map(over))).toEqual(['goal', null, null]);
    expect((await run(runs[0]!)).state).toBe('completed');
  });

  it('that cannot be asked stops nobody, and no other workflow', async () => {
    // a field that no zone, no column and no tenant has
    const broken = await publish({ goal: { field: 'nothing', op: 'is', value: 'x' } });
    const good = await publish({ goal: { field: 'city', op: 'is', value: 'Oslo' } });
    const ana = await person();
    const runs = [await enter(broken, ana.id), await enter(good, ana.id)];
    await ask('PATCH', `/v1/contacts/${ana.id}`, { city: 'Oslo' });
    await readAll();
    expect(await Promise.all(runs.map(over))).toEqual([null, 'goal']);
  });
});

describe('an event that a run waits for', () => {
  it('makes it due, with what woke it; one of another kind or person does not', async () => {
    const workflow = await publish({});
    const [ana, ben, cat] = [await person(), await person(), await person()];
    const ids = [
      await enter(workflow, ana.id, 'active', 'tag.added'),
      await enter(workflow, ben.id, 'active', 'message.received'),
      await enter(workflow, cat.id, 'active', 'tag.added'),
    ];
    await ask('PATCH', `/v1/contacts/${ana.id}`, { tags: ['x'] });
    await ask('PATCH', `/v1/contacts/${ben.id}`, { tags: ['x'] });
    await readAll();
    const rows = await Promise.all(ids.map(run));
    expect(rows.map((row) => row.due_at < new Date())).toEqual([true, false, false]);
    expect(rows[0].waiting).toMatchObject({ woken_by: { type: 'tag.added', data: { tags: ['x'] } } });
    expect(await kit.admin('select due_at <= now() as rung from workflow_wakeups')).toEqual([{ rung: true }]);
  });
});
