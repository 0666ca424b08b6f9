import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../db/client.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { claimDue } from './claim.ts';

let kit: TestKit;
let later: Database;
let now = new Date();

beforeAll(async () => {
  kit = await getTestKit();
  later = new Database({ url: kit.url, schema: kit.schema, clock: () => now });
});
afterAll(async () => {
  await later.close();
  await kit.close();
});

describe('a text for later', () => {
  it('stands beside the thread until it leaves, and then at the moment it left, on top of the list', async () => {
    const from = '+13125570001';
    const { conversationId } = await kit.receive(kit.a, { from, body: 'Hello' });
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const { body: sent } = await kit.request('POST', '/v1/messages', {
      body: { conversation_id: conversationId, body: 'Tomorrow at 10?', send_at: sendAt },
    });
    const thread = async () =>
      (await kit.request('GET', `/v1/conversations/${conversationId}/messages`)).body;
    const bodies = (items: { body: string }[]) => items.map((item) => item.body);

    let page = await thread();
    expect(bodies(page.items)).toEqual(['Hello']);
    expect(page.scheduled).toMatchObject([{ id: sent.id, hold: { reason: 'scheduled', until: sendAt } }]);
    const preview = async () =>
      (await kit.request('GET', `/v1/conversations/${conversationId}`)).body.preview.text;
    expect(await preview()).toBe('Hello');

    await kit.receive(kit.a, { from, body: 'Still there?' });
    now = new Date(Date.now() + 3_601_000);
    await later.transaction(kit.a.id, async (tx) => [...(await claimDue(tx, kit.a.senderId, 20, 25_000))]);

    page = await thread();
    expect(bodies(page.items)).toEqual(['Hello', 'Still there?', 'Tomorrow at 10?']);
    expect(page.scheduled).toEqual([]);
    expect(page.items.at(-1).created_at).toBe(now.toISOString());
    expect(await preview()).toBe('Tomorrow at 10?');
  });
});
