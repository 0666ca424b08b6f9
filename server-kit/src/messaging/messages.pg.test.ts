import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

describe('sending', () => {
  it('queues a text to a number that nobody knew, and makes contact and conversation', async () => {
    const sent = await kit.request('POST', '/v1/messages', { body: { to: '(312) 555-0111', body: 'Hello' } });
    expect(sent).toMatchObject({
      status: 201,
      body: {
        direction: 'outbound',
        status: 'queued',
        to: '+13125550111',
        from: kit.a.address,
        segments: 1,
        author: { id: 'alpha-agent' },
      },
    });
    const { conversation_id } = sent.body;
    const conversation = await kit.request('GET', `/v1/conversations/${conversation_id}`);
    expect(conversation.body).toMatchObject({
      contact: { phone: '+13125550111', name: null },
      preview: { text: 'Hello', status: 'queued' },
      block: null,
    });
    const list = await kit.request('GET', '/v1/conversations');
    expect(list.body.items.map((item: { id: string }) => item.id)).toContain(conversation_id);
    expect((await kit.request('GET', '/v1/me')).body).toMatchObject({
      member: { id: 'alpha-agent', role: 'agent' },
    });
    expect((await kit.request('GET', `/v1/conversations/${conversation_id}/messages`)).body).toMatchObject({
      items: [{ body: 'Hello' }],
      before: null,
      after: null,
    });
  });

  it('is one message when a double click sends the same id twice at once', async () => {
    const body = { id: newId(), to: '+13125550112', body: 'Once' };
    const answers = await Promise.all([
      kit.request('POST', '/v1/messages', { body }),
      kit.request('POST', '/v1/messages', { body }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
    expect(await kit.admin('select 1 from messages where message_id = $1', [body.id])).toHaveLength(1);
  });
});
