/**
 * The one compiler of the filter language: a checked filter becomes a condition about the table `contacts`. Values are
 * parameters, never text of the statement. What is asked of other tables is an `exists` that leads with tenant_id, so it is a
 * semi-join where Postgres can make one, an index look-up where not, and within row security either way.
 *
 * Every clause compiles to true or false, never null: that is what makes `not` and `is_not` true of people without a value.
 *
 * This is the one place outside a domain that reads its tables: a query language is about the schema itself.
 */
import { sql, type SQL } from 'drizzle-orm';
import {
  eventTypes,
  filterFieldType,
  type Channel,
  type ConsentCondition,
  type ConversationCondition,
  type EventCondition,
  type FieldCondition,
  type Filter,
  type FilterPoint,
  type NoEventCondition,
  type SegmentCondition,
} from '../contract/index.ts';
import { writeArray } from '../db/arrays.ts';
import { CHANNEL_ADDRESS, columnOf, customKey, keyOf } from './fields.ts';
import { betweenSql, daySql, insideSql, periodSql, pointSql, type Bounds, type When } from './times.ts';

export interface Asking extends When {
  tenant: string;
  /** Whose list blocks too. Null, and the default: there is none, or it is empty, and nobody has to look into it. */
  agency?: string | null;
  /**
   * `all`: whoever of a tenant's contacts; counts of events are taken once for everybody. `some`: a few that are named, or
   * that other conditions leave, and each one's events are looked up. Both mean the same. Default `all`.
   */
  about?: 'all' | 'some';
}

const TRUE = sql`true`;
const FALSE = sql`false`;

export function compileFilter(filter: Filter, asking: Asking): SQL {
  if ('all' in filter) return joined(filter.all, sql` and `, TRUE, asking);
  if ('any' in filter) return joined(filter.any, sql` or `, FALSE, asking);
  if ('not' in filter) return sql`(${compileFilter(filter.not, asking)}) is not true`;
  if ('field' in filter) return compileField(filter, asking);
  if ('consent' in filter) return compileConsent(filter, asking);
  if ('event' in filter) return compileEvent(filter, asking);
  if ('no_event' in filter) return compileNoEvent(filter, asking);
  if ('conversation' in filter) return compileConversation(filter, asking);
  return compileSegment(filter, asking);
}

function joined(filters: Filter[], by: SQL, ofNone: SQL, asking: Asking): SQL {
  if (filters.length === 0) return ofNone;
  return sql`(${sql.join(
    filters.map((filter) => compileFilter(filter, asking)),
    by,
  )})`;
}

function compileField(condition: FieldCondition, when: When): SQL {
  const kind = filterFieldType(condition.field);
  if (kind === 'tags' || kind === 'channels') return compileTags(condition, columnOf(condition.field));
  if (kind === 'number') return compileNumber(condition, columnOf(condition.field));
  if (kind === 'boolean') return sql`${columnOf(condition.field)} = ${yes(condition)}::boolean`;
  if (kind === 'birthday') return compileBirthday(condition, when);
  if (kind === 'instant') return compileInstant(condition, columnOf(condition.field), when);
  if (kind === 'custom') return compileCustom(condition, when);
  return compileText(condition, columnOf(condition.field), keyOf(condition.field));
}

/** `key`: the value in lower case, where that stands in a column of its own. */
function compileText(condition: FieldCondition, value: SQL, key = sql`lower(${value})`): SQL {
  if (condition.op === 'is') return sql`coalesce(${value} = ${String(condition.value)}::text, false)`;
  if (condition.op === 'is_not') return sql`${value} is distinct from ${String(condition.value)}::text`;
  if (condition.op === 'in') return sql`coalesce(${value} = any(${texts(condition.value)}), false)`;
  if (condition.op === 'not_in') return sql`(${value} = any(${texts(condition.value)})) is not true`;
  if (condition.op === 'contains')
    return sql`coalesce(${key} like lower(${`%${likePattern(condition.value)}%`}::text), false)`;
  if (condition.op === 'starts_with')
    return sql`coalesce(${key} like lower(${`${likePattern(condition.value)}%`}::text), false)`;
  if (condition.op === 'is_empty') return sql`coalesce(${value}, '') = ''`;
  if (condition.op === 'is_set') return sql`coalesce(${value}, '') <> ''`;
  throw unknownOperator(condition);
}

function compileInstant(condition: FieldCondition, value: SQL, when: When): SQL {
  if (condition.op === 'before') return sql`coalesce(${value} < ${pointSql(condition.value, when)}, false)`;
  if (condition.op === 'after') return sql`coalesce(${value} >= ${pointSql(condition.value, when)}, false)`;
  if (condition.op === 'between') {
    const [from, to] = condition.value as [FilterPoint, FilterPoint];
    return sql`coalesce(${insideSql(value, betweenSql(from, to, when))}, false)`;
  }
  if (condition.op === 'within')
    return sql`coalesce(${insideSql(value, periodSql(condition.value, when))}, false)`;
  if (condition.op === 'is_empty') return sql`${value} is null`;
  if (condition.op === 'is_set') return sql`${value} is not null`;
  throw unknownOperator(condition);
}

/**
 * A custom field as a number, and null where it is none: a cast of the rest would fail the statement. What is stored as
 * a number is known to be one; of texts a pattern says it, which costs ten times as much.
 */
const numberIn = (field: SQL) => sql`(case jsonb_typeof(${field})
  when 'number' then (${field})::numeric
  when 'string' then case when ${field} #>> '{}' ~ '^[+-]?[0-9]{1,30}(\\.[0-9]{1,30})?$' then (${field} #>> '{}')::numeric end end)`;
/** The day that a text of a custom field begins with. Its signs are compared before the pattern is asked, for the same reason. */
const dayIs = (value: SQL, compared: (day: SQL) => SQL) =>
  sql`(case when ${compared(sql`(left(${value}, 10) collate "C")`)} then ${value} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' else false end)`;
const COMPARISONS = { gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` } as const;

function compileCustom(condition: FieldCondition, when: When): SQL {
  const key = customKey(condition.field);
  const field = sql`(contacts.fields -> ${key}::text)`;
  const value = sql`(contacts.fields ->> ${key}::text)`;
  const day = (point: FilterPoint) => daySql(pointSql(point, when), when);
  if (condition.op === 'gt' || condition.op === 'gte' || condition.op === 'lt' || condition.op === 'lte')
    return sql`coalesce(${numberIn(field)} ${COMPARISONS[condition.op]} ${String(condition.value)}::numeric, false)`;
  if (condition.op === 'before') {
    const before = day(condition.value);
    return dayIs(value, (own) => sql`${own} < ${before}`);
  }
  if (condition.op === 'after') {
    const from = day(condition.value);
    return dayIs(value, (own) => sql`${own} >= ${from}`);
  }
  if (condition.op === 'between') {
    const [from, to] = condition.value;
    if (typeof from === 'number' || typeof to === 'number') {
      return sql`coalesce(${numberIn(field)} between ${numeric(from)} and ${numeric(to)}, false)`;
    }
    return insideDays(value, betweenSql(from, to, when), when);
  }
  if (condition.op === 'within') return insideDays(value, periodSql(condition.value, when), when);
  return compileText(condition, value);
}

/** Of a checked filter: two numbers, or two points. */
function numeric(value: unknown): SQL {
  return sql`${String(Number(value))}::numeric`;
}

function insideDays(value: SQL, { from, until, open }: Bounds, when: When): SQL {
  const days = { from: from && daySql(from, when), until: until && daySql(until, when), open };
  return dayIs(value, (own) => insideSql(own, days));
}

function compileNumber(condition: FieldCondition, value: SQL): SQL {
  const { op } = condition;
  if (op === 'is') return sql`coalesce(${value} = ${numeric(condition.value)}, false)`;
  if (op === 'is_not') return sql`${value} is distinct from ${numeric(condition.value)}`;
  if (op === 'gt' || op === 'gte' || op === 'lt' || op === 'lte')
    return sql`coalesce(${value} ${COMPARISONS[op]} ${numeric(condition.value)}, false)`;
  if (op === 'between') {
    const [from, to] = condition.value;
    return sql`coalesce(${value} between ${numeric(from)} and ${numeric(to)}, false)`;
  }
  if (op === 'is_empty') return sql`${value} is null`;
  if (op === 'is_set') return sql`${value} is not null`;
  throw unknownOperator(condition);
}

function yes(condition: FieldCondition): boolean {
  if (condition.op === 'is') return condition.value === true;
  throw unknownOperator(condition);
}

/**
 * A day that comes every year lies in a period when it does so in the year in which the period begins, or in the next one.
 * Whoever was born on Feb 29 has it on the 28th in other years.
 */
export function compileBirthday(condition: FieldCondition, when: When): SQL {
  if (condition.op === 'is_empty') return sql`contacts.birth_month is null`;
  if (condition.op === 'is_set') return sql`contacts.birth_month is not null`;
  if (condition.op !== 'within') throw unknownOperator(condition);
  const { from, until, open } = periodSql(condition.value, when);
  // without an end it comes again
  if (from === null || until === null) return sql`contacts.birth_month is not null`;
  const zone = sql`${when.zone}::text`;
  const first = sql`(${from} at time zone ${zone})::date`;
  // the midnight that ends a day is no longer that day
  const last = sql`((${until} at time zone ${zone}) - ${open ? '1 microsecond' : '0'}::interval)::date`;
  return sql`coalesce((select bool_or(day between first and last)
    from (select ${first} as first, ${last} as last) period
    cross join lateral generate_series(0, 1) as later (years)
    cross join lateral make_date(extract(year from first)::integer + later.years, contacts.birth_month, 1) as month (start)
    cross join lateral (select least(month.start + contacts.birth_day - 1,
      (month.start + interval '1 month')::date - 1) as day) anniversary), false)`;
}

function compileTags(condition: FieldCondition, held: SQL): SQL {
  if (condition.op === 'has_any') return sql`${held} && ${texts(condition.value)}`;
  if (condition.op === 'has_all') return sql`${held} @> ${texts(condition.value)}`;
  if (condition.op === 'has_none') return sql`not (${held} && ${texts(condition.value)})`;
  if (condition.op === 'is_empty') return sql`${held} = '{}'::text[]`;
  if (condition.op === 'is_set') return sql`${held} <> '{}'::text[]`;
  throw unknownOperator(condition);
}

/** As `contacts/rows.ts` shows it: the block is what counts, else what the ledger comes to. */
function compileConsent(
  { consent: { channel, state } }: ConsentCondition,
  { tenant, agency = null, now }: Asking,
): SQL {
  const address = addressOf(channel);
  if (address === null) return state === 'unknown' ? TRUE : FALSE;
  const blocks = (whose: SQL) => {
    const own = sql`exists (select 1 from suppressions x
      where x.tenant_id = ${tenant}::text and x.channel = ${channel}::text and x.address = ${whose})`;
    if (agency === null) return own;
    return sql`(${own} or exists (select 1 from agency_suppressions g
      where g.tenant_id = ${agency}::text and g.channel = ${channel}::text and g.address = ${whose}))`;
  };
  const granted = (more: SQL) => sql`exists (select 1 from consents k
    where k.tenant_id = ${tenant}::text and k.channel = ${channel}::text and k.address = ${address}
      and k.state = 'granted' and (k.expires_at is null or k.expires_at > ${now}::timestamptz)${more})`;
  if (state === 'withdrawn') return blocks(address);
  // the blocks are taken from the consents, of which there are fewer than people
  return state === 'granted'
    ? granted(sql` and not ${blocks(sql`k.address`)}`)
    : sql`(not ${blocks(address)} and not ${granted(sql``)})`;
}

function addressOf(channel: Channel): SQL | null {
  const column = CHANNEL_ADDRESS[channel];
  return column === null ? null : sql`contacts.${sql.identifier(column)}`;
}

function compileEvent({ event }: EventCondition, asking: Asking): SQL {
  const { at_least, at_most, exactly } = event;
  const least = exactly ?? at_least ?? (at_most === undefined ? 1 : 0);
  const most = exactly ?? at_most;
  const parts = [
    ...(least > 0 ? [happened(event, least, asking)] : []),
    ...(most === undefined ? [] : [sql`not ${happened(event, most + 1, asking)}`]),
  ];
  return parts.length === 0 ? TRUE : sql`(${sql.join(parts, sql` and `)})`;
}

/** At least `times`. */
function happened(
  { type, within, stage }: Pick<EventCondition['event'], 'type' | 'within' | 'stage'>,
  times: number,
  asking: Asking,
): SQL {
  const which = sql`e.tenant_id = ${asking.tenant}::text and ${oneOf(sql`e.type`, type)}${
    within === undefined ? sql`` : sql` and ${insideSql(sql`e.occurred_at`, periodSql(within, asking))}`
  }${
    stage === undefined
      ? sql``
      : sql` and (e.data -> 'to' ->> 'id' = ${stage}::text or lower(e.data -> 'to' ->> 'name') = lower(${stage}::text))`
  }`;
  const own = sql`${which} and e.contact_id = contacts.contact_id`;
  if (times === 1) return sql`exists (select 1 from events e where ${own})`;
  // one pass over the type's index for everybody, or the first few of each: neither counts to the end for a person
  return asking.about === 'some'
    ? sql`exists (select 1 from events e where ${own} offset ${String(times - 1)}::bigint limit 1)`
    : sql`contacts.contact_id in (select e.contact_id from events e where ${which} and e.contact_id is not null
        group by e.contact_id having count(*) >= ${String(times)}::bigint)`;
}

/** The latest `since` is no earlier than the latest `type`. */
function compileNoEvent({ no_event: { type, since } }: NoEventCondition, { tenant, about }: Asking): SQL {
  if (about === 'some') {
    return sql`coalesce(${latest(tenant, since)} >= coalesce(${latest(tenant, type)}, '-infinity'), false)`;
  }
  const either = sql`(${oneOf(sql`e.type`, since)} or ${oneOf(sql`e.type`, type)})`;
  const last = (which: string) => sql`max(e.occurred_at) filter (where ${oneOf(sql`e.type`, which)})`;
  return sql`contacts.contact_id in (select e.contact_id from events e
    where e.tenant_id = ${tenant}::text and e.contact_id is not null and ${either}
    group by e.contact_id having ${last(since)} >= coalesce(${last(type)}, '-infinity'))`;
}

/** When it last happened to the contact: one look into the index for each type. */
function latest(tenant: string, pattern: string): SQL {
  const looks = eventTypes(pattern).map(
    (type) => sql`(select e.occurred_at from events e
      where e.tenant_id = ${tenant}::text and e.contact_id = contacts.contact_id and e.type = ${type}::text
      order by e.occurred_at desc limit 1)`,
  );
  return sql`greatest(${sql.join(looks, sql`, `)})`;
}

function compileConversation({ conversation }: ConversationCondition, { tenant }: Asking): SQL {
  const { channel, state, unread, assignee } = conversation;
  const parts = [
    sql`c.tenant_id = ${tenant}::text and c.contact_id = contacts.contact_id`,
    ...(channel === undefined ? [] : [sql`c.channel = ${channel}::text`]),
    ...(state === undefined ? [] : [sql`c.state = ${state}::text`]),
    ...(unread === undefined ? [] : [unread ? sql`c.unread > 0` : sql`c.unread = 0`]),
    ...(assignee === undefined
      ? []
      : [assignee === null ? sql`c.assignee_id is null` : sql`c.assignee_id = ${assignee}::text`]),
  ];
  return sql`exists (select 1 from conversations c where ${sql.join(parts, sql` and `)})`;
}

function compileSegment({ segment }: SegmentCondition, { tenant }: Asking): SQL {
  return memberOf(tenant, segment.id);
}

/** The contact is in the segment. */
export function memberOf(tenant: string, segmentId: string): SQL {
  return sql`exists (select 1 from segment_members m
    where m.tenant_id = ${tenant}::text and m.segment_id = ${segmentId}::uuid and m.contact_id = contacts.contact_id)`;
}

function oneOf(type: SQL, pattern: string): SQL {
  const types = eventTypes(pattern);
  return types.length === 1 ? sql`${type} = ${types[0]}::text` : sql`${type} = any(${texts(types)})`;
}

/** An array as its literal: Drizzle would make a list of parameters of it. */
function texts(values: readonly unknown[]): SQL {
  return sql`${writeArray(values.map(String))}::text[]`;
}

function likePattern(words: string): string {
  return words.replace(/[\\%_]/g, '\\$&');
}

function unknownOperator({ field, op }: FieldCondition): Error {
  return new Error(`The filter was not checked: ${field} cannot be asked ${op}.`);
}
