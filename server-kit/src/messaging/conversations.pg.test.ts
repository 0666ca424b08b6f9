import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
/** Conversations by the first name of their contact. */
const threads: Record<string, { conversationId: string; contactId: string; messageId: string }> = {};

beforeAll(async () => {
  kit = await getTestKit();
  await kit.request('GET', '/v1/me', { as: kit.a.manager });
  await kit.request('GET', '/v1/me');
  const people: [name: string, number: string, body: string][] = [
    ['Mike', '+13125550001', 'Is the house on Elm Street still there?'],
    ['Zoë', '+13125550002', 'Thanks 100%'],
    ['Nadia', '+14425550003', 'See you at noon_sharp'],
    ['Omar', '+13125550004', 'please remove me'],
  ];
  for (const [name, from, body] of people) {
    const thread = await kit.receive(kit.a, { from, body });
    await kit.request('PATCH', `/v1/contacts/${thread.contactId}`, {
      body: { first_name: name, tags: [name.toLowerCase()] },
    });
    threads[name] = thread;
  }
});
afterAll(() => kit.close());

const path = (name: string) => `/v1/conversations/${threads[name]!.conversationId}`;
const read = async (name: string) => (await kit.request('GET', path(name))).body;
const patch = (name: string, body: unknown, as?: string) =>
  kit.request('PATCH', path(name), { body, ...(as && { as }) });
const names = async (query: string, as?: string) =>
  (await kit.request('GET', `/v1/conversations?${query}`, { ...(as && { as }) })).body.items
    .map(({ contact }: { contact: { name: string } }) => contact.name)
    .sort();
const updates = (name: string) =>
  kit.admin(
    `select data, actor from events where type = 'conversation.updated' and conversation_id = $1 and actor is not null order by tx, position`,
    [threads[name]!.conversationId],
  );

describe('the list', () => {
  it('has the most recent first, ready to draw', async () => {
    const { items } = (await kit.request('GET', '/v1/conversations')).body;
    expect(items.map(({ contact }: { contact: { name: string } }) => contact.name)).toEqual([
      'Omar',
      'Nadia',
      'Zoë',
      'Mike',
    ]);
    expect(items[3]).toMatchObject({
      channel: 'sms',
      state: 'inbox',
      unread: 1,
      contact: { phone: '+13125550001', tags: ['mike'] },
      sender: { address: kit.a.address, name: 'Main' },
      assignee: null,
      preview: {
        text: 'Is the house on Elm Street still there?',
        direction: 'inbound',
        status: 'received',
        media_count: 0,
        media_arriving: 0,
      },
      block: null,
    });
  });

  it.each([
    ['q=mik', ['Mike']],
    ['q=zo%C3%AB', ['Zoë']],
    ['q=elm street', ['Mike']],
    ['q=(442) 555', ['Nadia']],
    ['q=100%25', ['Zoë']],
    ['q=noon_sharp', ['Nadia']],
    ['q=noonXsharp', []],
    ['q=%25', ['Zoë']],
    ['q=%5C', []],
    ["q=' or 1=1 --", []],
    ['q=', ['Mike', 'Nadia', 'Omar', 'Zoë']],
    ['tag=mike', ['Mike']],
    ['tag=nobody', []],
    ['channel=sms&q=mike', ['Mike']],
    ['channel=email', []],
    ['state=inbox', ['Mike', 'Nadia', 'Omar', 'Zoë']],
    ['state=closed', []],
    ['assignee=none', ['Mike', 'Nadia', 'Omar', 'Zoë']],
    ['unread=true', ['Mike', 'Nadia', 'Omar', 'Zoë']],
    ['unread=false', []],
  ])('filters by %s', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it('narrows down to whomever a filter finds, with what the list knows beside it', async () => {
    const search = async (body: object) =>
      (await kit.request('POST', '/v1/conversations/search', { body })).body.items.map(
        ({ contact }: { contact: { name: string } }) => contact.name,
      );
    const filter = { field: 'tags', op: 'has_any', value: ['mike', 'omar'] };
    expect(await search({ filter })).toEqual(['Omar', 'Mike']);
    expect(await search({ filter, q: 'mi' })).toEqual(['Mike']);
    expect(await search({ filter, limit: 1 })).toEqual(['Omar']);
    expect(await search({ filter, state: 'closed' })).toEqual([]);
    expect(await search({ filter, unread: true })).toEqual(['Omar', 'Mike']);
    expect(await search({})).toHaveLength(4);
    const refused = await kit.request('POST', '/v1/conversations/search', {
      body: { filter: { field: 'shoe_size', op: 'is', value: '9' } },
    });
    expect(refused).toMatchObject({ status: 422, body: { code: 'invalid_filter' } });
  });

  it('narrows down to a segment, and counts it', async () => {
    const segment = (
      await kit.request('POST', '/v1/segments', {
        body: { name: 'M', filter: { field: 'first_name', op: 'starts_with', value: 'm' } },
        as: kit.a.manager,
      })
    ).body.id;
    expect(await names(`segment=${segment}`)).toEqual(['Mike']);
    expect((await kit.request('GET', `/v1/conversations/counts?segment=${segment}`)).body).toMatchObject({
      inbox: 1,
      closed: 0,
    });
    expect(await kit.request('GET', `/v1/conversations?segment=${newId()}`)).toMatchObject({
      status: 422,
      body: { code: 'invalid_filter' },
    });
  });

  it('finds an earlier message’s words too', async () => {
    await kit.receive(kit.a, { from: '+13125550001', body: 'Never mind' });
    expect(await names('q=elm')).toEqual(['Mike']);
  });

  it('reads the same in pages, also among conversations of one millisecond', async () => {
    await kit.admin(
      `update conversations set last_message_at = '2026-11-21T09:00:00Z' where tenant_id = 'alpha'`,
    );
    const whole = (await kit.request('GET', '/v1/conversations')).body.items.map(
      ({ id }: { id: string }) => id,
    );
    const paged: string[] = [];
    for (let after: string | null = ''; after !== null;) {
      const { items, next }: { items: { id: string }[]; next: string | null } = (
        await kit.request('GET', `/v1/conversations?limit=1${after && `&after=${after}`}`)
      ).body;
      paged.push(...items.map(({ id }) => id));
      after = next;
    }
    expect(paged).toEqual(whole);
  });

  it.each([
    'after=x',
    'after=',
    `after=${'x'.repeat(500)}`,
    `after=${Buffer.from(`zzzzzzzzzzz.${newId()}`).toString('base64url')}`,
  ])('does not know the place %s', async (query) => {
    expect(await kit.request('GET', `/v1/conversations?${query}`)).toMatchObject({
      status: 422,
      body: { code: 'invalid_cursor' },
    });
  });
});

describe('changing a conversation', () => {
  it('assigns, and finds it under me', async () => {
    expect((await patch('Mike', { assignee_id: 'alpha-agent' })).body.assignee).toEqual({
      id: 'alpha-agent',
      name: 'agent of alpha',
    });
    expect(await names('assignee=me')).toEqual(['Mike']);
    expect(await names('assignee=me', kit.a.manager)).toEqual([]);
    expect(await names('assignee=alpha-agent', kit.a.manager)).toEqual(['Mike']);
    await patch('Mike', { assignee_id: null });
    expect((await updates('Mike')).map(({ data }) => data)).toEqual([
      { assignee: { id: 'alpha-agent', name: 'agent of alpha' } },
      { assignee: null },
    ]);
  });

  it('cannot be assigned to who is unknown', async () => {
    expect(await patch('Mike', { assignee_id: 'beta-agent' })).toMatchObject({
      status: 422,
      body: { code: 'invalid_request', field: 'assignee_id' },
    });
  });

  it('marks read and unread', async () => {
    expect((await patch('Nadia', { unread: false })).body.unread).toBe(0);
    expect((await patch('Nadia', { unread: true })).body.unread).toBe(1);
    expect(await kit.request('GET', '/v1/conversations/counts')).toMatchObject({
      body: { inbox: 4, waiting: 0, closed: 0, unread: 4 },
    });
  });

  it('moves between the states', async () => {
    expect((await patch('Nadia', { state: 'waiting' })).body.state).toBe('waiting');
    expect(await names('state=waiting')).toEqual(['Nadia']);
    await patch('Nadia', { state: 'inbox' });
  });

  it('tells nobody when nothing changed', async () => {
    const before = await updates('Zoë');
    await patch('Zoë', { state: 'inbox', assignee_id: null, unread: true });
    await patch('Zoë', {});
    expect(await updates('Zoë')).toEqual(before);
  });

  it('dismisses what may have been an opt-out', async () => {
    expect((await read('Omar')).possible_opt_out).toEqual({
      message_id: threads['Omar']!.messageId,
      text: 'please remove me',
    });
    expect((await patch('Omar', { possible_opt_out: null })).body.possible_opt_out).toBeNull();
  });
});

describe('the block', () => {
  it('says who opted out, since when, and the way out', async () => {
    await kit.receive(kit.a, { from: '+13125550001', body: 'STOP' });
    const { block } = await read('Mike');
    expect(block).toEqual({
      code: 'opted_out',
      reason: 'Mike opted out of texts.',
      way_out: 'Nothing can be sent to this number until they text START.',
      since: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const { items } = (await kit.request('GET', '/v1/conversations?q=mike')).body;
    expect(items[0].block).toEqual(block);
  });

  it('says that a contact has no number', async () => {
    await kit.request('PATCH', `/v1/contacts/${threads['Nadia']!.contactId}`, { body: { phone: null } });
    expect((await read('Nadia')).block).toMatchObject({
      code: 'no_address',
      reason: 'Nadia has no phone number.',
    });
  });
});
