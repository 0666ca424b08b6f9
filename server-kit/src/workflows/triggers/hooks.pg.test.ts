import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WorkflowTrigger } from '../../contract/index.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { publishForTest } from '../testing/published.ts';

let now = Date.parse('2026-03-10T15:00:00Z');
let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit({ clock: () => new Date(now) });
});
afterAll(() => kit.close());
beforeEach(async () => {
  await kit.admin(`update workflows set state = 'archived'`);
});

type Hook = Partial<Extract<WorkflowTrigger, { on: 'webhook' }>>;

const manager = () => kit.token('alpha', 'manager');

/** Publishes a workflow with one webhook. `call` posts to it. */
async function hook(more: Hook = {}) {
  const map = { phone: 'lead.phone', email: 'lead.email', first_name: 'lead.name', 'vars.from': 'source' };
  const trigger = { on: 'webhook', key: 'main', map, signed: false, ...more } as WorkflowTrigger;
  const id = await kit.database.transaction('alpha', (tx) => publishForTest(tx, { triggers: [trigger] }));
  const { body } = await kit.request('GET', `/v1/workflows/${id}/hooks`, { as: await manager() });
  const { url, secret } = body.items[0];
  const path = new URL(url).pathname.replace(/^\/crm/, '');
  const call = (payload: unknown, headers: Record<string, string> = {}) =>
    kit.request('POST', path, { as: null, body: payload, headers });
  const runs = () =>
    kit.admin(
      `select e.*, c.phone, c.email, c.first_name, c.tags, c.fields from enrollments e join contacts c using (tenant_id, contact_id)
       where workflow_id = $1`,
      [id],
    );
  const sample = async () =>
    (await kit.request('GET', `/v1/workflows/${id}/hooks`, { as: await manager() })).body.items[0].last;
  return { id, url, secret, call, runs, sample };
}

const LEAD = { lead: { phone: '(312) 555-0311', name: 'Ana' }, source: 'ads' };

describe('a call', () => {
  it('finds or makes its person, keeps the sample, and lets them in', async () => {
    const { call, runs, sample, url } = await hook();
    expect(url).toMatch(/^https:\/\/portal\.example\.com\/crm\/hooks\/alpha\/[\w-]{24}$/);
    const answer = await call(LEAD);
    expect([answer.status, answer.body]).toEqual([200, { result: 'enrolled' }]);
    expect(await runs()).toMatchObject([
      {
        phone: '+13125550311',
        first_name: 'Ana',
        variables: { from: 'ads' },
        source: { ...LEAD, on: 'webhook', hook: 'main' },
      },
    ]);
    expect(await sample()).toEqual({ at: new Date(now).toISOString(), payload: LEAD });
  });

  it('is the same by its key, else by its words, for a day', async () => {
    const { call, runs } = await hook();
    const results = async (...calls: Promise<{ body: { result: string } }>[]) =>
      (await Promise.all(calls)).map(({ body }) => body.result);
    const phone = (last: number) => ({ lead: { phone: `+1312555${last}` } });
    expect((await results(call(phone(4311)), call(phone(4311)))).sort()).toEqual(['duplicate', 'enrolled']);
    expect(await results(call(phone(4312), { 'idempotency-key': 'k1' }))).toEqual(['enrolled']);
    expect(await results(call(phone(4313), { 'idempotency-key': 'k1' }))).toEqual(['duplicate']);
    expect(await runs()).toHaveLength(2);
    now += 86_400_001;
    expect(await results(call(phone(4313), { 'idempotency-key': 'k1' }))).toEqual(['enrolled']);
  });

  it('adds to who is known, and takes nothing away', async () => {
    const made = await kit.request('POST', '/v1/contacts', {
      as: await manager(),
      body: { phone: '+13125550321', first_name: 'Old', tags: ['a'], email: 'old@example.com' },
    });
    const { call, runs } = await hook({
      map: { phone: 'p', email: 'e', tags: 't', first_name: 'n' },
    });
    await call({ p: '312-555-0321', e: 'new@example.com', t: 'b, a', n: 'New' });
    const [run] = await runs();
    expect(run).toMatchObject({
      contact_id: made.body.id,
      first_name: 'New',
      email: 'old@example.com',
      tags: ['a', 'b'],
    });
  });

  it('takes forms, and texts in other forms than JSON not', async () => {
    const { call, runs } = await hook({ map: { phone: 'phone' } });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await call('phone=%2B13125550331&x=1', form)).body).toEqual({ result: 'enrolled' });
    expect(await runs()).toHaveLength(1);
    for (const nonsense of ['', 'hello', '1', 'null', '{"a":']) {
      expect((await call(nonsense)).body.code).toBe('invalid_request');
    }
  });

  it.each([
    [{}, 'invalid_request', 'lead.phone'],
    [{ lead: { phone: 'none of your business' } }, 'invalid_phone', 'no number'],
    [{ lead: { email: 'nonsense' } }, 'invalid_request', 'email'],
    [{ lead: { __proto__: null, phone: { deep: 1 } } }, 'invalid_request', 'phone'],
  ])(
    'says what is wrong with %j, keeps it as the sample, and writes nothing else',
    async (payload, code, words) => {
      const { call, runs, sample } = await hook();
      const people = () => kit.admin('select count(*) from contacts');
      const before = await people();
      const answer = await call(payload);
      expect([answer.status, answer.body.code]).toEqual([422, code]);
      expect(answer.body.detail).toContain(words);
      expect((await sample()).payload).toEqual(payload);
      expect([await runs(), await people()]).toEqual([[], before]);
      // what failed may be tried again
      expect((await call(payload)).body.code).toBe(code);
    },
  );

  it('larger than 64 KiB is refused', async () => {
    const { call } = await hook();
    const answer = await call({ ...LEAD, more: 'x'.repeat(66_000) });
    expect([answer.status, answer.body.code]).toEqual([413, 'payload_too_large']);
  });

  it('to nowhere, or to a workflow that is archived, is 404', async () => {
    const { call } = await hook();
    await kit.admin(`update workflows set state = 'archived'`);
    for (const answer of [
      await call(LEAD),
      await kit.request('POST', '/hooks/alpha/x', { as: null, body: LEAD }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
  });

  it('goes by the trigger’s filter', async () => {
    const { call, runs } = await hook({ where: { field: 'lead_type', op: 'is', value: 'buyer' } });
    expect((await call({ lead: { phone: '+13125550341' } })).body).toEqual({ result: 'not_enrolled' });
    expect(await runs()).toEqual([]);
  });

  it('leaves nothing of the payload in the log', async () => {
    const { call } = await hook();
    await call({ lead: { phone: '+13125550351', name: 'Xylophone' } });
    await call({ lead: { phone: 'xylophone' } });
    expect(JSON.stringify(kit.logged)).not.toMatch(/xylophone|5550351/i);
  });
});

describe('a signature', () => {
  const body = JSON.stringify({ lead: { phone: '+13125550361' } });
  const standard = (secret: string, at = Math.floor(now / 1_000), said = body) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(at),
    'webhook-signature': `v1,bm90aGlz v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(`msg_1.${at}.${said}`)
      .digest('base64')}`,
  });

  it('is asked for where the trigger says so', async () => {
    const { call, secret } = await hook({ signed: true });
    expect((await call(body)).status).toBe(401);
    expect((await call(body, standard(secret))).body).toEqual({ result: 'enrolled' });
  });

  it('may be GitHub’s', async () => {
    const { call, secret } = await hook({ signed: true });
    const hex = createHmac('sha256', secret).update(body).digest('hex');
    expect((await call(body, { 'x-hub-signature-256': `sha256=${hex}` })).body).toEqual({
      result: 'enrolled',
    });
  });

  it('that is wrong, old or of another body is refused, asked for or not', async () => {
    const { call, secret, runs } = await hook();
    const wrong: Record<string, string>[] = [
      standard(`whsec_${Buffer.alloc(32).toString('base64')}`),
      standard(secret, Math.floor(now / 1_000) - 301),
      standard(secret, Math.floor(now / 1_000), '{}'),
      { 'webhook-signature': 'v1,' },
      { 'x-hub-signature-256': 'sha256=zz' },
    ];
    for (const headers of wrong) {
      expect((await call(body, headers)).status).toBe(401);
    }
    expect(await runs()).toEqual([]);
  });
});

it('keeps its address through a new publishing', async () => {
  const { id, url } = await hook();
  await kit.database.transaction('alpha', async (tx) => {
    const { syncTriggers } = await import('./sync.ts');
    const trigger = { on: 'webhook', key: 'main', map: { phone: 'p' }, signed: false } as WorkflowTrigger;
    await syncTriggers(tx, id, { triggers: [{ on: 'manual' }, trigger] });
  });
  const { body } = await kit.request('GET', `/v1/workflows/${id}/hooks`, { as: await manager() });
  expect(body.items.map((one: { url: string }) => one.url)).toEqual([url]);
});

describe('a new address', () => {
  const HOUR = 3_600_000;
  let people = 0;
  const lead = () => ({ lead: { phone: `+1312556${1_000 + (people += 1)}` } });
  const renew = async (id: string, body: object, as = manager()) =>
    kit.request('POST', `/v1/workflows/${id}/hooks/main/renew`, { as: await as, body });
  const post = (url: string, payload: unknown, headers = {}) =>
    kit.request('POST', new URL(url).pathname.replace(/^\/crm/, ''), { as: null, body: payload, headers });

  it('takes calls at once, and the old one for as long as it was given', async () => {
    const { id, url, call, runs } = await hook();
    const { body } = await renew(id, { grace_hours: 2 });
    expect(body.url).not.toBe(url);
    expect(body.old_until).toBe(new Date(now + 2 * HOUR).toISOString());
    expect((await post(body.url, lead())).body).toEqual({ result: 'enrolled' });
    expect((await call(lead())).body).toEqual({ result: 'enrolled' });
    now += 2 * HOUR;
    expect(await call(lead())).toMatchObject({ status: 410, body: { code: 'webhook_ended' } });
    expect((await post(body.url, lead())).status).toBe(200);
    expect(await runs()).toHaveLength(3);
  });

  it('is the same webhook: what came to the old one is no second call', async () => {
    const { id, call } = await hook();
    const same = lead();
    expect((await call(same)).body).toEqual({ result: 'enrolled' });
    const { body } = await renew(id, {});
    expect((await post(body.url, same)).body).toEqual({ result: 'duplicate' });
  });

  it('ends all that were before it, where it was given no time', async () => {
    const { id, url, call } = await hook();
    const second = (await renew(id, { grace_hours: 168 })).body;
    const third = (await renew(id, { grace_hours: 0 })).body;
    expect([(await call(lead())).status, (await post(second.url, lead())).status]).toEqual([410, 410]);
    expect(third).toMatchObject({ old_until: null });
    expect(new Set([url, second.url, third.url]).size).toBe(3);
    expect((await post(third.url, lead())).status).toBe(200);
  });

  it('has a secret of its own; the old one signs what comes to the old address', async () => {
    const { id, secret, url } = await hook({ signed: true });
    const { body } = await renew(id, { grace_hours: 1 });
    expect(body.secret).not.toBe(secret);
    const signedBy = (key: string, payload: unknown) => ({
      'x-hub-signature-256': `sha256=${createHmac('sha256', key).update(JSON.stringify(payload)).digest('hex')}`,
    });
    const payload = lead();
    expect((await post(body.url, payload, signedBy(secret, payload))).status).toBe(401);
    expect((await post(url, payload, signedBy(secret, payload))).status).toBe(200);
  });

  it('is a manager’s to make, is told without the address, and has its limits', async () => {
    const { id, url } = await hook();
    expect((await renew(id, {}, kit.token('alpha', 'agent'))).status).toBe(403);
    for (const grace_hours of [-1, 169, 1.5]) expect((await renew(id, { grace_hours })).status).toBe(422);
    const { body } = await renew(id, { grace_hours: 3 });
    const [event] = await kit.admin(
      `select * from events where type = 'workflow.webhook_renewed' and data ->> 'workflow_id' = $1`,
      [id],
    );
    expect(event).toMatchObject({ data: { key: 'main', grace_hours: 3 }, actor: { id: expect.any(String) } });
    for (const address of [url, body.url])
      expect(JSON.stringify(event)).not.toContain(address.split('/').at(-1));
  });
});
