/** Runs that wait for an event. */
import type { Tx } from '../../db/client.ts';
import { wakeWorkflows } from '../engine/bell.ts';
import type { Happening } from './matches.ts';

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

/**
 * Makes those due who wait for one of these events: the first that came after they had begun to wait. What woke them stands with
 * what they wait for, so that the step can look at it.
 */
export async function wakeOnEvent(
  tx: Tx,
  happenings: readonly Pick<Happening, 'id' | 'type' | 'contactId' | 'data'>[],
): Promise<void> {
  if (happenings.length === 0) return;
  const { sql, tenant } = tx;
  const rows = happenings.map(({ id, type, contactId, data }, nth) => ({
    nth,
    id,
    type,
    contact_id: contactId,
    data,
  }));
  const woken = await sql`
    with told as (
      select distinct on (h.type, h.contact_id) h.type, h.contact_id, h.id, h.data
      from jsonb_to_recordset(${sql.json(rows as never)})
        as h (nth integer, id uuid, type text, contact_id uuid, data jsonb)
      order by h.type, h.contact_id, h.nth
    ), held as materialized (
      select e.enrollment_id, told.type, told.id, told.data from told
      join enrollments e on e.tenant_id = ${tenant} and e.wakes_on = told.type and e.contact_id = told.contact_id
        and e.state = 'active'
      order by e.enrollment_id for no key update of e
    )
    update enrollments e set due_at = moment(), wakes_on = null,
      waiting = coalesce(e.waiting, '{}') || jsonb_build_object('woken_by',
        jsonb_build_object('id', held.id, 'type', held.type, 'data', held.data))
    from held where e.tenant_id = ${tenant} and e.enrollment_id = held.enrollment_id
    returning 1`;
  if (woken.length > 0) await wakeWorkflows(tx);
}
