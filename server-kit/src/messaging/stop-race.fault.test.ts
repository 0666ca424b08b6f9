/**
 * The strictest promise of the kit: once a STOP has committed, or an agency's block, no carrier call to that person
 * starts. Two connections, the drain's and the STOP's, are led through thousands of schedules of who waits where.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { BASE_SEED, campaign, CAMPAIGN_TIMEOUT, seeded, type Random } from '../testing/campaign.ts';
import { DRAIN_POINTS, RaceTrack, type Schedule, type Stopper } from './testing/stop-race.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

interface Tally {
  races: number;
  started: number;
  canceled: number;
  /** Schedules after which a call started past the STOP. */
  violations: string[];
  mostInFlight: number;
  inFlight: number;
}

let tracks = 0;

async function race(races: number, withLock: boolean, stopper: Stopper = 'STOP'): Promise<Tally> {
  const tally: Tally = { races: 0, started: 0, canceled: 0, violations: [], mostInFlight: 0, inFlight: 0 };
  const lane = async (number: number) => {
    tracks += 1;
    const random = seeded(BASE_SEED * 7_919 + number);
    const track = new RaceTrack(kit, `track-${tracks}`, random, withLock);
    await track.open(`+1312777${String(1_000 + tracks)}`);
    while (tally.races < races) {
      tally.races += 1;
      const schedule = draw(random);
      const result = await track.run(schedule, stopper).catch((error: unknown) => {
        throw new Error(
          `lane ${number}, ${JSON.stringify(schedule)}, seed ${BASE_SEED}: ${(error as Error).message}`,
          {
            cause: error,
          },
        );
      });
      tally.started += result.started;
      tally.canceled += result.canceled;
      tally.inFlight += result.inFlight;
      tally.mostInFlight = Math.max(tally.mostInFlight, result.inFlight);
      if (result.afterStop > 0) {
        tally.violations.push(
          `seed ${BASE_SEED}: ${result.afterStop} calls after STOP, ${JSON.stringify(schedule)}`,
        );
      }
    }
    await track.close();
  };
  await Promise.all([lane(1), lane(2), lane(3)]);
  return tally;
}

function draw(random: Random): Schedule {
  const kind = random.below(10);
  if (kind < 5) return { kind: 'stop at', point: random.pick(DRAIN_POINTS), visit: 1 + random.below(3) };
  if (kind < 8) return { kind: 'commit late', turns: random.below(12) };
  return { kind: 'free', stopAfter: random.below(30), drainAfter: random.below(30) };
}

function report(name: string, tally: Tally, started: number): void {
  console.log(
    `${name}: ${tally.races} interleavings, ${tally.started} calls started, ${tally.canceled} canceled, ` +
      `${tally.violations.length} with a call after the STOP, in flight at the STOP ${tally.inFlight} in all and at most ` +
      `${tally.mostInFlight}, ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
}

describe('STOP against a drain', () => {
  it(
    'lets no carrier call start once it has committed',
    async () => {
      const started = performance.now();
      const tally = await race(campaign(200, 10_000), true);
      report('STOP races', tally, started);
      expect(tally.violations).toEqual([]);
      // calls that had started before are with the carrier already: never more than a process keeps open
      expect(tally.mostInFlight).toBeLessThanOrEqual(40);
      expect(tally.canceled).toBeGreaterThan(0);
      expect(tally.started).toBeGreaterThan(0);
    },
    CAMPAIGN_TIMEOUT,
  );

  it(
    'lets none start either once their agency has blocked the number for all its clients',
    async () => {
      const started = performance.now();
      const tally = await race(campaign(120, 5_000), true, 'agency');
      report('agency races', tally, started);
      expect(tally.violations).toEqual([]);
      expect(tally.canceled).toBeGreaterThan(0);
      expect(tally.started).toBeGreaterThan(0);
    },
    CAMPAIGN_TIMEOUT,
  );

  it.each(['STOP', 'agency'] as const)(
    'is overtaken when the drain does not hold the locks, so the checks above can fail: %s',
    async (stopper) => {
      const started = performance.now();
      const tally = await race(campaign(100, 1_000), false, stopper);
      report('control, without the lock', tally, started);
      expect(tally.violations.length).toBeGreaterThan(0);
    },
    CAMPAIGN_TIMEOUT,
  );
});
