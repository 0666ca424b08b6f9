/** The simulator judges somebody's consent as the engine does: both are asked about the same person, and have to say the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { stepWords } from './engine/trace.ts';
import { simulate } from './simulate.ts';
import { recorded } from './simulated-consent.ts';
import type { RunContact } from './steps/step.ts';
import { definitionOf, World } from './testing/world.ts';

const TENANT = 'consent';
let kit: TestKit;
let world: World;
beforeAll(async () => {
  kit = await getTestKit();
  await kit.kit.tenants.upsert({ id: TENANT, name: 'Firm', timeZone: 'America/Chicago' });
  world = new World(kit, { tenant: TENANT });
  await kit.admin(
    `insert into senders (tenant_id, sender_id, channel, address, account_sid, is_default)
     values ($1, $2, 'sms', '+13127770001', 'AC1', true)`,
    [TENANT, newId()],
  );
});
afterAll(async () => {
  await world.close();
  await kit.close();
});

const CONSENT = (
  more: string,
) => `insert into consents (tenant_id, channel, address, state, kind, source, at, record_id, expires_at)
  select tenant_id, 'sms', phone, 'granted', ${more} from contacts where contact_id = $1`;
const STANDINGS: Record<string, { sql?: string; row?: Record<string, unknown>; says: string }> = {
  'agreed in writing': {
    sql: CONSENT(`'express_written', 'form', moment(), gen_random_uuid(), null`),
    says: 'Done',
  },
  'was never asked': { says: 'Skipped: no consent for marketing texts' },
  'agreed, but not to marketing': {
    sql: CONSENT(`'express', 'form', moment(), gen_random_uuid(), null`),
    says: 'Skipped: no consent for marketing texts',
  },
  'agreed for a time that is over': {
    sql: CONSENT(
      `'express_written', 'form', moment() - interval '2 days', gen_random_uuid(), moment() - interval '1 day'`,
    ),
    says: 'Skipped: no consent for marketing texts',
  },
  'said STOP': {
    sql: `insert into suppressions (tenant_id, channel, address, source)
      select tenant_id, 'sms', phone, 'keyword' from contacts where contact_id = $1`,
    says: 'Skipped: opted out on 2 March',
  },
  'is on a list': {
    sql: `insert into suppressions (tenant_id, channel, address, source, withdrawn, listed)
      select tenant_id, 'sms', phone, 'list', false, true from contacts where contact_id = $1`,
    says: 'Skipped: on a do-not-contact list on 2 March',
  },
  'is muted': { row: { dnd: ['sms'] }, says: 'Skipped: on a do-not-contact list' },
  'has no number': { row: { phone: null }, says: 'Skipped: no number to send to' },
};

describe('a marketing text to somebody who', () => {
  it.each(Object.entries(STANDINGS))('%s', async (_, { sql, row = {}, says }) => {
    const definition = definitionOf({
      key: `w-${newId().slice(-12)}`,
      settings: { purpose: 'marketing', on_opt_out: 'skip_channel' },
      steps: [{ id: 'say', kind: 'send_sms', body: 'Hi' }],
    });
    await world.publish(definition);
    const [id] = await world.people(1, row);
    await kit.admin(`select set_config('patchbay.now', $1, false)`, [world.now.toISOString()]);
    if (sql) await world.tx((tx) => tx.sql.unsafe(sql, [id!]));
    const [contact] = await world.tx(
      (tx) => tx.sql<RunContact[]>`
        select contact_id as id, phone, dnd, do_not_call from contacts
        where tenant_id = ${TENANT} and contact_id = ${id!}`,
    );
    const standing = await world.tx((tx) => recorded(tx, contact!));
    const simulated = await simulate(definition, contact!, [], { start: world.now.toISOString(), standing });
    const [run] = await world.enroll(definition.key, [id!]);
    await world.settle();
    const [real] = await world.steps(run!);
    const words = [simulated.steps[0]!, real!].map(({ outcome, detail, at }) =>
      stepWords({ outcome: outcome as 'done', detail, at }, world.now, 'America/Chicago'),
    );
    expect(words).toEqual([says, says]);
    expect(simulated.texts).toHaveLength(says === 'Done' ? 1 : 0);
  });
});
