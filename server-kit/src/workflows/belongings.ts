/**
 * The runs of people who are merged or deleted. Nobody is in a workflow twice: where both are, the younger run ends with
 * `contact_merged`. What undoing needs is the rows as they were, by the keys that they had.
 */
import type { Belongings } from '../contacts/belongings.ts';
import type { Tx } from '../db/client.ts';
import { record } from '../events/record.ts';
import { wakeWorkflows } from './engine/bell.ts';
import { endRuns } from './engine/control.ts';

/** Rows of `enrollments`, as JSON. */
type Run = { enrollment_id: string; contact_id: string; source_key: string | null } & Record<string, unknown>;

interface Moved {
  /** As they were, of the one whose runs these were. */
  moved: Pick<Run, 'enrollment_id' | 'source_key'>[];
  /** Either one's, which ended for it. */
  ended: Run[];
}

export const enrollmentBelongings: Belongings = {
  async move(tx, from, to) {
    const { sql, tenant } = tx;
    const ended = await sql<{ row: Run }[]>`
      select to_jsonb(y) as row from enrollments a
      join enrollments b on b.tenant_id = a.tenant_id and b.workflow_id = a.workflow_id and b.contact_id = ${to}
        and b.state in ('active', 'paused') and b.retry_of is null
      cross join lateral (
        select * from enrollments e where e.tenant_id = ${tenant} and e.enrollment_id = case
          when (a.started_at, a.enrollment_id) > (b.started_at, b.enrollment_id) then a.enrollment_id
          else b.enrollment_id end
      ) y
      where a.tenant_id = ${tenant} and a.contact_id = ${from} and a.state in ('active', 'paused')
        and a.retry_of is null`;
    const ids = ended.map(({ row }) => row.enrollment_id);
    if (ids.length > 0) await endRuns(tx, sql`e.enrollment_id = any(${ids}::uuid[])`, 'contact_merged');
    const moved = await sql<Pick<Run, 'enrollment_id' | 'source_key'>[]>`
      with own as materialized (
        select enrollment_id, source_key, workflow_id from enrollments
        where tenant_id = ${tenant} and contact_id = ${from} order by enrollment_id for update
      ), given as (
        -- the same cause may have let both in: a birthday, a schedule
        update enrollments e set contact_id = ${to}, source_key = case when exists (
            select from enrollments o where o.tenant_id = ${tenant} and o.workflow_id = e.workflow_id
              and o.source_key = e.source_key and o.contact_id = ${to}) then null else e.source_key end
        from own where e.tenant_id = ${tenant} and e.enrollment_id = own.enrollment_id
        returning e.enrollment_id
      )
      select own.enrollment_id, own.source_key from own join given using (enrollment_id)`;
    return { moved: [...moved], ended: ended.map(({ row }) => row) } satisfies Moved;
  },

  async restore(tx, { from, to, moved: kept }) {
    const { sql, tenant } = tx;
    const { moved, ended } = kept as Moved;
    await sql`
      update enrollments e set contact_id = ${from}, source_key = m.source_key
      from jsonb_to_recordset(${sql.json(moved)}) as m (enrollment_id uuid, source_key text)
      where e.tenant_id = ${tenant} and e.contact_id = ${to} and e.enrollment_id = m.enrollment_id`;
    if (ended.length > 0) await goOn(tx, ended);
  },

  async ending(tx, ids, actor) {
    await endRuns(tx, tx.sql`e.contact_id = any(${ids}::uuid[])`, 'contact_deleted', actor);
  },
};

/**
 * Runs that only the merge had ended go on where they stood, unless their person is in that workflow by another way since: that
 * run is the one that goes on.
 */
async function goOn(tx: Tx, ended: Run[]): Promise<void> {
  const { sql, tenant } = tx;
  const back = await sql<{ enrollment_id: string; workflow_id: string; contact_id: string }[]>`
    update enrollments e set state = r.state, step = r.step, due_at = r.due_at, waiting = r.waiting,
      wakes_on = r.wakes_on, end_reason = null, ended_at = null
    from jsonb_populate_recordset(null::enrollments, ${sql.json(ended as never)}) r
    where e.tenant_id = ${tenant} and e.enrollment_id = r.enrollment_id and e.end_reason = 'contact_merged'
      and not exists (select from enrollments o where o.tenant_id = ${tenant} and o.workflow_id = e.workflow_id
        and o.contact_id = e.contact_id and o.state in ('active', 'paused') and o.retry_of is null)
    returning e.enrollment_id, e.workflow_id, e.contact_id`;
  if (back.length === 0) return;
  await record(
    tx,
    back.map(({ enrollment_id, workflow_id, contact_id }) => ({
      type: 'enrollment.resumed' as const,
      contactId: contact_id,
      data: { enrollment_id, workflow_id },
    })),
  );
  await wakeWorkflows(tx);
}
