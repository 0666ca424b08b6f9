/**
 * When a tenant next has something due (`workflow_wakeups`), so that it can be found before it is known and a thousand idle
 * tenants cost nothing. It must never say later than the truth. Whoever makes something due holds the bell's lock shared to
 * their commit, beside all others who do; whoever puts the time off must have it alone, and so knows of nobody who is about
 * to commit something sooner.
 */
import type { Tx } from '../../db/client.ts';

function bellKey({ sql, tenant }: Tx) {
  return sql`hashtextextended('patchbay:workflows:' || current_schema() || ':' || ${tenant}, 0)`;
}

/**
 * Rings for the tenant, at `due` or now. Not an upsert: that would lock the tenant's one row even when it changes nothing, and
 * everybody who enrolls would wait for everybody else's commit.
 */
export async function wakeWorkflows(tx: Tx, due: string | null = null): Promise<void> {
  const { sql, tenant } = tx;
  const at = sql`coalesce(${due}::timestamptz, moment())`;
  // two statements: the second must see what whoever had the lock alone has committed
  const [, [known]] = await Promise.all([
    sql`select pg_advisory_xact_lock_shared(${bellKey(tx)})`,
    sql<{ later: boolean }[]>`
      select due_at > ${at} as later from workflow_wakeups where tenant_id = ${tenant}`,
  ]);
  tx.touch();
  if (!known)
    await sql`insert into workflow_wakeups (tenant_id, due_at) values (${tenant}, ${at})
      on conflict (tenant_id) do update set due_at = least(workflow_wakeups.due_at, excluded.due_at)`;
  else if (known.later)
    await sql`update workflow_wakeups set due_at = least(due_at, ${at}) where tenant_id = ${tenant}`;
}

/** Puts the tenant's time off to when something is due, unless somebody is about to make something due. */
export async function putOff(tx: Tx): Promise<void> {
  const { sql, tenant } = tx;
  const [lock] = await sql<{ alone: boolean }[]>`select pg_try_advisory_xact_lock(${bellKey(tx)}) as alone`;
  if (!lock!.alone) return;
  const [row] = await sql<{ next: string | null }[]>`
    select min(first.due_at) as next from workflows w
    cross join lateral (
      select due_at from enrollments e
      where e.tenant_id = w.tenant_id and e.workflow_id = w.workflow_id and e.state = 'active' and e.due_at is not null
      order by e.due_at limit 1) first
    where w.tenant_id = ${tenant} and w.state = 'active'`;
  const { next } = row!;
  if (next === null) await sql`delete from workflow_wakeups where tenant_id = ${tenant}`;
  else
    await sql`update workflow_wakeups set due_at = ${next} where tenant_id = ${tenant} and due_at is distinct from ${next}`;
}
