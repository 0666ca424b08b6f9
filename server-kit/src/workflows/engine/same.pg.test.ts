/** Simulator and Postgres walk with the same feet: the same workflows, the same people, the same events, the same traces. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Definition } from '../../contract/workflow/index.ts';
import { record } from '../../events/record.ts';
import { BASE_SEED, campaign, CAMPAIGN_TIMEOUT, seeded } from '../../testing/campaign.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { simulate, type SimulatedEvent } from '../simulate.ts';
import { anyDefinition, anyEvents, START, UNTIL, ZONES } from '../testing/arbitrary.ts';
import { interpret } from '../testing/reference.ts';
import { World } from '../testing/world.ts';
import { stopForOptOut, stopForReplies } from '../triggers/stops.ts';
import { wakeOnEvent } from './control.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

interface Case {
  seed: number;
  definition: Definition;
  events: SimulatedEvent[];
  contact: string;
  enrollment: string;
  zone: string;
}

/** As the triggers do. */
async function hear(w: World, { contact }: Case, { type, at }: SimulatedEvent): Promise<void> {
  w.now = new Date(at);
  await w.tx(async (tx) => {
    const { sql, tenant } = tx;
    if (type === 'consent.withdrawn') {
      const withdrawn = await sql<{ channel: 'sms'; address: string }[]>`
        insert into suppressions (tenant_id, channel, address, source)
        select tenant_id, 'sms', phone, 'keyword' from contacts where tenant_id = ${tenant} and contact_id = ${contact}
        on conflict do nothing returning channel, address`;
      await stopForOptOut(tx, withdrawn);
    }
    const happening = { id: `event-${at}`, type, contactId: contact, data: {} };
    if (type === 'message.received') {
      await record(tx, [{ type, contactId: contact }]);
      await stopForReplies(tx, [{ ...happening, tx: 0n, messageId: null }]);
    }
    await wakeOnEvent(tx, [happening]);
  });
}

it(
  'any workflow leaves the same trace in the simulator and on Postgres',
  async () => {
    const tenant = 'same';
    const tenantZone = 'America/Chicago';
    await kit.kit.tenants.upsert({ id: tenant, name: 'Firm', timeZone: tenantZone });
    await kit.kit.tenants.addSender({ tenant, address: '+13125559000', segmentsPerSecond: null });
    const w = new World(kit, { tenant, now: START, batch: 40 });
    const cases: Case[] = [];
    for (let nth = 0; cases.length < campaign(200, 3_000); nth += 1) {
      const seed = BASE_SEED * 1_000_003 + nth;
      const random = seeded(seed);
      const definition = anyDefinition(random, `random-${nth}`);
      const events = anyEvents(random);
      const zone = random.pick(ZONES);
      // those that go round for ever are the simulator's
      if (interpret(definition, events, { start: START, until: UNTIL, zone }).steps.length > 300) continue;
      await w.publish(definition);
      const [contact] = await w.people(1, { time_zone: zone });
      const [enrollment] = await w.enroll(definition.key, [contact!]);
      cases.push({ seed, definition, events, contact: contact!, enrollment: enrollment!, zone });
    }
    const happening = cases
      .flatMap((one) => one.events.map((event) => ({ one, event })))
      .toSorted((a, b) => Date.parse(a.event.at) - Date.parse(b.event.at));
    for (const { one, event } of happening) {
      await w.runUntil(event.at);
      await hear(w, one, event);
    }
    await w.runUntil(UNTIL);

    let steps = 0;
    for (const { seed, definition, events, contact, enrollment, zone } of cases) {
      const simulated = await simulate(definition, { zone, id: contact }, events, {
        start: START,
        until: UNTIL,
        tenantZone,
      });
      const words = `seed ${seed}: ${JSON.stringify({ definition, events, zone })}`;
      const line = ({ at, step, outcome }: { at: string; step: string; outcome: string }) =>
        `${at} ${step} ${outcome}`;
      expect((await w.steps(enrollment)).map(line), words).toEqual(simulated.steps.map(line));
      const run = await w.run(enrollment);
      expect([run.state, run.end_reason, run.waiting, run.step], words).toEqual([
        simulated.state,
        simulated.end_reason,
        simulated.waiting,
        simulated.step,
      ]);
      steps += simulated.steps.length;
    }
    const [row] = await w.tx(
      async ({ sql }) => sql<{ messages: number; sends: number }[]>`
        select (select count(*)::integer from messages where tenant_id = ${tenant}) as messages,
          (select count(*)::integer from step_runs where tenant_id = ${tenant} and detail ? 'message_id') as sends`,
    );
    console.log(`seed ${BASE_SEED}: ${cases.length} workflows, ${steps} steps`, row);
    expect(row!.messages).toBe(row!.sends);
    await w.close();
  },
  CAMPAIGN_TIMEOUT,
);
