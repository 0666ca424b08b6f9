/** What judging consent costs: a batch of marketing as it is claimed, and one address as somebody writes to it. */
import { agencyLockKey, lockKey } from '../../server-kit/src/consent/ledger.ts';
import { blockOn } from '../../server-kit/src/consent/queries.ts';
import { Database } from '../../server-kit/src/db/client.ts';
import { claimDue } from '../../server-kit/src/messaging/claim.ts';
import { database, NUMBER, startKit, superuser, TENANT } from '../harness/environment.ts';
import { paired, percentile, tidy, type Figure } from '../harness/figure.ts';
import { CONTACTS, people, PEOPLE_SCHEMA } from '../people/store.ts';
import type postgres from 'postgres';

const A_ROUND = 5_000;
/** As a drain takes them. */
const BATCH = 100;
/** Both have warm code and plans after so many rounds. */
const WARM_UP = 2;
/** Nobody's quiet hours, from Hawaii to Maine. */
const NOON = new Date('2026-11-18T20:00:00Z');

const STATES = ['CA', 'TX', 'FL', 'NY', 'IL', 'WA', 'OK', 'CT'];

/** People of eight states who agreed in writing, each with a conversation. */
async function crowd(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into contacts (tenant_id, contact_id, phone, state, derived_zone, derived_zone_source)
    select ${TENANT}, gen_random_uuid(), '+1312' || (5000000 + n), (${STATES}::text[])[1 + n % 8],
      case when n % 2 = 0 then 'America/Chicago' else 'America/Los_Angeles' end, 'address'
    from generate_series(1, ${A_ROUND}) n`;
  await sql`
    insert into conversations (tenant_id, conversation_id, contact_id, channel, sender_id)
    select c.tenant_id, gen_random_uuid(), c.contact_id, 'sms', (select sender_id from senders limit 1) from contacts c`;
  await sql`
    insert into consents (tenant_id, channel, address, state, kind, source, at, record_id)
    select tenant_id, 'sms', phone, 'granted', 'express_written', 'form', '2026-01-01', gen_random_uuid() from contacts`;
  // blocks of others, so that there is something to look in
  await sql`
    insert into suppressions (tenant_id, channel, address, source)
    select ${TENANT}, 'sms', '+1415' || (5000000 + n), 'keyword' from generate_series(1, 20000) n`;
}

async function queue(sql: postgres.Sql, purpose: 'marketing' | 'conversation'): Promise<void> {
  await sql`truncate messages cascade`;
  await sql`
    insert into messages (tenant_id, message_id, conversation_id, contact_id, sender_id, channel, direction, status,
      origin, purpose, body, from_address, to_address, segments, due_at)
    select c.tenant_id, gen_random_uuid(), c.conversation_id, c.contact_id, c.sender_id, 'sms', 'outbound', 'queued',
      'api', ${purpose}, 'Open house on Saturday at 10. Reply STOP to opt out.', ${NUMBER}, p.phone, 1, ${NOON}
    from conversations c join contacts p using (tenant_id, contact_id)`;
  await sql`vacuum analyze messages`;
}

export const consentBatch: Figure = {
  name: 'consent-batch',
  title:
    'messages/s of claiming marketing, judged by consent, blocks and quiet hours ÷ claiming conversations, which need none of it',
  unit: 'ratio',
  goal: { atLeast: 0.8 },
  async measure(bench) {
    const kit = await startKit();
    const { url } = await database();
    const own = new Database({ url, schema: kit.schema, maxConnections: 2, clock: () => NOON });
    const sql = await superuser(kit.schema, 2);
    try {
      const [sender] = await sql<{ sender_id: string }[]>`select sender_id from senders`;
      await crowd(sql);
      await sql`analyze`;
      const claimAll = (purpose: 'marketing' | 'conversation') => async () => {
        await queue(sql, purpose);
        const started = performance.now();
        let sent = 0;
        for (;;) {
          const { results, release } = await own.pipelineHolding(
            TENANT,
            (tx) => [lockKey(tx, TENANT), agencyLockKey(tx, TENANT)],
            (tx) =>
              [
                tx.sql`set local plan_cache_mode = force_generic_plan`,
                claimDue(tx, sender!.sender_id, BATCH, 30_000),
              ] as const,
          );
          await release();
          const claimed = results[1];
          sent += claimed.filter(({ decision }) => decision === 'send').length;
          if (claimed.length === 0) break;
        }
        if (sent !== A_ROUND) throw new Error(`${sent} of ${A_ROUND} ${purpose} messages were to be sent.`);
        return (A_ROUND / (performance.now() - started)) * 1000;
      };
      const [subject, floor] = [claimAll('marketing'), claimAll('conversation')];
      for (let round = 0; round < WARM_UP; round += 1) {
        await subject();
        await floor();
      }
      return await paired(bench, subject, floor);
    } finally {
      await sql.end();
      await own.close();
      await kit.stop();
    }
  },
};

/** What a send asks of one address before it writes anything, in the process that asks. */
export const consentCheck: Figure = {
  name: 'consent-check',
  title: `p95 of asking what blocks an address and what it has agreed to, ${CONTACTS.toLocaleString('en')} people`,
  unit: 'ms',
  goal: { atMost: 5 },
  async measure(bench) {
    const { url } = await people();
    const own = new Database({ url, schema: PEOPLE_SCHEMA, maxConnections: 2 });
    try {
      const phones = await own.transaction(
        TENANT,
        ({ sql }) => sql<{ phone: string }[]>`
          select phone from contacts tablesample system (1) where tenant_id = ${TENANT} and phone is not null
          order by random() limit 1000`,
      );
      const taken: number[] = [];
      for (const { phone } of phones) {
        const started = performance.now();
        await own.transaction(TENANT, (tx) =>
          Promise.all([
            blockOn(tx, 'sms', phone),
            tx.sql`select state, kind, expires_at from consents
              where tenant_id = ${TENANT} and channel = 'sms' and address = ${phone}`,
          ]),
        );
        taken.push(performance.now() - started);
      }
      const counted = taken.slice(50);
      bench.note(`median ${tidy(percentile(counted, 0.5))} ms, longest ${tidy(Math.max(...counted))} ms`);
      return [percentile(counted, 0.95)];
    } finally {
      await own.close();
    }
  },
};
