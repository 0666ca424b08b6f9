/**
 * Readers of the log and of the clock are killed wherever they stand, before, during and after each transaction, some frozen and
 * thawed beside their successor. Every event lets its person in once, and every round of a schedule everybody once.
 */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { WorkflowTrigger } from '../../contract/index.ts';
import { Database } from '../../db/client.ts';
import { Life } from '../../messaging/testing/mortal.ts';
import { campaign, CAMPAIGN_TIMEOUT, forEachSeed, seeded, type Random } from '../../testing/campaign.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { publishForTest } from '../testing/published.ts';
import { lookAtClock } from './clock.ts';
import { readLog } from './log.ts';

const log = pino({ level: 'silent' });
const PEOPLE = 23;
const ROUND = '2026-03-01T09:00:00.000Z';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

/** A process that reads until there is nothing left, or until it ends. */
async function live(
  tenant: string,
  random: Random,
  now: () => Date,
): Promise<{ lived: boolean; thaw: () => Promise<void> }> {
  const fate = random.pick(['dies', 'dies', 'freezes', 'lives'] as const);
  const life = new Life(random, fate, 1 + random.below(30));
  const own = new Database({ url: kit.url, schema: kit.schema, maxConnections: 1, clock: now });
  const database = life.mortal(own);
  const work = async () => {
    for (let more = true; more;) {
      const look = await readLog({ database, log }, tenant, 1 + random.below(9));
      const ticked = await lookAtClock({ database, log }, tenant, 1 + random.below(9));
      more = look.more || look.ahead || ticked;
    }
    return true;
  };
  // cut connections are what a killed process leaves
  const working = work().catch((error: unknown) => {
    if (!life.dead) throw error;
    return false;
  });
  const lived = await Promise.race([working, life.ended.then(() => false)]);
  const thaw = async () => {
    if (fate === 'freezes' && !lived) {
      life.thaw();
      await working;
    }
    if (!life.dead) await own.close();
  };
  return { lived, thaw };
}

it('lets everybody in once, whoever is killed when', { timeout: CAMPAIGN_TIMEOUT }, async () => {
  await forEachSeed(campaign(25, 1_000), 2, async (seed) => {
    const random = seeded(seed);
    const tenant = `t-${seed}`;
    let now = new Date('2026-03-01T08:00:00Z');
    await kit.kit.tenants.upsert({ id: tenant, name: tenant, timeZone: 'UTC' });
    const home = new Database({ url: kit.url, schema: kit.schema, maxConnections: 1, clock: () => now });
    const publish = (trigger: unknown) =>
      home.transaction(tenant, (tx) =>
        publishForTest(tx, { triggers: [trigger] as WorkflowTrigger[], settings: { re_entry: 'always' } }),
      );
    const [tagged, scheduled] = [
      await publish({ on: 'tag.added', tag: 'x' }),
      await publish({ on: 'schedule', cron: '0 9 * * *' }),
    ];
    await home.transaction(tenant, async ({ sql, touch }) => {
      touch();
      await sql`insert into contacts (tenant_id, contact_id)
        select ${tenant}, gen_random_uuid() from generate_series(1, ${PEOPLE})`;
      await sql`insert into events (tenant_id, event_id, type, contact_id, data)
        select ${tenant}, gen_random_uuid(), 'contact.updated', contact_id, '{"changed":["tags"],"added":["x"]}'
        from contacts where tenant_id = ${tenant}`;
    });
    now = new Date('2026-03-01T09:30:00Z');
    const frozen: (() => Promise<void>)[] = [];
    for (let lives = 0; lives < 12; lives += 1) {
      const { thaw } = await live(tenant, random, () => now);
      frozen.push(thaw);
      if (random.chance(0.5)) await frozen.shift()!();
    }
    for (const thaw of frozen) await thaw();
    // the last one outlives whatever its dead predecessors' sessions still hold
    await vi.waitFor(
      async () => {
        let more = true;
        while (more) {
          const look = await readLog({ database: home, log }, tenant);
          more = look.more || (await lookAtClock({ database: home, log }, tenant));
          if (!more) expect(look.ahead).toBe(false);
        }
        const [row] = await kit.admin(
          `select count(*) filter (where workflow_id = $1)::integer as tagged,
             count(*) filter (where workflow_id = $2 and source_key = $3)::integer as scheduled,
             count(*)::integer as all, count(distinct (workflow_id, contact_id))::integer as once
           from enrollments where tenant_id = $4`,
          [tagged, scheduled, `schedule:${ROUND}`, tenant],
        );
        expect(row).toEqual({ tagged: PEOPLE, scheduled: PEOPLE, all: 2 * PEOPLE, once: 2 * PEOPLE });
      },
      { timeout: 30_000, interval: 50 },
    );
    await home.close();
  });
});
