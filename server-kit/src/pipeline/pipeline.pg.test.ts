import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

const ask = (method: string, path: string, body?: unknown, headers = {}) =>
  kit.request(method, `/v1${path}`, { as: kit.a.manager, body, headers });

interface Named {
  id: string;
  name: string;
}

/** A pipeline of this test's own, with the stages by name. */
async function pipeline(...names: string[]): Promise<{ id: string; stage: (name: string) => string }> {
  const stages = (names.length > 0 ? names : ['First', 'Second']).map((name) => ({ name }));
  const { status, body } = await ask('POST', '/pipelines', { name: newId(), stages });
  expect(status).toBe(201);
  return { id: body.id, stage: (name) => body.stages.find((one: Named) => one.name === name).id };
}

async function defaultPipeline(): Promise<{ id: string; stage: (name: string) => string }> {
  const { items } = (await ask('GET', '/pipelines')).body;
  const own = items.find((one: { is_default: boolean }) => one.is_default);
  return { id: own.id, stage: (name) => own.stages.find((one: Named) => one.name === name).id };
}

async function person(more: object = {}): Promise<string> {
  const { status, body } = await ask('POST', '/contacts', { first_name: 'Ana', ...more });
  expect(status).toBe(201);
  return body.id;
}

async function card(stage_id: string, more: object = {}): Promise<string> {
  const contact_id = await person();
  const { status, body } = await ask('POST', '/opportunities', { contact_id, stage_id, ...more });
  expect(status).toBe(201);
  return body.id;
}

const move = (id: string, body: object) => ask('POST', `/opportunities/${id}/move`, body);
const stageOf = async (contactId: string) => (await ask('GET', `/contacts/${contactId}`)).body.stage;

async function orderOn(pipelineId: string, stageId: string): Promise<string[]> {
  const { stages } = (await ask('GET', `/pipelines/${pipelineId}/board?limit=100`)).body;
  return stages.find(({ id }: Named) => id === stageId).cards.map(({ id }: Named) => id);
}

const eventsOf = (contactId: string) =>
  kit.admin(`select type, data from events where contact_id = $1 and type !~ '^contact' order by position`, [
    contactId,
  ]);

describe('pipelines', () => {
  it('begin with one, made when somebody first asks, also when many ask at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => kit.request('GET', '/v1/pipelines', { as: kit.b.agent })),
    );
    for (const { body } of answers) expect(body).toEqual(answers[0]!.body);
    expect(answers[0]!.body.items).toMatchObject([
      {
        is_default: true,
        stages: [
          { name: 'New', kind: 'open' },
          { name: 'Contacted' },
          { name: 'Qualified' },
          { name: 'Won', kind: 'won' },
          { name: 'Lost', kind: 'lost' },
        ],
      },
    ]);
  });

  it('are the managers’ to change', async () => {
    const { id } = await pipeline();
    for (const [method, path] of [
      ['POST', '/v1/pipelines'],
      ['PATCH', `/v1/pipelines/${id}`],
      ['DELETE', `/v1/pipelines/${id}`],
    ] as const) {
      const body = method === 'DELETE' ? undefined : { name: 'x' };
      expect((await kit.request(method, path, { body })).body.code).toBe('forbidden');
    }
  });

  it('have their stages changed at once, names swapped included, and never over somebody else’s change', async () => {
    const { id, stage } = await pipeline('A', 'B');
    const stages = [
      { id: stage('B'), name: 'A' },
      { id: stage('A'), name: 'B', kind: 'won', color: 'green', probability: 100 },
      { name: 'C' },
    ];
    const changed = await ask('PATCH', `/pipelines/${id}`, { stages }, { 'if-match': '"1"' });
    expect(changed.body).toMatchObject({
      version: 2,
      stages: [{ ...stages[0] }, { ...stages[1] }, { name: 'C' }],
    });
    expect((await ask('PATCH', `/pipelines/${id}`, { name: 'x' }, { 'if-match': '"1"' })).body.code).toBe(
      'edited_elsewhere',
    );
  });

  it('let no stage go with cards on it, unless told where they go; they keep their order behind what is there', async () => {
    const { id, stage } = await pipeline('A', 'B');
    const stays = await card(stage('B'));
    const second = await card(stage('A'));
    const first = await card(stage('A'));
    const stages = [{ id: stage('B'), name: 'B' }];
    expect(await ask('PATCH', `/pipelines/${id}`, { stages })).toMatchObject({
      status: 409,
      body: { code: 'stage_in_use', field: 'move_cards' },
    });
    const answer = await ask('PATCH', `/pipelines/${id}`, {
      stages,
      move_cards: { [stage('A')]: stage('B') },
    });
    expect(answer.status).toBe(200);
    expect(await orderOn(id, stage('B'))).toEqual([stays, first, second]);
  });

  it.each([
    [{ stages: [{ name: 'A' }, { name: 'a' }] }, 'invalid_request'],
    [{ stages: [{ id: newId(), name: 'A' }] }, 'invalid_request'],
    [{ stages: [] }, 'invalid_request'],
    [{ stages: [{ name: 'A', color: 'beige' }] }, 'invalid_request'],
  ])('are not changed to %j', async (body, code) => {
    const { id } = await pipeline();
    expect((await ask('PATCH', `/pipelines/${id}`, body)).body.code).toBe(code);
  });

  it('go when they are empty, but never the default one', async () => {
    const { id, stage } = await pipeline();
    const there = await card(stage('First'));
    expect((await ask('DELETE', `/pipelines/${id}`)).body.code).toBe('stage_in_use');
    await ask('DELETE', `/opportunities/${there}`);
    expect((await ask('DELETE', `/pipelines/${id}`)).status).toBe(204);
    expect((await ask('DELETE', `/pipelines/${(await defaultPipeline()).id}`)).body.code).toBe(
      'stage_in_use',
    );
  });
});

describe('a card', () => {
  it('tells what it is, and its events the same', async () => {
    const { stage } = await pipeline();
    const contact_id = await person({ phone: '+13125551901' });
    const owner_id = 'alpha-agent';
    await kit.request('GET', '/v1/me');
    const made = await ask('POST', '/opportunities', {
      contact_id,
      stage_id: stage('First'),
      name: 'Roof',
      value: 125_000,
      currency: 'USD',
      owner_id,
      expected_close: '2026-12-01',
    });
    expect(made.body).toMatchObject({
      name: 'Roof',
      value: 125_000,
      currency: 'USD',
      owner: { id: owner_id },
      expected_close: '2026-12-01',
      contact: { id: contact_id, name: 'Ana', phone: '+13125551901', conversation_id: null },
      version: 1,
    });
    const changed = await ask(
      'PATCH',
      `/opportunities/${made.body.id}`,
      { value: 130_000 },
      { 'if-match': '"1"' },
    );
    expect(changed.body).toMatchObject({ value: 130_000, version: 2 });
    expect(
      (await ask('PATCH', `/opportunities/${made.body.id}`, { value: 1 }, { 'if-match': '"1"' })).status,
    ).toBe(412);
    await ask('DELETE', `/opportunities/${made.body.id}`);
    expect((await eventsOf(contact_id)).map(({ type }) => type)).toEqual([
      'opportunity.created',
      'stage.entered',
      'opportunity.updated',
      'opportunity.deleted',
    ]);
  });

  it('is won or lost by the stage it enters', async () => {
    const { stage } = await defaultPipeline();
    const id = await card(stage('New'), { name: 'Roof' });
    const won = await move(id, { stage_id: stage('Won') });
    expect(won.body.closed_at).not.toBeNull();
    expect((await eventsOf(won.body.contact.id)).map(({ type }) => type)).toContain('opportunity.won');
    expect((await move(id, { stage_id: stage('New') })).body.closed_at).toBeNull();
  });

  it.each([
    [{ value: 1 }, 'currency'],
    [{ currency: 'USD' }, 'value'],
    [{ value: -1, currency: 'USD' }, 'value'],
    [{ owner_id: 'nobody' }, 'owner_id'],
  ])('is refused with %j', async (more, field) => {
    const { stage } = await pipeline();
    const contact_id = await person();
    const answer = await ask('POST', '/opportunities', { contact_id, stage_id: stage('First'), ...more });
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request', field } });
  });
});

describe('a board', () => {
  it('counts, sums by currency, pages, and finds', async () => {
    const { id, stage } = await pipeline();
    const first = stage('First');
    await card(first, { name: 'Roof', value: 100, currency: 'USD', owner_id: 'alpha-manager' });
    await card(first, { value: 50, currency: 'USD' });
    await card(first, { value: 70, currency: 'EUR' });
    await card(first);
    const { stages } = (await ask('GET', `/pipelines/${id}/board?limit=3`)).body;
    expect(stages).toMatchObject([
      {
        id: first,
        count: 4,
        sums: [
          { currency: 'USD', value: 150 },
          { currency: 'EUR', value: 70 },
        ],
      },
      { count: 0, sums: [], cards: [], next: null },
    ]);
    const rest = (await ask('GET', `/stages/${first}/cards?after=${stages[0].next}`)).body;
    expect([...stages[0].cards, ...rest.items].map((one) => one.name)).toEqual([null, null, null, 'Roof']);
    expect(rest.next).toBeNull();
    const count = async (query: string) =>
      (await ask('GET', `/pipelines/${id}/board?limit=0&${query}`)).body.stages[0].count;
    expect(await count('owner=me')).toBe(1);
    expect(await count('owner=none')).toBe(3);
    expect(await count('q=roo')).toBe(1);
    const filter = { field: 'first_name', op: 'is', value: 'Ana' };
    expect(await count(`filter=${encodeURIComponent(JSON.stringify(filter))}`)).toBe(4);
    expect(await count(`filter=${encodeURIComponent(JSON.stringify({ not: filter }))}`)).toBe(0);
    expect((await ask('GET', `/pipelines/${id}/board?filter=x`)).body.code).toBe('invalid_filter');
  });
});

describe('a move', () => {
  it('puts a card behind one, in front of one, or first, past neighbours that are gone', async () => {
    const { id, stage } = await pipeline();
    const to = stage('Second');
    const [c, b, a] = [await card(to), await card(to), await card(to)];
    const moving = await card(stage('First'));
    const at = async (beside: object) => {
      expect((await move(moving, { stage_id: to, ...beside })).status).toBe(200);
      return (await orderOn(id, to)).map((one) => ({ [a]: 'a', [b]: 'b', [c]: 'c' })[one] ?? '*').join('');
    };
    expect(await at({})).toBe('*abc');
    expect(await at({ after: a })).toBe('a*bc');
    expect(await at({ before: c })).toBe('ab*c');
    expect(await at({ after: c })).toBe('abc*');
    expect(await at({ after: newId(), before: b })).toBe('a*bc');
    expect(await at({ after: newId(), before: newId() })).toBe('*abc');
  });

  it('of a card that somebody else has moved or deleted says so, and changes nothing', async () => {
    const { id, stage } = await pipeline('A', 'B', 'C');
    const one = await card(stage('A'));
    await move(one, { stage_id: stage('B'), from: stage('A') });
    expect(await move(one, { stage_id: stage('C'), from: stage('A') })).toMatchObject({
      status: 412,
      body: { code: 'edited_elsewhere', detail: expect.stringContaining('"B"') },
    });
    expect(await orderOn(id, stage('B'))).toEqual([one]);
    await ask('DELETE', `/opportunities/${one}`);
    expect(await move(one, { stage_id: stage('C') })).toMatchObject({
      status: 404,
      body: { code: 'not_found', detail: expect.stringContaining('deleted') },
    });
  });

  it('tells from where to where', async () => {
    const { stage } = await pipeline('A', 'B');
    const one = await card(stage('A'));
    const { body } = await move(one, { stage_id: stage('B') });
    expect((await eventsOf(body.contact.id)).at(-1)).toMatchObject({
      type: 'stage.entered',
      data: { opportunity_id: one, from: { name: 'A' }, to: { id: stage('B'), name: 'B' } },
    });
  });

  it('into one gap goes on for ever: the stage is numbered anew', async () => {
    const { id, stage } = await pipeline();
    const to = stage('First');
    const [c, b, a] = [await card(to), await card(to), await card(to)];
    const narrow = ['z00000', `z00000${'0'.repeat(36)}1`];
    await kit.admin(
      `update opportunities set rank = n.rank from unnest($1::uuid[], $2::text[]) n (id, rank) where opportunity_id = n.id`,
      [[a, b], narrow],
    );
    expect((await move(c, { stage_id: to, after: a })).status).toBe(200);
    expect(await orderOn(id, to)).toEqual([a, c, b]);
  });
});

describe('a filter', () => {
  it('finds who entered a stage lately, by its name or its id', async () => {
    const { stage } = await defaultPipeline();
    const [ana, ben] = [await person({ stage: 'Contacted' }), await person({ stage: 'New' })];
    await ask('PATCH', `/contacts/${ana}`, { stage: 'Lost' });
    const found = async (event: object) => {
      const filter = { event: { type: 'stage.entered', within: { last: 7, unit: 'days' }, ...event } };
      const { body } = await ask('POST', '/contacts/search', { filter, limit: 100 });
      return [ana, ben].map((id) => body.items.some((one: Named) => one.id === id));
    };
    expect(await found({})).toEqual([true, true]);
    expect(await found({ stage: 'contacted' })).toEqual([true, false]);
    expect(await found({ stage: stage('New') })).toEqual([false, true]);
    const filter = { event: { type: 'message.received', stage: 'New' } };
    expect((await ask('POST', '/contacts/search', { filter })).body).toMatchObject({
      code: 'invalid_filter',
      field: 'filter.event.stage',
    });
  });
});

describe('the stage of a contact', () => {
  it('is that of its card in the default pipeline, and of no other', async () => {
    const { stage } = await defaultPipeline();
    const other = await pipeline();
    const id = await card(stage('New'));
    const { contact } = (await ask('GET', `/opportunities/${id}`)).body;
    expect(await stageOf(contact.id)).toBe('New');
    await ask('POST', '/opportunities', { contact_id: contact.id, stage_id: other.stage('First') });
    expect(await stageOf(contact.id)).toBe('New');
    await move(id, { stage_id: stage('Qualified') });
    expect(await stageOf(contact.id)).toBe('Qualified');
    await ask('DELETE', `/opportunities/${id}`);
    expect(await stageOf(contact.id)).toBeNull();
  });

  it('written into the contact makes the card or moves it, whatever the case', async () => {
    const { id: pipelineId, stage } = await defaultPipeline();
    const id = await person({ stage: 'new' });
    expect(await stageOf(id)).toBe('New');
    await ask('PATCH', `/contacts/${id}`, { stage: 'QUALIFIED' });
    expect(await stageOf(id)).toBe('Qualified');
    const { items } = (await ask('GET', `/contacts/${id}/opportunities`)).body;
    expect(items).toMatchObject([{ pipeline_id: pipelineId, stage_id: stage('Qualified'), name: null }]);
    await ask('PATCH', `/contacts/${id}`, { stage: null });
    expect((await ask('GET', `/contacts/${id}/opportunities`)).body.items).toEqual([]);
  });

  it('from before there was a pipeline becomes a card when it is made', async () => {
    const as = kit.b.agent;
    await kit.admin(`delete from pipelines where tenant_id = 'beta'`);
    const { body } = await kit.request('POST', '/v1/contacts', {
      as,
      body: { first_name: 'Bo', stage: 'won' },
    });
    await kit.request('GET', '/v1/pipelines', { as });
    const { items } = (await kit.request('GET', `/v1/contacts/${body.id}/opportunities`, { as })).body;
    expect(items).toHaveLength(1);
    expect((await kit.request('GET', `/v1/contacts/${body.id}`, { as })).body.stage).toBe('Won');
  });

  it('that no stage is called is just a text', async () => {
    const id = await person({ stage: 'on holiday' });
    expect(await stageOf(id)).toBe('on holiday');
    expect((await ask('GET', `/contacts/${id}/opportunities`)).body.items).toEqual([]);
  });

  it('is called what the stage is called from now on', async () => {
    const { id: pipelineId } = await defaultPipeline();
    const id = await person({ stage: 'Contacted' });
    const { body } = await ask('GET', `/pipelines/${pipelineId}`);
    const renamed = (from: string, to: string) =>
      ask('PATCH', `/pipelines/${pipelineId}`, {
        stages: body.stages.map((one: Named) => (one.name === from ? { ...one, name: to } : one)),
      });
    expect((await renamed('Contacted', 'Called')).status).toBe(200);
    expect(await stageOf(id)).toBe('Called');
    await ask('PATCH', `/pipelines/${pipelineId}`, { stages: body.stages });
    expect(await stageOf(id)).toBe('Contacted');
  });
});
