/** The calendar against a slow one that goes minute by minute and asks Intl each time. */
import { describe, expect, it } from 'vitest';
import { BASE_SEED, campaign, CAMPAIGN_TIMEOUT, seeded } from '../../testing/campaign.ts';
import {
  afterDuration,
  dateAt,
  dayAt,
  firstZone,
  isOpen,
  momentOf,
  nextOpening,
  nextYearly,
  toInstant,
  toLocal,
} from './time.ts';
import { WEEKDAYS } from './names.ts';
import type { Window } from './primitives.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ZONES = Intl.supportedValuesOf('timeZone');
const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
const at = (text: string) => Date.parse(text);

/** What Intl says that a clock on the wall shows: weekday and minute of the day. Nothing of ours in it. */
const clocks = new Map<string, Intl.DateTimeFormat>();
function wall(instant: number, zone: string): { day: number; minute: number; text: string } {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
  clocks.set(zone, clock);
  const text = clock.format(instant);
  const [, name = '', hour, minute] = /^(\w{3}), .*, (\d\d):(\d\d)/.exec(text) ?? [];
  return {
    day: WEEKDAYS.indexOf(name.toLowerCase() as never),
    minute: Number(hour) * 60 + Number(minute),
    text,
  };
}

function within(instant: number, zone: string, { days, from = '00:00', to = '24:00' }: Window): boolean {
  const { day, minute } = wall(instant, zone);
  const [begin, end] = [from, to].map((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));
  const on = (which: number) => days === undefined || days.includes(WEEKDAYS[(which + 7) % 7]!);
  if (begin! <= end!) return on(day) && minute >= begin! && minute < end!;
  return (on(day) && minute >= begin!) || (on(day - 1) && minute < end!);
}

/** The instants at which a zone's offset changes from 2000 to 2040, by asking day by day, then minute by minute. */
function transitionsOf(zone: string): number[] {
  const offset = (instant: number) => toLocal(instant, zone) - instant;
  const found: number[] = [];
  for (let day = at('2000-01-01T00:00:00Z'); day < at('2040-01-01T00:00:00Z'); day += 24 * HOUR) {
    if (offset(day) === offset(day + 24 * HOUR)) continue;
    for (let minute = day; minute < day + 24 * HOUR; minute += MINUTE)
      if (offset(minute) !== offset(minute + MINUTE)) found.push(minute + MINUTE);
  }
  return found;
}

it(
  'opens a window at the very first minute that lies in it, in every zone and at both ends of summer time',
  () => {
    const random = seeded(BASE_SEED);
    const edges = new Map<string, number[]>();
    const time = () =>
      `${String(random.below(24)).padStart(2, '0')}:${random.pick(['00', '00', '30', '45', '59'])}`;
    const tally = { at_once: 0, later: 0, near_an_edge: 0 };
    const cases = campaign(8_000, 1_000_000);
    for (let nth = 0; nth < cases; nth += 1) {
      const zone = ZONES[nth % ZONES.length]!;
      if (!edges.has(zone)) edges.set(zone, transitionsOf(zone));
      const near = edges.get(zone)!;
      const edge = near.length > 0 && random.chance(0.5);
      const instant = edge
        ? random.pick(near) + (random.below(2 * 26 * 60) - 26 * 60) * MINUTE + random.below(MINUTE)
        : at('2000-01-01T00:00:00Z') + Math.floor(random.next() * 40 * 365.25 * 24 * 60) * MINUTE;
      const [from, to] = [time(), random.chance(0.1) ? '24:00' : time()];
      if (from === to) continue;
      const window: Window = {
        from,
        to,
        ...(random.chance(0.4) ? { days: WEEKDAYS.filter(() => random.chance(0.6)) } : {}),
      };
      if (window.days?.length === 0) continue;
      const opening = nextOpening(instant, zone, window);
      const words = () => `seed ${BASE_SEED}, case ${nth}: ${iso(instant)} ${zone} ${JSON.stringify(window)}`;
      if (opening === null || opening < instant) throw new Error(`${words()}: ${iso(opening)}`);
      if (!within(opening, zone, window)) throw new Error(`${words()}: ${iso(opening)} is outside`);
      if (isOpen(instant, zone, window) !== within(instant, zone, window)) throw new Error(words());
      tally[opening === instant ? 'at_once' : 'later'] += 1;
      if (edge) tally.near_an_edge += 1;
      // nothing before it was open: every minute of the last hour, and sometimes of more than a week
      const first = Math.max(instant, opening - (nth % 200 === 0 ? 8 * 24 : 1) * HOUR);
      for (let minute = opening - 1; minute >= first; minute -= MINUTE) {
        if (within(minute, zone, window)) throw new Error(`${words()}: ${iso(minute)} was open already`);
      }
    }
    console.log(`seed ${BASE_SEED}, ${ZONES.length} zones:`, tally);
    expect(tally.later).toBeGreaterThan(tally.at_once / 4);
  },
  CAMPAIGN_TIMEOUT,
);

it('finds the first instant at which a clock shows a time, or has passed it', () => {
  const random = seeded(BASE_SEED + 1);
  for (const zone of ZONES) {
    for (const edge of transitionsOf(zone).slice(-4)) {
      const local = toLocal(edge, zone) + (random.below(300) - 150) * MINUTE;
      const found = toInstant(local, zone);
      let slow = edge - 48 * HOUR;
      // the local clock runs as time does but at the edge: it is enough to look near both
      while (toLocal(slow, zone) < local) slow += MINUTE;
      expect(`${zone} ${iso(found)}`).toBe(`${zone} ${iso(slow)}`);
    }
  }
});

describe('a day and an hour', () => {
  it('that is skipped means the first instant after the gap', () => {
    // 02:30 does not exist on 2026-03-08 in New York
    expect(iso(dateAt('2026-03-08', '02:30', 'America/New_York'))).toBe('2026-03-08T07:00:00.000Z');
    expect(wall(at('2026-03-08T07:00:00Z'), 'America/New_York').text).toContain('03:00:00');
  });
  it('that comes twice means the first time', () => {
    expect(iso(dateAt('2026-11-01', '01:30', 'America/New_York'))).toBe('2026-11-01T05:30:00.000Z');
  });
  it('in a whole day that was skipped means the first instant after it', () => {
    expect(iso(dateAt('2011-12-30', '10:00', 'Pacific/Apia'))).toBe('2011-12-30T10:00:00.000Z');
  });
  it('that is no date is nothing', () => {
    expect(dateAt('2026-02-29', '10:00', 'UTC')).toBeNull();
    expect(dateAt('2026-13-01', '10:00', 'UTC')).toBeNull();
    expect(iso(dateAt('2028-02-29', '10:00', 'UTC'))).toBe('2028-02-29T10:00:00.000Z');
  });
  it('is counted from the day that somebody came in on, where they live', () => {
    const lateEvening = at('2026-03-07T05:30:00Z'); // the 6th, 23:30
    expect(iso(dayAt(lateEvening, 0, '10:00', 'America/Chicago'))).toBe('2026-03-06T16:00:00.000Z');
    expect(iso(dayAt(lateEvening, 3, '10:00', 'America/Chicago'))).toBe('2026-03-09T15:00:00.000Z');
  });
});

describe('a duration', () => {
  it('of days keeps the time of day when the clocks change', () => {
    expect(iso(afterDuration(at('2026-03-07T16:00:00Z'), '1 day', 'America/Chicago'))).toBe(
      '2026-03-08T15:00:00.000Z',
    );
    expect(iso(afterDuration(at('2026-03-07T16:00:00Z'), '24 hours', 'America/Chicago'))).toBe(
      '2026-03-08T16:00:00.000Z',
    );
  });
  it('of months ends with a short month', () => {
    expect(iso(afterDuration(at('2028-01-31T12:00:00Z'), '1 month', 'UTC'))).toBe('2028-02-29T12:00:00.000Z');
    expect(iso(afterDuration(at('2026-11-30T12:00:00Z'), '3 months', 'UTC'))).toBe(
      '2027-02-28T12:00:00.000Z',
    );
  });
  it('never leads back, not even in an hour that comes twice', () => {
    const second = at('2026-11-01T06:30:00Z');
    expect(afterDuration(second, '0 days', 'America/New_York')).toBe(second);
  });
});

describe('a day of the year', () => {
  const born = { month: 2, day: 29, at: '10:00', offset_days: 0 } as const;
  const from = at('2026-03-05T00:00:00Z');
  it.each([
    ['feb_28', '2027-02-28T10:00:00.000Z'],
    ['mar_1', '2027-03-01T10:00:00.000Z'],
    ['leap_years', '2028-02-29T10:00:00.000Z'],
  ] as const)('that most years lack is kept as %s says', (feb_29, expected) => {
    expect(iso(nextYearly(from, 'UTC', { ...born, feb_29 }))).toBe(expected);
  });
  it('over 2100, which is no leap year, comes after eight years', () => {
    expect(iso(nextYearly(at('2096-03-01T00:00:00Z'), 'UTC', { ...born, feb_29: 'leap_years' }))).toBe(
      '2104-02-29T10:00:00.000Z',
    );
  });
  it('is announced days before it, over the turn of the year too', () => {
    const newYear = { month: 1, day: 2, at: '09:00', offset_days: -5, feb_29: 'feb_28' } as const;
    expect(iso(nextYearly(from, 'UTC', newYear))).toBe('2026-12-28T09:00:00.000Z');
    expect(iso(nextYearly(at('2026-12-28T09:00:00Z'), 'UTC', newYear))).toBe('2027-12-28T09:00:00.000Z');
  });
});

describe('a zone', () => {
  it('that does not exist gives way to the tenant’s, and says so', () => {
    expect(firstZone('Mars/Base', 'America/Chicago')).toEqual({
      zone: 'America/Chicago',
      instead_of: 'Mars/Base',
    });
    expect(firstZone('+02:00', 'America/Chicago')).toEqual({ zone: 'America/Chicago', instead_of: '+02:00' });
    expect(firstZone('Europe/Berlin', 'America/Chicago')).toEqual({ zone: 'Europe/Berlin' });
    expect(firstZone(null, 'Nowhere')).toEqual({ zone: 'UTC' });
  });
});

describe('a date and time', () => {
  it('is one of the wall clock there, unless it names its zone', () => {
    const moment = (value: string) => iso(momentOf(value, 'America/New_York'));
    expect(moment('2026-03-07T15:00')).toBe('2026-03-07T20:00:00.000Z');
    expect(moment('2026-03-08T15:00:30')).toBe('2026-03-08T19:00:30.000Z');
    expect(moment('2026-03-08T15:00:00Z')).toBe('2026-03-08T15:00:00.000Z');
    expect(moment('2026-03-08T15:00:00+02:00')).toBe('2026-03-08T13:00:00.000Z');
    for (const none of ['2026-03-08', '2026-13-08T15:00', 'Sunday at three', ''])
      expect(momentOf(none, 'America/New_York')).toBeNull();
  });
});

describe('a window', () => {
  it('over midnight belongs to the day on which it starts', () => {
    const friday: Window = { days: ['fri'], from: '22:00', to: '02:00' };
    // Saturday 01:00 still; Saturday 03:00 no more; Friday 01:00 not yet
    expect(iso(nextOpening(at('2026-11-21T01:00:00Z'), 'UTC', friday))).toBe('2026-11-21T01:00:00.000Z');
    expect(iso(nextOpening(at('2026-11-21T03:00:00Z'), 'UTC', friday))).toBe('2026-11-27T22:00:00.000Z');
    expect(iso(nextOpening(at('2026-11-20T01:00:00Z'), 'UTC', friday))).toBe('2026-11-20T22:00:00.000Z');
  });
  it('that begins when it ends never opens', () => {
    expect(nextOpening(0, 'UTC', { from: '10:00', to: '10:00' })).toBeNull();
  });
});
