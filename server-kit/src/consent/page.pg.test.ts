/** The page on which people decide what they get: who may open it, what a press does, and what it must not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTestKit, TEST_SECRET, TEST_URL, type TestKit } from '../testing/kit.ts';
import { writeLink } from './links.ts';
import { pageStyle } from '../tenancy/page-style.ts';

let kit: TestKit;
let now = new Date('2026-11-23T18:00:00Z');
let numbers = 0;
const EVIL = '<script>alert(1)</script>"\'';
beforeAll(async () => {
  kit = await getTestKit({ clock: () => now, clientAddress: () => '::ffff:192.0.2.7' });
  await kit.kit.tenants.upsert({
    id: kit.a.id,
    name: 'Firm alpha',
    brand: {
      name: `Maple ${EVIL}`,
      logo_url: 'https://cdn.example.com/logo.png',
      tokens: { light: { accent: '#0a7d4f' }, dark: {} },
    },
  });
});
afterAll(() => kit.close());

const open = (url: string) => kit.kit.fetch(new Request(url));
const post = (url: string, form: Record<string, string>) =>
  kit.kit.fetch(new Request(url, { method: 'POST', body: new URLSearchParams(form) }));
async function person() {
  const phone = `+1312555${String(6000 + (numbers += 1))}`;
  const { contactId: id, conversationId } = await kit.receive(kit.a, { from: phone });
  const as = await kit.token(kit.a.id, 'manager');
  const made = await kit.request('POST', `/v1/contacts/${id}/preference-link`, { body: {}, as });
  return { phone, id, conversationId, url: made.body.url as string };
}
const consent = async (id: string, body: object) =>
  kit.request('POST', `/v1/contacts/${id}/consent`, { body, as: await kit.token(kit.a.id, 'manager') });
const grant = (id: string) => consent(id, { action: 'grant', kind: 'express_written', wording: 'yes' });
const stateOf = async (id: string) =>
  (await kit.request('GET', `/v1/contacts/${id}`, { as: await kit.token(kit.a.id) })).body.consent[0];
const ledger = (phone: string) =>
  kit.admin(
    `select action, kind, source, wording, host(ip) as ip from consent_records where address = $1 order by recorded_at`,
    [phone],
  );
const fieldsOf = (page: string) =>
  Object.fromEntries(
    [...page.matchAll(/name="(was-\w+)" value="(\w+)"/g)].map(([, name, value]) => [name!, value!]),
  );
const keyOf = (page: string) => /name="was-(\w+)"/.exec(page)![1]!;

describe('opened', () => {
  it('shows the business, escaped, and the person’s number but for its last digits, and changes nothing', async () => {
    const { phone, id, url } = await person();
    await grant(id);
    const before = await ledger(phone);
    for (let scan = 0; scan < 3; scan += 1) {
      const answer = await open(url);
      const page = await answer.text();
      expect(answer.status).toBe(200);
      expect(page).toContain('Maple &lt;script&gt;alert(1)');
      expect(page).not.toContain('<script');
      expect(page).not.toContain(phone);
      expect(page).not.toContain(id);
      expect(page).toContain(`Texts to the number ending in ${phone.slice(-4)}`);
      expect(page).toMatch(/type="checkbox"[^>]* checked/);
      expect(page).toContain('You agreed on November 23, 2026.');
    }
    expect(await ledger(phone)).toEqual(before);
  });

  it('allows no script, no style of others, no frame and no cache, and tells nobody where it came from', async () => {
    const { url } = await person();
    const answer = await open(url);
    const policy = answer.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|script-src/);
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const page = await answer.text();
    expect(page).not.toMatch(/\sstyle=|<style|\son\w+=/);
    const style = await open(new URL(/href="([^"]+style\.css)"/.exec(page)![1]!, url).href);
    expect(style.headers.get('content-type')).toContain('text/css');
    expect(await style.text()).toContain('--accent:#0a7d4f');
  });

  it('logs nothing about the person', async () => {
    const { phone, url } = await person();
    await open(url);
    await post(url, { do: 'stop' });
    const said = JSON.stringify(kit.logged);
    expect(said).not.toContain(phone);
    expect(said).not.toContain(url.split('/').at(-1));
  });
});

describe('a press', () => {
  it('on Stop everything blocks at once, cancels what waits, and is proof', async () => {
    const { phone, id, conversationId, url } = await person();
    const as = await kit.token(kit.a.id);
    const waiting = await kit.request('POST', '/v1/messages', {
      as,
      body: { conversation_id: conversationId, body: 'Later', send_at: new Date(now.getTime() + 3_600_000) },
    });
    const answer = await post(url, { do: 'stop' });
    expect(answer.status).toBe(303);
    expect(await (await open(new URL(answer.headers.get('location')!, url).href)).text()).toContain('Saved.');
    expect(await stateOf(id)).toMatchObject({ state: 'withdrawn', source: 'form' });
    expect((await kit.request('GET', `/v1/messages/${waiting.body.id}`, { as })).body.status).toBe(
      'canceled',
    );
    expect(await ledger(phone)).toEqual([
      { action: 'withdraw', kind: null, source: 'form', wording: 'Stop everything', ip: '192.0.2.7' },
    ]);
    // twice is once
    await post(url, { do: 'stop' });
    expect(await ledger(phone)).toHaveLength(1);
  });

  it('on a switch and Save is a written consent to the words beside it, and back again', async () => {
    const { phone, id, url } = await person();
    const off = await (await open(url)).text();
    await post(url, { ...fieldsOf(off), [`on-${keyOf(off)}`]: 'on', do: 'save' });
    expect(await stateOf(id)).toMatchObject({ state: 'granted', kind: 'express_written' });
    const [record] = await ledger(phone);
    expect(record.wording).toContain('I agree to get texts from Maple');
    await post(url, { ...fieldsOf(await (await open(url)).text()), do: 'save' });
    expect(await stateOf(id)).toMatchObject({ state: 'withdrawn' });
  });

  it('on Save without a change records nothing', async () => {
    const { phone, url } = await person();
    await post(url, { ...fieldsOf(await (await open(url)).text()), do: 'save' });
    expect(await ledger(phone)).toEqual([]);
  });

  it('on a page from before a STOP does not take the STOP back', async () => {
    const { phone, id, url } = await person();
    await grant(id);
    const stale = await (await open(url)).text();
    await kit.receive(kit.a, { from: phone, body: 'STOP' });
    await post(url, { ...fieldsOf(stale), [`on-${keyOf(stale)}`]: 'on', do: 'save' });
    expect(await stateOf(id)).toMatchObject({ state: 'withdrawn' });
  });

  it('cannot open what the business or its agency has closed', async () => {
    const { phone, id, url } = await person();
    const as = await kit.token(kit.a.id, 'manager');
    const page = await (await open(url)).text();
    await kit.request('POST', '/v1/suppressions', { body: { list: 'agency', address: phone }, as });
    expect(await (await open(url)).text()).toMatch(/type="checkbox"[^>]* disabled/);
    await post(url, { ...fieldsOf(page), [`on-${keyOf(page)}`]: 'on', do: 'save' });
    expect(await ledger(phone)).toEqual([]);
    expect(id).toBeTruthy();
  });

  it('with nonsense changes nothing', async () => {
    const { phone, url } = await person();
    for (const form of [{}, { do: 'x' }, { do: 'save', 'on-c0': 'on', 'was-c0': 'off' }] as Record<
      string,
      string
    >[]) {
      expect((await post(url, form)).status).toBe(303);
    }
    expect(await ledger(phone)).toEqual([]);
  });
});

describe('a link that is not one', () => {
  const signed = (tenant: string, id: string, purpose: 'preferences' | 'confirm', secret = TEST_SECRET) =>
    writeLink({ secret, publicUrl: TEST_URL }, purpose, { tenant, id }, new Date(now.getTime() + 60_000));

  it('says 404 or 410, names nobody, and changes nothing by POST', async () => {
    const { phone, id, url } = await person();
    const token = url.split('/').at(-1)!;
    const flipped = token.replace(/.$/, (char) => (char === 'A' ? 'B' : 'A'));
    const dead: [string, number][] = [
      [`${TEST_URL}/p/x`, 404],
      [`${TEST_URL}/p/${'A'.repeat(60)}`, 404],
      [`${TEST_URL}/p/${token.slice(0, -4)}`, 404],
      [`${TEST_URL}/p/B${token.slice(1)}`, 404],
      [`${TEST_URL}/p/${flipped}`, 404],
      // for one purpose, and no other
      [`${TEST_URL}/p/confirm/${token}`, 404],
      [signed(kit.a.id, id, 'confirm').replace('/confirm', ''), 404],
      // of another tenant, another kit, nobody
      [signed(kit.b.id, id, 'preferences'), 410],
      [signed('nobody', id, 'preferences'), 404],
      [signed(kit.a.id, id, 'preferences', 'another secret that is long enough to pass'), 404],
      [signed(kit.a.id, '018f0000-0000-7000-8000-000000000000', 'preferences'), 410],
    ];
    for (const [address, status] of dead) {
      for (const answer of [await open(address), await post(address, { do: 'stop' })]) {
        const page = await answer.text();
        // the last character of base64url may hold spare bits; then it is the same link
        if (address.endsWith(flipped) && answer.status !== 404) continue;
        expect([address, answer.status]).toEqual([address, status]);
        expect(page).not.toMatch(/Maple|Firm|logo/);
      }
    }
    expect((await ledger(phone)).filter(({ ip }) => ip !== '192.0.2.7')).toEqual([]);
  });

  it('has ended when its time is over, and when the person was merged or deleted', async () => {
    const ended = await person();
    const as = await kit.token(kit.a.id, 'manager');
    const brief = await kit.request('POST', `/v1/contacts/${ended.id}/preference-link`, {
      body: { expires_in: 300 },
      as,
    });
    now = new Date(now.getTime() + 300_000);
    expect((await open(brief.body.url)).status).toBe(410);
    expect((await open(ended.url)).status).toBe(200);
    const winner = await person();
    await kit.request('POST', `/v1/contacts/${winner.id}/merge`, {
      body: { with: ended.id },
      as: await kit.token(kit.a.id, 'manager'),
    });
    expect((await open(ended.url)).status).toBe(410);
    await kit.request('DELETE', `/v1/contacts/${winner.id}`, { as: await kit.token(kit.a.id, 'manager') });
    expect((await open(winner.url)).status).toBe(410);
  });
});

it('takes only a plain colour from a brand, so that words on it stay readable', () => {
  expect(pageStyle({ light: { accent: 'red}body{display:none' }, dark: {} })).not.toContain('display:none}');
  expect(pageStyle({ light: { accent: '#ffee00' }, dark: {} })).toContain(
    '--accent:#ffee00;--on-accent:#000',
  );
  expect(pageStyle({ light: { accent: '#112233' }, dark: {} })).toContain(
    '--accent:#112233;--on-accent:#fff',
  );
});
