import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { searchContacts } from '../filters/search.ts';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit, type TestTenant } from '../testing/kit.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());
/** A tag of this test's own people. */
let tag: string;
beforeEach(() => {
  tag = newId();
});

const mine = () => ({ field: 'tags', op: 'has_any', value: [tag] });
const and = (...clauses: unknown[]) => ({ all: [mine(), ...clauses] });
const STAGE_NEW = { field: 'stage', op: 'is', value: 'new' };

const ask = (method: string, path: string, body?: unknown, headers = {}) =>
  kit.request(method, path, { body, headers });
async function person(first_name: string, more: object = {}): Promise<string> {
  return (await ask('POST', '/v1/contacts', { first_name, tags: [tag], ...more })).body.id;
}
async function segment(filter: unknown, more: object = {}): Promise<string> {
  const answer = await ask('POST', '/v1/segments', { name: newId(), filter, ...more });
  expect(answer.status).toBe(201);
  return answer.body.id;
}
async function namesIn(id: string): Promise<string[]> {
  const { items } = (await ask('GET', `/v1/segments/${id}/contacts`)).body;
  return items.map(({ first_name }: { first_name: string }) => first_name).sort();
}
const listOf = (tenant: TestTenant) => kit.request('GET', '/v1/segments', { as: tenant.agent });

describe('a preview', () => {
  it('counts, shows the newest, and goes on in the search', async () => {
    for (const name of ['Ana', 'Ben', 'Cleo']) await person(name, { stage: 'new' });
    await person('Dora');
    const preview = await ask('POST', '/v1/segments/preview', { filter: and(STAGE_NEW), limit: 2 });
    expect(preview).toMatchObject({
      status: 200,
      body: { count: 3, items: [{ first_name: 'Cleo' }, { first_name: 'Ben' }] },
    });
    const rest = await ask('POST', '/v1/contacts/search', {
      filter: and(STAGE_NEW),
      after: preview.body.next,
    });
    expect(rest.body).toMatchObject({ items: [{ first_name: 'Ana' }], next: null });
  });

  it('reads dates in the zone that it is given', async () => {
    await person('Ana');
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Pacific/Kiritimati' }).format(new Date());
    const count = async (time_zone: string) =>
      (
        await ask('POST', '/v1/segments/preview', {
          filter: and({ field: 'created_at', op: 'within', value: { from: today, to: today } }),
          time_zone,
        })
      ).body.count;
    expect(await count('Pacific/Kiritimati')).toBe(1);
    // 25 hours behind: there, that day has not begun
    expect(await count('Pacific/Pago_Pago')).toBe(0);
  });

  it.each([
    [{ filter: { field: 'shoe', op: 'is', value: 1 } }, 'invalid_filter', 'filter.field'],
    [{ filter: { any: Array.from({ length: 5_000 }, () => STAGE_NEW) } }, 'invalid_filter', 'filter'],
    [{ filter: { segment: { id: newId() } } }, 'invalid_filter', 'filter.segment.id'],
    [{ filter: null }, 'invalid_filter', 'filter'],
    [{}, 'invalid_request', 'filter'],
    [{ filter: { all: [] }, time_zone: 'Mars/Olympus' }, 'invalid_request', 'time_zone'],
  ])('refuses a bad filter and says where: %.60j', async (body, code, field) => {
    expect(await ask('POST', '/v1/segments/preview', body)).toMatchObject({
      status: 422,
      body: { code, field },
    });
  });

  it('names every mistake', async () => {
    const wrong = { field: 'stage', op: 'near', value: 1 };
    const { body } = await ask('POST', '/v1/contacts/search', { filter: { all: [wrong, wrong] } });
    expect(body.issues).toMatchObject([
      { path: 'filter.all.0.op', code: 'unknown_operator' },
      { path: 'filter.all.1.op', code: 'unknown_operator' },
    ]);
  });

  it('takes values for values, whatever signs are in them', async () => {
    await person('Ana', { stage: `'; drop table contacts; --` });
    for (const field of ['stage', `fields.'; drop table contacts; --`]) {
      const filter = and({ field, op: 'is', value: `'; drop table contacts; --` });
      const { body } = await ask('POST', '/v1/segments/preview', { filter });
      expect(body.count).toBe(field === 'stage' ? 1 : 0);
    }
  });
});

describe('the guard', () => {
  it('refuses what Postgres expects to be too much', async () => {
    const search = searchContacts(
      kit.database,
      'alpha',
      { filter: { all: [] }, limit: 1 },
      { costLimit: 0.001 },
    );
    await expect(search).rejects.toMatchObject({ code: 'filter_too_costly' });
  });

  it('ends what takes too long all the same', async () => {
    await kit.admin(
      `insert into contacts (tenant_id, contact_id, first_name) select 'beta', gen_random_uuid(), 'Bea' from generate_series(1, 20000)`,
    );
    const filter = { field: 'first_name', op: 'contains', value: 'x' } as const;
    const search = searchContacts(kit.database, 'beta', { filter, limit: 1, counted: true }, { timeout: 1 });
    await expect(search).rejects.toMatchObject({ code: 'filter_too_costly' });
    await kit.admin(`delete from contacts where first_name = 'Bea'`);
  });
});

describe('a dynamic segment', () => {
  it('holds at once whom its filter finds, and raises no events for them', async () => {
    await person('Ana', { stage: 'new' });
    await person('Ben');
    const id = await segment(and(STAGE_NEW));
    expect(await namesIn(id)).toEqual(['Ana']);
    expect((await ask('GET', `/v1/segments/${id}`)).body).toMatchObject({
      members: 1,
      kind: 'dynamic',
      version: 1,
    });
    expect(
      await kit.admin(`select 1 from events where type like 'segment.%' and data->>'segment_id' = $1`, [id]),
    ).toEqual([]);
  });

  it('lets people in and out when its filter changes, with an event each', async () => {
    await person('Ana', { stage: 'new' });
    const ben = await person('Ben', { stage: 'won' });
    const id = await segment(and(STAGE_NEW));
    const answer = await ask(
      'PATCH',
      `/v1/segments/${id}`,
      { filter: and({ ...STAGE_NEW, value: 'won' }) },
      { 'if-match': '"1"' },
    );
    expect(answer.body).toMatchObject({ version: 2, members: 1 });
    expect(answer.headers.get('etag')).toBe('"2"');
    expect(await namesIn(id)).toEqual(['Ben']);
    const events = await kit.admin(
      `select type, contact_id from events where data->>'segment_id' = $1 order by type`,
      [id],
    );
    expect(events).toEqual([
      { type: 'segment.entered', contact_id: ben },
      { type: 'segment.left', contact_id: expect.any(String) },
    ]);
  });

  it('is not changed over somebody else’s change', async () => {
    const id = await segment(and());
    await ask('PATCH', `/v1/segments/${id}`, { name: newId() });
    expect(await ask('PATCH', `/v1/segments/${id}`, { name: 'x' }, { 'if-match': '"1"' })).toMatchObject({
      status: 412,
      body: { code: 'edited_elsewhere' },
    });
  });

  it('has a name of its own', async () => {
    const name = newId();
    const filter = and();
    expect((await ask('POST', '/v1/segments', { name, filter })).status).toBe(201);
    const again = await ask('POST', '/v1/segments', { name: name.toUpperCase(), filter });
    expect(again).toMatchObject({ status: 409, body: { code: 'segment_exists' } });
    const other = await segment(and());
    expect((await ask('PATCH', `/v1/segments/${other}`, { name })).body.code).toBe('segment_exists');
  });

  it('is made once by a request that comes twice', async () => {
    const [name, filter, headers] = [newId(), and(), { 'idempotency-key': newId() }];
    const [first, second] = [
      await ask('POST', '/v1/segments', { name, filter }, headers),
      await ask('POST', '/v1/segments', { name, filter }, headers),
    ];
    expect(second.body).toEqual(first.body);
  });

  it.each([
    [{ kind: 'dynamic' }, 'invalid_request', 'filter'],
    [{ kind: 'static', filter: { all: [] } }, 'invalid_request', 'filter'],
    [{ kind: 'round', filter: { all: [] } }, 'invalid_request', 'kind'],
    [{ name: ' ', filter: { all: [] } }, 'invalid_request', 'name'],
    [{ filter: { any: [] } }, 'invalid_filter', 'filter.any'],
  ])('is refused as %j', async (body, code, field) => {
    expect(await ask('POST', '/v1/segments', { name: newId(), ...body })).toMatchObject({
      status: 422,
      body: { code, field },
    });
  });
});

describe('segments that ask about segments', () => {
  it('find who is in the other', async () => {
    await person('Ana', { stage: 'new' });
    await person('Ben');
    const inner = await segment(and(STAGE_NEW));
    expect(await namesIn(await segment(and({ not: { segment: { id: inner } } })))).toEqual(['Ben']);
  });

  it('cannot go round in a circle', async () => {
    const first = await segment(and());
    const second = await segment(and({ segment: { id: first } }));
    const third = await segment({ any: [{ segment: { id: second } }] });
    for (const id of [first, second, third]) {
      const answer = await ask('PATCH', `/v1/segments/${first}`, { filter: { all: [{ segment: { id } }] } });
      expect(answer).toMatchObject({
        status: 422,
        body: {
          code: 'invalid_filter',
          issues: [{ code: 'segment_cycle', path: 'filter.all.0.segment.id' }],
        },
      });
    }
  });

  it('keep the other from being deleted', async () => {
    const inner = await segment(and());
    const outer = await segment(and({ segment: { id: inner } }));
    expect(await ask('DELETE', `/v1/segments/${inner}`)).toMatchObject({
      status: 409,
      body: { code: 'segment_in_use' },
    });
    expect((await ask('DELETE', `/v1/segments/${outer}`)).status).toBe(204);
    expect((await ask('DELETE', `/v1/segments/${inner}`)).status).toBe(204);
    expect((await ask('DELETE', `/v1/segments/${inner}`)).status).toBe(404);
  });
});

describe('a static list', () => {
  it('takes people in and out by hand, once each, and tells', async () => {
    const [ana, ben] = [await person('Ana'), await person('Ben')];
    const id = await segment(undefined, { kind: 'static' });
    const path = `/v1/segments/${id}/contacts`;
    expect((await ask('POST', path, { add: [ana, ben, ana, newId()] })).body).toMatchObject({
      members: 2,
      filter: null,
    });
    expect((await ask('POST', path, { add: [ana], remove: [ben, newId()] })).body.members).toBe(1);
    expect(await namesIn(id)).toEqual(['Ana']);
    const events = await kit.admin(
      `select type, contact_id, actor->>'id' as actor from events where data->>'segment_id' = $1 order by position`,
      [id],
    );
    expect(events.map(({ type }) => type)).toEqual(['segment.entered', 'segment.entered', 'segment.left']);
    expect(events[2]).toMatchObject({ contact_id: ben, actor: 'alpha-agent' });
  });

  it('is read in pages', async () => {
    const ids = [await person('Ana'), await person('Ben'), await person('Cleo')];
    const id = await segment(undefined, { kind: 'static' });
    await ask('POST', `/v1/segments/${id}/contacts`, { add: ids });
    const first = (await ask('GET', `/v1/segments/${id}/contacts?limit=2`)).body;
    const second = (await ask('GET', `/v1/segments/${id}/contacts?limit=2&after=${first.next}`)).body;
    expect([...first.items, ...second.items].map((one) => one.first_name)).toEqual(['Cleo', 'Ben', 'Ana']);
    expect(second.next).toBeNull();
  });

  it('has no filter, and a dynamic segment no hand-picked people', async () => {
    const list = await segment(undefined, { kind: 'static' });
    expect((await ask('PATCH', `/v1/segments/${list}`, { filter: and() })).status).toBe(422);
    const dynamic = await segment(and());
    expect(await ask('POST', `/v1/segments/${dynamic}/contacts`, { add: [] })).toMatchObject({
      status: 409,
      body: { code: 'not_static' },
    });
  });

  it('forgets a contact that is deleted', async () => {
    const ana = await person('Ana');
    const id = await segment(undefined, { kind: 'static' });
    await ask('POST', `/v1/segments/${id}/contacts`, { add: [ana] });
    await kit.admin(`delete from contacts where contact_id = $1`, [ana]);
    expect((await ask('GET', `/v1/segments/${id}`)).body.members).toBe(0);
  });
});

describe('another tenant', () => {
  it('has segments of its own, and cannot ask about these', async () => {
    const id = await segment(and());
    expect((await listOf(kit.b)).body.items).toEqual([]);
    const answer = await kit.request('POST', '/v1/contacts/search', {
      as: kit.b.agent,
      body: { filter: { segment: { id } } },
    });
    expect(answer.body).toMatchObject({ code: 'invalid_filter', issues: [{ code: 'unknown_segment' }] });
  });
});
