import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit, type TestTenant } from '../testing/kit.ts';

let kit: TestKit;
let number = 1000;
let phone: string;

beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());
beforeEach(() => {
  number += 1;
  phone = `+1312556${number}`;
});

const text = (body: string, more: { from?: string; sid?: string } = {}) =>
  kit.receive(kit.a, { from: phone, body, ...more });
const conversation = async (id: string) => (await kit.request('GET', `/v1/conversations/${id}`)).body;
const replies = (to = phone) =>
  kit.admin(
    `select body, status, purpose from messages where to_address = $1 and direction = 'outbound' order by created_at`,
    [to],
  );
const suppressed = async (tenant: TestTenant = kit.a) =>
  (await kit.admin('select 1 from suppressions where tenant_id = $1 and address = $2', [tenant.id, phone]))
    .length > 0;
const answeredBy = (who: 'carrier' | 'kit') =>
  kit.admin('update senders set keyword_replies = $1 where sender_id = $2', [who, kit.a.senderId]);

describe('a text that comes in', () => {
  it('makes contact, conversation and message, and counts as unread', async () => {
    const { conversationId } = await text('Is it still available?');
    expect(await conversation(conversationId)).toMatchObject({
      state: 'inbox',
      unread: 1,
      contact: { phone, name: null },
      preview: { text: 'Is it still available?', direction: 'inbound', status: 'received' },
    });
  });

  it('brings a closed conversation back to the inbox', async () => {
    const { conversationId } = await text('Hello');
    await kit.request('PATCH', `/v1/conversations/${conversationId}`, {
      body: { state: 'closed', unread: false },
    });
    await text('One more thing');
    expect(await conversation(conversationId)).toMatchObject({ state: 'inbox', unread: 1 });
  });

  it('is one message however often the carrier repeats it', async () => {
    const sid = `SM${newId().replaceAll('-', '')}`;
    const { conversationId } = await text('Hello', { sid });
    await Promise.all(Array.from({ length: 10 }, () => text('Hello', { sid })));
    const { items } = (await kit.request('GET', `/v1/conversations/${conversationId}/messages`)).body;
    expect(items).toHaveLength(1);
    expect((await conversation(conversationId)).unread).toBe(1);
    expect(
      await kit.admin(`select 1 from events where type = 'message.received' and conversation_id = $1`, [
        conversationId,
      ]),
    ).toHaveLength(1);
  });

  it('of a new person, ten at once, makes one contact and one conversation', async () => {
    const places = await Promise.all(Array.from({ length: 10 }, (_, index) => text(`Text ${index}`)));
    expect(new Set(places.map((place) => place.conversationId)).size).toBe(1);
    expect((await conversation(places[0]!.conversationId)).unread).toBe(10);
    expect(
      await kit.admin(`select 1 from events where type = 'contact.created' and contact_id = $1`, [
        places[0]!.contactId,
      ]),
    ).toHaveLength(1);
  });

  it.each([
    ['NUL bytes', 'a\0b', 'ab'],
    ['lone surrogates', 'a\ud83d!', 'a\ufffd!'],
    ['markup', '<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['nothing at all', '', ''],
    ['emoji over many segments', '🏡'.repeat(400), '🏡'.repeat(400)],
  ])('is kept with %s in it', async (_, sent, kept) => {
    const { messageId } = await text(sent);
    expect((await kit.request('GET', `/v1/messages/${messageId}`)).body.body).toBe(kept);
  });

  it('belongs to the tenant whose number it came to, and to nobody else', async () => {
    const { conversationId } = await text('For alpha');
    expect(
      (await kit.request('GET', `/v1/conversations/${conversationId}`, { as: kit.b.agent })).status,
    ).toBe(404);
    expect((await kit.receive(kit.b, { from: phone, body: 'For beta' })).conversationId).not.toBe(
      conversationId,
    );
  });

  it('of somebody known, repeated at once while it is being stored, is one message', async () => {
    const { conversationId } = await text('Hello');
    const sid = `SM${newId().replaceAll('-', '')}`;
    await Promise.all(Array.from({ length: 10 }, () => text('Again', { sid })));
    expect(await conversation(conversationId)).toMatchObject({ unread: 2, preview: { text: 'Again' } });
  });

  it('comes as one of a pile with others, some known and some not, and each lands with its own person', async () => {
    await text('Hello');
    const others = Array.from({ length: 20 }, (_, index) => `+17735550${String(100 + index)}`);
    const from = [phone, ...others, phone];
    const places = await Promise.all(from.map((each, index) => text(`Text ${index}`, { from: each })));
    const bodies = await kit.admin(
      `select m.body, c.phone from messages m join contacts c using (tenant_id, contact_id)
       where m.message_id = any($1) order by substr(m.body, 6)::int`,
      [places.map((place) => place.messageId)],
    );
    expect(bodies).toEqual(from.map((each, index) => ({ body: `Text ${index}`, phone: each })));
  });

  it('of somebody who was deleted makes them anew', async () => {
    const { contactId } = await text('Hello');
    await kit.admin('delete from contacts where contact_id = $1', [contactId]);
    const again = await text('Still there?');
    expect(again.contactId).not.toBe(contactId);
    expect((await conversation(again.conversationId)).unread).toBe(1);
  });

  it('to a number that has moved to another tenant is that tenant’s, from the next text on', async () => {
    const address = '+16305550177';
    const { tenants } = kit.kit;
    await tenants.addSender({ tenant: kit.a.id, address });
    const before = await kit.receive({ ...kit.a, address }, { from: phone, body: 'For alpha' });
    expect(await conversation(before.conversationId)).toMatchObject({ unread: 1 });
    await kit.admin('delete from sender_directory where address = $1', [address]);
    await tenants.addSender({ tenant: kit.b.id, address });
    const after = await kit.receive({ ...kit.b, address }, { from: phone, body: 'For beta' });
    expect(after.conversationId).not.toBe(before.conversationId);
    expect(await conversation(before.conversationId)).toMatchObject({ unread: 1 });
    expect((await kit.request('GET', `/v1/conversations/${after.conversationId}`)).status).toBe(404);
  });

  it('to a number that nobody has is answered 404, logged, and stored nowhere', async () => {
    const before = (await kit.admin('select 1 from messages')).length;
    await expect(
      kit.receive({ ...kit.a, address: '+13125559999' }, { from: phone, body: 'Hello?' }),
    ).rejects.toThrow('404');
    expect((await kit.admin('select 1 from messages')).length).toBe(before);
    expect(kit.logged.at(-1)?.['msg']).toMatch(/no tenant has this number/);
  });
});

describe('STOP', () => {
  it('blocks the number for this tenant and no other', async () => {
    const { conversationId } = await text('STOP');
    expect(await suppressed()).toBe(true);
    expect(await suppressed(kit.b)).toBe(false);
    expect(await conversation(conversationId)).toMatchObject({ block: { code: 'opted_out' } });
    const refused = await kit.request('POST', '/v1/messages', {
      body: { conversation_id: conversationId, body: 'But…' },
    });
    expect(refused).toMatchObject({ status: 409, body: { code: 'opted_out' } });
  });

  it('outlives the contact', async () => {
    const { contactId } = await text('STOP');
    await kit.admin('delete from contacts where contact_id = $1', [contactId]);
    const refused = await kit.request('POST', '/v1/messages', { body: { to: phone, body: 'Hello again' } });
    expect(refused).toMatchObject({ status: 409, body: { code: 'opted_out' } });
  });

  it('cancels what was to leave later, and says why', async () => {
    const { conversationId } = await text('Hello');
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const { body } = await kit.request('POST', '/v1/messages', {
      body: { conversation_id: conversationId, body: 'Tomorrow', send_at: later },
    });
    await text('stop');
    expect((await kit.request('GET', `/v1/messages/${body.id}`)).body).toMatchObject({
      status: 'canceled',
      error: { code: 'opted_out' },
    });
  });

  it('is confirmed once by the kit when the carrier does not, in the tenant’s own words', async () => {
    await answeredBy('kit');
    await kit.kit.tenants.upsert({
      id: kit.a.id,
      name: 'Firm alpha',
      settings: { keyword_replies: { stop: 'Bye from alpha.' } },
    });
    await text('STOP');
    await text('STOP');
    expect(await replies()).toEqual([
      { body: 'Bye from alpha.', status: 'queued', purpose: 'opt_out_confirmation' },
    ]);
    await answeredBy('carrier');
  });

  it('is not confirmed again when the carrier has done it', async () => {
    await text('STOP');
    expect(await replies()).toEqual([]);
  });

  it('with courtesy around it is confirmed by the kit even so: the carrier did not understand it', async () => {
    await text('Stop. Thank you');
    expect(await suppressed()).toBe(true);
    expect(await replies()).toMatchObject([{ purpose: 'opt_out_confirmation' }]);
  });

  it('and START in one batch end as the later of them says', async () => {
    await Promise.all([text('STOP'), text('START')]);
    const records = await kit.admin(
      'select action from consent_records where address = $1 order by occurred_at, record_id',
      [phone],
    );
    expect(records.map((row) => row.action)).toEqual(['withdraw', 'grant']);
    expect(await suppressed()).toBe(false);
  });
});

describe('START', () => {
  it('lifts the block and is recorded with the words used', async () => {
    await text('STOP');
    const { conversationId } = await text('Unstop');
    expect(await suppressed()).toBe(false);
    expect((await conversation(conversationId)).block).toBeNull();
    expect(
      await kit.admin(
        'select action, source, wording from consent_records where address = $1 order by occurred_at, record_id',
        [phone],
      ),
    ).toEqual([
      { action: 'withdraw', source: 'keyword', wording: 'STOP' },
      { action: 'grant', source: 'keyword', wording: 'Unstop' },
    ]);
  });

  it('"yes" from somebody who never opted out is an ordinary answer', async () => {
    await text('Yes');
    expect(await kit.admin('select 1 from consent_records where address = $1', [phone])).toEqual([]);
  });
});

describe('HELP', () => {
  it('is answered in the tenant’s own words', async () => {
    await answeredBy('kit');
    await kit.kit.tenants.upsert({
      id: kit.a.id,
      name: 'Firm alpha',
      settings: { keyword_replies: { help: 'Call 312 555 0100.' } },
    });
    await text('help');
    expect(await replies()).toMatchObject([{ body: 'Call 312 555 0100.', purpose: 'conversation' }]);
    await answeredBy('carrier');
  });

  it('is not answered to somebody who has said stop', async () => {
    await answeredBy('kit');
    await text('STOP');
    await text('HELP');
    expect(await replies()).toHaveLength(1);
    await answeredBy('carrier');
  });
});

describe('a free text that may mean stop', () => {
  it('is flagged for the agent and blocks nothing', async () => {
    const { conversationId, messageId } = await text('please stop texting me');
    expect(await suppressed()).toBe(false);
    expect(await conversation(conversationId)).toMatchObject({
      block: null,
      possible_opt_out: { message_id: messageId, text: 'please stop texting me' },
    });
  });

  it('stays flagged until the agent has looked, also after another text', async () => {
    const { conversationId, messageId } = await text('remove me from your list');
    await text('ok?');
    expect((await conversation(conversationId)).possible_opt_out).toMatchObject({ message_id: messageId });
    await kit.request('PATCH', `/v1/conversations/${conversationId}`, { body: { possible_opt_out: null } });
    expect((await conversation(conversationId)).possible_opt_out).toBeNull();
  });
});
