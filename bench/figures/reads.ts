/** P13 and the feed: what row security costs a page of messages, and how fast a reader catches up. */
import type postgres from 'postgres';
import { Database } from '../../server-kit/src/db/client.ts';
import { paired, type Figure } from '../harness/figure.ts';
import { database, sessionToken, startKit, superuser, TENANT } from '../harness/environment.ts';

const MISSED = 10_000;
const PAGE_SECONDS = 1.5;

async function seedThread(sql: postgres.Sql, messages: number): Promise<string> {
  await sql`insert into contacts (tenant_id, contact_id, phone) values (${TENANT}, gen_random_uuid(), '+13125559999')`;
  const [row] = await sql<{ conversation_id: string }[]>`
    insert into conversations (tenant_id, conversation_id, contact_id, channel, sender_id)
    select ${TENANT}, gen_random_uuid(), contact_id, 'sms', (select sender_id from senders limit 1)
    from contacts where phone = '+13125559999'
    returning conversation_id`;
  await sql`
    insert into messages (tenant_id, message_id, conversation_id, contact_id, sender_id, channel, direction, status,
      origin, body, from_address, to_address, segments, created_at)
    select tenant_id, gen_random_uuid(), conversation_id, contact_id, sender_id, 'sms', 'inbound', 'received', 'contact',
      'Message ' || n, '+13125559999', '+16305550142', 1, now() - n * interval '1 minute'
    from generate_series(1, ${messages}) n, conversations where conversation_id = ${row!.conversation_id}`;
  await sql`analyze`;
  return row!.conversation_id;
}

export const rowSecurity: Figure = {
  name: 'row-security',
  title: 'message pages/s under row security ÷ the same query without, 10 connections',
  unit: 'ratio',
  goal: { atLeast: 0.45 },
  async measure(bench) {
    const kit = await startKit();
    const sql = await superuser(kit.schema);
    const { url } = await database();
    const secured = new Database({ url, schema: kit.schema });
    try {
      const conversation = await seedThread(sql, 5_000);
      const page = (client: postgres.Sql | postgres.ReservedSql) => client`
        select * from messages where tenant_id = ${TENANT} and conversation_id = ${conversation}
        order by created_at desc, message_id desc limit 50`;
      const rate = async (read: () => PromiseLike<unknown>) => {
        let done = 0;
        const end = performance.now() + PAGE_SECONDS * 1000;
        await Promise.all(
          Array.from({ length: 10 }, async () => {
            while (performance.now() < end) {
              await read();
              done += 1;
            }
          }),
        );
        return done / PAGE_SECONDS;
      };
      return await paired(
        bench,
        () => rate(() => secured.pipeline(TENANT, (tx) => [page(tx.sql)] as const)),
        () => rate(() => page(sql)),
      );
    } finally {
      await secured.close();
      await sql.end();
      await kit.stop();
    }
  },
};

export const catchUp: Figure = {
  name: 'feed-catch-up',
  title: `seconds until a reader that missed ${MISSED} events has them all`,
  unit: 's',
  goal: { atMost: 5 },
  async measure(bench) {
    const kit = await startKit();
    const sql = await superuser(kit.schema);
    const token = await sessionToken('agent');
    try {
      const cursor = await readFeed(kit.publicUrl, token, undefined, (event) =>
        event.name === 'ready' ? event.id : undefined,
      );
      const conversation = await seedThread(sql, MISSED);
      await sql`
        insert into events (tenant_id, event_id, type, contact_id, conversation_id, message_id)
        select tenant_id, gen_random_uuid(), 'message.received', contact_id, conversation_id, message_id
        from messages where conversation_id = ${conversation}`;
      const seconds: number[] = [];
      for (let round = 0; round < bench.rounds; round += 1) {
        const seen = new Set<string>();
        const started = performance.now();
        await readFeed(kit.publicUrl, token, cursor, (event) => {
          if (event.data.startsWith('{"id"')) seen.add((JSON.parse(event.data) as { id: string }).id);
          return seen.size === MISSED ? true : undefined;
        });
        seconds.push((performance.now() - started) / 1000);
      }
      return seconds;
    } finally {
      await sql.end();
      await kit.stop();
    }
  },
};

interface ServerEvent {
  id: string;
  name: string;
  data: string;
}

/** Reads the feed until `pick` returns something, then cuts it. */
async function readFeed<T>(
  publicUrl: string,
  token: string,
  cursor: string | undefined,
  pick: (event: ServerEvent) => T | undefined,
): Promise<T> {
  const answer = await fetch(`${publicUrl}/v1/feed`, {
    headers: { authorization: `Bearer ${token}`, ...(cursor !== undefined && { 'last-event-id': cursor }) },
  });
  if (!answer.ok || !answer.body)
    throw new Error(`The feed answered ${answer.status}: ${await answer.text()}`);
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? '';
      const found = pick({ id: field('id'), name: field('event'), data: field('data') });
      // leaving the loop closes the connection
      if (found !== undefined) return found;
    }
  }
  throw new Error('The feed ended.');
}
