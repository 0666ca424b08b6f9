/**
 * Points and periods as SQL. Days, weeks and months are counted on the calendar of a time zone, so "three days ago" is the
 * same time of day also across a change of the clocks; minutes and hours are spans of time.
 */
import { sql, type SQL } from 'drizzle-orm';
import type { FilterPeriod, FilterPoint, PERIODS } from '../contract/index.ts';

/** The moment and the place that relative dates are read at. */
export interface When {
  /** RFC 3339. */
  now: string;
  /** IANA zone that Postgres knows. */
  zone: string;
}

/** Null: without an end on that side. `until` is not part of the period when it is `open`, as the midnight after a day. */
export interface Bounds {
  from: SQL | null;
  until: SQL | null;
  open: boolean;
}

type Unit = 'minutes' | 'hours' | 'days' | 'weeks' | 'months';
/** Closed set, so that none of it comes from outside into the text of a statement. */
const PERIOD_PARTS: Record<
  (typeof PERIODS)[number],
  { part: 'day' | 'week' | 'month' | 'year'; shift: -1 | 0 | 1 }
> = {
  today: { part: 'day', shift: 0 },
  yesterday: { part: 'day', shift: -1 },
  tomorrow: { part: 'day', shift: 1 },
  this_week: { part: 'week', shift: 0 },
  this_month: { part: 'month', shift: 0 },
  last_month: { part: 'month', shift: -1 },
  this_year: { part: 'year', shift: 0 },
};
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export function pointSql(point: FilterPoint, when: When): SQL {
  if (typeof point === 'string') {
    return DATE.test(point) ? startOf(point, when.zone) : sql`${point}::timestamptz`;
  }
  return 'ago' in point ? moved(-point.ago, point.unit, when) : moved(point.ahead, point.unit, when);
}

/** Whether what a point means changes as time goes by. */
export function isMoving(point: FilterPoint): boolean {
  return typeof point !== 'string';
}

export function periodSql(period: FilterPeriod, when: When): Bounds {
  if (typeof period === 'string') {
    const { part, shift } = PERIOD_PARTS[period];
    const start = sql`date_trunc(${part}::text, ${local(when)}) + ${`${shift} ${part}`}::interval`;
    return {
      from: sql`((${start}) at time zone ${when.zone}::text)`,
      until: sql`((${start} + ${`1 ${part}`}::interval) at time zone ${when.zone}::text)`,
      open: true,
    };
  }
  if ('last' in period)
    return { from: moved(-period.last, period.unit, when), until: nowSql(when), open: false };
  if ('next' in period)
    return { from: nowSql(when), until: moved(period.next, period.unit, when), open: false };
  return betweenSql(period.from, period.to, when);
}

/** Both ends belong to it; a date as the end means the whole of that day. */
export function betweenSql(from: FilterPoint | undefined, to: FilterPoint | undefined, when: When): Bounds {
  const wholeDay = typeof to === 'string' && DATE.test(to);
  return {
    from: from === undefined ? null : pointSql(from, when),
    until:
      to === undefined
        ? null
        : wholeDay
          ? sql`((${to}::timestamp + interval '1 day') at time zone ${when.zone}::text)`
          : pointSql(to, when),
    open: wholeDay,
  };
}

/** Its ends move with time. Those of a fixed period do not. */
export function isMovingPeriod(period: FilterPeriod): boolean {
  if (typeof period === 'string' || 'last' in period || 'next' in period) return true;
  return [period.from, period.to].some((point) => point !== undefined && isMoving(point));
}

/** `value` lies in it. */
export function insideSql(value: SQL, { from, until, open }: Bounds): SQL {
  const parts = [
    ...(from === null ? [] : [sql`${value} >= ${from}`]),
    ...(until === null ? [] : [open ? sql`${value} < ${until}` : sql`${value} <= ${until}`]),
  ];
  return sql`(${sql.join(parts, sql` and `)})`;
}

/** The calendar day of an instant, as `2026-11-21`: what the dates in custom fields are compared with. */
export function daySql(instant: SQL, { zone }: When): SQL {
  // a select of its own is asked once; to_char, which depends on settings, would be worked out for every row
  return sql`(select to_char(${instant} at time zone ${zone}::text, 'YYYY-MM-DD'))`;
}

function startOf(date: string, zone: string): SQL {
  return sql`(${date}::timestamp at time zone ${zone}::text)`;
}

function nowSql({ now }: When): SQL {
  return sql`${now}::timestamptz`;
}

function local(when: When): SQL {
  return sql`(${nowSql(when)} at time zone ${when.zone}::text)`;
}

function moved(by: number, unit: Unit, when: When): SQL {
  const interval = sql`${`${by} ${unit}`}::interval`;
  if (unit === 'minutes' || unit === 'hours') return sql`(${nowSql(when)} + ${interval})`;
  return sql`((${local(when)} + ${interval}) at time zone ${when.zone}::text)`;
}
