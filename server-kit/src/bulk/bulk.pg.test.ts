import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../db/client.ts';
import { newId } from '../ids.ts';
import { belongings } from '../belongings.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { bulkWork } from './actions.ts';
import { createRunner, type Runner } from './runner.ts';

const DAY = 86_400_000;
let now = Date.parse('2026-03-10T15:00:00Z');
const clock = () => new Date(now);

let kit: TestKit;
let database: Database;
let runner: Runner;
beforeAll(async () => {
  kit = await getTestKit({ clock });
  database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 2, clock });
  runner = createRunner({ database, log: pino({ level: 'silent' }) }, { bulk: bulkWork(belongings) });
});
afterAll(async () => {
  await runner.stop();
  await database.close();
  await kit.close();
});
let tag: string;
beforeEach(() => {
  tag = newId();
});

const as = (role: 'agent' | 'manager') => kit.token('alpha', role);
async function ask(method: string, path: string, body?: unknown, role: 'agent' | 'manager' = 'agent') {
  return kit.request(method, path, { as: await as(role), body });
}
async function person(more: object = {}): Promise<string> {
  const answer = await ask('POST', '/v1/contacts', { tags: [tag], ...more });
  expect(answer.status).toBe(201);
  return answer.body.id;
}
const tagged = () => ({ filter: { field: 'tags', op: 'has_any', value: [tag] } });
async function run(action: object, target: object = tagged(), role: 'agent' | 'manager' = 'agent') {
  const made = await ask('POST', '/v1/jobs', { target, action }, role);
  expect(made.body).toMatchObject({ state: 'queued', kind: 'bulk' });
  await runner.look();
  return (await ask('GET', `/v1/jobs/${made.body.id}`)).body;
}
/** A process that ends before the piece after so many is committed. */
function dyingAfter(pieces: number): Runner {
  const work = bulkWork(belongings);
  let left = pieces;
  return createRunner(
    { database, log: pino({ level: 'silent' }) },
    {
      bulk: {
        open: (...given) => ({
          async piece(tx, job) {
            const step = await work.open(...given).piece(tx, job);
            if (left === 0) throw new Error('killed');
            left -= 1;
            return step;
          },
        }),
      },
    },
  );
}
const contact = async (id: string) => (await ask('GET', `/v1/contacts/${id}`)).body;
const told = (id: string) =>
  kit.admin(`select type, data, actor from events where contact_id = $1 order by tx, position`, [id]);

describe('a bulk action', () => {
  it('tags whom a filter finds, counts each version up and records an event each', async () => {
    const [ana, ben] = [await person(), await person({ tags: [tag, 'vip'] })];
    const done = await run({ type: 'add_tags', tags: ['vip', 'spring'] });
    expect(done).toMatchObject({ state: 'done', total: 2, done: 2, failed: 0, counts: { updated: 2 } });
    expect(await contact(ana)).toMatchObject({ tags: [tag, 'vip', 'spring'], version: 2 });
    expect(await contact(ben)).toMatchObject({ tags: [tag, 'vip', 'spring'], version: 2 });
    expect((await told(ana)).at(-1)).toMatchObject({
      type: 'contact.updated',
      data: { changed: ['tags'], job_id: done.id },
      actor: { id: 'alpha-agent' },
    });
  });

  it('leaves those alone for whom it makes no difference', async () => {
    const ana = await person({ tags: [tag, 'vip'] });
    expect((await run({ type: 'add_tags', tags: ['vip'] })).counts).toEqual({ unchanged: 1 });
    expect((await contact(ana)).version).toBe(1);
    expect(await told(ana)).toHaveLength(1);
  });

  it('takes the tag away that its own filter asks for, from everybody', async () => {
    const people = await Promise.all([person(), person(), person()]);
    expect((await run({ type: 'remove_tags', tags: [tag] })).counts).toEqual({ updated: 3 });
    for (const id of people) expect((await contact(id)).tags).toEqual([]);
  });

  it('sets a stage, an owner and a field of the tenant’s own', async () => {
    const ana = await person();
    await run({ type: 'set_stage', stage: 'won' });
    await run({ type: 'set_owner', owner_id: 'alpha-agent' });
    await run({ type: 'set_field', field: 'fields.budget', value: 'high' });
    expect(await contact(ana)).toMatchObject({
      stage: 'won',
      owner_id: 'alpha-agent',
      fields: { budget: 'high' },
      version: 4,
    });
    await run({ type: 'set_field', field: 'fields.budget', value: null });
    expect((await contact(ana)).fields).toEqual({});
  });

  it('derives each person’s zone again from a new state and their own number', async () => {
    const [ana, ben] = [await person({ postal_code: '90001' }), await person({ phone: '+13125550190' })];
    expect((await contact(ben)).zone).toEqual({ name: 'America/Chicago', source: 'number' });
    await run({ type: 'set_field', field: 'state', value: 'NY' });
    expect((await contact(ana)).zone).toEqual({ name: 'America/Los_Angeles', source: 'address' });
    expect((await contact(ben)).zone).toEqual({ name: 'America/New_York', source: 'address' });
    await run({ type: 'set_field', field: 'state', value: null });
    expect((await contact(ben)).zone).toEqual({ name: 'America/Chicago', source: 'number' });
  });

  it('puts people into a static segment and takes them out', async () => {
    await person();
    const list = await ask('POST', '/v1/segments', { name: newId(), kind: 'static' });
    const segment_id = list.body.id;
    expect((await run({ type: 'add_to_segment', segment_id })).counts).toEqual({ updated: 1 });
    expect((await ask('GET', `/v1/segments/${segment_id}`)).body.members).toBe(1);
    expect((await run({ type: 'remove_from_segment', segment_id }, { segment_id })).counts).toEqual({
      updated: 1,
    });
  });

  it('deletes people with their conversations, and says which', async () => {
    const received = await kit.receive(kit.a, { from: '+13125550188' });
    const done = await run({ type: 'delete' }, { ids: [received.contactId] }, 'manager');
    expect(done.counts).toEqual({ deleted: 1 });
    expect((await ask('GET', `/v1/contacts/${received.contactId}`)).status).toBe(404);
    expect((await told(received.contactId)).at(-1)).toMatchObject({
      type: 'contact.deleted',
      data: { conversation_ids: [received.conversationId], job_id: done.id },
    });
  });

  it('skips whoever was deleted or merged after its start', async () => {
    const [ana, ben, cleo, dora] = [await person(), await person(), await person(), await person()];
    const action = { type: 'add_tags', tags: ['x'] };
    const { id } = (await ask('POST', '/v1/jobs', { target: { ids: [ana, ben, cleo, dora] }, action })).body;
    await dyingAfter(1).look();
    await ask('POST', `/v1/contacts/${ana}/merge`, { with: ben });
    expect((await ask('DELETE', `/v1/contacts/${cleo}`, undefined, 'manager')).status).toBe(204);
    now += 7_000;
    await runner.look();
    const { counts, total, done } = (await ask('GET', `/v1/jobs/${id}`)).body;
    expect({ counts, total, done }).toEqual({ counts: { updated: 2, skipped: 2 }, total: 4, done: 4 });
  });

  it('is refused at once when it could not work', async () => {
    const ana = await person();
    const target = { ids: [ana] };
    const refused = async (action: object, role: 'agent' | 'manager' = 'manager') => {
      const { status, body } = await ask('POST', '/v1/jobs', { target, action }, role);
      return [status, body.code, body.field];
    };
    const phone = { type: 'set_field', field: 'phone', value: '+13125550111' };
    expect(await refused(phone)).toEqual([422, 'invalid_request', 'action.field']);
    const country = { type: 'set_field', field: 'country', value: 'Nowhere' };
    expect(await refused(country)).toEqual([422, 'invalid_request', 'action.value']);
    const number = { type: 'set_field', field: 'fields.unknown', value: 7 };
    expect(await refused(number)).toEqual([422, 'invalid_field', 'fields.unknown']);
    expect(await refused({ type: 'set_owner', owner_id: 'nobody' })).toEqual([
      422,
      'invalid_request',
      'owner_id',
    ]);
    expect(await refused({ type: 'delete' }, 'agent')).toEqual([403, 'forbidden', undefined]);
    expect(await refused({ type: 'add_to_segment', segment_id: newId() })).toEqual([
      404,
      'not_found',
      undefined,
    ]);
  });

  it('is one job however often it is asked for with its id', async () => {
    await person();
    const body = { id: newId(), target: tagged(), action: { type: 'add_tags', tags: ['once'] } };
    for (const _ of [1, 2]) expect((await ask('POST', '/v1/jobs', body)).body.id).toBe(body.id);
    await runner.look();
    expect((await ask('POST', '/v1/jobs', body)).body).toMatchObject({ id: body.id, state: 'done' });
  });

  it('stays canceled', async () => {
    const ana = await person();
    const made = await ask('POST', '/v1/jobs', {
      target: tagged(),
      action: { type: 'add_tags', tags: ['late'] },
    });
    expect((await ask('POST', `/v1/jobs/${made.body.id}/cancel`)).body.state).toBe('canceled');
    await runner.look();
    expect((await contact(ana)).tags).toEqual([tag]);
  });

  it('tells the feed when it begins and when it ends, and nothing between', async () => {
    await person();
    const { id } = await run({ type: 'add_tags', tags: ['fed'] });
    const rows = await kit.admin(
      `select data->>'state' as state from events where type = 'job.updated' and data->>'job_id' = $1 order by position`,
      [id],
    );
    expect(rows.map((row) => row.state)).toEqual(['queued', 'running', 'done']);
  });

  it('goes on where it was when its process was lost, and nobody is seen to twice', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => person()));
    const made = await ask('POST', '/v1/jobs', {
      target: tagged(),
      action: { type: 'add_tags', tags: ['sure'] },
    });
    await dyingAfter(1).look();
    expect((await ask('GET', `/v1/jobs/${made.body.id}`)).body).toMatchObject({
      state: 'running',
      total: 5,
      done: 0,
    });
    await runner.look();
    expect((await contact(people[0]!)).tags).toEqual([tag]);
    now += 7_000;
    await runner.look();
    expect((await ask('GET', `/v1/jobs/${made.body.id}`)).body).toMatchObject({ state: 'done', done: 5 });
    for (const id of people) expect(await contact(id)).toMatchObject({ tags: [tag, 'sure'], version: 2 });
  });

  it('is left alone by a process that was frozen while another took over', async () => {
    const ana = await person();
    const action = { type: 'set_stage', stage: 'sure' };
    const { id } = (await ask('POST', '/v1/jobs', { target: tagged(), action })).body;
    const seen: string[] = [];
    const work = bulkWork(belongings);
    const counting = (who: string) => ({
      bulk: {
        open: (...given: Parameters<typeof work.open>) => ({
          piece: (...of: Parameters<ReturnType<typeof work.open>['piece']>) => {
            seen.push(who);
            return work.open(...given).piece(...of);
          },
        }),
      },
    });
    const log = pino({ level: 'silent' });
    const other = createRunner({ database, log }, counting('other'));
    let calls = 0;
    const freezing = new Proxy(database, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'transaction') return typeof value === 'function' ? value.bind(target) : value;
        return async (...given: Parameters<Database['transaction']>) => {
          // claimed, and the list is fixed: now time passes without it, and another claims the job
          if ((calls += 1) === 3) {
            now += 7_000;
            await kit.admin(`update bulk_leases set holder = gen_random_uuid() where job_id = $1`, [id]);
          }
          return target.transaction(...given);
        };
      },
    });
    await createRunner({ database: freezing, log }, counting('frozen')).look();
    expect(seen).toEqual(['frozen']);
    await other.look();
    expect(seen).toEqual(['frozen', 'other']);
    expect(await contact(ana)).toMatchObject({ stage: 'sure', version: 2 });
  });

  it('is given up with words after failing again and again', async () => {
    await person();
    const made = await ask('POST', '/v1/jobs', {
      target: tagged(),
      action: { type: 'add_tags', tags: ['never'] },
    });
    const broken = createRunner(
      { database, log: pino({ level: 'silent' }) },
      { bulk: { open: () => ({ piece: () => Promise.reject(new Error('a bug')) }) } },
    );
    for (let tries = 0; tries < 9; tries += 1) {
      await broken.look();
      now += 7_000;
    }
    const { body } = await ask('GET', `/v1/jobs/${made.body.id}`);
    expect(body).toMatchObject({ state: 'failed', reason: expect.stringContaining('again and again') });
  });

  it('forgets whom it was about a week after its end', async () => {
    await person();
    const { id } = await run({ type: 'add_tags', tags: ['week'] });
    const left = () => kit.admin('select 1 from bulk_pieces where job_id = $1', [id]);
    now += 6 * DAY;
    await runner.look();
    expect(await left()).toHaveLength(1);
    now += 2 * DAY;
    // what else is due from before comes first
    for (let looks = 0; looks < 10; looks += 1) await runner.look();
    expect(await left()).toHaveLength(0);
    expect((await ask('GET', `/v1/jobs/${id}`)).body.state).toBe('done');
  });
});
