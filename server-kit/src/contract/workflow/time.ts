/**
 * Times of day where people live. Pure: Intl is asked what a zone's clock shows, and asked seldom: its answers are kept as
 * *stretches*, spans of time in which a zone's offset stays the same, found by bisecting.
 *
 * Instants are milliseconds since 1970. *Local* numbers are what a wall clock shows, counted as if it stood in UTC. Where
 * clocks are put forward, a time that is skipped means the first instant after the gap; where they are put back, a time that
 * comes twice means the first of the two.
 */
import type { Window } from './primitives.ts';
import { WEEKDAYS } from './names.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** No zone was ever further from UTC. */
const FURTHEST = 16 * HOUR;

interface Stretch {
  from: number;
  until: number;
  offset: number;
}

/** What is looked up and kept at a time: every transition in it is found by looking at each of its days. */
const BLOCK = 32 * DAY;
const KEPT_BLOCKS = 512;

class Zone {
  readonly #format: Intl.DateTimeFormat;
  #blocks = new Map<number, Stretch[]>();

  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
  }

  stretchAt(instant: number): Stretch {
    const number = Math.floor(instant / BLOCK);
    let block = this.#blocks.get(number);
    if (block === undefined) {
      if (this.#blocks.size >= KEPT_BLOCKS) this.#blocks.clear();
      block = this.#look(number * BLOCK);
      this.#blocks.set(number, block);
    }
    for (const stretch of block) if (instant < stretch.until) return stretch;
    throw new RangeError(`${instant} is no instant`);
  }

  #look(from: number): Stretch[] {
    const stretches: Stretch[] = [{ from, until: from + BLOCK, offset: this.#ask(from) }];
    for (let day = from; day < from + BLOCK; day += DAY) {
      const last = stretches.at(-1)!;
      if (this.#ask(day + DAY) === last.offset) continue;
      // the first second that shows another offset
      let [before, after] = [day, day + DAY];
      while (after - before > 1_000) {
        const middle = before + Math.floor((after - before) / 2_000) * 1_000;
        if (this.#ask(middle) === last.offset) before = middle;
        else after = middle;
      }
      if (after === from + BLOCK) break;
      last.until = after;
      stretches.push({ from: after, until: from + BLOCK, offset: this.#ask(after) });
    }
    return stretches;
  }

  #ask(instant: number): number {
    let [year, month, day, hour, minute, second] = [0, 0, 0, 0, 0, 0];
    for (const { type, value } of this.#format.formatToParts(instant)) {
      if (type === 'year') year = Number(value);
      else if (type === 'month') month = Number(value);
      else if (type === 'day') day = Number(value);
      else if (type === 'hour') hour = Number(value);
      else if (type === 'minute') minute = Number(value);
      else if (type === 'second') second = Number(value);
      else if (type === 'era' && value.startsWith('B')) year = 1 - year;
    }
    return localOf(year, month, day) + hour * HOUR + minute * MINUTE + second * 1_000 - instant;
  }
}

const zones = new Map<string, Zone | null>();
const KEPT_ZONES = 2_000;

function zoneNamed(name: string): Zone | null {
  let zone = zones.get(name);
  if (zone === undefined) {
    if (zones.size >= KEPT_ZONES) zones.clear();
    try {
      // an offset is no zone: it knows nothing of summer time
      zone = /^[+-]/.test(name) ? null : new Zone(name);
    } catch {
      zone = null;
    }
    zones.set(name, zone);
  }
  return zone;
}

function known(name: string): Zone {
  const zone = zoneNamed(name);
  if (zone === null) throw new RangeError(`"${name}" is no time zone`);
  return zone;
}

/** The first of the names that is a zone, else UTC; `instead_of`: the one that was asked for and is none. */
export function firstZone(wanted: string | null, otherwise: string): { zone: string; instead_of?: string } {
  if (wanted !== null && zoneNamed(wanted) !== null) return { zone: wanted };
  const zone = zoneNamed(otherwise) === null ? 'UTC' : otherwise;
  return wanted === null ? { zone } : { zone, instead_of: wanted };
}

/** What the wall clock shows. Throws a RangeError when there is no such zone. */
export function toLocal(instant: number, zone: string): number {
  return instant + known(zone).stretchAt(instant).offset;
}

/** The first instant at which the wall clock shows this, or something later for the first time. */
export function toInstant(local: number, zone: string): number {
  const clock = known(zone);
  for (let from = local - FURTHEST; ;) {
    const { offset, until } = clock.stretchAt(from);
    const at = Math.max(local - offset, from);
    if (at < until) return at;
    from = until;
  }
}

/** Whether the wall clock stands within the window. */
export function isOpen(instant: number, zone: string, window: Window): boolean {
  const local = toLocal(instant, zone);
  return openingFrom(local, spanOf(window)) === local;
}

/** This instant or the first one after it that lies in the window; null: it never opens. */
export function nextOpening(instant: number, zone: string, window: Window): number | null {
  const span = spanOf(window);
  if (span.minutes <= 0) return null;
  const clock = known(zone);
  // what is open is a matter of the wall clock alone; where that jumps, it is looked at again
  for (let from = instant; from < instant + 400 * DAY;) {
    const { offset, until } = clock.stretchAt(from);
    const at = openingFrom(from + offset, span) - offset;
    if (at < until) return at;
    from = until;
  }
  return null;
}

interface Span {
  /** By weekday, Monday first. */
  days: boolean[];
  from: number;
  minutes: number;
}

/** A window that ends before it begins goes on to the next day, which need not be one of its days. */
function spanOf({ days, from = '00:00', to = '24:00' }: Window): Span {
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  return {
    days: WEEKDAYS.map((day) => days === undefined || days.includes(day)),
    from: begin,
    minutes: end < begin ? end + 24 * 60 - begin : end - begin,
  };
}

/** On a wall clock that never jumps. */
function openingFrom(local: number, { days, from, minutes }: Span): number {
  const today = Math.floor(local / DAY) * DAY;
  for (let day = today - DAY; ; day += DAY) {
    if (!days[weekdayOf(day)]) continue;
    const opens = day + from * MINUTE;
    if (local < opens + minutes * MINUTE) return Math.max(local, opens);
  }
}

/** Of a local day; Monday is 0. 1970 began on a Thursday. */
function weekdayOf(day: number): number {
  const days = Math.floor(day / DAY) + 3;
  return ((days % 7) + 7) % 7;
}

function minutesOf(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3, 5));
}

/**
 * `10 minutes` and `2 hours` later by the stopwatch; days, weeks and months later on the calendar, at the same time of day. The
 * 31st of a short month is its last day.
 */
export function afterDuration(instant: number, duration: string, zone: string): number {
  const [count, unit] = readDuration(duration);
  if (unit === 'minute') return instant + count * MINUTE;
  if (unit === 'hour') return instant + count * HOUR;
  const local = toLocal(instant, zone);
  const later =
    unit === 'month' ? monthsLater(local, count) : local + count * (unit === 'week' ? 7 : 1) * DAY;
  // of an hour that comes twice, the first may be behind us
  return Math.max(instant, toInstant(later, zone));
}

function readDuration(duration: string): [count: number, unit: string] {
  const [count = '', unit = ''] = duration.split(' ');
  return [Number(count), unit.replace(/s$/, '')];
}

function monthsLater(local: number, count: number): number {
  const date = new Date(local);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1 + count];
  const day = Math.min(date.getUTCDate(), daysIn(year, month));
  return localOf(year, month, day) + (local - Math.floor(local / DAY) * DAY);
}

/** `10:00` on the nth day after the day of `start`, which is day 0. */
export function dayAt(start: number, n: number, at: string, zone: string): number {
  const day = Math.floor(toLocal(start, zone) / DAY) * DAY + n * DAY;
  return toInstant(day + minutesOf(at) * MINUTE, zone);
}

/** `10:00` on a date as `2026-11-22`, or some days from it; null: there is no such date. */
export function dateAt(date: string, at: string, zone: string, offsetDays = 0): number | null {
  const day = readDate(date);
  return day === null ? null : toInstant(day + offsetDays * DAY + minutesOf(at) * MINUTE, zone);
}

/** A date and time as `2026-12-03T15:00`, on a wall clock of the zone unless it says which; null: it is none. */
export function momentOf(value: string, zone: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}T/.test(value)) return null;
  const at = Date.parse(WALL_TIME.test(value) ? `${value}Z` : value);
  if (Number.isNaN(at)) return null;
  return WALL_TIME.test(value) ? toInstant(at, zone) : at;
}

/** Without a zone: what the clock shows where somebody is. */
export const WALL_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$/;

function readDate(date: string): number | null {
  const [, year, month, day] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(date) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  return exists ? localOf(year, month, day) : null;
}

/** What is kept of Feb 29 in a year that has none. */
export type Feb29 = 'feb_28' | 'mar_1' | 'leap_years';

export interface Yearly {
  month: number;
  day: number;
  feb_29: Feb29;
  at: string;
  /** The reminder may come some days before the day, or after it. */
  offset_days: number;
}

/** The first time after `instant` at which a day of the year comes round; null: it never does. */
export function nextYearly(instant: number, zone: string, yearly: Yearly): number | null {
  const { month, day, feb_29, at, offset_days } = yearly;
  const year = new Date(toLocal(instant, zone)).getUTCFullYear();
  // leap years are at most eight years apart
  for (let one = year - 1; one <= year + 9; one += 1) {
    const date = dayInYear(one, month, day, feb_29);
    if (date === null) continue;
    const next = toInstant(date + offset_days * DAY + minutesOf(at) * MINUTE, zone);
    if (next > instant) return next;
  }
  return null;
}

function dayInYear(year: number, month: number, day: number, feb29: Feb29): number | null {
  if (month < 1 || month > 12 || day < 1) return null;
  if (day <= daysIn(year, month)) return localOf(year, month, day);
  if (month !== 2 || day !== 29 || feb29 === 'leap_years') return null;
  return feb29 === 'feb_28' ? localOf(year, 2, 28) : localOf(year, 3, 1);
}

function daysIn(year: number, month: number): number {
  return new Date(localOf(year, month + 1, 0)).getUTCDate();
}

/** Date.UTC takes the years up to 99 for the twentieth century's. */
function localOf(year: number, month: number, day: number): number {
  const at = Date.UTC(2000, month - 1, day);
  return year >= 100 ? Date.UTC(year, month - 1, day) : new Date(at).setUTCFullYear(year, month - 1, day);
}
