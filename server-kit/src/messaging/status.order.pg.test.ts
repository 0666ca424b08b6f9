/**
 * Carriers promise neither order nor number of callbacks. All 720 orders of six of them, one after the other and in
 * batches, must leave one and the same row, and a final status must never be taken back on the way.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatusReport } from '../carriers/carrier.ts';
import { callbackRefusal } from '../carriers/twilio/refusals.ts';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { createStatusWriter } from './status.ts';
import { BASE_SEED, seeded } from '../testing/campaign.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

type Callback = readonly [status: StatusReport['status'], code: string | null];

interface Case {
  callbacks: readonly Callback[];
  ends: Partial<Final>;
}

interface Final {
  status: string;
  error_code: string | null;
  error_reason: string | null;
  was_sent: boolean;
  was_delivered: boolean;
  /** Tried again by itself. */
  again: boolean;
}

const CASES: Record<string, Case> = {
  'a delivery among failures and doubles': {
    callbacks: [
      ['sent', null],
      ['sent', null],
      ['delivered', null],
      ['undelivered', '30008'],
      ['failed', '30005'],
      ['failed', null],
    ],
    ends: { status: 'delivered', error_code: null, error_reason: null, was_delivered: true, again: false },
  },
  'failures with and without a code': {
    callbacks: [
      ['sent', null],
      ['sent', null],
      ['undelivered', '30005'],
      ['undelivered', null],
      ['failed', null],
      ['failed', '30005'],
    ],
    ends: { status: 'undelivered', error_code: '30005', was_delivered: false, again: false },
  },
  'two codes, of which the smaller gives up and the larger would try again': {
    callbacks: [
      ['sent', null],
      ['undelivered', '30004'],
      ['undelivered', '30008'],
      ['undelivered', '30008'],
      ['failed', '30004'],
      ['failed', null],
    ],
    ends: { status: 'undelivered', error_code: '30004', again: false },
  },
  'two codes, of which the smaller tries again and the larger would give up': {
    callbacks: [
      ['sent', null],
      ['undelivered', '30003'],
      ['undelivered', '30006'],
      ['undelivered', null],
      ['failed', '30006'],
      ['failed', '30003'],
    ],
    ends: { status: 'undelivered', error_code: '30003', again: true },
  },
  'a read receipt that overtakes everything': {
    callbacks: [
      ['sent', null],
      ['sent', null],
      ['delivered', null],
      ['delivered', null],
      ['read', null],
      ['failed', '30008'],
    ],
    ends: { status: 'read', error_code: null, was_delivered: true, again: false },
  },
};

describe.each(Object.entries(CASES))('%s', (_name, { callbacks, ends }) => {
  const orders = permutations(callbacks);

  it('ends the same in all 720 orders, one callback after the other', async () => {
    expect(orders).toHaveLength(720);
    const results = await finals(orders.map((order) => order.map((callback) => [callback])));
    expect([...new Set(results)]).toHaveLength(1);
    expect(JSON.parse(results[0]!)).toMatchObject({ ...ends, was_sent: true });
  });

  it('ends the same in all 720 orders when callbacks are written together', async () => {
    const random = seeded(BASE_SEED);
    const batched = orders.map((order) => {
      const first = random.below(5);
      return [order.slice(0, first), order.slice(first, first + 2), order.slice(first + 2)];
    });
    const one = await finals(orders.slice(0, 1).map((order) => order.map((callback) => [callback])));
    expect([...new Set(await finals(batched))], `seed ${BASE_SEED}`).toEqual(one);
  });

  it('never takes a final status back', async () => {
    const writer = createStatusWriter(kit.database);
    const rank = new Map(
      ['sending', 'sent', 'failed', 'undelivered', 'delivered', 'read'].map((name, at) => [name, at]),
    );
    const sample = orders.filter((_, index) => index % 20 === 0);
    const ids = await sendingMessages(sample.length);
    const highest = ids.map(() => 0);
    for (let step = 0; step < 6; step += 1) {
      await Promise.all(
        sample.map((order, index) => writer.add(kit.a.id, reportOf(ids[index]!, order[step]!))),
      );
      const now = await statuses(ids);
      now.forEach((status, index) => {
        expect(rank.get(status), `${status} after step ${step}`).toBeGreaterThanOrEqual(highest[index]!);
        highest[index] = rank.get(status)!;
      });
    }
  });
});

/** Writes each message's callbacks, batch after batch, and returns what its row says in the end. */
async function finals(messages: (readonly Callback[])[][]): Promise<string[]> {
  const writer = createStatusWriter(kit.database);
  const ids = await sendingMessages(messages.length);
  await Promise.all(
    messages.map(async (batches, index) => {
      for (const batch of batches) {
        await Promise.all(batch.map((callback) => writer.add(kit.a.id, reportOf(ids[index]!, callback))));
      }
    }),
  );
  const rows = await kit.rows<Final & { message_id: string }>(
    kit.a,
    ({ sql, tenant }) => sql`
      select message_id, status, error_code, error_reason, sent_at is not null as was_sent,
        delivered_at is not null as was_delivered, due_at is not null as again, lease_until, hold_reason, attempt
      from messages where tenant_id = ${tenant} and message_id = any(${ids}::uuid[])`,
  );
  const byId = new Map(rows.map(({ message_id, ...row }) => [message_id, JSON.stringify(row)]));
  return ids.map((id) => byId.get(id)!);
}

async function statuses(ids: string[]): Promise<string[]> {
  const rows = await kit.rows<{ message_id: string; status: string }>(
    kit.a,
    ({ sql, tenant }) => sql`
      select message_id, status from messages where tenant_id = ${tenant} and message_id = any(${ids}::uuid[])`,
  );
  const byId = new Map(rows.map((row) => [row.message_id, row.status]));
  return ids.map((id) => byId.get(id)!);
}

/** Messages whose carrier call is under way. */
async function sendingMessages(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, newId);
  const { conversationId, contactId } = await kit.receive(kit.a, { body: 'Hello' });
  await kit.rows(
    kit.a,
    ({ sql, tenant }) => sql`
      insert into messages (tenant_id, message_id, conversation_id, contact_id, sender_id, channel, direction, status,
        origin, body, from_address, to_address, segments, claimed_at, lease_until)
      select ${tenant}, id, ${conversationId}, ${contactId}, ${kit.a.senderId}, 'sms', 'outbound', 'sending', 'member',
        'Hello', ${kit.a.address}, '+13125550177', 1, moment(), moment() + interval '25 seconds'
      from unnest(${ids}::uuid[]) as id`,
  );
  return ids;
}

function reportOf(messageId: string, [status, code]: Callback): StatusReport {
  const sid = `SM${messageId.replaceAll('-', '')}`;
  return { tenant: kit.a.id, messageId, attempt: 1, sid, status, refusal: callbackRefusal(code) };
}

function permutations<T>(things: readonly T[]): T[][] {
  if (things.length <= 1) return [[...things]];
  return things.flatMap((thing, index) =>
    permutations(things.toSpliced(index, 1)).map((rest) => [thing, ...rest]),
  );
}
