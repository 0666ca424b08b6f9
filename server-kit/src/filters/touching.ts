/**
 * Who has to be judged again, without judging everybody. A verdict changes for one of two reasons: something happened to the
 * person (`wokenBy`), or a relative date has moved past one of their values (`movedPast`): "in the last 7 days" stops being true
 * of whoever's value lies between where its edge was at the last look and where it is now.
 */
import { sql, type SQL } from 'drizzle-orm';
import { eventTypes, filterFieldType, type Filter, type FilterPeriod } from '../contract/index.ts';
import { writeArray } from '../db/arrays.ts';
import { compileBirthday } from './compile.ts';
import { columnOf, customKey } from './fields.ts';
import { betweenSql, daySql, isMoving, isMovingPeriod, periodSql, pointSql, type When } from './times.ts';

/** Whether an event of this type may change what a filter says of its contact. */
export function wokenBy(filter: Filter): (type: string) => boolean {
  const types = new Set<string>();
  // a card that moves takes its person's `stage` along
  const kinds = new Set<string>(['contact.', 'stage.', 'opportunity.']);
  for (const clause of conditionsOf(filter)) {
    if ('consent' in clause) kinds.add('consent.');
    if ('segment' in clause) kinds.add('segment.');
    if ('conversation' in clause) for (const kind of ['conversation.', 'message.']) kinds.add(kind);
    if ('event' in clause) for (const type of eventTypes(clause.event.type)) types.add(type);
    if ('no_event' in clause) {
      for (const pattern of [clause.no_event.type, clause.no_event.since]) {
        for (const type of eventTypes(pattern)) types.add(type);
      }
    }
  }
  return (type) => types.has(type) || kinds.has(type.slice(0, type.indexOf('.') + 1));
}

/**
 * The contacts (a query for their ids) that the passing of time from `before` to `when.now` may have changed the verdict
 * about; null when the filter has no relative dates.
 */
export function movedPast(filter: Filter, tenant: string, before: string, when: When): SQL | null {
  const then: When = { ...when, now: before };
  const queries: SQL[] = [];
  for (const clause of conditionsOf(filter)) {
    if ('event' in clause && clause.event.within !== undefined && isMovingPeriod(clause.event.within)) {
      const { type, within } = clause.event;
      // the end of "the last …" is now: what crosses it has just happened, and wakes by itself
      const edges = edgesOf(within, then, when).slice(0, isLast(within) ? 1 : 2);
      queries.push(sql`select e.contact_id from events e where e.tenant_id = ${tenant}::text
        and e.type = any(${writeArray(eventTypes(type))}::text[]) and e.contact_id is not null
        and (${crossed(sql`e.occurred_at`, edges)})`);
    }
    if (!('field' in clause)) continue;
    const type = filterFieldType(clause.field);
    if (type === 'birthday') {
      if (clause.op !== 'within' || !isMovingPeriod(clause.value)) continue;
      const [old, current] = [compileBirthday(clause, then), compileBirthday(clause, when)];
      queries.push(sql`select contacts.contact_id from contacts
        where tenant_id = ${tenant}::text and birth_month is not null and ${old} <> ${current}`);
      continue;
    }
    const edges = fieldEdges(clause, then, when);
    if (edges.length === 0) continue;
    const condition =
      type === 'custom'
        ? crossed(
            sql`(contacts.fields ->> ${customKey(clause.field)}::text) collate "C"`,
            edges.map(([from, to]) => [daySql(from, when), sql`${daySql(to, when)} || '~'`]),
          )
        : crossed(columnOf(clause.field), edges);
    queries.push(
      sql`select contacts.contact_id from contacts where tenant_id = ${tenant}::text and (${condition})`,
    );
  }
  return queries.length === 0 ? null : sql.join(queries, sql` union `);
}

type Edge = [before: SQL, now: SQL];

function fieldEdges(clause: Extract<Filter, { field: string }>, then: When, now: When): Edge[] {
  if (clause.op === 'before' || clause.op === 'after')
    return isMoving(clause.value) ? [[pointSql(clause.value, then), pointSql(clause.value, now)]] : [];
  if (clause.op === 'within') return isMovingPeriod(clause.value) ? edgesOf(clause.value, then, now) : [];
  if (clause.op === 'between') {
    const [from, to] = clause.value;
    if (typeof from === 'number' || typeof to === 'number' || !(isMoving(from) || isMoving(to))) return [];
    return edgesOf({ from, to }, then, now);
  }
  return [];
}

function edgesOf(period: FilterPeriod, then: When, now: When): Edge[] {
  const bounds = (when: When) =>
    typeof period === 'object' && !('last' in period) && !('next' in period)
      ? betweenSql(period.from, period.to, when)
      : periodSql(period, when);
  const [old, current] = [bounds(then), bounds(now)];
  return [
    ...(old.from && current.from ? [[old.from, current.from] as Edge] : []),
    ...(old.until && current.until ? [[old.until, current.until] as Edge] : []),
  ];
}

function crossed(value: SQL, edges: Edge[]): SQL {
  return sql.join(
    edges.map(([before, now]) => sql`(${value} >= ${before} and ${value} <= ${now})`),
    sql` or `,
  );
}

function isLast(period: FilterPeriod): boolean {
  return typeof period === 'object' && 'last' in period;
}

function conditionsOf(filter: Filter): Filter[] {
  if ('all' in filter) return filter.all.flatMap(conditionsOf);
  if ('any' in filter) return filter.any.flatMap(conditionsOf);
  return 'not' in filter ? conditionsOf(filter.not) : [filter];
}
