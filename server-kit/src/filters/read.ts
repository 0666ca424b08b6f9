/** From what a request brought to a filter that can be compiled. */
import { checkFilter, type Filter, type FilterIssue } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import type { When } from './times.ts';

/** Throws `invalid_filter`, with every mistake and where it is. */
export function readFilter(given: unknown, field = 'filter'): Filter {
  const { filter, issues } = checkFilter(given, field);
  if (filter === null) throw invalidFilter(issues);
  return filter;
}

export function invalidFilter(issues: FilterIssue[]): ProblemError {
  const [first] = issues;
  return new ProblemError('invalid_filter', first!.detail, first!.path, issues);
}

/** The segments that a filter asks about, with the place of each. */
export function segmentsIn(filter: Filter, path = 'filter'): { id: string; path: string }[] {
  if ('all' in filter) return filter.all.flatMap((one, index) => segmentsIn(one, `${path}.all.${index}`));
  if ('any' in filter) return filter.any.flatMap((one, index) => segmentsIn(one, `${path}.any.${index}`));
  if ('not' in filter) return segmentsIn(filter.not, `${path}.not`);
  return 'segment' in filter ? [{ id: filter.segment.id.toLowerCase(), path: `${path}.segment.id` }] : [];
}

/** Throws `invalid_filter` about segments that this tenant does not have. */
export async function checkSegments({ sql, tenant }: Tx, filter: Filter): Promise<void> {
  const asked = segmentsIn(filter);
  if (asked.length === 0) return;
  const known = await sql<{ segment_id: string }[]>`
    select segment_id from segments where tenant_id = ${tenant} and segment_id = any(${asked.map(({ id }) => id)}::uuid[])`;
  const ids = new Set(known.map((row) => row.segment_id));
  const issues = asked
    .filter(({ id }) => !ids.has(id))
    .map(({ path }) => ({
      path,
      code: 'unknown_segment' as const,
      detail: 'There is no such segment in this account. Choose another, or remove the clause.',
    }));
  if (issues.length > 0) throw invalidFilter(issues);
}

/** Zones that Postgres has been asked about: its list and Node's differ, and looking there takes a while. */
const knownZones = new Map<string, boolean>();

/**
 * The moment and the zone that a filter is read at, and whose list blocks beside the tenant's own. `zone` null: the tenant's.
 * Throws `invalid_request`.
 */
export async function whenOf(
  { sql, tenant }: Tx,
  zone: string | null,
): Promise<When & { agency: string | null }> {
  const [row] = await sql<{ now: string; time_zone: string; agency: string | null }[]>`
    select moment() as now, time_zone, (
      select g.tenant_id from agency_suppressions g
      where g.tenant_id = coalesce(t.parent_tenant_id, t.tenant_id) limit 1) as agency
    from tenants t where tenant_id = ${tenant}`;
  const { now, agency } = row!;
  const wanted = zone ?? row!.time_zone;
  if (!knownZones.has(wanted)) {
    const [found] = await sql`select 1 from pg_timezone_names where name = ${wanted}`;
    if (knownZones.size > 1_000) knownZones.clear();
    knownZones.set(wanted, found !== undefined);
  }
  if (knownZones.get(wanted)) return { now, zone: wanted, agency };
  if (zone === null) return { now, zone: 'UTC', agency };
  throw new ProblemError(
    'invalid_request',
    `"${zone.slice(0, 60)}" is no time zone. Use an IANA name, as America/Chicago.`,
    'time_zone',
  );
}
