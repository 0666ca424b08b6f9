import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../ids.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

const tell = (events: object[], headers = {}, as = kit.a.manager) =>
  kit.request('POST', '/v1/events', { as, body: { events }, headers });
const results = async (events: object[]) =>
  (await tell(events)).body.items.map((one: { result: string }) => one.result);
const form = (contact: object, more: object = {}) => ({
  type: 'form.submitted',
  contact,
  data: { name: 'Joy' },
  ...more,
});
const logged = (id: string) =>
  kit.admin(`select type, data, actor from events where contact_id = $1 and type = 'form.submitted'`, [id]);

describe('what the host tells', () => {
  it('is in the log of whom it names, by id, number or e-mail address', async () => {
    const { body: ana } = await kit.request('POST', '/v1/contacts', {
      body: { phone: '+13125551001', email: 'Ana@example.com' },
    });
    const { body: ben } = await kit.request('POST', '/v1/contacts', {
      body: { addresses: [{ kind: 'phone', address: '+13125551002' }] },
    });
    const answer = await tell([
      form({ id: ana.id }),
      form({ phone: '(312) 555-1001' }),
      form({ email: 'ANA@example.com' }),
      form({ phone: '312 555 1002' }),
      form({ phone: '+13125551003' }),
      form({ phone: 'x' }),
    ]);
    expect(answer.status).toBe(200);
    const at = (contact_id: string | null, result: string) => ({ id: null, contact_id, result });
    expect(answer.body.items).toEqual([
      at(ana.id, 'recorded'),
      at(ana.id, 'recorded'),
      at(ana.id, 'recorded'),
      at(ben.id, 'recorded'),
      at(null, 'no_such_contact'),
      at(null, 'invalid_contact'),
    ]);
    expect(await logged(ana.id)).toHaveLength(3);
    expect((await logged(ben.id))[0]).toMatchObject({
      data: { name: 'Joy' },
      actor: { id: 'alpha-manager' },
    });
  });

  it('makes whom there is not yet, when asked to, once', async () => {
    const twice = form({ phone: '+13125551011' }, { create: true });
    expect(await results([twice, twice, form({ email: 'new@example.com' }, { create: true })])).toEqual([
      'recorded',
      'recorded',
      'recorded',
    ]);
    const made = await kit.admin(
      `select 1 from contacts where phone = '+13125551011' or email = 'new@example.com'`,
    );
    expect(made).toHaveLength(2);
  });

  it('happens once by its own id, also when told twice at once', async () => {
    const { body: ana } = await kit.request('POST', '/v1/contacts', { body: { phone: '+13125551021' } });
    const id = `order-${newId()}`;
    const event = form({ id: ana.id }, { id });
    const both = await Promise.all([results([event]), results([event, event])]);
    expect(both.flat().sort()).toEqual(['duplicate', 'duplicate', 'recorded']);
    expect(await logged(ana.id)).toHaveLength(1);
    expect((await tell([event])).body.items[0]).toEqual({
      id,
      contact_id: ana.id,
      result: 'duplicate',
    });
  });

  it('is answered alike for the same Idempotency-Key', async () => {
    const { body: ana } = await kit.request('POST', '/v1/contacts', { body: { phone: '+13125551031' } });
    const headers = { 'idempotency-key': newId() };
    const [first, again] = [
      await tell([form({ id: ana.id })], headers),
      await tell([form({ id: ana.id })], headers),
    ];
    expect(again.body).toEqual(first.body);
    expect(await logged(ana.id)).toHaveLength(1);
  });

  it('is a manager’s to tell', async () => {
    expect((await tell([form({ phone: '+1' })], {}, kit.a.agent)).status).toBe(403);
  });

  it.each([
    [{ type: 'message.received', contact: { phone: '1' } }],
    [{ type: 'form.submitted', contact: {} }],
    [{ type: 'form.submitted', contact: { phone: '1', email: 'a@b.co' } }],
    [{ type: 'form.submitted', contact: { phone: '1' }, data: { x: 'x'.repeat(8_001) } }],
  ])('is refused as %j', async (event) => {
    expect((await tell([event])).status).toBe(422);
  });

  it('of somebody merged is about whom they are part of', async () => {
    const [ana, twin] = await Promise.all(
      ['+13125551041', '+13125551042'].map((phone) =>
        kit.request('POST', '/v1/contacts', { body: { phone } }),
      ),
    );
    await kit.request('POST', `/v1/contacts/${ana!.body.id}/merge`, { body: { with: twin!.body.id } });
    expect((await tell([form({ id: twin!.body.id })])).body.items[0].contact_id).toBe(ana!.body.id);
  });
});
