/** P6 to P9: what the carrier's webhooks cost, against single-row inserts into the same table at 10 connections. */
import { randomBytes } from 'node:crypto';
import twilio from 'twilio';
import type { Bench, Figure } from '../harness/figure.ts';
import { paired, percentile, tidy } from '../harness/figure.ts';
import { blast, post, type LoadResult } from '../harness/client.ts';
import { ACCOUNT, NUMBER, startKit, superuser, TENANT, type KitProcess } from '../harness/environment.ts';
import type postgres from 'postgres';

const A_ROUND = 4_000;

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

function signed(kit: KitProcess, path: string, params: Record<string, string>): Buffer {
  const url = `${kit.publicUrl}${path}`;
  return post(new URL(url).pathname + new URL(url).search, new URLSearchParams(params).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': twilio.getExpectedTwilioSignature(ACCOUNT.authToken, url, params),
  });
}

/** A text with all that Twilio sends along, from one of 2,000 people, so that some are new and most are known. */
function inbound(kit: KitProcess): Buffer {
  const sid = `SM${hex(16)}`;
  return signed(kit, '/twilio/sms/inbound', {
    ToCountry: 'US',
    ToState: 'IL',
    SmsMessageSid: sid,
    NumMedia: '0',
    ToCity: 'CHICAGO',
    FromZip: '60601',
    SmsSid: sid,
    FromState: 'IL',
    SmsStatus: 'received',
    FromCity: 'CHICAGO',
    Body: 'Is the open house still on Sunday? ' + sid,
    FromCountry: 'US',
    To: NUMBER,
    ToZip: '60601',
    NumSegments: '1',
    MessageSid: sid,
    AccountSid: ACCOUNT.accountSid,
    From: `+1312555${String(Math.floor(Math.random() * 2000)).padStart(4, '0')}`,
    ApiVersion: '2010-04-01',
  });
}

function checkAll(result: LoadResult, status: number): LoadResult {
  const good = result.statuses.get(status) ?? 0;
  const all = [...result.statuses.values()].reduce((sum, count) => sum + count, 0);
  if (good !== all)
    throw new Error(`Not all were answered ${status}: ${JSON.stringify([...result.statuses])}`);
  return result;
}

/** S: one row a transaction, 10 connections, into the product's own messages table. */
async function singleInserts(sql: postgres.Sql, count: number): Promise<number> {
  const [conversation] = await sql<{ conversation_id: string; contact_id: string; sender_id: string }[]>`
    select conversation_id, contact_id, sender_id from conversations limit 1`;
  const { conversation_id, contact_id, sender_id } = conversation!;
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      while (next < count) {
        next += 1;
        await sql`
          insert into messages (tenant_id, message_id, conversation_id, contact_id, sender_id, channel, direction, status,
            origin, body, from_address, to_address, segments, carrier_sid)
          values (${TENANT}, gen_random_uuid(), ${conversation_id}, ${contact_id}, ${sender_id}, 'sms', 'inbound',
            'received', 'contact', 'Is the open house still on Sunday?', '+13125550000', ${NUMBER}, 1, ${`SM${hex(16)}`})`;
      }
    }),
  );
  return (count / (performance.now() - started)) * 1000;
}

async function withFloor(
  bench: Bench,
  subject: (kit: KitProcess, sql: postgres.Sql) => Promise<() => Promise<number>>,
): Promise<number[]> {
  const kit = await startKit();
  const sql = await superuser(kit.schema);
  try {
    // the floor needs a conversation, and both need warm caches, statements and code: a kit that has just started is
    // half as fast until some 8,000 requests have been through the compiler
    for (const connections of [10, 200]) {
      const requests = Array.from({ length: A_ROUND }, () => inbound(kit));
      checkAll(await blast(kit.port, requests, connections), 200);
    }
    await singleInserts(sql, 1_000);
    // autovacuum does this within a minute; until then the planner knows nothing about the tables
    await sql`analyze`;
    const measured = await subject(kit, sql);
    return await paired(bench, measured, () => singleInserts(sql, A_ROUND));
  } finally {
    await sql.end();
    await kit.stop();
  }
}

function inboundFigure(connections: number, goal: number): Figure {
  return {
    name: `inbound-${connections}`,
    title: `inbound webhooks/s at ${connections} connections ÷ single-row inserts/s`,
    unit: 'ratio',
    goal: { atLeast: goal },
    measure: (bench) =>
      withFloor(bench, async (kit, sql) => async () => {
        const requests = Array.from({ length: A_ROUND }, () => inbound(kit));
        const before = await countMessages(sql);
        const result = checkAll(await blast(kit.port, requests, connections), 200);
        const stored = (await countMessages(sql)) - before;
        if (stored !== A_ROUND)
          throw new Error(`${A_ROUND} webhooks were answered 200, ${stored} are in the table.`);
        bench.note(`p99 ${tidy(percentile(result.latencies, 0.99))} ms`);
        return result.perSecond;
      }),
  };
}

async function countMessages(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from messages`;
  return row!.count;
}

/** Outbound messages that the carrier has taken, to be called back about. */
async function accepted(sql: postgres.Sql, count: number): Promise<{ id: string; sid: string }[]> {
  return sql<{ id: string; sid: string }[]>`
    insert into messages (tenant_id, message_id, conversation_id, contact_id, sender_id, channel, direction, status,
      origin, body, from_address, to_address, segments, carrier_sid, sent_at)
    select tenant_id, gen_random_uuid(), conversation_id, contact_id, sender_id, 'sms', 'outbound', 'sent', 'api',
      'See you then.', ${NUMBER}, '+13125550000', 1, 'SM' || replace(gen_random_uuid()::text, '-', ''), now()
    from generate_series(1, ${count}), (select * from conversations limit 1) c
    returning message_id as id, carrier_sid as sid`;
}

function delivered(kit: KitProcess, { id, sid }: { id: string; sid: string }): Buffer {
  return signed(kit, `/twilio/sms/status?t=${TENANT}&m=${id}&a=1`, {
    SmsSid: sid,
    SmsStatus: 'delivered',
    MessageStatus: 'delivered',
    To: '+13125550000',
    MessageSid: sid,
    AccountSid: ACCOUNT.accountSid,
    From: NUMBER,
    ApiVersion: '2010-04-01',
    RawDlrDoneDate: '2611220330',
  });
}

export const inbound10 = inboundFigure(10, 0.35);
export const inbound200 = inboundFigure(200, 0.7);

export const statusCallbacks: Figure = {
  name: 'status-callbacks',
  title: 'status callbacks/s at 200 connections ÷ single-row inserts/s',
  unit: 'ratio',
  goal: { atLeast: 0.7 },
  measure: (bench) =>
    withFloor(bench, async (kit, sql) => async () => {
      const requests = (await accepted(sql, A_ROUND)).map((message) => delivered(kit, message));
      const result = checkAll(await blast(kit.port, requests, 200), 204);
      const [row] = await sql<{ count: number }[]>`
        select count(*)::int as count from messages where status = 'sent' and direction = 'outbound'`;
      if (row!.count !== 0) throw new Error(`${row!.count} callbacks were answered and not written.`);
      return result.perSecond;
    }),
};

/** 3,500 callbacks a second for ten seconds, whether or not the earlier ones were answered; seconds until all are. */
export const statusBurst: Figure = {
  name: 'status-burst',
  title: 'seconds until a burst of 3,500 callbacks/s for 10 s is written, from its start',
  unit: 's',
  goal: { atMost: 15 },
  async measure(bench) {
    const kit = await startKit();
    const sql = await superuser(kit.schema);
    try {
      checkAll(await blast(kit.port, [inbound(kit)], 1), 200);
      const requests = (await accepted(sql, 35_000)).map((message) => delivered(kit, message));
      const started = performance.now();
      const seconds: Promise<LoadResult>[] = [];
      for (let second = 0; second < 10; second += 1) {
        const due = started + second * 1000 - performance.now();
        if (due > 0) await new Promise((tick) => setTimeout(tick, due));
        seconds.push(blast(kit.port, requests.slice(second * 3_500, (second + 1) * 3_500), 50));
      }
      const results = await Promise.all(seconds);
      const took = (performance.now() - started) / 1000;
      for (const result of results) checkAll(result, 204);
      const latencies = results.flatMap((result) => result.latencies);
      bench.note(
        `p99 of an answer ${tidy(percentile(latencies, 0.99))} ms, slowest ${tidy(Math.max(...latencies))} ms`,
      );
      return [took];
    } finally {
      await sql.end();
      await kit.stop();
    }
  },
};

/** Live updates on and off, same load, turn about: two kits beside each other, each with 20 readers or none. */
export const liveUpdates: Figure = {
  name: 'live-updates',
  title: 'inbound webhooks/s with live updates ÷ without',
  unit: 'ratio',
  goal: { atLeast: 0.85 },
  async measure(bench) {
    const [on, off] = [await startKit({ live: true }), await startKit({ live: false })];
    try {
      const rate = (kit: KitProcess) => async () =>
        checkAll(
          await blast(
            kit.port,
            Array.from({ length: A_ROUND }, () => inbound(kit)),
            50,
          ),
          200,
        ).perSecond;
      await rate(on)();
      await rate(off)();
      return await paired(bench, rate(on), rate(off));
    } finally {
      await on.stop();
      await off.stop();
    }
  },
};
