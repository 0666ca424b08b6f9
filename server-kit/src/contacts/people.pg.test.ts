import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
  // known as a member from the first request on
  await kit.request('GET', '/v1/me');
});
afterAll(() => kit.close());

const create = (body: unknown) => kit.request('POST', '/v1/contacts', { body });
const patch = (id: string, body: unknown) => kit.request('PATCH', `/v1/contacts/${id}`, { body });

it('all that is known about a person is stored and read', async () => {
  const person = {
    first_name: 'Ana',
    middle_name: 'María',
    last_name: 'Lopez',
    phone: '+13125551001',
    email: 'Ana@Example.com',
    addresses: [
      { kind: 'phone', address: '+13125551002', label: 'home' },
      { kind: 'email', address: 'ana@work.example', label: null },
    ],
    birthday: '2000-02-29',
    last_birthday_sent_year: 2025,
    owner_id: 'alpha-agent',
    street: '9 Maple Court',
    city: 'Chicago',
    postal_code: '60601',
    state: 'IL',
    country: 'US',
    do_not_call: true,
    dnd: ['sms', 'voice'],
    messenger_id: 'm1',
    whatsapp_id: 'w1',
    lead_score: 42,
    profile: { mood: 'hopeful', budget: 3, sure: false, likes: ['garden'] },
  };
  const { status, body } = await create(person);
  expect(status).toBe(201);
  expect(body).toMatchObject({
    ...person,
    name: 'Ana Lopez',
    zone: { name: 'America/Chicago', source: 'address' },
  });
  const emptied = await patch(body.id, { birthday: null, street: '', owner_id: null, addresses: [] });
  expect(emptied.body).toMatchObject({ birthday: null, street: null, owner_id: null, addresses: [] });
});

it('a leap day is a birthday in leap years and without a year', async () => {
  for (const birthday of ['2000-02-29', '1996-02-29', '--02-29', '1900-02-28']) {
    expect((await create({ birthday })).body.birthday).toBe(birthday);
  }
  for (const birthday of ['1900-02-29', '2023-02-29', '--02-30', '--13-01', '--00-10', '2023-04-31']) {
    expect((await create({ birthday })).body).toMatchObject({ code: 'invalid_birthday', field: 'birthday' });
  }
  await expect(
    kit.admin(
      `insert into contacts (tenant_id, contact_id, birth_month, birth_day, birth_year) values ('alpha', gen_random_uuid(), 2, 29, 2023)`,
    ),
  ).rejects.toThrow('contacts_birthday');
});

describe('the zone', () => {
  it('is the explicit one, else the address’s, else the number’s, else the tenant’s', async () => {
    const { body } = await create({ phone: '+12125551003', state: 'Hawaii', time_zone: 'Europe/Paris' });
    expect(body.zone).toEqual({ name: 'Europe/Paris', source: 'explicit' });
    const steps = [
      [{ time_zone: null }, { name: 'Pacific/Honolulu', source: 'address' }],
      [{ state: null }, { name: 'America/New_York', source: 'number' }],
      [{ phone: null }, { name: 'America/Chicago', source: 'tenant' }],
    ] as const;
    for (const [change, zone] of steps) expect((await patch(body.id, change)).body.zone).toEqual(zone);
  });

  it('of somebody who texts for the first time is their number’s', async () => {
    const { contactId } = await kit.receive(kit.a, { from: '+12065551004' });
    expect((await kit.request('GET', `/v1/contacts/${contactId}`)).body.zone).toEqual({
      name: 'America/Los_Angeles',
      source: 'number',
    });
  });
});

describe('further numbers', () => {
  it('belong to one person', async () => {
    const { body: owner } = await create({
      phone: '+13125551010',
      addresses: [{ kind: 'phone', address: '(312) 555-1011' }],
    });
    expect((await create({ phone: '+13125551011' })).body).toMatchObject({
      code: 'address_taken',
      field: 'phone',
    });
    for (const address of ['+13125551010', '+13125551011']) {
      expect((await create({ addresses: [{ kind: 'phone', address }] })).body).toMatchObject({
        code: 'address_taken',
        field: 'addresses.0.address',
      });
    }
    // they may change places
    const swapped = await patch(owner.id, {
      phone: '+13125551011',
      addresses: [{ kind: 'phone', address: '+13125551010' }],
    });
    expect(swapped.status).toBe(200);
  });

  it('go to one of two who ask for it at once', async () => {
    const answers = await Promise.all([
      create({ phone: '+13125551012' }),
      create({ addresses: [{ kind: 'phone', address: '+13125551012' }] }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it.each(['Hello', 'STOP'])('bring a text to the person who has them: %s', async (body) => {
    const further = body === 'STOP' ? '+13125551014' : '+13125551013';
    const { body: owner } = await create({
      first_name: 'Two',
      addresses: [{ kind: 'phone', address: further }],
    });
    const first = await kit.receive(kit.a, { from: further, body });
    const second = await kit.receive(kit.a, { from: further, body: 'again' });
    expect([first.contactId, second.contactId]).toEqual([owner.id, owner.id]);
    expect(second.conversationId).toBe(first.conversationId);
    const found = await kit.admin('select 1 from contacts where phone = $1', [further]);
    expect(found).toEqual([]);
  });
});

describe('a tenant’s own fields', () => {
  const manager = () => ({ as: kit.a.manager });
  const field = (body: object) =>
    kit.request('POST', '/v1/contact-fields', {
      ...manager(),
      body: { label: 'Label', key: `k${Math.random()}`, ...body },
    });

  it('are changed by managers and read by agents', async () => {
    const refused = await kit.request('POST', '/v1/contact-fields', {
      body: { key: 'a', label: 'A', type: 'text' },
    });
    expect(refused.body.code).toBe('forbidden');
    const { body: made } = await field({ key: 'budget', label: 'Budget', type: 'number' });
    expect((await field({ key: 'budget', type: 'text' })).body).toMatchObject({
      code: 'field_exists',
      field: 'key',
    });
    expect((await field({ type: 'choice' })).body).toMatchObject({
      code: 'invalid_request',
      field: 'options',
    });
    expect((await field({ type: 'text', options: ['a'] })).body.field).toBe('options');
    const changed = await kit.request('PATCH', `/v1/contact-fields/${made.id}`, {
      ...manager(),
      body: { label: 'Top budget', archived: true },
    });
    expect(changed.body).toEqual({ ...made, label: 'Top budget', archived: true });
    expect((await kit.request('GET', '/v1/contact-fields')).body.items).toContainEqual(changed.body);
    const gone = await kit.request('DELETE', `/v1/contact-fields/${made.id}`, manager());
    expect(gone.status).toBe(204);
  });

  it.each([
    ['text', 'any', 'any', 7],
    ['number', 3.5, 3.5, '3.5'],
    ['boolean', false, false, 'no'],
    ['date', '2026-02-28', '2026-02-28', '2026-02-29'],
    ['choice', 'flat', 'flat', 'tent'],
    ['multi_choice', ['flat', 'flat', 'house'], ['flat', 'house'], ['tent']],
    ['url', 'https://a.example/x', 'https://a.example/x', 'javascript:alert(1)'],
    ['phone', '(312) 555-0177', '+13125550177', '12'],
  ])('of type %s take %j as %j, and refuse %j', async (type, good, stored, bad) => {
    const { body: made } = await field({
      type,
      ...(type.includes('choice') ? { options: ['house', 'flat'] } : {}),
    });
    const { body: person } = await create({ fields: { [made.key]: good } });
    expect(person.fields).toEqual({ [made.key]: stored });
    const refused = await patch(person.id, { fields: { [made.key]: bad } });
    expect(refused.body).toMatchObject({
      code: type === 'phone' ? 'invalid_phone' : 'invalid_field',
      field: `fields.${made.key}`,
    });
    expect((await patch(person.id, { fields: { [made.key]: null } })).body.fields).toEqual({});
  });

  it('never stand in the way of another edit: what is unchanged is not judged again', async () => {
    const { body: made } = await field({ type: 'choice', options: ['old'] });
    const { body: person } = await create({ fields: { [made.key]: 'old' } });
    await kit.request('PATCH', `/v1/contact-fields/${made.id}`, { ...manager(), body: { options: ['new'] } });
    const answer = await patch(person.id, { fields: { [made.key]: 'old', note: 'hi' } });
    expect(answer.body.fields).toEqual({ [made.key]: 'old', note: 'hi' });
  });
});
