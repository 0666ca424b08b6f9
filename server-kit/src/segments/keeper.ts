/**
 * Keeps the members of dynamic segments up to date from the event log.
 *
 * One *look* reads a tenant's log from its cursor, judges the contacts that the new events are about, and, when a minute
 * has passed, those whom a relative date has moved past. Only events of finished transactions are read (below the oldest
 * running one), so the log is final up to the cursor and each event is judged once.
 *
 * Whoever holds the cursor's row is alone: a second look of the tenant finds it taken and leaves, making or changing a segment
 * waits for it. A change that commits beside a fill is thus either seen by the fill or judged after it.
 */
import type { Filter } from '../contract/index.ts';
import type { Database, Tx } from '../db/client.ts';
import { runOnce } from '../db/drizzle.ts';
import { compileFilter } from '../filters/compile.ts';
import { whenOf } from '../filters/read.ts';
import { movedPast, wokenBy } from '../filters/touching.ts';
import { judge, recordMoves } from './members.ts';

/** Events a look; there may be thousands of people in them. */
const PAGE = 1_000;
/** Seconds after which relative dates are looked at again. */
export const RELATIVE_EVERY_S = 60;

interface Cursor {
  tx: string;
  position: string;
  judged_at: string;
  due: boolean;
}

interface Kept {
  id: string;
  name: string;
  filter: Filter;
  time_zone: string | null;
  refers_to: string[];
}

/** Takes the tenant's cursor for this transaction, made when there is none yet. Waits for a look that holds it. */
export async function holdCursor({ sql, tenant }: Tx): Promise<void> {
  await sql`
    insert into segment_cursors (tenant_id, tx, position, judged_at)
    select ${tenant}, coalesce(e.tx, '0'), coalesce(e.position, 0), moment()
    from (select 1) one left join lateral (
      select tx, position from events
      where tenant_id = ${tenant} and events.tx < pg_snapshot_xmin(pg_current_snapshot())
      order by events.tx desc, events.position desc limit 1
    ) e on true
    on conflict (tenant_id) do nothing`;
  await sql`select 1 from segment_cursors where tenant_id = ${tenant} for update`;
}

/** One look at a tenant. True when there is more to read at once. */
export async function look(database: Database, tenant: string): Promise<boolean> {
  return database.transaction(tenant, async (tx) => {
    const { sql } = tx;
    const [cursor] = await sql<Cursor[]>`
      select tx::text, position::text, judged_at, judged_at <= moment() - make_interval(secs => ${RELATIVE_EVERY_S}) as due
      from segment_cursors where tenant_id = ${tenant} for update skip locked`;
    if (!cursor) return false;
    const events = await sql<{ tx: string; position: string; type: string; contact_id: string | null }[]>`
      select tx::text, position::text, type, contact_id from events
      where tenant_id = ${tenant} and (tx, position) > (${cursor.tx}::xid8, ${cursor.position}::bigint)
        and tx < pg_snapshot_xmin(pg_current_snapshot())
      order by events.tx, events.position limit ${PAGE}`;
    if (events.length === 0 && !cursor.due) return false;
    for (const segment of inOrder(await dynamicSegments(tx))) {
      await judgeAgain(tx, segment, events, cursor);
    }
    const last = events.at(-1) ?? cursor;
    await sql`
      update segment_cursors set tx = ${last.tx}::xid8, position = ${last.position}::bigint,
        judged_at = case when ${cursor.due} then moment() else judged_at end
      where tenant_id = ${tenant}`;
    return events.length === PAGE;
  });
}

async function judgeAgain(
  tx: Tx,
  segment: Kept,
  events: readonly { type: string; contact_id: string | null }[],
  cursor: Cursor,
): Promise<void> {
  const woken = wokenBy(segment.filter);
  const ids = new Set(
    events.flatMap(({ type, contact_id }) => (contact_id !== null && woken(type) ? contact_id : [])),
  );
  if (ids.size === 0 && !cursor.due) return;
  const when = await whenOf(tx, segment.time_zone);
  const moved = cursor.due ? movedPast(segment.filter, tx.tenant, cursor.judged_at, when) : null;
  if (moved) for (const row of await runOnce<{ contact_id: string }>(tx, moved)) ids.add(row.contact_id);
  if (ids.size === 0) return;
  const condition = compileFilter(segment.filter, { tenant: tx.tenant, ...when, about: 'some' });
  await recordMoves(tx, segment, await judge(tx, segment.id, condition, [...ids]));
}

function dynamicSegments({ sql, tenant }: Tx) {
  return sql<Kept[]>`
    select segment_id as id, name, filter, time_zone, refers_to from segments
    where tenant_id = ${tenant} and kind = 'dynamic' order by segment_id`;
}

/** Those that others ask about first, so that nobody enters a segment for the moment until the other has been judged. */
export function inOrder<T extends { id: string; refers_to: string[] }>(segments: readonly T[]): T[] {
  const byId = new Map(segments.map((segment) => [segment.id, segment]));
  const ordered = new Set<T>();
  const place = (segment: T) => {
    if (!byId.delete(segment.id)) return;
    for (const id of segment.refers_to) {
      const other = byId.get(id);
      if (other) place(other);
    }
    ordered.add(segment);
  };
  for (const segment of segments) place(segment);
  return [...ordered];
}
