/** Whose day it is: dates that come every year or once, in a zone, without a database. */

/** What of a `date` trigger decides about days. */
export interface Yearly {
  /** Minutes and all: `10:00`; `24:00` is the next midnight. */
  at: string;
  offset_days: number;
  feb_29: 'feb_28' | 'mar_1' | 'leap_years';
}

/** A day on the calendar, as `2028-02-29`. */
export type Day = string;

/** What the clock on the wall shows: `2028-02-29 10:00`. It sorts as time does, but for an hour in autumn. */
export type WallTime = string;

const DAY_MS = 86_400_000;
const utc = (day: Day) => Date.parse(`${day}T00:00:00Z`);

export function addDays(day: Day, days: number): Day {
  return new Date(utc(day) + days * DAY_MS).toISOString().slice(0, 10);
}

const clocks = new Map<string, Intl.DateTimeFormat | null>();

/** Throws for what is no zone. Asked for a few hundred zones again and again, so they are kept. */
function clockOf(zone: string): Intl.DateTimeFormat | null {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = make(zone);
    if (clocks.size > 2_000) clocks.clear();
    clocks.set(zone, clock);
  }
  return clock;
}

function make(timeZone: string): Intl.DateTimeFormat | null {
  try {
    // sv-SE writes as ISO 8601 does
    return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  } catch {
    return null;
  }
}

/** What the clock shows there; null: there is no such zone. */
export function wallTime(at: Date, zone: string): WallTime | null {
  return clockOf(zone)?.format(at) ?? null;
}

/**
 * The days whose hour has come in a zone: those between the last look and now, so that a worker that was away makes up for it,
 * and today's, so that whoever comes in late on the day is not too late. `since` and `now` on the wall there.
 */
export function daysDue(at: string, since: WallTime, now: WallTime): Day[] {
  const [today, from] = [now.slice(0, 10), since.slice(0, 10)];
  const days: Day[] = [];
  // one before: the hour 24:00 of a day is on the next
  for (let day = addDays(from, -1); day <= today; day = addDays(day, 1)) {
    const hour = wallOf(day, at);
    if (hour <= now && (hour > since || hour.slice(0, 10) === today)) days.push(day);
  }
  return days;
}

function wallOf(day: Day, at: string): WallTime {
  return at === '24:00' ? `${addDays(day, 1)} 00:00` : `${day} ${at}`;
}

/** A month and day of which `day` is the day to act on, and the year whose anniversary it is. */
export interface Anniversary {
  month: number;
  day: number;
  year: number;
}

/** What to look for: one month and day, and Feb 29 as well on the day that stands for it. */
export function anniversariesOn(day: Day, { offset_days, feb_29 }: Omit<Yearly, 'at'>): Anniversary[] {
  const [year, month, date] = addDays(day, -offset_days).split('-').map(Number) as [number, number, number];
  const own = { month, day: date, year };
  const isLeap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
  const standsFor =
    !isLeap &&
    ((feb_29 === 'feb_28' && month === 2 && date === 28) ||
      (feb_29 === 'mar_1' && month === 3 && date === 1));
  return standsFor ? [own, { month: 2, day: 29, year }] : [own];
}
