import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
let numbers = 0;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

const person = () => kit.receive(kit.a, { from: `+1312555${String(2000 + (numbers += 1))}` });
const post = (id: string, body: unknown, as?: string) =>
  kit.request('POST', `/v1/contacts/${id}/consent`, { body, ...(as && { as }) });

describe('an opt-out that an agent records', () => {
  it('blocks, is written down with its wording, and cancels what waits', async () => {
    const { contactId, conversationId } = await person();
    const waiting = await kit.request('POST', '/v1/messages', {
      body: {
        conversation_id: conversationId,
        body: 'Later',
        send_at: new Date(Date.now() + 3_600_000).toISOString(),
      },
    });
    const answer = await post(contactId, { action: 'withdraw', wording: 'said so on the phone' });
    expect(answer).toMatchObject({
      status: 200,
      body: { consent: [{ channel: 'sms', state: 'withdrawn', source: 'member' }] },
    });
    expect((await kit.request('GET', `/v1/conversations/${conversationId}`)).body.block.code).toBe(
      'opted_out',
    );
    expect((await kit.request('GET', `/v1/messages/${waiting.body.id}`)).body).toMatchObject({
      status: 'canceled',
      error: { code: 'opted_out', retryable: false },
    });
    expect((await kit.request('GET', `/v1/contacts/${contactId}/consent`)).body.items).toMatchObject([
      {
        action: 'withdraw',
        source: 'member',
        wording: 'said so on the phone',
        member: { id: 'alpha-agent' },
      },
    ]);
    const thread = await kit.request('GET', `/v1/conversations/${conversationId}/messages`);
    expect(thread.body.events).toMatchObject([{ type: 'consent.withdrawn', actor: { id: 'alpha-agent' } }]);
  });
});

describe('an opt-in on behalf', () => {
  it('is for managers, and lifts the block', async () => {
    const { contactId } = await person();
    await post(contactId, { action: 'withdraw' });
    expect(await post(contactId, { action: 'grant' })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    const answer = await post(contactId, { action: 'grant', wording: 'signed form of May 3' }, kit.a.manager);
    expect(answer.body.consent).toMatchObject([{ state: 'granted', source: 'member' }]);
    expect(
      (await kit.request('GET', `/v1/contacts/${contactId}/consent`)).body.items.map(
        ({ action }: { action: string }) => action,
      ),
    ).toEqual(['grant', 'withdraw']);
  });
});

it('needs a number to be about', async () => {
  const contact = await kit.request('POST', '/v1/contacts', { body: { first_name: 'Nora' } });
  expect(await post(contact.body.id, { action: 'withdraw' })).toMatchObject({
    status: 409,
    body: { code: 'no_address' },
  });
});
