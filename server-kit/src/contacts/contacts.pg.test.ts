import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

const create = (body: unknown, headers = {}) => kit.request('POST', '/v1/contacts', { body, headers });
const patch = (id: string, body: unknown, headers = {}) =>
  kit.request('PATCH', `/v1/contacts/${id}`, { body, headers });

describe('creating a contact', () => {
  it('writes the number as E.164 and the rest as it was given', async () => {
    const answer = await create({
      first_name: ' Ana ',
      last_name: '<b>García</b>',
      phone: '312.555.0100',
      tags: ['buyer', 'buyer', ' vip '],
      fields: { house: 'blue', 'a"b': "x'y" },
      time_zone: 'america/chicago',
    });
    expect(answer).toMatchObject({
      status: 201,
      body: {
        name: 'Ana <b>García</b>',
        phone: '+13125550100',
        tags: ['buyer', 'vip'],
        fields: { house: 'blue', 'a"b': "x'y" },
        time_zone: 'America/Chicago',
        consent: [{ channel: 'sms', state: 'unknown', source: null, at: null }],
        version: 1,
      },
    });
    expect(answer.headers.get('etag')).toBe('"1"');
    expect((await kit.request('GET', `/v1/contacts/${answer.body.id}`)).body).toEqual(answer.body);
  });

  it('reads numbers as the tenant’s country writes them', async () => {
    await kit.kit.tenants.upsert({ id: 'delta', name: 'Delta', defaultRegion: 'GB' });
    const answer = await kit.request('POST', '/v1/contacts', {
      as: await kit.token('delta'),
      body: { phone: '020 7946 0018' },
    });
    expect(answer.body.phone).toBe('+442079460018');
  });

  it('refuses a number that another contact has, also when both come at once', async () => {
    const answers = await Promise.all([
      create({ phone: '+13125550109' }),
      create({ phone: '(312) 555-0109' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(answers.find(({ status }) => status === 409)!.body).toMatchObject({
      code: 'contact_exists',
      field: 'phone',
    });
  });

  it('refuses an id that another contact has', async () => {
    const id = newId();
    await create({ id });
    expect(await create({ id })).toMatchObject({
      status: 409,
      body: { code: 'contact_exists', field: 'id' },
    });
  });

  it.each([
    [{ phone: '12' }, 'invalid_phone', 'phone'],
    [{ phone: 'x'.repeat(41) }, 'invalid_request', 'phone'],
    [{ email: 'nobody' }, 'invalid_request', 'email'],
    [{ time_zone: 'Mars/Olympus' }, 'invalid_time_zone', 'time_zone'],
    [{ time_zone: '+05:00' }, 'invalid_time_zone', 'time_zone'],
    [{ birthday: '2023-02-29' }, 'invalid_birthday', 'birthday'],
    [{ birthday: '--02-30' }, 'invalid_birthday', 'birthday'],
    [{ birthday: '0000-01-01' }, 'invalid_birthday', 'birthday'],
    [{ birthday: '4/23/1990' }, 'invalid_birthday', 'birthday'],
    [{ addresses: [{ kind: 'phone', address: '12' }] }, 'invalid_phone', 'addresses.0.address'],
    [{ addresses: [{ kind: 'email', address: 'x' }] }, 'invalid_request', 'addresses.0.address'],
    [{ owner_id: 'nobody' }, 'invalid_request', 'owner_id'],
    [{ country: 'USA' }, 'invalid_request', 'country'],
    [{ dnd: ['fax'] }, 'invalid_request', 'dnd.0'],
    [{ lead_score: 1.5 }, 'invalid_request', 'lead_score'],
    [{ first_name: 'x'.repeat(201) }, 'invalid_request', 'first_name'],
    [{ first_name: 7 }, 'invalid_request', 'first_name'],
    [{ tags: [''] }, 'invalid_request', 'tags.0'],
    [{ fields: { a: 1 } }, 'invalid_field', 'fields.a'],
    [{ id: 'x' }, 'invalid_request', 'id'],
  ])('refuses %j', async (body, code, field) => {
    expect(await create(body)).toMatchObject({ status: 422, body: { code, field } });
  });

  it('drops NUL and lone surrogates from names and fields', async () => {
    const { body } = await create({
      first_name: 'A\0na',
      last_name: '\ud800',
      tags: ['a\0'],
      fields: { 'k\0': 'v\0' },
    });
    expect(body).toMatchObject({ first_name: 'Ana', last_name: '\ufffd', tags: ['a'], fields: { k: 'v' } });
  });
});

describe('changing a contact', () => {
  it('changes what is named, empties what is null, and counts the version up', async () => {
    const { body: made } = await create({ first_name: 'Ana', stage: 'new', email: 'ana@example.com' });
    const answer = await patch(made.id, { stage: null, last_name: 'Lopez', email: 'lopez@example.com' });
    expect(answer.body).toMatchObject({
      name: 'Ana Lopez',
      stage: null,
      email: 'lopez@example.com',
      version: 2,
    });
    expect(answer.headers.get('etag')).toBe('"2"');
    const [event] = await kit.admin(
      `select data from events where contact_id = $1 and type = 'contact.updated'`,
      [made.id],
    );
    expect(event.data).toEqual({
      changed: ['stage', 'last_name', 'email'].sort(
        (a, b) => event.data.changed.indexOf(a) - event.data.changed.indexOf(b),
      ),
    });
  });

  it('refuses when someone else was quicker', async () => {
    const { body: made } = await create({ first_name: 'Ana' });
    const answers = await Promise.all(
      ['x', 'y'].map((stage) => patch(made.id, { stage }, { 'if-match': '"1"' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(answers.find(({ status }) => status === 412)!.body.code).toBe('edited_elsewhere');
    expect((await patch(made.id, { stage: 'z' }, { 'if-match': 'W/"2"' })).status).toBe(200);
    expect((await patch(made.id, { stage: 'z' }, { 'if-match': '*' })).status).toBe(200);
    expect((await patch(made.id, { stage: 'z' }, { 'if-match': 'three' })).body).toMatchObject({
      code: 'invalid_request',
      field: 'If-Match',
    });
  });

  it('refuses a number that another contact has', async () => {
    await create({ phone: '+13125550121' });
    const { body: other } = await create({ phone: '+13125550122' });
    expect(await patch(other.id, { phone: '+13125550121' })).toMatchObject({
      status: 409,
      body: { code: 'contact_exists' },
    });
  });
});

describe('the list', () => {
  it('is searched by name, address and number, and read in pages', async () => {
    await create({
      first_name: 'Quentin',
      phone: '+14425550190',
      email: 'q@uncommon.example',
      tags: ['rare'],
    });
    for (const query of [
      'q=quent',
      'q=Q@UNCOMMON',
      'q=442-555-0190',
      'q=%2B1442',
      'q=442',
      'q=0190',
      'tag=rare',
    ]) {
      const { items } = (await kit.request('GET', `/v1/contacts?${query}`)).body;
      expect(items.map(({ name }: { name: string }) => name)).toEqual(['Quentin']);
    }
    const whole = (await kit.request('GET', '/v1/contacts?limit=100')).body.items.map(
      ({ id }: { id: string }) => id,
    );
    const paged: string[] = [];
    for (let after: string | null = ''; after !== null;) {
      const { items, next }: { items: { id: string }[]; next: string | null } = (
        await kit.request('GET', `/v1/contacts?limit=3${after && `&after=${after}`}`)
      ).body;
      paged.push(...items.map(({ id }) => id));
      after = next;
    }
    expect(paged).toEqual(whole);
  });
});
