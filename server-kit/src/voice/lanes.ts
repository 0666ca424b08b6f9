/**
 * A lane: a tenant's calls over one account of the carrier. It says when there is something to do, so that it can be found before
 * the tenant is known, and when it last placed a call: the carrier counts an account's calls, whichever tenant they are of.
 */
import type { Tx } from '../db/client.ts';

/** One at a time over all tenants of an account may look at its pace and take the next place. */
export function lockLane({ sql }: Tx, account: string) {
  return sql`select pg_advisory_xact_lock(hashtextextended('patchbay:calls:' || current_schema() || ':' || ${account}, 0))`;
}

/** Rings for whoever places calls, at `due` or now. For the caller's pipeline. */
export function wakeLane({ sql, tenant }: Tx, account: string, due: string | null = null) {
  return sql`
    insert into call_lanes as l (tenant_id, account_sid, due_at)
    values (${tenant}, ${account}, coalesce(${due}::timestamptz, moment()))
    on conflict (tenant_id, account_sid) do update set due_at = least(l.due_at, excluded.due_at)`;
}

/**
 * Leaves the lane for whatever is next. The row lock comes first and the look second, so that a call that is just being
 * committed is either seen or rings afterwards. For the caller's pipeline.
 */
export function parkLane({ sql, tenant }: Tx, account: string, perSecond: number) {
  return [
    sql`select 1 from call_lanes where tenant_id = ${tenant} and account_sid = ${account} for update`,
    sql`
      with next as (
        select min(case when first.status = 'queued'
          then greatest(first.due_at, free.at) else first.due_at end) as due_at
        from (
          select w.status, (
            select due_at from calls c
            where c.tenant_id = ${tenant} and c.account_sid = ${account} and c.status = w.status and c.due_at is not null
            order by c.due_at limit 1) as due_at
          from unnest(array['queued', 'placing', 'placed', 'ringing', 'in_progress', 'ended']) as w (status)) first
        cross join (${freeAt({ sql }, account, perSecond)}) free
      )
      update call_lanes l set due_at = next.due_at from next
      where l.tenant_id = ${tenant} and l.account_sid = ${account}`,
  ] as const;
}

/** When the account may place its next call, as `at`. */
export function freeAt({ sql }: Pick<Tx, 'sql'>, account: string, perSecond: number) {
  return sql`
    select coalesce(max(placed_at), '-infinity') + make_interval(secs => ${1 / perSecond}) as at
    from call_lanes where account_sid = ${account}`;
}
