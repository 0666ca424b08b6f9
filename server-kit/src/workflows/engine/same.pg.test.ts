/**
 * Reference, simulator and Postgres walk with the same feet: the same workflows, the same people, the same events, the same traces.
 * On Postgres they run side by side, each graph a version of one workflow, so that hundreds of cases share a batch.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Definition } from '../../contract/workflow/index.ts';
import { record } from '../../events/record.ts';
import { BASE_SEED, campaign, CAMPAIGN_TIMEOUT, seeded } from '../../testing/campaign.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { simulate, type SimulatedEvent } from '../simulate.ts';
import { anyDefinition, anyEvents, anyInstant, START, UNTIL, ZONES } from '../testing/arbitrary.ts';
import { interpret, type Told } from '../testing/reference.ts';
import { World, type RunRow, type StepRow } from '../testing/world.ts';
import { stopForOptOut, stopForReplies } from '../triggers/stops.ts';
import { wakeOnEvent } from './control.ts';

/** Graphs at a time, fewer than an engine keeps definitions of, and people in each. */
const GRAPHS = 400;
const EACH = campaign(2, 5);
/** Moments of a round at which something happens to somebody. */
const INSTANTS = 12;
/** Steps of a case; those that go round for ever are the simulator's. */
const MOST = 300;

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

interface Case {
  seed: number;
  definition: Definition;
  events: SimulatedEvent[];
  expected: Told;
  contact: string;
  enrollment: string;
  zone: string;
}

/** As the triggers do, to all whom it happens to at that moment. */
async function hear(w: World, at: string, told: { one: Case; type: string }[]): Promise<void> {
  w.now = new Date(at);
  await w.tx(async (tx) => {
    const { sql, tenant } = tx;
    // in a simulation a text leaves at once, and cannot be taken back any more
    await sql`update messages set status = 'sent', due_at = null where tenant_id = ${tenant} and status = 'queued'`;
    const of = (type: string) => told.flatMap((each) => (each.type === type ? each.one.contact : []));
    const stopped = of('consent.withdrawn');
    if (stopped.length > 0) {
      const withdrawn = await sql<{ channel: 'sms'; address: string }[]>`
        insert into suppressions (tenant_id, channel, address, source)
        select tenant_id, 'sms', phone, 'keyword' from contacts
        where tenant_id = ${tenant} and contact_id = any(${stopped}::uuid[])
        on conflict do nothing returning channel, address`;
      await stopForOptOut(tx, withdrawn);
    }
    const happened = told.map(({ one, type }) => ({
      id: `event-${at}`,
      type,
      contactId: one.contact,
      data: {},
    }));
    const replies = of('message.received');
    if (replies.length > 0) {
      await record(
        tx,
        replies.map((contactId) => ({ type: 'message.received' as const, contactId })),
      );
      await stopForReplies(
        tx,
        happened.map((each) => ({ ...each, tx: 0n, messageId: null })),
      );
    }
    await wakeOnEvent(tx, happened);
  });
}

/** So many people, and where they live. */
async function peopleIn(w: World, count: number): Promise<{ contact: string; zone: string }[]> {
  const all: { contact: string; zone: string }[] = [];
  for (const zone of ZONES) {
    const some = await w.people(Math.ceil(count / ZONES.length), { time_zone: zone });
    all.push(...some.map((contact) => ({ contact, zone })));
  }
  return all;
}

async function round(w: World, nth: number, graphs: number): Promise<Case[]> {
  const cases: Case[] = [];
  const first = seeded(BASE_SEED * 7_919 + nth);
  const instants = Array.from({ length: INSTANTS }, () => anyInstant(first));
  const people = first.shuffle(await peopleIn(w, graphs * EACH));
  w.now = new Date(START);
  for (let tried = 0; cases.length < graphs * EACH; tried += 1) {
    const seed = BASE_SEED * 1_000_003 + nth * 10_007 + tried;
    const random = seeded(seed);
    const definition = anyDefinition(random, `round-${nth}`);
    const some = people.slice(cases.length, cases.length + EACH).map((person) => {
      const events = anyEvents(random, instants);
      const expected = interpret(definition, events, {
        start: START,
        until: UNTIL,
        zone: person.zone,
        most: MOST + 1,
      });
      return { ...person, seed, definition, events, expected };
    });
    if (some.some(({ expected }) => expected.steps.length > MOST)) continue;
    await w.publish(definition);
    const entered = await w.enroll(
      definition.key,
      some.map(({ contact }) => contact),
    );
    cases.push(...some.map((one, at) => ({ ...one, enrollment: entered[at]! })));
  }
  const happening = Map.groupBy(
    cases.flatMap((one) => one.events.map(({ at, type }) => ({ one, at, type }))),
    ({ at }) => at,
  );
  for (const at of [...happening.keys()].toSorted()) {
    await w.runUntil(at);
    await hear(w, at, happening.get(at)!);
  }
  await w.runUntil(UNTIL);
  return cases;
}

async function compare(w: World, cases: readonly Case[]): Promise<number> {
  const ids = cases.map(({ enrollment }) => enrollment);
  const [runs, steps] = await w.tx(({ sql, tenant }) =>
    Promise.all([
      sql<
        RunRow[]
      >`select * from enrollments where tenant_id = ${tenant} and enrollment_id = any(${ids}::uuid[])`,
      sql<(StepRow & { enrollment_id: string })[]>`
        select enrollment_id, ordinal, step, outcome, detail, at from step_runs
        where tenant_id = ${tenant} and enrollment_id = any(${ids}::uuid[]) order by enrollment_id, ordinal`,
    ]),
  );
  const run = new Map(runs.map((row) => [row.enrollment_id, row]));
  const trace = Map.groupBy(steps, (row) => row.enrollment_id);
  const line = ({ at, step, outcome }: { at: string; step: string; outcome: string }) =>
    `${at} ${step} ${outcome}`;
  for (const { seed, definition, events, expected, contact, enrollment, zone } of cases) {
    const simulated = await simulate(definition, { zone, id: contact }, events, {
      start: START,
      until: UNTIL,
      tenantZone: zone,
    });
    const words = `seed ${seed}: ${JSON.stringify({ definition, events, zone })}`;
    const done = (trace.get(enrollment) ?? []).map(line);
    expect(done, words).toEqual(simulated.steps.map(line));
    expect(done, words).toEqual(expected.steps);
    const { state, end_reason, waiting, step } = run.get(enrollment)!;
    expect([state, end_reason, waiting, step], words).toEqual([
      simulated.state,
      simulated.end_reason,
      simulated.waiting,
      simulated.step,
    ]);
  }
  return steps.length;
}

it(
  'any workflow leaves the same trace in the simulator and on Postgres, as the reference has it',
  async () => {
    const tenant = 'same';
    await kit.kit.tenants.upsert({ id: tenant, name: 'Firm', timeZone: 'America/Chicago' });
    await kit.kit.tenants.addSender({ tenant, address: '+13125559000', segmentsPerSecond: null });
    const w = new World(kit, { tenant, now: START, batch: 500 });
    const graphs = campaign(120, 20_000);
    const started = performance.now();
    let [cases, steps, messages] = [0, 0, 0];
    for (let nth = 0; nth * GRAPHS < graphs; nth += 1) {
      const made = await round(w, nth, Math.min(GRAPHS, graphs - nth * GRAPHS));
      steps += await compare(w, made);
      cases += made.length;
      const [row] = await w.tx(
        async ({ sql }) => sql<{ messages: number; sends: number }[]>`
          select (select count(*)::integer from messages where tenant_id = ${tenant}) as messages,
            (select count(*)::integer from step_runs where tenant_id = ${tenant} and detail ? 'message_id') as sends`,
      );
      expect(row!.messages).toBe(row!.sends);
      messages += row!.messages;
      // what is over would be walked over by the next round
      await kit.admin(`delete from contacts where tenant_id = $1`, [tenant]);
      if (nth % 5 === 0 || (nth + 1) * GRAPHS >= graphs) {
        const seconds = ((performance.now() - started) / 1000).toFixed(0);
        console.log(`seed ${BASE_SEED}: ${cases} runs, ${steps} steps, ${messages} messages, ${seconds} s`);
      }
    }
    await w.close();
  },
  CAMPAIGN_TIMEOUT,
);
