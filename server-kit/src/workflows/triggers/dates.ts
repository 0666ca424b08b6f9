/**
 * `date` triggers: birthdays and other dates, yearly or once, at an hour of the contact's own day. A sweep asks which days have come
 * in which zones (a few hundred, worked out here), and looks those up by an index; who has been let in for a year is not
 * again, by the key of the enrollment.
 */
import { sql, type SQL } from 'drizzle-orm';
import type { WorkflowTrigger } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { runOnce } from '../../db/drizzle.ts';
import { addDays, anniversariesOn, daysDue, wallTime, type Anniversary } from './days.ts';
import type { Found, Round } from './round.ts';

export type DateTrigger = Extract<WorkflowTrigger, { on: 'date' }>;

/** Hours of the wall fall on a quarter of an hour in every zone that there is. */
export const QUARTER_MS = 15 * 60_000;
/** For how long a worker that was away makes up. Later, a day is past. */
const MAKE_UP_MS = 3 * 86_400_000;

/** The next moment at which it may be somebody's hour. */
export function nextSweep(at: string, now: Date): Date {
  const minutes = Number(at.slice(3)) % 15;
  const next = Math.floor(now.getTime() / QUARTER_MS) * QUARTER_MS + minutes * 60_000;
  return new Date(next > now.getTime() ? next : next + QUARTER_MS);
}

/**
 * A piece of the contacts whose day has come since the last round and who have not been let in for it, in the order of their ids.
 */
export async function dueContacts(
  tx: Tx,
  workflowId: string,
  trigger: DateTrigger,
  { since, now, after, tenantZone }: Round,
  limit: number,
): Promise<Found[]> {
  const from = new Date(Math.max(since.getTime(), now.getTime() - MAKE_UP_MS));
  const column = trigger.field === 'birthday' ? null : trigger.field.replace(/^fields\./, '');
  const candidates = candidatesOf(tx.tenant, daysAnywhere(trigger, from, now), column, trigger.year_field);
  const zones = await runOnce<{ zone: string | null }>(
    tx,
    sql`select distinct coalesce(time_zone, derived_zone) as zone from (${candidates}) c`,
  );
  const rows = zones.flatMap(({ zone }) =>
    dueIn(trigger, known(zone, tenantZone), from, now).map((day) => ({ ...day, zone: zone ?? '' })),
  );
  if (rows.length === 0) return [];
  // of a date that comes once, its own year; of one that comes every year, none before it
  const year = trigger.every === 'once' ? sql`c.year = d.year` : sql`(c.year is null or c.year <= d.year)`;
  const found = await runOnce<Found & Record<string, unknown>>(
    tx,
    sql`select c.contact_id, d.key as source_key from (${candidates}) c
      join jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
        as d (zone text, month integer, day integer, year integer, key text)
        on d.zone = coalesce(c.time_zone, c.derived_zone, '') and d.month = c.month and d.day = c.day
          and ${column === null ? sql`true` : year}
      where (c.had_year is null or c.had_year < d.year) and ${after === null ? sql`true` : sql`c.contact_id > ${after}::uuid`}
        and not exists (select from enrollments e where e.tenant_id = ${tx.tenant}::text
          and e.workflow_id = ${workflowId}::uuid and e.source_key = d.key and e.contact_id = c.contact_id)
      order by c.contact_id limit ${String(limit)}::integer`,
  );
  return [...found];
}

/** The months and days that it can be about: wherever one is, it is a day between these two. */
function daysAnywhere(trigger: DateTrigger, since: Date, now: Date): string[] {
  const from = wallTime(since, 'Etc/GMT+12')!.slice(0, 10);
  const until = wallTime(now, 'Etc/GMT-14')!.slice(0, 10);
  const days = new Set<string>();
  for (let day = addDays(from, -1); day <= until; day = addDays(day, 1)) {
    for (const one of anniversariesOn(day, trigger)) days.add(dayKey(one));
  }
  return [...days];
}

const known = (zone: string | null, tenantZone: string) =>
  [zone, tenantZone].find((one) => one !== null && wallTime(new Date(0), one) !== null) ?? 'UTC';

function dueIn(
  trigger: DateTrigger,
  zone: string,
  since: Date,
  now: Date,
): (Anniversary & { key: string })[] {
  const [from, until] = [wallTime(since, zone)!, wallTime(now, zone)!];
  return daysDue(trigger.at, from, until).flatMap((day) =>
    anniversariesOn(day, trigger).map((one) => ({ ...one, key: keyOf(trigger, one) })),
  );
}

const two = (number: number) => String(number).padStart(2, '0');
const dayKey = ({ month, day }: Anniversary) => `${two(month)}-${two(day)}`;

/** One a year; of a date that comes once, one for each date that somebody sets. */
function keyOf({ field, every, offset_days }: DateTrigger, { year, month, day }: Anniversary): string {
  const shift = offset_days === 0 ? '' : offset_days > 0 ? `+${offset_days}` : String(offset_days);
  if (every === 'year') return `date:${field}${shift}:${year}`;
  return field === 'birthday'
    ? `date:${field}${shift}:once`
    : `date:${field}${shift}:${year}-${two(month)}-${two(day)}`;
}

/** The year that somebody wrote down as done: a field of the tenant's own, or the one column that there is for it. */
function yearOf(field: string | undefined): SQL {
  if (field === undefined) return sql`null::integer`;
  if (field === 'last_birthday_sent_year') return sql`last_birthday_sent_year`;
  const value = sql`(fields ->> ${field.replace(/^fields\./, '')}::text)`;
  return sql`case when ${value} ~ '^[0-9]{4}$' then ${value}::integer end`;
}

/** Whoever has one of these days: for birthdays by their index, for own fields by what the value begins with. */
function candidatesOf(
  tenant: string,
  days: string[],
  column: string | null,
  yearField: string | undefined,
): SQL {
  const had = sql`${yearOf(yearField)} as had_year`;
  const list = sql.join(
    days.map((day) => sql`(${Number(day.slice(0, 2))}::integer, ${Number(day.slice(3))}::integer)`),
    sql`, `,
  );
  if (column === null)
    return sql`select contact_id, time_zone, derived_zone, birth_month as month, birth_day as day, birth_year as year,
        ${had}
      from contacts where tenant_id = ${tenant}::text and merged_into is null and birth_month is not null
        and (birth_month, birth_day) in (${list})`;
  const value = sql`(fields ->> ${column}::text)`;
  return sql`select contact_id, time_zone, derived_zone, substr(${value}, 6, 2)::integer as month,
      substr(${value}, 9, 2)::integer as day, left(${value}, 4)::integer as year, ${had}
    from contacts where tenant_id = ${tenant}::text and merged_into is null
      and case when substr(${value}, 6, 5) = any(${`{${days.join(',')}}`}::text[])
        then ${value} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' else false end`;
}
