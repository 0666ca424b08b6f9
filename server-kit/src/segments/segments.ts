/** Segments: named groups of contacts, dynamic (a filter) or static (a list). */
import type { Filter, FilterIssue, MemberRef, Segment } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { guardFilter, type Guarded } from '../filters/guard.ts';
import { invalidFilter, segmentsIn, whenOf } from '../filters/read.ts';
import { newId } from '../ids.ts';
import { holdCursor } from './keeper.ts';
import { changeList, judge, recordMoves, type Moves } from './members.ts';

export interface SegmentInput {
  id?: string | undefined;
  name: string;
  kind: Segment['kind'];
  filter: Filter | null;
  time_zone: string | null;
}

export interface SegmentChange {
  name?: string | undefined;
  filter?: Filter | undefined;
  time_zone?: string | null | undefined;
}

/** Milliseconds for the first fill: it writes a row for everybody in the segment. */
const FILL_TIMEOUT = 60_000;
const UNIQUE_VIOLATION = '23505';

/** By name. For the caller's pipeline. */
export function listSegments({ sql, tenant }: Tx) {
  return sql<Segment[]>`
    select s.segment_id as id, s.name, s.kind, s.filter, s.time_zone, s.version, s.created_at, s.updated_at,
      (select count(*)::integer from segment_members m
        where m.tenant_id = s.tenant_id and m.segment_id = s.segment_id) as members
    from segments s where s.tenant_id = ${tenant} order by lower(s.name), s.segment_id limit 1000`;
}

/** For the caller's pipeline. */
export function segmentById({ sql, tenant }: Tx, id: string) {
  return sql<Segment[]>`
    select s.segment_id as id, s.name, s.kind, s.filter, s.time_zone, s.version, s.created_at, s.updated_at,
      (select count(*)::integer from segment_members m
        where m.tenant_id = s.tenant_id and m.segment_id = s.segment_id) as members
    from segments s where s.tenant_id = ${tenant} and s.segment_id = ${id}`;
}

/**
 * Makes a segment and puts in whoever the filter finds. The first members raise no events: nobody could wait for a segment
 * that did not exist. Throws `invalid_filter`, `filter_too_costly`, `segment_exists`, `invalid_request`.
 */
export async function createSegment(tx: Tx, input: SegmentInput): Promise<string> {
  const { sql, tenant } = tx;
  const { id = newId(), name, kind, filter, time_zone } = input;
  if ((kind === 'dynamic') !== (filter !== null)) {
    throw new ProblemError(
      'invalid_request',
      kind === 'dynamic'
        ? 'A dynamic segment needs a filter.'
        : 'A static segment has no filter. Add people to it.',
      'filter',
    );
  }
  if (time_zone !== null) await whenOf(tx, time_zone);
  await holdCursor(tx);
  const guarded = filter && (await checkFilterOf(tx, id, filter, time_zone));
  const [made] = await sql`
    insert into segments (tenant_id, segment_id, name, kind, filter, time_zone, refers_to)
    values (${tenant}, ${id}, ${name}, ${kind}, ${filter === null ? null : sql.json(filter)}, ${time_zone},
      ${refersTo(filter)}::uuid[])
    on conflict do nothing returning 1`;
  if (!made) throw exists();
  if (guarded) await judge(tx, id, guarded.where, null);
  return id;
}

/**
 * Changes name, filter or zone. Whoever a new filter lets in or out enters or leaves, with an event each. Throws `not_found`,
 * `edited_elsewhere`, `not_static`, and as `createSegment` does.
 */
export async function updateSegment(
  tx: Tx,
  id: string,
  change: SegmentChange,
  expected: number | null,
  actor: MemberRef,
): Promise<void> {
  const { sql, tenant } = tx;
  await holdCursor(tx);
  const [before] = await sql<Segment[]>`
    select name, kind, filter, time_zone, version from segments
    where tenant_id = ${tenant} and segment_id = ${id} for update`;
  if (!before) throw notFound('segment');
  if (expected !== null && before.version !== expected) {
    throw new ProblemError(
      'edited_elsewhere',
      'Someone else changed this segment meanwhile. Load it again, then change it.',
    );
  }
  const { name = before.name, filter = before.filter, time_zone = before.time_zone } = change;
  if (change.filter !== undefined && before.kind === 'static') {
    throw new ProblemError('invalid_request', 'A static segment has no filter. Add people to it.', 'filter');
  }
  if (change.time_zone) await whenOf(tx, change.time_zone);
  const judged = change.filter !== undefined || change.time_zone !== undefined;
  const guarded = filter && judged && (await checkFilterOf(tx, id, filter, time_zone));
  await sql`
    update segments set name = ${name}, filter = ${filter === null ? null : sql.json(filter as never)},
      time_zone = ${time_zone}, refers_to = ${refersTo(filter)}::uuid[], version = version + 1, updated_at = moment()
    where tenant_id = ${tenant} and segment_id = ${id}`.catch((error: Error & { code?: string }) => {
    throw error.code === UNIQUE_VIOLATION ? exists() : error;
  });
  if (guarded) await recordMoves(tx, { id, name }, await judge(tx, id, guarded.where, null), actor);
}

/** Throws `not_found`, and `segment_in_use` while another segment's filter asks about it. */
export async function deleteSegment(tx: Tx, id: string): Promise<void> {
  const { sql, tenant } = tx;
  // also keeps a segment that asks about this one from being made meanwhile
  await holdCursor(tx);
  const users = await sql<{ name: string }[]>`
    select name from segments where tenant_id = ${tenant} and ${id}::uuid = any(refers_to) order by name limit 3`;
  if (users.length > 0) {
    const names = users.map(({ name }) => `"${name}"`).join(', ');
    throw new ProblemError('segment_in_use', `${names} asks who is in this segment. Change that first.`);
  }
  const { count } = await sql`delete from segments where tenant_id = ${tenant} and segment_id = ${id}`;
  if (count === 0) throw notFound('segment');
}

/** Adds people to a static segment and takes people out. Returns who entered and left. Throws `not_found`, `not_static`. */
export async function changeMembers(
  tx: Tx,
  id: string,
  change: { add: string[]; remove: string[] },
  actor: MemberRef | null,
  data: Record<string, unknown> = {},
): Promise<Moves> {
  const [segment] = await tx.sql<{ name: string; kind: string }[]>`
    select name, kind from segments where tenant_id = ${tx.tenant} and segment_id = ${id} for share`;
  if (!segment) throw notFound('segment');
  if (segment.kind !== 'static') {
    throw new ProblemError(
      'not_static',
      'Who is in this segment follows from its filter. Change the filter, or make a static segment.',
    );
  }
  const moves = await changeList(tx, id, change);
  await recordMoves(tx, { id, name: segment.name }, moves, actor, data);
  return moves;
}

async function checkFilterOf(tx: Tx, id: string, filter: Filter, timeZone: string | null): Promise<Guarded> {
  const circle = await circlesIn(tx, id, filter);
  if (circle.length > 0) throw invalidFilter(circle);
  return guardFilter(tx, filter, timeZone, { timeout: FILL_TIMEOUT });
}

/** The clauses that lead back to the segment itself, over however many others. */
async function circlesIn({ sql, tenant }: Tx, id: string, filter: Filter): Promise<FilterIssue[]> {
  const asked = segmentsIn(filter);
  if (asked.length === 0) return [];
  const rows = await sql<{ segment_id: string; refers_to: string[] }[]>`
    select segment_id, refers_to from segments where tenant_id = ${tenant} and refers_to <> '{}'`;
  const refers = new Map(rows.map((row) => [row.segment_id, row.refers_to]));
  const reaches = (from: string, seen: Set<string>): boolean => {
    if (from === id) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return (refers.get(from) ?? []).some((next) => reaches(next, seen));
  };
  return asked
    .filter((one) => reaches(one.id, new Set()))
    .map(({ path }) => ({
      path,
      code: 'segment_cycle',
      detail: 'This segment asks, itself or through others, about the one being changed. Remove the clause.',
    }));
}

function refersTo(filter: Filter | null): string[] {
  return filter === null ? [] : [...new Set(segmentsIn(filter).map(({ id }) => id))];
}

function exists(): ProblemError {
  return new ProblemError(
    'segment_exists',
    'There is already a segment with this name, or with this id. Choose another.',
    'name',
  );
}
