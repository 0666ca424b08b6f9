/** The hours of marketing against an obvious reading of the same rules: quarter by quarter, on JavaScript's clock. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';

const SEED = 20261122;
const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

/** Hours of [Monday to Friday, Saturday, Sunday]; null: closed. */
type Week = readonly ([number, number] | null)[];
const RULES: Record<string, Week> = {
  '': [
    [8, 21],
    [8, 21],
    [8, 21],
  ],
  FL: [
    [8, 20],
    [8, 20],
    [8, 20],
  ],
  CT: [
    [9, 20],
    [9, 20],
    [9, 20],
  ],
  KY: [
    [10, 21],
    [10, 21],
    [10, 21],
  ],
  MS: [[8, 20], [8, 20], null],
  RI: [[9, 18], [10, 17], null],
  TX: [
    [9, 21],
    [9, 21],
    [12, 21],
  ],
};
const ZONES = [
  'America/Chicago',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Australia/Lord_Howe',
  'UTC',
  'Europe/London',
];

const clocks = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: 'numeric',
      hourCycle: 'h23',
      timeZoneName: 'longOffset',
    }),
  ]),
);
function read(at: number, zone: string, type: 'weekday' | 'hour' | 'timeZoneName'): string {
  return clocks
    .get(zone)!
    .formatToParts(at)
    .find((part) => part.type === type)!.value;
}

function isOpen(at: number, zone: string, state: string): boolean {
  const day = read(at, zone, 'weekday');
  const hour = Number(read(at, zone, 'hour'));
  const hours = (RULES[state] ?? RULES['']!)[day === 'Sun' ? 2 : day === 'Sat' ? 1 : 0];
  return !!hours && hour >= hours[0] && hour < hours[1];
}

const changesClock = (from: number, to: number, zone: string) =>
  read(from, zone, 'timeZoneName') !== read(to, zone, 'timeZoneName');

async function next(at: number, zone: string, state: string | null): Promise<number> {
  const [row] = await kit.admin(`select after_quiet_hours($1::timestamptz, $2, 'UTC', $3) as at`, [
    new Date(at).toISOString(),
    zone,
    state,
  ]);
  return new Date(row!['at'] as string).getTime();
}

describe('the next moment at which marketing may leave', () => {
  it('is the first minute inside the window of state and clock, whatever the moment', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ZONES),
        fc.constantFrom(...Object.keys(RULES), 'ZZ'),
        fc.integer({ min: Date.UTC(2026, 0, 1) / MINUTE, max: Date.UTC(2027, 11, 31) / MINUTE }),
        async (zone, state, minutes) => {
          const at = minutes * MINUTE;
          let obvious = at;
          // every zone's hours begin at a quarter of UTC's
          while (!isOpen(obvious, zone, state)) obvious = (Math.floor(obvious / QUARTER) + 1) * QUARTER;
          let found = await next(at, zone, state);
          // a change of clocks in between makes it an hour early or late; the claim judges again then
          if (found < obvious) found = await next(found, zone, state);
          expect(isOpen(found, zone, state)).toBe(true);
          expect(found - obvious).toBeGreaterThanOrEqual(0);
          expect(found - obvious).toBeLessThanOrEqual(60 * MINUTE);
          if (!changesClock(at, obvious, zone)) expect(found).toBe(obvious);
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });

  it.each([
    ['FL', '2026-11-24T01:30:00Z', '2026-11-24T13:00:00.000Z'],
    ['Florida', '2026-11-24T01:30:00Z', '2026-11-24T13:00:00.000Z'],
    [' florida ', '2026-11-24T01:30:00Z', '2026-11-24T13:00:00.000Z'],
    // a Saturday evening: nothing on Sunday
    ['Mississippi', '2026-11-29T01:30:00Z', '2026-11-30T13:00:00.000Z'],
    [null, '2026-11-24T01:30:00Z', '2026-11-24T01:30:00.000Z'],
    ['Bavaria', '2026-11-24T01:30:00Z', '2026-11-24T01:30:00.000Z'],
  ])('in the state written %j after %s is %s', async (state, at, expected) => {
    expect(new Date(await next(Date.parse(at), 'America/New_York', state)).toISOString()).toBe(expected);
  });
});
