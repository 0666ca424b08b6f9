import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

describe('a preview', () => {
  it('counts and shows', async () => {
    await kit.request('POST', '/v1/contacts', { body: { first_name: 'Ana', stage: 'new', tags: ['vip'] } });
    const answer = await kit.request('POST', '/v1/segments/preview', {
      body: {
        filter: {
          all: [
            { field: 'stage', op: 'is', value: 'new' },
            { event: { type: 'contact.*', within: 'today' } },
          ],
        },
      },
    });
    expect(answer).toMatchObject({ status: 200, body: { count: 1, items: [{ name: 'Ana' }], next: null } });
  });
});
