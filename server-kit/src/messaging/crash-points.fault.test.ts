/**
 * Crash points over the send path: a sender's process dies (or freezes and comes back) before, during and after every
 * statement, carrier call and look-up, with a carrier that loses answers, is late, refuses and calls back in disorder,
 * while people text STOP. Then the books are compared with the carrier's.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { campaign, CAMPAIGN_TIMEOUT, forEachSeed } from '../testing/campaign.ts';
import { CrashWorld, kitDrain, type Drain, type Verdict } from './testing/crash-world.ts';
import type { Fate } from './testing/mortal.ts';
import { markThenSend, sendThenMark } from './testing/naive-drains.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

interface Tally {
  worlds: number;
  crashes: number;
  messages: number;
  lost: string[];
  doubled: string[];
  afterStop: string[];
  unexplained: string[];
  places: Map<string, number>;
  /** What drains of processes that lived have thrown. */
  failures: Map<string, number>;
}

interface Plan {
  crashes: number;
  drain?: Drain;
  fate?: Fate;
  stops?: boolean;
  /** Stops at the first world that breaks a promise, and names its seed. */
  strict?: boolean;
}

/** Worlds of about 40 crashes each, until there have been enough. */
async function crash({
  crashes,
  drain = kitDrain,
  fate = 'dies',
  stops = true,
  strict = true,
}: Plan): Promise<Tally> {
  const tally: Tally = {
    worlds: 0,
    crashes: 0,
    messages: 0,
    lost: [],
    doubled: [],
    afterStop: [],
    unexplained: [],
    places: new Map(),
    failures: new Map(),
  };
  const each = Math.min(40, crashes);
  await forEachSeed(Math.ceil(crashes / each), 3, async (seed) => {
    const world = new CrashWorld(kit, seed, drain);
    await world.open();
    const { random } = world;
    while (world.crashes < each) {
      await world.enqueue(1 + random.below(5));
      if (stops && random.chance(0.04)) world.stop();
      await world.process(fate);
      world.timeline.pass(random.chance(0.5) ? random.below(5_000) : random.below(40_000));
      if (random.chance(0.2)) await world.thaw();
    }
    const settled = await world.settle();
    if (strict) expect(settled, 'messages are still waiting after days of simulated time').toBe(true);
    const verdict = await world.judge();
    await world.close();
    if (strict) expect(broken(verdict)).toEqual({});
    for (const { message } of world.failures)
      tally.failures.set(message, (tally.failures.get(message) ?? 0) + 1);
    tally.worlds += 1;
    tally.crashes += world.crashes;
    tally.messages += verdict.messages;
    for (const kind of ['lost', 'doubled', 'afterStop', 'unexplained'] as const)
      tally[kind].push(...verdict[kind]);
    for (const [place, count] of world.places)
      tally.places.set(place, (tally.places.get(place) ?? 0) + count);
  });
  return tally;
}

function broken({ lost, doubled, afterStop, unexplained }: Verdict): Record<string, string[]> {
  const all = Object.entries({ lost, doubled, afterStop, unexplained });
  return Object.fromEntries(all.filter(([, found]) => found.length > 0));
}

function report(name: string, tally: Tally, started: number): void {
  const { worlds, crashes, messages, lost, doubled, afterStop, unexplained } = tally;
  console.log(
    `${name}: ${crashes} crashes in ${worlds} worlds, ${messages} messages, ${lost.length} lost, ${doubled.length} doubled, ` +
      `${afterStop.length} after STOP, ${unexplained.length} unexplained, ${((performance.now() - started) / 1000).toFixed(1)} s` +
      [...tally.failures].map(([message, count]) => `\n  ${count} x ${message}`).join(''),
  );
}

describe('a sender whose process dies anywhere on the send path', () => {
  it(
    'loses no message, sends none twice, none after STOP, and leaves each in a final or explained state',
    async () => {
      const started = performance.now();
      const tally = await crash({ crashes: campaign(250, 8_500) });
      report('crash points', tally, started);
      // every kind of place was struck, so a step that is no longer watched is noticed
      expect([...tally.places.keys()]).toEqual(
        expect.arrayContaining([
          'begin',
          'claimed',
          'started',
          'answered',
          'settled',
          'during the carrier call',
        ]),
      );
    },
    CAMPAIGN_TIMEOUT,
  );

  it(
    'does no harm when it was only frozen, and goes on after another has taken over',
    async () => {
      const started = performance.now();
      report('frozen', await crash({ crashes: campaign(80, 1_000), fate: 'freezes', stops: false }), started);
    },
    CAMPAIGN_TIMEOUT,
  );
});

describe('the same crashes, with an outbox as one would write it at first', () => {
  it(
    'double messages when it sends first and marks afterwards',
    async () => {
      const started = performance.now();
      const tally = await crash({ crashes: campaign(80, 500), drain: sendThenMark, strict: false });
      report('control, send then mark', tally, started);
      expect(tally.doubled.length).toBeGreaterThan(0);
    },
    CAMPAIGN_TIMEOUT,
  );

  it(
    'lose messages when it marks first and sends afterwards',
    async () => {
      const started = performance.now();
      const tally = await crash({ crashes: campaign(80, 500), drain: markThenSend, strict: false });
      report('control, mark then send', tally, started);
      expect(tally.lost.length).toBeGreaterThan(0);
    },
    CAMPAIGN_TIMEOUT,
  );
});
