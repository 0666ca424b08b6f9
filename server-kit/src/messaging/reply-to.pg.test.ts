/** People with several numbers: an answer goes to the one that they wrote from. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

const FIRST = '+13125557001';
const FURTHER = '+13125557002';

it('answers on the number that somebody wrote from, and obeys the opt-out of each', async () => {
  const { body: person } = await kit.request('POST', '/v1/contacts', {
    body: { first_name: 'Two', phone: FIRST, addresses: [{ kind: 'phone', address: FURTHER }] },
  });
  const send = (target: object) =>
    kit.request('POST', '/v1/messages', { body: { body: 'Hello', ...target } });
  const { conversationId } = await kit.receive(kit.a, { from: FURTHER, body: 'From my other phone' });
  const thread = async () => (await kit.request('GET', `/v1/conversations/${conversationId}`)).body;

  expect(await send({ conversation_id: conversationId })).toMatchObject({
    status: 201,
    body: { to: FURTHER },
  });
  expect((await thread()).contact.phone).toBe(FURTHER);

  // who asks for a number gets it
  expect((await send({ to: FIRST })).body.to).toBe(FIRST);

  await kit.receive(kit.a, { from: FURTHER, body: 'STOP' });
  expect((await thread()).block).toMatchObject({ code: 'opted_out' });
  expect((await send({ conversation_id: conversationId })).body.code).toBe('opted_out');

  // the first number never said stop
  await kit.receive(kit.a, { from: FIRST, body: 'This one is fine' });
  expect(await thread()).toMatchObject({ contact: { phone: FIRST }, block: null });
  expect((await send({ contact_id: person.id })).body.to).toBe(FIRST);
});

it('falls back to the first number when the further one is no longer theirs', async () => {
  const { body: person } = await kit.request('POST', '/v1/contacts', {
    body: { phone: '+13125557003', addresses: [{ kind: 'phone', address: '+13125557004' }] },
  });
  const { conversationId } = await kit.receive(kit.a, { from: '+13125557004', body: 'Hi' });
  await kit.request('PATCH', `/v1/contacts/${person.id}`, { body: { addresses: [] } });
  const { body } = await kit.request('POST', '/v1/messages', {
    body: { conversation_id: conversationId, body: 'Hello' },
  });
  expect(body.to).toBe('+13125557003');
});
