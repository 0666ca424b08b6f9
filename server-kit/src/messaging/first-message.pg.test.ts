/** The first marketing text to somebody names the business and the way out: exactly one, whoever races for it. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { lockConsent, recordConsent } from '../consent/index.ts';
import { countSegments } from '../contract/index.ts';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { claimDue } from './claim.ts';
import { enqueueMessages } from './outbox.ts';
import { newText } from './testing/new-text.ts';
import { BASE_SEED, seeded } from '../testing/campaign.ts';

const SUFFIX = 'Firm alpha: Reply STOP to opt out.';
let kit: TestKit;
let people = 0;
let senders: string[];
let place: { conversationId: string; contactId: string };
beforeAll(async () => {
  kit = await getTestKit();
  place = await kit.receive(kit.a, {});
  senders = [
    kit.a.senderId,
    await kit.kit.tenants.addSender({ tenant: kit.a.id, address: '+13125550101', segmentsPerSecond: null }),
  ];
});
afterAll(() => kit.close());
// whatever the hour
beforeEach(() => kit.admin(`update quiet_hours set opens = '00:00', closes = '24:00'`));

async function somebody(): Promise<string> {
  const phone = `+1415${String(6_000_000 + (people += 1))}`;
  await change(phone, 'grant');
  return phone;
}
const change = (address: string, action: 'grant' | 'withdraw') =>
  kit.database.transaction(kit.a.id, async (tx) => {
    await lockConsent(tx);
    await Promise.all(
      recordConsent(tx, [
        {
          channel: 'sms',
          address,
          action,
          source: 'form',
          kind: action === 'grant' ? 'express_written' : null,
        },
      ]),
    );
  });
async function queue(to: string, body: string, sender = 0): Promise<string> {
  const [senderId, from] = [senders[sender]!, kit.a.address];
  const text = newText({ ...place, senderId, from, to, body, origin: 'api', purpose: 'marketing' });
  await kit.database.transaction(kit.a.id, (tx) => enqueueMessages(tx, [text]));
  return text.id;
}
const claim = (sender = 0, limit = 20) =>
  kit.database.transaction(kit.a.id, async (tx) => [
    ...(await claimDue(tx, senders[sender]!, limit, 25_000)),
  ]);
const rowOf = async (id: string) =>
  (await kit.admin('select status, body, segments, first_body from messages where message_id = $1', [id]))[0];

it('is the first that is claimed, whole; later ones stay as they were written', async () => {
  const phone = await somebody();
  const long = 'x'.repeat(150);
  const ids = [await queue(phone, long), await queue(phone, 'Second')];
  const left = await claim();
  expect(left.map(({ body }) => body)).toEqual([`${long}\n${SUFFIX}`, 'Second']);
  expect(await rowOf(ids[0]!)).toMatchObject({
    status: 'sending',
    body: `${long}\n${SUFFIX}`,
    segments: countSegments(`${long}\n${SUFFIX}`).segments,
    first_body: null,
  });
  await queue(phone, 'Third');
  expect((await claim()).map(({ body }) => body)).toEqual(['Third']);
});

it('is exactly one when two senders claim at once, in any order', async () => {
  const random = seeded(BASE_SEED);
  for (let round = 0; round < 15; round += 1) {
    const phones = await Promise.all([somebody(), somebody(), somebody()]);
    for (const phone of random.shuffle([...phones, ...phones])) await queue(phone, 'News', random.below(2));
    const all = (await Promise.all([claim(0), claim(1)])).flat();
    expect(all).toHaveLength(6);
    for (const phone of phones) {
      const texts = all.filter(({ to_address }) => to_address === phone).map(({ body }) => body);
      expect(texts.sort()).toEqual(['News', `News\n${SUFFIX}`]);
    }
  }
});

it('keeps its words when it is tried again, and passes them on when it never arrives', async () => {
  const phone = await somebody();
  const id = await queue(phone, 'News');
  await claim();
  await kit.admin(
    `update messages set status = 'queued', attempt = 2, due_at = now(), claimed_at = null where message_id = $1`,
    [id],
  );
  expect((await claim()).map(({ body }) => body)).toEqual([`News\n${SUFFIX}`]);
  await kit.admin(`update messages set status = 'failed', due_at = null where message_id = $1`, [id]);
  await queue(phone, 'More news');
  expect((await claim()).map(({ body }) => body)).toEqual([`More news\n${SUFFIX}`]);
});

it('is first again for somebody who had opted out in between', async () => {
  const phone = await somebody();
  await queue(phone, 'News');
  await claim();
  await change(phone, 'withdraw');
  await change(phone, 'grant');
  await queue(phone, 'News');
  expect((await claim()).map(({ body }) => body)).toEqual([`News\n${SUFFIX}`]);
});

it('is the same message when it is asked for again by its id, and too long is told beforehand', async () => {
  await change('+13125550177', 'grant');
  const body = { id: newId(), to: '+13125550177', body: 'News', purpose: 'marketing' };
  expect((await kit.request('POST', '/v1/messages', { body })).status).toBe(201);
  await claim();
  expect((await rowOf(body.id)).body).toBe(`News\n${SUFFIX}`);
  expect((await kit.request('POST', '/v1/messages', { body })).status).toBe(200);
  const long = { ...body, id: newId(), body: 'x'.repeat(1590) };
  expect(await kit.request('POST', '/v1/messages', { body: long })).toMatchObject({
    status: 422,
    body: { code: 'invalid_text', field: 'body' },
  });
});

it('follows an edit before it leaves', async () => {
  await change('+13125550177', 'withdraw');
  await change('+13125550177', 'grant');
  const body = {
    id: newId(),
    to: '+13125550177',
    body: 'News',
    purpose: 'marketing',
    send_at: new Date(Date.now() + 3_600_000),
  };
  await kit.request('POST', '/v1/messages', { body });
  await kit.request('PATCH', `/v1/messages/${body.id}`, { body: { body: 'Better news' } });
  await kit.admin('update messages set due_at = now() where message_id = $1', [body.id]);
  expect((await claim()).map((one) => one.body)).toEqual([`Better news\n${SUFFIX}`]);
});
