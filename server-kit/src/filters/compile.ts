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
import { CHANNEL_ADDRESS, columnOf, customKey } from './fields.ts';
import { betweenSql, daySql, insideSql, periodSql, pointSql, type Bounds, type When } from './times.ts';

export interface Asking extends When {
  tenant: string;
  /**
   * `all`: whoever of a tenant's contacts; counts of events are taken once for everybody. `some`: a few that are named, and
   * each one's events are looked up. Default `all`.
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
  if (kind === 'tags') return compileTags(condition);
  if (kind === 'instant') return compileInstant(condition, columnOf(condition.field), when);
  if (kind === 'custom')
    return compileCustom(condition, sql`contacts.fields ->> ${customKey(condition.field)}::text`, when);
  return compileText(condition, columnOf(condition.field));
}

function compileText(condition: FieldCondition, value: SQL): SQL {
  if (condition.op === 'is') return sql`coalesce(${value} = ${String(condition.value)}::text, false)`;
  if (condition.op === 'is_not') return sql`${value} is distinct from ${String(condition.value)}::text`;
  if (condition.op === 'in') return sql`coalesce(${value} = any(${texts(condition.value)}), false)`;
  if (condition.op === 'not_in') return sql`(${value} = any(${texts(condition.value)})) is not true`;
  if (condition.op === 'contains')
    return sql`coalesce(lower(${value}) like lower(${`%${likePattern(condition.value)}%`}::text), false)`;
  if (condition.op === 'starts_with')
    return sql`coalesce(lower(${value}) like lower(${`${likePattern(condition.value)}%`}::text), false)`;
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

/** Text of a custom field that is a number or a date, and null where it is none: a cast of the rest would fail the statement. */
const numberIn = (value: SQL) =>
  sql`(case when ${value} ~ '^[+-]?[0-9]{1,30}(\\.[0-9]{1,30})?$' then (${value})::numeric end)`;
const dayIn = (value: SQL) =>
  sql`(case when ${value} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' then left(${value}, 10) end collate "C")`;
const COMPARISONS = { gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` } as const;

function compileCustom(condition: FieldCondition, raw: SQL, when: When): SQL {
  const value = sql`(${raw})`;
  const day = (point: FilterPoint) => daySql(pointSql(point, when), when);
  if (condition.op === 'gt' || condition.op === 'gte' || condition.op === 'lt' || condition.op === 'lte')
    return sql`coalesce(${numberIn(value)} ${COMPARISONS[condition.op]} ${String(condition.value)}::numeric, false)`;
  if (condition.op === 'before') return sql`coalesce(${dayIn(value)} < ${day(condition.value)}, false)`;
  if (condition.op === 'after') return sql`coalesce(${dayIn(value)} >= ${day(condition.value)}, false)`;
  if (condition.op === 'between') {
    const [from, to] = condition.value;
    if (typeof from === 'number' || typeof to === 'number') {
      return sql`coalesce(${numberIn(value)} between ${numeric(from)} and ${numeric(to)}, false)`;
    }
    return insideDays(dayIn(value), betweenSql(from, to, when), when);
  }
  if (condition.op === 'within') return insideDays(dayIn(value), periodSql(condition.value, when), when);
  return compileText(condition, value);
}

/** Of a checked filter: two numbers, or two points. */
function numeric(value: unknown): SQL {
  return sql`${String(Number(value))}::numeric`;
}

function insideDays(day: SQL, { from, until, open }: Bounds, when: When): SQL {
  const days = { from: from && daySql(from, when), until: until && daySql(until, when), open };
  return sql`coalesce(${insideSql(day, days)}, false)`;
}

function compileTags(condition: FieldCondition): SQL {
  if (condition.op === 'has_any') return sql`contacts.tags && ${texts(condition.value)}`;
  if (condition.op === 'has_all') return sql`contacts.tags @> ${texts(condition.value)}`;
  if (condition.op === 'has_none') return sql`not (contacts.tags && ${texts(condition.value)})`;
  if (condition.op === 'is_empty') return sql`contacts.tags = '{}'::text[]`;
  if (condition.op === 'is_set') return sql`contacts.tags <> '{}'::text[]`;
  throw unknownOperator(condition);
}

/** As `contacts/contacts.ts` shows it: the block is what counts, else the ledger's last word on the address. */
function compileConsent({ consent: { channel, state } }: ConsentCondition, { tenant }: Asking): SQL {
  const address = addressOf(channel);
  if (address === null) return state === 'unknown' ? TRUE : FALSE;
  const blocked = sql`exists (select 1 from suppressions x
    where x.tenant_id = ${tenant}::text and x.channel = ${channel}::text and x.address = ${address})`;
  const granted = sql`coalesce((select r.action = 'grant' from consent_records r
    where r.tenant_id = ${tenant}::text and r.channel = ${channel}::text and r.address = ${address}
    order by r.occurred_at desc, r.record_id desc limit 1), false)`;
  if (state === 'withdrawn') return blocked;
  return state === 'granted'
    ? sql`(not ${blocked} and ${granted})`
    : sql`(not ${blocked} and not ${granted})`;
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

function compileNoEvent({ no_event: { type, since } }: NoEventCondition, { tenant }: Asking): SQL {
  // one without an answer is enough: an answer to the last is later than all before it
  return sql`exists (select 1 from events s
    where s.tenant_id = ${tenant}::text and s.contact_id = contacts.contact_id and ${oneOf(sql`s.type`, since)}
      and not exists (select 1 from events e
        where e.tenant_id = ${tenant}::text and e.contact_id = contacts.contact_id and ${oneOf(sql`e.type`, type)}
          and e.occurred_at > s.occurred_at))`;
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
