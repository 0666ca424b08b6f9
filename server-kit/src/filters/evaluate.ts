/**
 * What the filter language means, said a second time: over a person in memory, clause by clause, sharing nothing with the
 * compiler. `compile.pg.test.ts` holds the two against each other.
 */
import type { Channel, Filter, FilterPeriod, FilterPoint } from '../contract/index.ts';

export interface Person {
  id: string;
  columns: Record<string, string | null>;
  lead_score: number | null;
  do_not_call: boolean;
  dnd: string[];
  birthday: { month: number; day: number } | null;
  tags: string[];
  created_at: number;
  updated_at: number;
  fields: Record<string, string | number | boolean | null>;
  events: { type: string; at: number }[];
  conversations: { channel: Channel; state: string; unread: number; assignee: string | null }[];
  segments: string[];
}

export interface World {
  now: number;
  zone: string;
  people: Person[];
  /** In the order of the ledger. */
  ledger: { channel: Channel; address: string; action: 'grant' | 'withdraw' }[];
  blocked: { channel: Channel; address: string }[];
}

export function matches(filter: Filter, person: Person, world: World): boolean {
  if ('all' in filter) return filter.all.every((one) => matches(one, person, world));
  if ('any' in filter) return filter.any.some((one) => matches(one, person, world));
  if ('not' in filter) return !matches(filter.not, person, world);
  if ('field' in filter) return fieldMatches(filter, person, world);
  if ('consent' in filter) return consentOf(filter.consent.channel, person, world) === filter.consent.state;
  if ('event' in filter) {
    const { type, within, at_least, at_most, exactly } = filter.event;
    const count = person.events.filter(
      (event) => isOf(event.type, type) && (within === undefined || inPeriod(event.at, within, world)),
    ).length;
    if (exactly !== undefined) return count === exactly;
    if (at_least === undefined && at_most === undefined) return count >= 1;
    return count >= (at_least ?? 0) && count <= (at_most ?? Infinity);
  }
  if ('no_event' in filter) {
    const times = (pattern: string) =>
      person.events.filter(({ type }) => isOf(type, pattern)).map(({ at }) => at);
    const since = times(filter.no_event.since);
    return since.length > 0 && times(filter.no_event.type).every((at) => at <= Math.max(...since));
  }
  if ('conversation' in filter) {
    const { channel, state, unread, assignee } = filter.conversation;
    return person.conversations.some(
      (one) =>
        (channel === undefined || one.channel === channel) &&
        (state === undefined || one.state === state) &&
        (unread === undefined || one.unread > 0 === unread) &&
        (assignee === undefined || one.assignee === assignee),
    );
  }
  return person.segments.includes(filter.segment.id);
}

function isOf(type: string, pattern: string): boolean {
  return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

function consentOf(channel: Channel, person: Person, world: World): string {
  if (channel === 'messenger') return 'unknown';
  const address = person.columns[channel === 'email' ? 'email' : 'phone'];
  const about = (one: { channel: Channel; address: string }) =>
    one.channel === channel && one.address === address;
  if (world.blocked.some(about)) return 'withdrawn';
  return world.ledger.filter(about).at(-1)?.action === 'grant' ? 'granted' : 'unknown';
}

function fieldMatches(clause: Extract<Filter, { field: string }>, person: Person, world: World): boolean {
  const { field, op } = clause;
  if (field === 'lead_score') return scoreMatches(clause, person.lead_score);
  if (field === 'do_not_call') return op === 'is' && person.do_not_call === clause.value;
  if (field === 'birthday') return birthdayMatches(clause, person.birthday, world);
  if (field === 'tags' || field === 'dnd') {
    const held = person[field];
    const wanted = 'value' in clause ? (clause.value as string[]) : [];
    if (op === 'has_any') return wanted.some((tag) => held.includes(tag));
    if (op === 'has_all') return wanted.every((tag) => held.includes(tag));
    if (op === 'has_none') return !wanted.some((tag) => held.includes(tag));
    return (op === 'is_empty') === (held.length === 0);
  }
  if (field === 'created_at' || field === 'updated_at') {
    const at = person[field];
    if (op === 'before') return at < pointAt(clause.value, world);
    if (op === 'after') return at >= pointAt(clause.value, world);
    if (op === 'between') {
      const [from, to] = clause.value as [FilterPoint, FilterPoint];
      return inPeriod(at, { from, to }, world);
    }
    if (op === 'within') return inPeriod(at, clause.value, world);
    return op === 'is_set';
  }
  const held = field.startsWith('fields.') ? person.fields[field.slice(7)] : person.columns[field];
  const value = held === null || held === undefined ? null : String(held);
  if (op === 'is') return value === String(clause.value);
  if (op === 'is_not') return value !== String(clause.value);
  if (op === 'in') return clause.value.map(String).includes(value as string);
  if (op === 'not_in') return !clause.value.map(String).includes(value as string);
  if (op === 'contains') return value !== null && value.toLowerCase().includes(clause.value.toLowerCase());
  if (op === 'starts_with')
    return value !== null && value.toLowerCase().startsWith(clause.value.toLowerCase());
  if (op === 'is_empty') return value === null || value === '';
  if (op === 'is_set') return value !== null && value !== '';
  return customMatches(clause, value, world);
}

function scoreMatches(clause: Extract<Filter, { field: string }>, score: number | null): boolean {
  if (clause.op === 'is') return score === clause.value;
  if (clause.op === 'is_not') return score !== clause.value;
  if (clause.op === 'is_empty') return score === null;
  if (clause.op === 'is_set') return score !== null;
  if (score === null) return false;
  if (clause.op === 'gt') return score > clause.value;
  if (clause.op === 'gte') return score >= clause.value;
  if (clause.op === 'lt') return score < clause.value;
  if (clause.op === 'lte') return score <= clause.value;
  const [from, to] = (clause as { value: [number, number] }).value;
  return score >= from && score <= to;
}

/** Day by day through the period, each looked up on the calendar. */
function birthdayMatches(
  clause: Extract<Filter, { field: string }>,
  born: Person['birthday'],
  world: World,
): boolean {
  if (clause.op !== 'within') return (clause.op === 'is_empty') === (born === null);
  if (born === null) return false;
  const { from, last } = ends(clause.value, world);
  if (from === null || last === null) return true;
  const midnight = (at: number) => Math.floor(localOf(at, world.zone) / DAY) * DAY;
  const end = Math.min(midnight(last), midnight(from) + 800 * DAY);
  for (let at = midnight(from); at <= end; at += DAY) {
    const day = new Date(at);
    const length = new Date(Date.UTC(day.getUTCFullYear(), born.month, 0)).getUTCDate();
    if (day.getUTCMonth() + 1 === born.month && day.getUTCDate() === Math.min(born.day, length)) return true;
  }
  return false;
}

function customMatches(
  clause: Extract<Filter, { field: string }>,
  value: string | null,
  world: World,
): boolean {
  if (value === null) return false;
  const number = /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : null;
  const day = /^\d{4}-\d{2}-\d{2}/.test(value) ? value.slice(0, 10) : null;
  const dayOf = (at: number) => new Date(localOf(at, world.zone)).toISOString().slice(0, 10);
  if (clause.op === 'gt') return number !== null && number > clause.value;
  if (clause.op === 'gte') return number !== null && number >= clause.value;
  if (clause.op === 'lt') return number !== null && number < clause.value;
  if (clause.op === 'lte') return number !== null && number <= clause.value;
  if (clause.op === 'before') return day !== null && day < dayOf(pointAt(clause.value, world));
  if (clause.op === 'after') return day !== null && day >= dayOf(pointAt(clause.value, world));
  if (clause.op === 'between') {
    const [from, to] = clause.value;
    if (typeof from === 'number') return number !== null && number >= from && number <= (to as number);
    return day !== null && dayIn(day, { from, to: to as FilterPoint });
  }
  if (clause.op === 'within') return day !== null && dayIn(day, clause.value);
  throw new Error(`no such operator: ${clause.op}`);

  function dayIn(one: string, period: FilterPeriod): boolean {
    const { from, last } = ends(period, world);
    return (from === null || one >= dayOf(from)) && (last === null || one <= dayOf(last));
  }
}

function inPeriod(at: number, period: FilterPeriod, world: World): boolean {
  const { from, last } = ends(period, world);
  return (from === null || at >= from) && (last === null || at <= last);
}

const DAY = 86_400_000;

/** First and last millisecond that belong to it. */
export function ends(
  period: FilterPeriod,
  world: Pick<World, 'now' | 'zone'>,
): { from: number | null; last: number | null } {
  const { now, zone } = world;
  if (typeof period === 'object') {
    if ('last' in period) return { from: pointAt({ ago: period.last, unit: period.unit }, world), last: now };
    if ('next' in period)
      return { from: now, last: pointAt({ ahead: period.next, unit: period.unit }, world) };
    const { from, to } = period;
    return {
      from: from === undefined ? null : pointAt(from, world),
      last:
        to === undefined
          ? null
          : typeof to === 'string' && to.length === 10
            ? instantOf(Date.parse(to) + DAY, zone) - 1
            : pointAt(to, world),
    };
  }
  const here = new Date(localOf(now, zone));
  const [year, month, date] = [here.getUTCFullYear(), here.getUTCMonth(), here.getUTCDate()];
  const monday = date - ((here.getUTCDay() + 6) % 7);
  const spans: Record<string, [number, number]> = {
    today: [Date.UTC(year, month, date), Date.UTC(year, month, date + 1)],
    yesterday: [Date.UTC(year, month, date - 1), Date.UTC(year, month, date)],
    tomorrow: [Date.UTC(year, month, date + 1), Date.UTC(year, month, date + 2)],
    this_week: [Date.UTC(year, month, monday), Date.UTC(year, month, monday + 7)],
    this_month: [Date.UTC(year, month), Date.UTC(year, month + 1)],
    last_month: [Date.UTC(year, month - 1), Date.UTC(year, month)],
    this_year: [Date.UTC(year, 0), Date.UTC(year + 1, 0)],
  };
  const [from, until] = spans[period]!;
  return { from: instantOf(from, zone), last: instantOf(until, zone) - 1 };
}

export function pointAt(point: FilterPoint, { now, zone }: Pick<World, 'now' | 'zone'>): number {
  if (typeof point === 'string')
    return point.length === 10 ? instantOf(Date.parse(point), zone) : Date.parse(point);
  const by = 'ago' in point ? -point.ago : point.ahead;
  if (point.unit === 'minutes') return now + by * 60_000;
  if (point.unit === 'hours') return now + by * 3_600_000;
  const here = localOf(now, zone);
  if (point.unit === 'days') return instantOf(here + by * DAY, zone);
  if (point.unit === 'weeks') return instantOf(here + by * 7 * DAY, zone);
  const moved = new Date(here);
  const date = moved.getUTCDate();
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + by);
  // the 31st of a short month is its last day
  const length = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(date, length));
  return instantOf(moved.getTime(), zone);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall shows, as if it were UTC. */
function localOf(at: number, zone: string): number {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      ...{
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      },
    });
  formats.set(zone, format);
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const seconds = Date.UTC(
    part['year']!,
    part['month']! - 1,
    part['day'],
    part['hour'],
    part['minute'],
    part['second'],
  );
  return seconds + (((at % 1000) + 1000) % 1000);
}

/** The moment at which the clock on the wall shows this. */
function instantOf(local: number, zone: string): number {
  const offsets = [local - DAY, local + DAY].map((near) => localOf(near, zone) - near);
  const found = offsets.map((offset) => local - offset).find((at) => localOf(at, zone) === local);
  // in the hour that is skipped, the clock goes on as before
  return found ?? local - offsets[0]!;
}
