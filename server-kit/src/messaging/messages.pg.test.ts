import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

let numbers = 0;
const freshNumber = () => `+1312555${String(1000 + (numbers += 1))}`;
const send = (body: Record<string, unknown>, as?: string) =>
  kit.request('POST', '/v1/messages', { body, ...(as && { as }) });
const eventsOf = (id: string) =>
  kit.admin('select type, actor, data from events where message_id = $1 order by tx, position', [id]);
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

describe('sending', () => {
  it('queues a text to a number that nobody knew, and makes contact and conversation', async () => {
    const sent = await send({ to: '(312) 555-0111', body: 'Hello' });
    expect(sent).toMatchObject({
      status: 201,
      body: {
        direction: 'outbound',
        status: 'queued',
        to: '+13125550111',
        from: kit.a.address,
        segments: 1,
        author: { id: 'alpha-agent' },
        hold: null,
        error: null,
      },
    });
    const conversation = await kit.request('GET', `/v1/conversations/${sent.body.conversation_id}`);
    expect(conversation.body).toMatchObject({
      contact: { phone: '+13125550111', name: null },
      preview: { text: 'Hello', status: 'queued' },
      block: null,
    });
  });

  it('uses the same contact and conversation for the same number, however it is written', async () => {
    const answers = await Promise.all(
      ['(312) 555-0122', '+1 312 555 0122', '312.555.0122'].map((to) => send({ to, body: 'Hello' })),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.conversation_id)).size).toBe(1);
  });

  it('is one message when a double click sends the same id twice at once', async () => {
    const body = { id: newId(), to: freshNumber(), body: 'Once' };
    const answers = await Promise.all([send(body), send(body), send(body)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect(await eventsOf(body.id)).toHaveLength(1);
  });

  it.each([
    ['other words', { body: 'Else' }],
    ['another number', { to: '+13125559999' }],
    ['a picture', { media_urls: ['https://x.example/a.png'] }],
  ])('refuses a known id with %s', async (_name, other) => {
    const body = { id: newId(), to: freshNumber(), body: 'First' };
    await send(body);
    expect(await send({ ...body, ...other })).toMatchObject({
      status: 409,
      body: { code: 'message_id_taken', field: 'id' },
    });
  });

  it.each([
    ['an empty text', { body: '' }, 'invalid_text', 'body', /Write something/],
    ['blanks', { body: ' \n\t ' }, 'invalid_text', 'body', /Write something/],
    ['nothing but NUL', { body: '\0\0' }, 'invalid_text', 'body', /Write something/],
    [
      '1,601 characters',
      { body: 'x'.repeat(1601) },
      'invalid_text',
      'body',
      /1601 characters.*at most 1600.*by 1/,
    ],
    ['30,000 characters', { body: 'x'.repeat(30_000) }, 'invalid_text', 'body', /longer/],
    [
      'a time that has passed',
      { body: 'x', send_at: '2020-01-01T00:00:00Z' },
      'invalid_time',
      'send_at',
      /passed/,
    ],
    [
      'a time too far away',
      { body: 'x', send_at: '2999-01-01T00:00:00Z' },
      'invalid_time',
      'send_at',
      /year/,
    ],
    ['a time that is none', { body: 'x', send_at: 'tomorrow' }, 'invalid_request', 'send_at', /./],
    [
      'a link that is none',
      { body: 'x', media_urls: ['javascript:alert(1)'] },
      'invalid_request',
      'media_urls.0',
      /./,
    ],
    [
      'eleven pictures',
      { body: 'x', media_urls: Array(11).fill('https://x.example/a') },
      'invalid_request',
      'media_urls',
      /./,
    ],
    ['an id that is none', { body: 'x', id: '1' }, 'invalid_request', 'id', /./],
    ['nobody to send to', { body: 'x', to: undefined }, 'invalid_request', 'conversation_id', /exactly one/],
    [
      'two to send to',
      { body: 'x', contact_id: newId() },
      'invalid_request',
      'conversation_id',
      /exactly one/,
    ],
  ])('refuses %s', async (_name, wrong, code, field, words) => {
    const answer = await send({ to: freshNumber(), ...wrong });
    expect(answer).toMatchObject({ status: 422, body: { code, field } });
    expect(answer.body.detail).toMatch(words);
  });

  it.each(['', '12', 'abc', '+', '+1', '++13125550100', '+1312555010012345', '911', '٣١٢', '1'.repeat(40)])(
    'refuses the number "%s"',
    async (to) => {
      const answer = await send({ to, body: 'Hello' });
      expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_phone', field: 'to' } });
    },
  );

  it('refuses a body that is no JSON, or not said to be', async () => {
    expect(await kit.request('POST', '/v1/messages', { body: '{"to":' })).toMatchObject({
      status: 422,
      body: { code: 'invalid_request', detail: expect.stringContaining('JSON') },
    });
    expect(
      await kit.request('POST', '/v1/messages', { body: 'to=x', headers: { 'content-type': 'text/plain' } }),
    ).toMatchObject({ status: 422, body: { detail: expect.stringContaining('application/json') } });
  });

  it('refuses more than 256 KiB', async () => {
    const answer = await send({ to: freshNumber(), body: 'x'.repeat(300 * 1024) });
    expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  });

  it('keeps a text as it was written, and drops only what cannot be stored', async () => {
    const cases: [string, string][] = [
      ['<script>alert("1")</script> & "quotes"', '<script>alert("1")</script> & "quotes"'],
      ['a\0b', 'ab'],
      ['lone \ud83d surrogate', 'lone \ufffd surrogate'],
      ['whole 👩‍👩‍👧 family', 'whole 👩‍👩‍👧 family'],
      ['שלום  \u202eabc', 'שלום  \u202eabc'],
      ['  spaces kept \n', '  spaces kept \n'],
      ["Robert'); drop table messages;--", "Robert'); drop table messages;--"],
    ];
    const to = freshNumber();
    for (const [body, kept] of cases) expect((await send({ to, body })).body.body).toBe(kept);
  });

  it('counts segments with an emoji on the border', async () => {
    const to = freshNumber();
    expect((await send({ to, body: `${'a'.repeat(66)}😀${'a'.repeat(10)}` })).body.segments).toBe(2);
    expect((await send({ to, body: 'a'.repeat(1600) })).body.segments).toBe(11);
  });

  it('sends a picture without words', async () => {
    const answer = await send({ to: freshNumber(), media_urls: ['https://x.example/house.jpg'] });
    expect(answer).toMatchObject({
      status: 201,
      body: { body: '', media: [{ url: 'https://x.example/house.jpg', content_type: 'image/jpeg' }] },
    });
  });

  it('holds what is for later, and says until when', async () => {
    const at = inMinutes(60);
    const answer = await send({ to: freshNumber(), body: 'Later', send_at: at });
    expect(answer.body).toMatchObject({
      status: 'queued',
      send_at: at,
      hold: { reason: 'scheduled', until: at },
    });
  });

  it('refuses who has opted out', async () => {
    const from = freshNumber();
    const { conversationId, contactId } = await kit.receive(kit.a, { from, body: 'STOP' });
    for (const target of [{ conversation_id: conversationId }, { contact_id: contactId }, { to: from }]) {
      expect(await send({ ...target, body: 'x' })).toMatchObject({
        status: 409,
        body: { code: 'opted_out' },
      });
    }
    // at this business only
    expect((await send({ to: from, body: 'x' }, kit.b.agent)).status).toBe(201);
    await kit.receive(kit.a, { from, body: 'START' });
    expect((await send({ to: from, body: 'x' })).status).toBe(201);
  });

  it('refuses a contact without a number', async () => {
    const contact = await kit.request('POST', '/v1/contacts', { body: { first_name: 'Nora' } });
    expect(await send({ contact_id: contact.body.id, body: 'x' })).toMatchObject({
      status: 409,
      body: { code: 'no_address' },
    });
  });

  it('refuses where there is no number to send from, and holds with one that is pending', async () => {
    await kit.kit.tenants.upsert({ id: 'gamma', name: 'Gamma' });
    const as = await kit.token('gamma');
    const to = freshNumber();
    expect(await send({ to, body: 'x' }, as)).toMatchObject({ status: 409, body: { code: 'no_sender' } });
    await kit.kit.tenants.addSender({ tenant: 'gamma', address: '+13125550300', status: 'pending' });
    const held = await send({ to, body: 'x' }, as);
    expect(held.status).toBe(201);
    const conversation = await kit.request('GET', `/v1/conversations/${held.body.conversation_id}`, { as });
    expect(conversation.body.block).toMatchObject({ code: 'sender_pending' });
  });

  it('stays with the number that a conversation uses', async () => {
    const second = await kit.kit.tenants.addSender({
      tenant: 'alpha',
      address: '+13125550101',
      isDefault: false,
    });
    const first = await send({ to: freshNumber(), sender_id: second, body: 'From the second' });
    expect(first.body.from).toBe('+13125550101');
    const next = await send({ conversation_id: first.body.conversation_id, body: 'Again' });
    expect(next.body.from).toBe('+13125550101');
  });
});

describe('a queued message', () => {
  const queued = async () => (await send({ to: freshNumber(), body: 'Wait', send_at: inMinutes(60) })).body;

  it('can be canceled, once and again', async () => {
    const { id } = await queued();
    for (let times = 0; times < 2; times += 1) {
      expect(await kit.request('POST', `/v1/messages/${id}/cancel`)).toMatchObject({
        status: 200,
        body: { status: 'canceled', hold: null },
      });
    }
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['message.queued', 'message.canceled']);
  });

  it('can be changed, and wakes its sender at the new time', async () => {
    const { id } = await queued();
    const at = inMinutes(30);
    const answer = await kit.request('PATCH', `/v1/messages/${id}`, {
      body: { body: 'New 😀', send_at: at },
    });
    expect(answer.body).toMatchObject({
      body: 'New 😀',
      send_at: at,
      hold: { reason: 'scheduled', until: at },
    });
    const now = await kit.request('PATCH', `/v1/messages/${id}`, { body: { send_at: null } });
    expect(now.body).toMatchObject({ send_at: null, hold: null });
    const [wakeup] = await kit.admin(
      'select due_at <= now() as due from sender_wakeups where sender_id = $1',
      [kit.a.senderId],
    );
    expect(wakeup.due).toBe(true);
  });

  it('is checked again when it is changed', async () => {
    const { id } = await queued();
    expect(await kit.request('PATCH', `/v1/messages/${id}`, { body: { body: '' } })).toMatchObject({
      body: { code: 'invalid_text' },
    });
    expect(
      await kit.request('PATCH', `/v1/messages/${id}`, { body: { send_at: '2020-01-01T00:00:00Z' } }),
    ).toMatchObject({
      body: { code: 'invalid_time' },
    });
  });

  it.each(['sending', 'sent', 'delivered', 'read', 'failed', 'undelivered'])(
    'is beyond reach once it is %s',
    async (status) => {
      const { id } = await queued();
      await kit.admin('update messages set status = $2 where message_id = $1', [id, status]);
      for (const [method, path, body] of [
        ['POST', `/v1/messages/${id}/cancel`, undefined],
        ['PATCH', `/v1/messages/${id}`, { body: 'x' }],
      ] as const) {
        expect(await kit.request(method, path, { body })).toMatchObject({
          status: 409,
          body: { code: 'not_editable' },
        });
      }
    },
  );
});

describe('a failed message', () => {
  const failed = async (to = freshNumber()) => {
    const { body } = await send({ to, body: 'Again' });
    await kit.admin(
      `update messages set status = 'failed', error_code = '30005', error_reason = 'Gone.', due_at = null, carrier_sid = $2
       where message_id = $1`,
      [body.id, `SM${body.id}`],
    );
    return body.id as string;
  };

  it('says why, and that it can be tried again', async () => {
    const { body } = await kit.request('GET', `/v1/messages/${await failed()}`);
    expect(body.error).toEqual({ code: '30005', reason: 'Gone.', retryable: true });
  });

  it('is sent again as the next attempt of the same message', async () => {
    const id = await failed();
    const answer = await kit.request('POST', `/v1/messages/${id}/retry`);
    expect(answer).toMatchObject({ status: 200, body: { id, status: 'queued', attempt: 2, error: null } });
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['message.queued', 'message.queued']);
  });

  it('is sent again once when two agents press Retry', async () => {
    const id = await failed();
    const answers = await Promise.all([1, 2].map(() => kit.request('POST', `/v1/messages/${id}/retry`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await kit.request('GET', `/v1/messages/${id}`)).body.attempt).toBe(2);
  });

  it('stays where it is when its person has opted out meanwhile', async () => {
    const to = freshNumber();
    const id = await failed(to);
    await kit.receive(kit.a, { from: to, body: 'stop' });
    expect(await kit.request('POST', `/v1/messages/${id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'opted_out' },
    });
  });

  it('is the only kind that can be sent again', async () => {
    const { messageId } = await kit.receive(kit.a, {});
    const { body } = await send({ to: freshNumber(), body: 'x', send_at: inMinutes(60) });
    for (const id of [messageId, body.id]) {
      expect(await kit.request('POST', `/v1/messages/${id}/retry`)).toMatchObject({
        status: 409,
        body: { code: 'not_retryable' },
      });
    }
  });
});

describe('a thread', () => {
  let conversation: string;
  let ids: string[];

  beforeAll(async () => {
    const first = await kit.receive(kit.a, { from: freshNumber(), body: 'one' });
    conversation = first.conversationId;
    for (let count = 1; count < 25; count += 1)
      await send({ conversation_id: conversation, body: `text ${count}` });
    // all in three milliseconds: order among equals is the id's
    await kit.admin(
      `update messages m set created_at = '2026-11-21T09:00:00Z'::timestamptz + (n.n / 9) * interval '1 millisecond'
       from (select message_id, row_number() over (order by message_id) - 1 as n from messages where conversation_id = $1) n
       where m.message_id = n.message_id`,
      [conversation],
    );
    const rows = await kit.admin(
      'select message_id from messages where conversation_id = $1 order by created_at, message_id',
      [conversation],
    );
    ids = rows.map((row) => row.message_id);
  });

  const page = async (query: string) =>
    (await kit.request('GET', `/v1/conversations/${conversation}/messages?${query}`)).body;
  const idsIn = (items: { id: string }[]) => items.map(({ id }) => id);

  it.each([1, 2, 7, 9, 24, 25, 100])('is the same read backwards in pages of %i', async (limit) => {
    const found: string[] = [];
    for (let before: string | null = ''; before !== null;) {
      const { items, before: next } = await page(`limit=${limit}${before && `&before=${before}`}`);
      found.unshift(...idsIn(items));
      before = next;
    }
    expect(found).toEqual(ids);
  });

  it.each([1, 4, 9, 30])('is the same read forwards in pages of %i', async (limit) => {
    const first = await page('limit=100');
    expect(first).toMatchObject({ before: null, after: null });
    const oldest = await page(`around=${ids[0]}&limit=2`);
    expect(oldest.before).toBeNull();
    const found = idsIn(oldest.items);
    for (let after = oldest.after; after !== null;) {
      const next = await page(`limit=${limit}&after=${after}`);
      found.push(...idsIn(next.items));
      after = next.after;
    }
    expect(found).toEqual(ids);
  });

  it('opens around a message', async () => {
    const { items, before, after } = await page(`around=${ids[12]}&limit=10`);
    expect(idsIn(items)).toEqual(ids.slice(7, 18));
    expect(idsIn((await page(`before=${before}&limit=3`)).items)).toEqual(ids.slice(4, 7));
    expect(idsIn((await page(`after=${after}&limit=3`)).items)).toEqual(ids.slice(18, 21));
  });

  it('finds words, and takes % and _ for what they are', async () => {
    expect((await page('q=TEXT 2')).items.map(({ body }: { body: string }) => body).sort()).toEqual([
      'text 2',
      'text 20',
      'text 21',
      'text 22',
      'text 23',
      'text 24',
    ]);
    expect((await page('q=t%25t')).items).toEqual([]);
    expect((await page('q=te_t')).items).toEqual([]);
    expect((await page('q=%00')).items).toHaveLength(25);
  });

  it.each([
    'x',
    'AAAA',
    '%F0%9F%98%80',
    'null',
    '-1',
    'a'.repeat(300),
    Buffer.from('z.z').toString('base64url'),
  ])('does not know the place %s', async (cursor) => {
    for (const side of ['before', 'after']) {
      const answer = await kit.request('GET', `/v1/conversations/${conversation}/messages?${side}=${cursor}`);
      expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_cursor', field: side } });
    }
  });

  it('shows between its messages what else happened, each in one page', async () => {
    const path = `/v1/conversations/${conversation}`;
    await kit.request('PATCH', path, { body: { assignee_id: 'alpha-agent' } });
    await kit.request('PATCH', path, { body: { unread: true } });
    await kit.request('PATCH', path, { body: { state: 'closed' } });
    const { events } = await page('limit=5');
    expect(events.map(({ type, data, actor }: Record<string, unknown>) => ({ type, data, actor }))).toEqual([
      {
        type: 'conversation.updated',
        data: { assignee: { id: 'alpha-agent', name: 'agent of alpha' } },
        actor: { id: 'alpha-agent', name: 'agent of alpha' },
      },
      {
        type: 'conversation.updated',
        data: { state: 'closed' },
        actor: { id: 'alpha-agent', name: 'agent of alpha' },
      },
    ]);
    const older = await page(`limit=5&before=${(await page('limit=5')).before}`);
    expect(older.events).toEqual([]);
  });
});
