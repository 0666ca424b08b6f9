import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, anniversariesOn, daysDue, wallTime, type Yearly } from './days.ts';
import { BASE_SEED } from '../../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

const MINUTE = 60_000;
const DAY = 86_400_000;
const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC'];
const two = (number: number) => String(number).padStart(2, '0');
const policies = ['feb_28', 'mar_1', 'leap_years'] as const;

/** What the calendar says, said plainly: the day on which an anniversary is kept; null: not in this year. */
function keptOn(month: number, day: number, year: number, { feb_29, offset_days }: Omit<Yearly, 'at'>) {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  let date = `${year}-${two(month)}-${two(day)}`;
  if (month === 2 && day === 29 && !leap) {
    if (feb_29 === 'leap_years') return null;
    date = feb_29 === 'feb_28' ? `${year}-02-28` : `${year}-03-01`;
  }
  return new Date(Date.parse(`${date}T12:00:00Z`) + offset_days * DAY).toISOString().slice(0, 10);
}

describe('an anniversary', () => {
  it('is on its day alone, each of 366, in leap years and others, by every policy and offset', () => {
    for (const feb_29 of policies) {
      for (const offset_days of [0, -7, 1, 365, -365]) {
        const how = { feb_29, offset_days };
        const expected = new Set<string>();
        for (let year = 2022; year <= 2030; year += 1) {
          for (let at = Date.UTC(2024, 0, 1); at < Date.UTC(2025, 0, 1); at += DAY) {
            const [month, day] = [new Date(at).getUTCMonth() + 1, new Date(at).getUTCDate()];
            const on = keptOn(month, day, year, how);
            if (on !== null && on >= '2024-01-01' && on < '2029-01-01')
              expected.add(`${on}: ${year}-${month}-${day}`);
          }
        }
        const found = new Set<string>();
        for (let on = '2024-01-01'; on < '2029-01-01'; on = addDays(on, 1)) {
          for (const { year, month, day } of anniversariesOn(on, how))
            found.add(`${on}: ${year}-${month}-${day}`);
        }
        expect(found).toEqual(expected);
      }
    }
  });
});

/** The first minute at which the clock there shows the hour or more, minute by minute. */
function firstMinute(day: string, at: string, zone: string): number {
  const wanted = at === '24:00' ? `${addDays(day, 1)} 00:00` : `${day} ${at}`;
  let low = Date.parse(`${day}T00:00:00Z`) - 15 * 60 * MINUTE;
  // an hour in autumn shows twice, so only the last two hours are walked
  while (wallTime(new Date(low + 120 * MINUTE), zone)! < wanted) low += 60 * MINUTE;
  while (wallTime(new Date(low), zone)! < wanted) low += MINUTE;
  return low;
}

describe('the hour of a day', () => {
  const times = fc.record({
    zone: fc.constantFrom(...zones),
    day: fc.integer({ min: 0, max: 3_000 }).map((days) => addDays('2022-01-01', days)),
    at: fc.oneof(
      fc.constant('24:00'),
      fc
        .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
        .map(([h, m]) => `${two(h)}:${two(m)}`),
    ),
    // sweeps in an order, some soon after each other and some a day apart
    steps: fc.array(fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 30, max: 1_500 })), {
      minLength: 5,
      maxLength: 60,
    }),
  });

  it('comes in every zone with the first sweep after it, never before, and stays until the day is over', () => {
    fc.assert(
      fc.property(times, ({ zone, day, at, steps }) => {
        const hour = firstMinute(day, at, zone);
        let since = hour - 2 * DAY;
        let before = false;
        for (const step of steps) {
          const now = since + step * MINUTE;
          const wall = wallTime(new Date(now), zone)!;
          const isDue = daysDue(at, wallTime(new Date(since), zone)!, wall).includes(day);
          const come = now >= hour;
          // the clock may go back over the hour; whoever was let in then is not let in again, by the key
          const twice = wall < `${day} ${at}` && now - hour < 3 * 60 * MINUTE;
          if (!come) expect(isDue).toBe(false);
          else if (!before && !twice) expect(isDue).toBe(true);
          const today = wall.slice(0, 10) === (at === '24:00' ? addDays(day, 1) : day);
          if (come && !twice) expect(isDue).toBe(today || !before);
          before ||= come;
          since = now;
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    // the clocks go forward over 02:30: it is then
    ['America/New_York', '2026-03-08', '02:30', '2026-03-08T07:00:00.000Z'],
    // and back over 01:30: it is the first one
    ['America/New_York', '2026-11-01', '01:30', '2026-11-01T05:30:00.000Z'],
    ['Pacific/Kiritimati', '2026-01-01', '10:00', '2025-12-31T20:00:00.000Z'],
    ['Pacific/Pago_Pago', '2026-01-01', '10:00', '2026-01-01T21:00:00.000Z'],
    ['Asia/Kathmandu', '2026-05-05', '10:00', '2026-05-05T04:15:00.000Z'],
  ])('in %s on %s at %s is %s', (zone, day, at, instant) => {
    const when = Date.parse(instant);
    const wall = (ms: number) => wallTime(new Date(ms), zone)!;
    expect(daysDue(at, wall(when - 2 * MINUTE), wall(when - MINUTE))).not.toContain(day);
    expect(daysDue(at, wall(when - MINUTE), wall(when))).toContain(day);
  });

  it('knows no zone that there is not', () => {
    expect(wallTime(new Date(0), 'Mars/Olympus')).toBeNull();
  });
});
