/** The judgements of the claim, one by one, and pacing. Interleavings with opt-outs are in the fault suite. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockConsent, recordConsent, type ConsentChange } from '../consent/index.ts';
import { Database } from '../db/client.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { claimDue } from './claim.ts';
import { enqueueMessages, type NewMessage } from './outbox.ts';
import { newText } from './testing/new-text.ts';

let kit: TestKit;
let database: Database;
let now = new Date('2026-11-23T18:00:00Z');
let place: { conversationId: string; contactId: string };
const PHONE = '+13125550177';

beforeAll(async () => {
  kit = await getTestKit();
  database = new Database({ url: kit.url, schema: kit.schema, clock: () => now });
  place = await kit.receive(kit.a, { from: PHONE });
});
afterAll(async () => {
  await database.close();
  await kit.close();
});
beforeEach(async () => {
  now = new Date('2026-11-23T18:00:00Z');
  await kit.admin('delete from messages where direction = $1', ['outbound']);
  await kit.admin('delete from suppressions');
  await kit.admin('delete from agency_suppressions');
  await kit.admin('delete from consents');
  await kit.admin('delete from consent_records');
  await kit.admin('update tenants set parent_tenant_id = null, settings = default');
  await kit.admin(
    `update senders set status = 'active', segments_per_second = null, next_slot_at = '-infinity', resume_at = null`,
  );
  await kit.admin('update contacts set time_zone = null, state = null, dnd = default');
});

async function queue(message: Partial<NewMessage> = {}): Promise<string> {
  const { senderId, address: from } = kit.a;
  const text = newText({ ...place, senderId, from, to: PHONE, ...message });
  await database.transaction(kit.a.id, (tx) => enqueueMessages(tx, [text]));
  return text.id;
}
const claim = (limit = 20, agency?: string) =>
  database.transaction(kit.a.id, async (tx) => [
    ...(await claimDue(tx, kit.a.senderId, limit, 25_000, agency)),
  ]);
const decisions = async (limit?: number) => (await claim(limit)).map((row) => row.decision);
const suppress = () =>
  kit.admin(
    `insert into suppressions (tenant_id, channel, address, source) values ($1, 'sms', $2, 'keyword')`,
    [kit.a.id, PHONE],
  );
const consent = (change: Partial<ConsentChange> = {}) =>
  database.transaction(kit.a.id, async (tx) => {
    await lockConsent(tx);
    await Promise.all(
      recordConsent(tx, [
        {
          channel: 'sms',
          address: PHONE,
          action: 'grant',
          kind: 'express_written',
          source: 'form',
          ...change,
        },
      ]),
    );
  });
const row = async (id: string) => (await kit.admin('select * from messages where message_id = $1', [id]))[0];

describe('a claim', () => {
  it('moves a due message to sending, with a lease, once', async () => {
    const id = await queue();
    expect(await decisions()).toEqual(['send']);
    expect(await row(id)).toMatchObject({
      status: 'sending',
      due_at: null,
      lease_until: new Date('2026-11-23T18:00:25Z'),
    });
    expect(await decisions()).toEqual([]);
  });

  it('cancels what waits for somebody who has opted out, and says so', async () => {
    const id = await queue();
    await suppress();
    expect(await decisions()).toEqual(['opted_out']);
    expect(await row(id)).toMatchObject({ status: 'canceled', error_code: 'opted_out' });
  });

  it('lets the one confirmation of an opt-out through', async () => {
    await suppress();
    await queue({ origin: 'keyword', purpose: 'opt_out_confirmation' });
    expect(await decisions()).toEqual(['send']);
  });

  it('cancels what waits for somebody on the list of the team, also the confirmation of an opt-out', async () => {
    await kit.admin(
      `insert into suppressions (tenant_id, channel, address, source, withdrawn, listed)
       values ($1, 'sms', $2, 'list', false, true)`,
      [kit.a.id, PHONE],
    );
    const id = await queue();
    await queue({ origin: 'keyword', purpose: 'opt_out_confirmation' });
    expect(await decisions()).toEqual(['suppressed', 'suppressed']);
    expect(await row(id)).toMatchObject({ status: 'canceled', error_code: 'suppressed' });
  });

  it('obeys the list of its agency, and of no other', async () => {
    await kit.kit.tenants.upsert({ id: 'agency', name: 'Agency' });
    const block = (tenant: string) =>
      kit.admin(`insert into agency_suppressions (tenant_id, channel, address) values ($1, 'sms', $2)`, [
        tenant,
        PHONE,
      ]);
    await block('agency');
    await queue();
    expect(await decisions()).toEqual(['send']);
    await kit.kit.tenants.upsert({ id: kit.a.id, name: 'Firm alpha', parent: 'agency' });
    await queue();
    // under the lock of another agency it may not look
    expect(await decisions()).toEqual([]);
    expect((await claim(20, 'agency')).map((one) => one.decision)).toEqual(['suppressed']);
    await kit.admin('delete from agency_suppressions');
    await block(kit.b.id);
    await queue();
    expect((await claim(20, 'agency')).map((one) => one.decision)).toEqual(['send']);
  });

  it('judges an opt-out by tenant, channel and address', async () => {
    await kit.admin(
      `insert into suppressions (tenant_id, channel, address, source)
       values ($1, 'sms', $2, 'keyword'), ($3, 'whatsapp', $2, 'keyword'), ($3, 'sms', '+13125550178', 'keyword')`,
      [kit.b.id, PHONE, kit.a.id],
    );
    await queue();
    expect(await decisions()).toEqual(['send']);
  });

  it('holds what a number may not send yet, tells it once, and sends when it may', async () => {
    await kit.admin(`update senders set status = 'pending' where sender_id = $1`, [kit.a.senderId]);
    const id = await queue();
    expect(await decisions()).toEqual(['sender_pending']);
    expect(await decisions()).toEqual([]);
    expect(await row(id)).toMatchObject({ status: 'queued', hold_reason: 'sender_pending' });
    await kit.admin(`update senders set status = 'active' where sender_id = $1`, [kit.a.senderId]);
    expect(await decisions()).toEqual(['send']);
  });

  it('goes on by itself after a pause that has an end', async () => {
    await kit.admin(`update senders set status = 'paused', resume_at = $2 where sender_id = $1`, [
      kit.a.senderId,
      '2026-11-23T18:10:00Z',
    ]);
    await queue();
    expect(await decisions()).toEqual(['sender_paused']);
    now = new Date('2026-11-23T18:10:00Z');
    expect(await decisions()).toEqual(['send']);
  });

  it('leaves alone what is for later', async () => {
    await queue({ sendAt: '2026-11-23T18:00:01Z' });
    expect(await decisions()).toEqual([]);
    now = new Date('2026-11-23T18:00:01Z');
    expect(await decisions()).toEqual(['send']);
  });
});

describe('marketing', () => {
  it('needs a consent that was not withdrawn since', async () => {
    const id = await queue({ purpose: 'marketing' });
    expect(await decisions()).toEqual(['no_consent']);
    expect((await row(id)).error_reason).toMatch(/no recorded consent/);
    await consent();
    await queue({ purpose: 'marketing' });
    expect(await decisions()).toEqual(['send']);
    await consent({ action: 'withdraw', kind: null });
    // the block is the first answer; without it the ledger still says no
    await kit.admin('delete from suppressions');
    await queue({ purpose: 'marketing' });
    expect(await decisions()).toEqual(['no_consent']);
  });

  it.each(['express', 'implied', 'transactional', null] as const)(
    'needs a written consent: one that is %s is not enough, and takes nothing from a written one',
    async (kind) => {
      await consent({ kind });
      await queue({ purpose: 'marketing' });
      expect(await decisions()).toEqual(['no_consent']);
      await consent();
      await consent({ kind });
      await queue({ purpose: 'marketing' });
      expect(await decisions()).toEqual(['send']);
    },
  );

  it('needs a consent that has not ended', async () => {
    await consent({ expiresAt: '2026-11-23T18:00:01Z' });
    await queue({ purpose: 'marketing' });
    expect(await decisions()).toEqual(['send']);
    now = new Date('2026-11-23T18:00:01Z');
    await queue({ purpose: 'marketing' });
    expect(await decisions()).toEqual(['no_consent']);
  });

  it("waits for 8:00 on the person's own clock, judged when it would leave and not when it was queued", async () => {
    await consent();
    await kit.admin(`update contacts set time_zone = 'America/Los_Angeles' where contact_id = $1`, [
      place.contactId,
    ]);
    const id = await queue({ purpose: 'marketing' });
    // 21:30 in Los Angeles
    now = new Date('2026-11-24T05:30:00Z');
    expect(await decisions()).toEqual(['quiet_hours']);
    expect(await row(id)).toMatchObject({
      hold_reason: 'quiet_hours',
      due_at: new Date('2026-11-24T16:00:00Z'),
    });
    now = new Date('2026-11-24T16:00:00Z');
    expect(await decisions()).toEqual(['send']);
  });

  it('goes by the derived zone where nobody has set one', async () => {
    await consent();
    const zone = (explicit: string | null) =>
      kit.admin(
        `update contacts set time_zone = $1, derived_zone = 'Pacific/Honolulu', derived_zone_source = 'address'
         where contact_id = $2`,
        [explicit, place.contactId],
      );
    // noon in Chicago, 8:00 in Honolulu; and an hour before
    await zone(null);
    now = new Date('2026-11-23T17:00:00Z');
    await queue({ purpose: 'marketing' });
    expect(await decisions()).toEqual(['quiet_hours']);
    await zone('America/Chicago');
    await queue({ purpose: 'marketing' });
    expect(await decisions()).toEqual(['send']);
    await kit.admin('update contacts set derived_zone = null, derived_zone_source = null');
  });

  it('is not stopped by a zone that nobody knows: the tenant’s clock counts', async () => {
    await consent();
    await kit.admin(`update contacts set time_zone = 'Mars/Olympus' where contact_id = $1`, [
      place.contactId,
    ]);
    await queue({ purpose: 'marketing' });
    expect(await decisions()).toEqual(['send']);
  });

  it('is canceled for somebody whom the team has muted, who still gets what a member writes', async () => {
    await consent();
    await kit.admin(`update contacts set dnd = '{sms}' where contact_id = $1`, [place.contactId]);
    const id = await queue({ purpose: 'marketing' });
    expect(await decisions()).toEqual(['dnd']);
    expect(await row(id)).toMatchObject({ status: 'canceled', error_code: 'dnd', due_at: null });
    await queue();
    expect(await decisions()).toEqual(['send']);
  });

  it("keeps to the stricter hours of the person's state", async () => {
    await consent();
    await kit.admin(
      `update contacts set time_zone = 'America/New_York', state = 'fl' where contact_id = $1`,
      [place.contactId],
    );
    const id = await queue({ purpose: 'marketing' });
    // 20:30 in Florida, where the day ends at 20:00
    now = new Date('2026-11-24T01:30:00Z');
    expect(await decisions()).toEqual(['quiet_hours']);
    expect(await row(id)).toMatchObject({ due_at: new Date('2026-11-24T13:00:00Z') });
  });
});

describe('pacing', () => {
  it('never lets more segments go in a second than the number may send, over all claims', async () => {
    await kit.admin('update senders set segments_per_second = 5 where sender_id = $1', [kit.a.senderId]);
    for (let index = 0; index < 30; index += 1)
      await queue({ body: index % 3 === 0 ? 'x'.repeat(200) : 'x' });
    const left: { at: number; segments: number }[] = [];
    for (let step = 0; step < 120; step += 1) {
      for (const message of await claim(7))
        left.push({ at: now.getTime(), segments: message.body.length > 160 ? 2 : 1 });
      now = new Date(now.getTime() + 100);
    }
    expect(left).toHaveLength(30);
    for (const { at } of left) {
      const within = left.filter((other) => other.at >= at && other.at < at + 1000);
      // the burst of 100 ms may start one more message
      expect(within.reduce((sum, other) => sum + other.segments, 0)).toBeLessThanOrEqual(5 + 2);
    }
    const seconds = (left.at(-1)!.at - left[0]!.at) / 1000;
    expect(seconds).toBeGreaterThan(40 / 5 - 1);
  });
});
