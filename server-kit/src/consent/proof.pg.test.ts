/** What can be said about somebody's consent over the API, what cannot, and how it comes back as proof. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { readConsentLog } from './log.ts';

let kit: TestKit;
let people = 0;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

const person = async () =>
  (await kit.receive(kit.a, { from: `+1312555${String(3000 + (people += 1))}` })).contactId;
const post = (id: string, body: unknown) =>
  kit.request('POST', `/v1/contacts/${id}/consent`, { body, as: kit.a.manager });
const WRITTEN = { action: 'grant', kind: 'express_written', wording: 'I agree to texts' };
const days = (count: number) => new Date(Date.now() + count * 86_400_000).toISOString();

describe('a grant on paper', () => {
  it('is kept with its proof, its day and its end, and shown', async () => {
    const id = await person();
    const [given, end] = [days(-7), days(300)];
    const proof = { reference: 'https://files.example.com/form.pdf', description: 'Signed form' };
    const answer = await post(id, {
      ...WRITTEN,
      source: 'paper',
      proof,
      occurred_at: given,
      expires_at: end,
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        consent: [{ state: 'granted', kind: 'express_written', source: 'paper', at: given, expires_at: end }],
      },
    });
    const [record] = (await kit.request('GET', `/v1/contacts/${id}/consent`)).body.items;
    expect(record).toMatchObject({
      ...WRITTEN,
      proof,
      at: given,
      expires_at: end,
      member: { id: 'alpha-manager' },
    });
    expect(Date.parse(record.recorded_at)).toBeGreaterThan(Date.parse(given));
  });

  it('from before an opt-out is kept and changes nothing', async () => {
    const id = await person();
    await post(id, { action: 'withdraw' });
    const answer = await post(id, { ...WRITTEN, source: 'paper', occurred_at: days(-7) });
    expect(answer.body.consent).toMatchObject([{ state: 'withdrawn' }]);
    expect((await kit.request('GET', `/v1/contacts/${id}/consent`)).body.items).toHaveLength(2);
  });

  it('without a kind is express, which is not enough for marketing', async () => {
    const id = await person();
    expect((await post(id, { action: 'grant' })).body.consent).toMatchObject([{ kind: 'express' }]);
  });

  it('can be about a further number of the person', async () => {
    const contact = await kit.request('POST', '/v1/contacts', {
      body: { phone: '+13125553901', addresses: [{ kind: 'phone', address: '+13125553902' }] },
    });
    expect((await post(contact.body.id, { ...WRITTEN, address: '(312) 555-3902' })).status).toBe(200);
    expect(await kit.admin(`select address from consents where address like '+131255539%'`)).toEqual([
      { address: '+13125553902' },
    ]);
  });
});

describe('what cannot be', () => {
  it.each([
    [{ ...WRITTEN, occurred_at: days(1) }, 'occurred_at'],
    [{ ...WRITTEN, expires_at: days(-1) }, 'expires_at'],
    [{ ...WRITTEN, occurred_at: days(-3), expires_at: days(-4) }, 'expires_at'],
    [{ ...WRITTEN, source: 'verbal' }, 'kind'],
    [{ action: 'grant', kind: 'express_written' }, 'wording'],
    [{ action: 'withdraw', kind: 'express' }, 'kind'],
    [{ action: 'withdraw', occurred_at: days(-1) }, 'occurred_at'],
    [{ action: 'withdraw', expires_at: days(1) }, 'expires_at'],
    [{ ...WRITTEN, ip: '192.0.2.1' }, 'ip'],
    [{ ...WRITTEN, address: '+13125559999' }, 'address'],
    [{ ...WRITTEN, address: 'nonsense' }, 'address'],
  ])('%j is refused for its %s', async (body, field) => {
    expect(await post(await person(), body)).toMatchObject({
      status: 422,
      body: { code: 'invalid_consent', field },
    });
  });

  it.each([
    [{ action: 'grant', kind: 'oral' }, 'kind'],
    [{ action: 'grant', source: 'keyword' }, 'source'],
    [{ action: 'grant', proof: { reference: 'http://plain.example.com' } }, 'proof.reference'],
    [{ action: 'grant', proof: { reference: 'javascript:alert(1)' } }, 'proof.reference'],
    [{ action: 'grant', proof: { reference: '../../etc/passwd' } }, 'proof.reference'],
    [{ action: 'grant', source: 'form', ip: '300.1.1.1' }, 'ip'],
    [{ action: 'grant', occurred_at: 'yesterday' }, 'occurred_at'],
  ])('%j is no request, for its %s', async (body, field) => {
    expect(await post(await person(), body)).toMatchObject({
      status: 422,
      body: { code: 'invalid_request', field },
    });
  });

  it('names the contact that somebody was merged into, and knows no deleted one', async () => {
    const [winner, loser] = [await person(), await person()];
    await kit.request('POST', `/v1/contacts/${winner}/merge`, { body: { with: loser } });
    for (const path of ['consent', 'consent/request', 'preference-link']) {
      const body = path === 'consent' ? WRITTEN : path === 'preference-link' ? {} : { via: 'sms' };
      const answer = await kit.request('POST', `/v1/contacts/${loser}/${path}`, { body, as: kit.a.manager });
      expect(answer).toMatchObject({ status: 410, body: { code: 'contact_merged' } });
    }
    await kit.request('DELETE', `/v1/contacts/${winner}`, { as: kit.a.manager });
    expect(await post(winner, WRITTEN)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

describe('the ledger as a table', () => {
  it('holds everything, and no formula', async () => {
    const id = await person();
    await post(id, { action: 'grant', wording: '=HYPERLINK("https://evil.example")\nand more, with commas' });
    const answer = await kit.request('GET', `/v1/contacts/${id}/consent.csv`);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const [head, ...rest] = String(answer.body).split('\r\n');
    expect(head).toMatch(/^recorded_at,occurred_at,channel,address,action,kind/);
    expect(rest.join('\n')).toContain(`,'+1312555`);
    expect(rest.join('\n')).toContain(`"'=HYPERLINK(""https://evil.example"")\nand more, with commas"`);
  });

  it('is read in batches that lose and double nothing, for a period or a person', async () => {
    const before = (await kit.admin('select record_id from consent_records where tenant_id = $1', [kit.a.id]))
      .length;
    const read = async (filter: object, tenant = kit.a.id) =>
      kit.database.transaction(tenant, async (tx) => {
        const ids: (string | null)[] = [];
        let after: string | null = null;
        do {
          const query = { ids: null, from: null, to: null, ...filter, after, limit: 3 };
          const page = await readConsentLog(tx, query);
          expect(page.rows.length).toBeLessThanOrEqual(3);
          ids.push(...page.rows.map((row) => row.id));
          after = page.last;
        } while (after !== null);
        return ids;
      });
    const all = await read({});
    expect(all).toHaveLength(before);
    expect(new Set(all).size).toBe(before);
    expect(await read({ from: days(1) })).toEqual([]);
    expect(await read({ to: days(1) })).toEqual(all);
    const id = await person();
    await post(id, { action: 'withdraw' });
    expect(await read({ ids: [id] })).toHaveLength(1);
    expect(await read({}, kit.b.id)).toEqual([]);
  });
});
