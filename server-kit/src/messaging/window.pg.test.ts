/** The hours of a workflow's texts, as the claim has them, against those of the contract, by which its steps wait. */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isOpen, nextOpening } from '../contract/workflow/time.ts';
import { WEEKDAYS } from '../contract/workflow/index.ts';
import type { SendWindow } from '../consent/index.ts';
import { Database } from '../db/client.ts';
import { BASE_SEED, campaign, CAMPAIGN_TIMEOUT } from '../testing/campaign.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { claimDue } from './claim.ts';
import { enqueueMessages } from './outbox.ts';
import { newText } from './testing/new-text.ts';

fc.configureGlobal({ seed: BASE_SEED });
const PHONE = '+13125550178';
const HOUR = 3_600_000;
let kit: TestKit;
let database: Database;
let place: { conversationId: string; contactId: string };
let now = new Date();

beforeAll(async () => {
  kit = await getTestKit();
  database = new Database({ url: kit.url, schema: kit.schema, clock: () => now });
  place = await kit.receive(kit.a, { from: PHONE });
});
afterAll(async () => {
  await database.close();
  await kit.close();
});
beforeEach(() => kit.admin(`delete from messages where direction = 'outbound'`));

const timeOfDay = fc
  .integer({ min: 0, max: 24 * 4 })
  .map((n) => `${String(Math.floor(n / 4)).padStart(2, '0')}:${String((n % 4) * 15).padStart(2, '0')}`);
const window = fc.record(
  { from: timeOfDay, to: timeOfDay, days: fc.subarray([...WEEKDAYS], { minLength: 1 }) },
  { requiredKeys: [] },
);
/** Whose rules have not changed lately: Node and Postgres each bring their own, and not of one day. */
const zone = fc.constantFrom(
  'America/Chicago',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Australia/Lord_Howe',
  'Europe/London',
  'UTC',
);
/** Any time of some years, and more often around the days on which clocks jump. */
const instant = fc.oneof(
  fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2029-01-01') }),
  fc
    .tuple(
      fc.constantFrom('2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01'),
      fc.integer({ min: -30 * HOUR, max: 30 * HOUR }),
    )
    .map(([day, ms]) => Date.parse(day) + ms),
);

it(
  'what is open is open by both, and whoever waits is not sent to any other day',
  async () => {
    const cases = fc.sample(fc.tuple(instant, zone, window), campaign(2_000, 100_000));
    const rows = cases.map(([at, in_zone, hours], nth) => ({
      ...{ nth, in_zone, hours },
      at: new Date(at).toISOString(),
    }));
    const answers = await kit.admin(
      `select nth, extract(epoch from after_closed_hours(at, in_zone, null, hours)) * 1000 as opens
       from jsonb_to_recordset($1::jsonb) as r (nth integer, at timestamptz, in_zone text, hours jsonb) order by nth`,
      [JSON.stringify(rows)],
    );
    for (const [nth, [at, in_zone, hours]] of cases.entries()) {
      const words = JSON.stringify(rows[nth]);
      const opens = Number(answers[nth]!['opens']);
      const expected = nextOpening(at, in_zone, hours);
      if (expected === null) expect(opens, words).toBeGreaterThan(at);
      else {
        expect(opens === at, words).toBe(isOpen(at, in_zone, hours));
        // it is asked again then; minutes that are there twice may be passed over the second time
        const leaves = nextOpening(opens, in_zone, hours)!;
        expect(leaves, words).toBeLessThanOrEqual(nextOpening(at + 2 * HOUR, in_zone, hours)! + HOUR);
      }
    }
  },
  CAMPAIGN_TIMEOUT,
);

describe('a text of a workflow', () => {
  const queue = async (window: SendWindow) => {
    const { senderId, address: from } = kit.a;
    const text = newText({ ...place, senderId, from, to: PHONE, origin: 'workflow', window });
    await database.transaction(kit.a.id, (tx) => enqueueMessages(tx, [text]));
    return text.id;
  };
  const claim = () =>
    database.transaction(kit.a.id, async (tx) =>
      [...(await claimDue(tx, kit.a.senderId, 20, 25_000))].map(({ decision }) => decision),
    );
  const row = async (id: string) =>
    (await kit.admin('select status, hold_reason, due_at from messages where message_id = $1', [id]))[0];
  const day = (from: string, to: string, zone: SendWindow['zone'] = 'contact') => ({ zone, from, to });

  it('that is late for its hours leaves when they begin again', async () => {
    await kit.admin(`update contacts set time_zone = 'America/Chicago' where contact_id = $1`, [
      place.contactId,
    ]);
    now = new Date('2026-06-01T22:59:00Z');
    const id = await queue(day('10:00', '18:00'));
    now = new Date('2026-06-01T23:00:00Z');
    expect(await claim()).toEqual(['window']);
    expect(await row(id)).toMatchObject({ status: 'queued', hold_reason: 'window' });
    expect(new Date((await row(id))!['due_at']).toISOString()).toBe('2026-06-02T15:00:00.000Z');
    now = new Date('2026-06-02T14:59:59Z');
    expect(await claim()).toEqual([]);
    now = new Date('2026-06-02T15:00:00Z');
    expect(await claim()).toEqual(['send']);
    expect(await row(id)).toMatchObject({ status: 'sending', hold_reason: null });
  });

  it('goes by the clock that its workflow names', async () => {
    await kit.admin(`update contacts set time_zone = 'Asia/Kathmandu' where contact_id = $1`, [
      place.contactId,
    ]);
    now = new Date('2026-06-01T12:00:00Z');
    await queue(day('10:00', '18:00', 'Europe/London'));
    await queue(day('10:00', '18:00'));
    expect((await claim()).toSorted()).toEqual(['send', 'send']);
    now = new Date('2026-06-01T13:00:00Z');
    await queue(day('10:00', '18:00', 'Europe/London'));
    await queue(day('10:00', '18:00'));
    expect((await claim()).toSorted()).toEqual(['send', 'window']);
  });
});
