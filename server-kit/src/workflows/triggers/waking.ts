/** Runs that wait for an event. */
import type { Tx } from '../../db/client.ts';

/** The types that somebody waits for: a step along the index a type, however many wait. */
export async function wakesOf({ sql, tenant }: Tx): Promise<string[]> {
  const rows = await sql<{ type: string }[]>`
    with recursive waited (type) as (
      (select wakes_on from enrollments
        where tenant_id = ${tenant} and state = 'active' and wakes_on is not null order by wakes_on limit 1)
      union all
      select (select e.wakes_on from enrollments e
        where e.tenant_id = ${tenant} and e.state = 'active' and e.wakes_on > waited.type
        order by e.wakes_on limit 1)
      from waited where waited.type is not null
    )
    select type from waited where type is not null`;
  return rows.map((row) => row.type);
}
