import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { forgetOldKeys } from './idempotency.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

const create = (key: string, body: unknown) =>
  kit.request('POST', '/v1/contacts', { body, headers: { 'idempotency-key': key } });

describe('a repeated Idempotency-Key', () => {
  it('is answered as the first time, and does nothing', async () => {
    const key = newId();
    const first = await create(key, { first_name: 'Ana' });
    await kit.request('PATCH', `/v1/contacts/${first.body.id}`, { body: { first_name: 'Changed' } });
    const second = await create(key, { first_name: 'Ana' });
    expect([second.status, second.body]).toEqual([first.status, first.body]);
  });

  it('does it once when both come at the same moment', async () => {
    const key = newId();
    const answers = await Promise.all(Array.from({ length: 6 }, () => create(key, { last_name: key })));
    for (const { status, body } of answers) {
      expect(status === 201 || body.code === 'idempotency_in_progress').toBe(true);
    }
    expect(await kit.admin('select 1 from contacts where last_name = $1', [key])).toHaveLength(1);
    expect((await create(key, { last_name: key })).status).toBe(201);
  });

  it('is refused for a different request', async () => {
    const key = newId();
    await create(key, { first_name: 'Ana' });
    expect(await create(key, { first_name: 'Bea' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_mismatch' },
    });
    const other = await kit.request('POST', '/v1/messages', {
      body: { to: '+13125550111', body: 'x' },
      headers: { 'idempotency-key': key },
    });
    expect(other.body.code).toBe('idempotency_mismatch');
  });

  it('may be used again after a refusal: nothing was done', async () => {
    const key = newId();
    const taken = await kit.request('POST', '/v1/contacts', { body: { phone: '+13125550171' } });
    expect((await create(key, { phone: '+13125550171' })).status).toBe(409);
    await kit.request('PATCH', `/v1/contacts/${taken.body.id}`, { body: { phone: null } });
    expect((await create(key, { phone: '+13125550171' })).status).toBe(201);
  });

  it('works for requests without a body', async () => {
    const sent = await kit.request('POST', '/v1/messages', {
      body: { to: '+13125550172', body: 'x', send_at: new Date(Date.now() + 3_600_000).toISOString() },
    });
    const headers = { 'idempotency-key': newId() };
    for (let times = 0; times < 2; times += 1) {
      expect(
        (await kit.request('POST', `/v1/messages/${sent.body.id}/cancel`, { headers })).body.status,
      ).toBe('canceled');
    }
  });

  it.each(['', 'a b', 'ü', 'x'.repeat(256)])('must be visible ASCII, at most 255: "%s"', async (key) => {
    const answer = await kit.kit.fetch(
      new Request('https://portal.example.com/crm/v1/contacts', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${kit.a.agent}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: '{}',
      }),
    );
    // fetch trims an empty header to none at all on some hosts; then it is as if it were left out
    expect([201, 422]).toContain(answer.status);
    if (key !== '') expect(answer.status).toBe(422);
  });

  it('is kept for 24 hours, and forgotten after 48', async () => {
    const [day, days] = [newId(), newId()];
    await create(day, {});
    await create(days, {});
    await kit.admin(`update idempotency_keys set created_at = now() - interval '25 hours' where key = $1`, [
      day,
    ]);
    await kit.admin(`update idempotency_keys set created_at = now() - interval '49 hours' where key = $1`, [
      days,
    ]);
    await kit.database.transaction('alpha', forgetOldKeys);
    expect(await kit.admin('select key from idempotency_keys where key in ($1, $2)', [day, days])).toEqual([
      { key: day },
    ]);
  });
});
