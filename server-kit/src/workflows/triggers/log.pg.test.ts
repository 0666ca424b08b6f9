import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WorkflowTrigger } from '../../contract/index.ts';
import { Database } from '../../db/client.ts';
import { newId } from '../../ids.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { readLog } from './log.ts';
import { publishForTest, type Published } from '../testing/published.ts';
import { pino } from 'pino';

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
  await kit.admin(`update workflows set state = 'archived'`);
});

const publish = (wanted: Published) => database.transaction('alpha', (tx) => publishForTest(tx, wanted));
const on = (...triggers: unknown[]) => publish({ triggers: triggers as WorkflowTrigger[] });
const ask = async (method: string, path: string, body?: unknown) =>
  kit.request(method, path, { as: kit.a.manager, body });
let last = 0;
async function person(more: object = {}): Promise<string> {
  const { body } = await ask('POST', '/v1/contacts', { phone: `+1312555${3_000 + (last += 1)}`, ...more });
  return body.id;
}
const change = (id: string, body: unknown) => ask('PATCH', `/v1/contacts/${id}`, body);

/** Until the log is read to its end. Other suites' transactions on this server may hold the end back for a while. */
async function readAll(page?: number): Promise<void> {
  await vi.waitFor(
    async () => {
      let look;
      do look = await readLog({ database, log }, 'alpha', page);
      while (look.more);
      expect(look.ahead).toBe(false);
    },
    { timeout: 50_000, interval: 20 },
  );
}
const inside = async (workflow: string) =>
  (
    await kit.admin(`select contact_id from enrollments where workflow_id = $1 order by contact_id`, [
      workflow,
    ])
  ).map((row) => row.contact_id);

describe('an event', () => {
  it('lets in whom it is about, with where it came from', async () => {
    const id = await on({ on: 'tag.added', tag: 'Day0_Trigger' });
    const ana = await person();
    await change(ana, { tags: ['Day0_Trigger', 'x'] });
    await readAll();
    const [row] = await kit.admin('select * from enrollments where workflow_id = $1', [id]);
    expect(row).toMatchObject({
      contact_id: ana,
      state: 'active',
      step: 'first',
      version: 1,
      source: { on: 'tag.added', tags: ['Day0_Trigger', 'x'] },
    });
    expect(row.source_key).toBe(row.source.event_id);
    const [told] = await kit.admin(
      `select * from events where type = 'enrollment.started' and contact_id = $1`,
      [ana],
    );
    expect(told).toMatchObject({ actor: { id: `workflow:${id}` }, data: { workflow_id: id } });
  });

  it('of before the publishing lets nobody in', async () => {
    await person({ tags: ['early'] });
    const id = await on({ on: 'tag.added', tag: 'early' });
    await readAll();
    expect(await inside(id)).toEqual([]);
  });

  it('of a person made with a tag is that tag’s, too', async () => {
    const id = await on({ on: 'tag.added', tag: 'born' });
    const ana = await person({ tags: ['born'] });
    await readAll();
    expect(await inside(id)).toEqual([ana]);
  });

  it('is none when a change changes nothing', async () => {
    const ana = await person({ tags: ['t'], last_name: 'Ray', fields: {} });
    const id = await on({ on: 'tag.added', tag: 't' }, { on: 'field.changed', field: 'last_name' });
    await change(ana, { tags: ['t'], last_name: 'Ray' });
    await readAll();
    expect(await inside(id)).toEqual([]);
    await change(ana, { last_name: 'Roe' });
    await readAll();
    expect(await inside(id)).toEqual([ana]);
  });

  it('narrows by what the trigger says, and by its filter', async () => {
    const where = { field: 'lead_type', op: 'is', value: 'buyer' };
    const [won, buyers, chicago] = [
      await on({ on: 'stage.entered', stage: 'won' }),
      await on({ on: 'stage.entered', where }),
      await on({ on: 'field.changed', field: 'city', to: 'Chicago' }),
    ];
    const [ana, ben] = [await person({ lead_type: 'buyer' }), await person()];
    await kit.request('GET', '/v1/pipelines');
    await change(ana, { stage: 'new', city: 'Chicago' });
    await change(ben, { stage: 'won', city: 'Boston' });
    await readAll();
    expect(await inside(won)).toEqual([ben]);
    expect(await inside(buyers)).toEqual([ana]);
    expect(await inside(chicago)).toEqual([ana]);
  });

  it('of a text is read for its words, and STOP sets nothing off', async () => {
    const [any, yes, offer] = [
      await on({ on: 'message.received' }),
      await on({ on: 'message.received', keyword: 'JOY' }),
      await on({ on: 'message.received', contains: 'offer' }),
    ];
    const { contactId: ana } = await kit.receive(kit.a, { from: '+13125554001', body: '  joy! ' });
    const { contactId: ben } = await kit.receive(kit.a, { from: '+13125554002', body: 'What an OFFER, joy' });
    await kit.receive(kit.a, { from: '+13125554003', body: 'STOP' });
    await readAll();
    expect(await inside(any)).toEqual([ana, ben].sort());
    expect(await inside(yes)).toEqual([ana]);
    expect(await inside(offer)).toEqual([ben]);
  });

  it('of a bulk action names the tags that each one really got', async () => {
    const [ana, ben] = [await person({ tags: ['a'] }), await person()];
    const id = await on({ on: 'tag.added', tag: 'a' });
    await ask('POST', '/v1/jobs', {
      target: { ids: [ana, ben] },
      action: { type: 'add_tags', tags: ['a', 'b'] },
    });
    const worker = await kit.kit.startWorker();
    try {
      await vi.waitFor(
        async () => {
          const done = await kit.admin(`select 1 from contacts where 'b' = any(tags)`);
          expect(done).toHaveLength(2);
        },
        { timeout: 20_000 },
      );
    } finally {
      await worker.stop();
    }
    await readAll();
    expect(await inside(id)).toEqual([ben]);
  });

  it('is not waited for by a workflow that is archived, and is by one that is paused', async () => {
    const trigger = { on: 'tag.added', tag: 'p' } as WorkflowTrigger;
    const [gone, paused] = [
      await publish({ triggers: [trigger], state: 'archived' }),
      await publish({ triggers: [trigger], state: 'paused' }),
    ];
    const ana = await person({ tags: ['p'] });
    await readAll();
    expect(await inside(gone)).toEqual([]);
    expect(await inside(paused)).toEqual([ana]);
  });

  it('of somebody who is part of another one by now is that one’s', async () => {
    const id = await on({ on: 'tag.added', tag: 'm' });
    const [ana, twin] = [await person(), await person()];
    await change(twin, { tags: ['m'] });
    await ask('POST', `/v1/contacts/${ana}/merge`, { with: twin });
    await readAll();
    expect(await inside(id)).toEqual([ana]);
  });

  it('ends with a workflow that another one waits for', async () => {
    const first = await publish({ key: 'first-one' });
    const id = await on({ on: 'workflow.finished', workflow: 'first-one' });
    const ana = await person();
    await database.transaction('alpha', async ({ sql, tenant, touch }) => {
      touch();
      await sql`insert into events (tenant_id, event_id, type, contact_id, data)
        values (${tenant}, ${newId()}, 'enrollment.completed', ${ana}, ${sql.json({ workflow_id: first })})`;
    });
    await readAll();
    expect(await inside(id)).toEqual([ana]);
  });
});
