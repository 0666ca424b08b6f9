/** Queued to carrier-accepted: one worker process against a bare loop of the same HTTP calls at the same concurrency. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { paired, type Figure } from '../harness/figure.ts';
import { NUMBER, startKit, superuser, TENANT } from '../harness/environment.ts';
import type postgres from 'postgres';

const A_ROUND = 3_000;
/** Both have warm code after so many rounds; the first is a third slower. */
const WARM_UP = 3;
/** What one process of the kit has open at most (`OPEN_CALLS` in messaging/sender.ts). */
const CONCURRENCY = 40;

/** A process beside us that runs `script` and answers questions. */
async function neighbour(script: string, ...args: string[]) {
  const child = fork(fileURLToPath(new URL(`../harness/${script}`, import.meta.url)), args, {
    execArgv: ['--conditions=patchbay-source', '--disable-warning=ExperimentalWarning'],
  });
  const [ready] = (await once(child, 'message')) as [unknown];
  return {
    ready,
    async ask<T>(question: unknown): Promise<T> {
      child.send(question as string);
      const [answer] = (await once(child, 'message')) as [T];
      return answer;
    },
    stop: () => child.kill('SIGKILL'),
  };
}

/** Puts messages into the outbox as campaigns will: many at once, then one ring. */
async function queue(sql: postgres.Sql, count: number): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`
      insert into messages (tenant_id, message_id, conversation_id, contact_id, sender_id, channel, direction, status,
        origin, body, from_address, to_address, segments, due_at)
      select c.tenant_id, gen_random_uuid(), c.conversation_id, c.contact_id, c.sender_id, 'sms', 'outbound', 'queued',
        'api', 'See you on Saturday at 10. Reply STOP to opt out.', ${NUMBER},
        '+1312555' || lpad((n % 10000)::text, 4, '0'), 1, now()
      from generate_series(1, ${count}) n, (select * from conversations limit 1) c`;
    await tx`select wake_sender(${TENANT}, sender_id, now()) from senders`;
  });
}

/** Asks what the partial indexes answer: a count of the table every 20 ms took a third of a core. */
async function untilSent(sql: postgres.Sql): Promise<void> {
  for (;;) {
    const [row] = await sql<{ open: boolean }[]>`
      select (exists (select from messages where status = 'sending')
        or exists (select from messages where due_at is not null)) as open`;
    if (!row!.open) return;
    await new Promise((tick) => setTimeout(tick, 20));
  }
}

export const outbound: Figure = {
  name: 'outbound',
  title: 'queued to carrier-accepted messages/s of one worker ÷ a bare loop of the same calls',
  unit: 'ratio',
  goal: { atLeast: 0.6 },
  async measure(bench) {
    const carrier = await neighbour('carrier-process.ts');
    const carrierUrl = carrier.ready as string;
    const kit = await startKit({ carrierUrl });
    const sql = await superuser(kit.schema, 2);
    const loop = await neighbour('bare-sends.ts', carrierUrl);
    try {
      const [sender] = await sql<{ sender_id: string }[]>`select sender_id from senders`;
      await sql`with contact as (
          insert into contacts (tenant_id, contact_id, phone) values (${TENANT}, gen_random_uuid(), '+13125550000')
          returning tenant_id, contact_id)
        insert into conversations (tenant_id, conversation_id, contact_id, channel, sender_id)
        select tenant_id, gen_random_uuid(), contact_id, 'sms', ${sender!.sender_id} from contact`;
      await kit.ask('worker');
      const subject = async () => {
        await queue(sql, A_ROUND);
        const started = performance.now();
        await untilSent(sql);
        const [failed] = await sql<{ count: number }[]>`
          select count(*)::int as count from messages where status not in ('sent', 'delivered')`;
        if (failed!.count > 0) throw new Error(`${failed!.count} messages were not accepted.`);
        return (A_ROUND / (performance.now() - started)) * 1000;
      };
      const floor = async () =>
        A_ROUND / ((await loop.ask<number>({ count: A_ROUND, concurrency: CONCURRENCY })) / 1000);
      for (let round = 0; round < WARM_UP; round += 1) {
        await subject();
        await floor();
      }
      await sql`analyze`;
      return await paired(bench, subject, floor);
    } finally {
      loop.stop();
      carrier.stop();
      await sql.end();
      await kit.stop();
    }
  },
};
