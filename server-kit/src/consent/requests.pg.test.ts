/** Asking somebody, and which answers count. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTestKit, TEST_URL, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
let now = new Date('2026-11-23T18:00:00Z');
let numbers = 0;
beforeAll(async () => {
  kit = await getTestKit({ clock: () => now });
});
afterAll(() => kit.close());

const newNumber = () => `+1312555${String(5000 + (numbers += 1))}`;
const later = (hours: number) => (now = new Date(now.getTime() + hours * 3_600_000));
const token = (role: 'agent' | 'manager') => kit.token(kit.a.id, role);
const ask = async (id: string, body: object = {}, role: 'agent' | 'manager' = 'agent') =>
  kit.request('POST', `/v1/contacts/${id}/consent/request`, {
    body: { via: 'sms', ...body },
    as: await token(role),
  });
const says = (from: string, body: string) => kit.receive(kit.a, { from, body });
const consentOf = async (id: string) =>
  (await kit.request('GET', `/v1/contacts/${id}`, { as: await token('agent') })).body.consent[0];
const history = async (id: string) =>
  (await kit.request('GET', `/v1/contacts/${id}/consent`, { as: await token('agent') })).body;
const lastText = async (phone: string) =>
  (
    await kit.admin(
      `select body, purpose from messages where to_address = $1 and direction = 'outbound'
       order by created_at desc, message_id desc limit 1`,
      [phone],
    )
  )[0];
async function person() {
  const phone = newNumber();
  return { phone, id: (await says(phone, 'Hello')).contactId };
}

describe('a question by text', () => {
  it.each(['YES', 'yes!', ' y '])(
    'that is answered %j is a written consent to what was asked',
    async (answer) => {
      const { phone, id } = await person();
      const asked = await ask(id);
      expect(asked).toMatchObject({ status: 201, body: { via: 'sms', channel: 'sms', address: phone } });
      expect(await lastText(phone)).toMatchObject({ body: asked.body.wording, purpose: 'conversation' });
      expect(asked.body.wording).toMatch(/^Reply YES to get texts from Firm alpha .+STOP to opt out/s);
      expect((await history(id)).requests).toMatchObject([
        { id: asked.body.id, wording: asked.body.wording },
      ]);
      const reply = await says(phone, answer);
      expect(await consentOf(id)).toMatchObject({
        state: 'granted',
        kind: 'express_written',
        source: 'keyword',
      });
      const { items, requests } = await history(id);
      expect(items).toMatchObject([{ action: 'grant', wording: asked.body.wording }]);
      expect(requests).toEqual([]);
      expect(await kit.admin('select message_id from consent_records where address = $1', [phone])).toEqual([
        { message_id: reply.messageId },
      ]);
      expect((await lastText(phone)).body).toMatch(/thank you.+STOP/);
      // and one answer is one consent
      await says(phone, answer);
      expect((await history(id)).items).toHaveLength(1);
    },
  );

  it.each(['no', 'Yes please, call me', 'yesterday', 'ok'])('is not answered by %j', async (answer) => {
    const { phone, id } = await person();
    await ask(id);
    await says(phone, answer);
    expect(await consentOf(id)).toMatchObject({ state: 'unknown' });
    expect((await history(id)).requests).toHaveLength(1);
  });

  it('is not answered too late, by another number, or by a number that was never asked', async () => {
    const { phone, id } = await person();
    const stranger = newNumber();
    await ask(id, { expires_in: 3600 });
    const { contactId } = await says(stranger, 'YES');
    expect(await consentOf(contactId)).toMatchObject({ state: 'unknown' });
    later(1);
    await says(phone, 'YES');
    expect(await consentOf(id)).toMatchObject({ state: 'unknown' });
    expect((await history(id)).requests).toEqual([]);
  });

  it('is over when the person says STOP: YES is START then, and gives back no more than there was', async () => {
    const { phone, id } = await person();
    await ask(id);
    await says(phone, 'STOP');
    expect((await history(id)).requests).toEqual([]);
    await says(phone, 'YES');
    expect(await consentOf(id)).toMatchObject({ state: 'granted', kind: 'express' });
  });

  it('goes out once a day, unless a manager insists, and to nobody who is blocked', async () => {
    const { phone, id } = await person();
    expect((await ask(id)).status).toBe(201);
    expect(await ask(id)).toMatchObject({ status: 409, body: { code: 'asked_already' } });
    expect(await ask(id, { force: true })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await ask(id, { force: true }, 'manager')).status).toBe(201);
    expect((await history(id)).requests).toHaveLength(1);
    later(25);
    expect((await ask(id)).status).toBe(201);
    await says(phone, 'STOP');
    later(25);
    expect(await ask(id)).toMatchObject({ status: 409, body: { code: 'opted_out' } });
    const other = await person();
    await kit.request('POST', '/v1/suppressions', {
      body: { address: other.phone },
      as: await token('manager'),
    });
    expect(await ask(other.id)).toMatchObject({ status: 409, body: { code: 'suppressed' } });
    const nobody = await kit.request('POST', '/v1/contacts', {
      body: { first_name: 'Nora' },
      as: await token('agent'),
    });
    expect(await ask(nobody.body.id)).toMatchObject({ status: 409, body: { code: 'no_address' } });
    expect(await ask(id, { via: 'pigeon' })).toMatchObject({ status: 422, body: { field: 'via' } });
  });

  it('takes own words, and adds what they forget', async () => {
    const { id } = await person();
    const { wording } = (await ask(id, { wording: 'Want our weekly list?' })).body;
    expect(wording).toBe('Want our weekly list? Reply YES to agree.\nFirm alpha: Reply STOP to opt out.');
  });

  it('is told to whoever follows the log', async () => {
    const { id } = await person();
    await ask(id);
    expect(
      await kit.admin(
        `select type, actor ->> 'id' as by from events where contact_id = $1 and type like 'consent.%'`,
        [id],
      ),
    ).toEqual([{ type: 'consent.requested', by: 'alpha-agent' }]);
  });
});

describe('a question by link', () => {
  const open = (url: string, init?: RequestInit) => kit.kit.fetch(new Request(url, init));
  const press = (url: string, what = 'agree') =>
    open(url, { method: 'POST', body: new URLSearchParams({ do: what }) });
  const linkTo = async (phone: string) =>
    new RegExp(`${TEST_URL}/p/confirm/\\S+`).exec((await lastText(phone)).body)![0];

  it('shows the words, changes nothing when it is opened, and is a consent when the button is pressed', async () => {
    const { phone, id } = await person();
    const asked = await ask(id, { via: 'link' });
    const url = await linkTo(phone);
    for (let scan = 0; scan < 3; scan += 1) {
      const page = await open(url);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain(asked.body.wording);
      await open(url, { method: 'HEAD' });
    }
    expect(await consentOf(id)).toMatchObject({ state: 'unknown' });
    // YES by text answers a question by text
    await says(phone, 'YES');
    expect(await consentOf(id)).toMatchObject({ state: 'unknown' });
    expect((await press(url)).status).toBe(200);
    expect(await consentOf(id)).toMatchObject({ state: 'granted', kind: 'express_written', source: 'form' });
    expect(await (await open(url)).text()).toContain('Thank you');
    await press(url);
    expect((await history(id)).items).toMatchObject([{ wording: asked.body.wording }]);
  });

  it('is over when it has ended, or when the person has said STOP', async () => {
    const { phone, id } = await person();
    await ask(id, { via: 'link', expires_in: 3600 });
    const url = await linkTo(phone);
    later(1);
    for (const answer of [await open(url), await press(url)]) expect(answer.status).toBe(410);
    later(24);
    await ask(id, { via: 'link' });
    const second = await linkTo(phone);
    await says(phone, 'STOP');
    expect((await press(second)).status).toBe(410);
    expect(await consentOf(id)).toMatchObject({ state: 'withdrawn' });
  });
});
