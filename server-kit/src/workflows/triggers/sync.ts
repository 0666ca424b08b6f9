/**
 * The triggers of what is published now, as rows: an event finds its workflows without anybody reading definitions. What time sets
 * off gets its next time here; a webhook keeps its address through every publishing, as somebody else has written it down.
 */
import type { Definition, WorkflowTrigger } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { newToken } from './renew.ts';
import { nextTick } from './ticks.ts';

interface Before {
  trigger: WorkflowTrigger;
  since: string;
  due_at: string | null;
  swept_at: string | null;
  place: unknown;
  token: string | null;
  sample: unknown;
  sampled_at: string | null;
}

/** Kinds that a clock sets off. */
const TIMED = ['date', 'schedule', 'no_reply'];

/**
 * Brings `workflow_triggers` in line with a definition that is being published, in that transaction. From its commit on the
 * tenant's log is read: what was before sets nothing off.
 */
export async function syncTriggers(
  tx: Tx,
  workflowId: string,
  definition: Pick<Definition, 'triggers'>,
): Promise<void> {
  const { sql, tenant } = tx;
  const [, before, [now]] = await Promise.all([
    followLog(tx),
    sql<Before[]>`
      select trigger, since::text, due_at, swept_at, place, token, sample, sampled_at from workflow_triggers
      where tenant_id = ${tenant} and workflow_id = ${workflowId} for update`,
    sql<{ at: string; zone: string }[]>`
      select moment() as at, time_zone as zone from tenants where tenant_id = ${tenant}`,
  ]);
  const rows = definition.triggers.map((trigger, ordinal) => {
    const was = before.find((one) => isSameTrigger(one.trigger, trigger));
    return { ordinal, kind: trigger.on, trigger, since: was?.since ?? null, ...kept(trigger, was, now!) };
  });
  await sql`delete from workflow_triggers where tenant_id = ${tenant} and workflow_id = ${workflowId}`;
  if (rows.length > 0)
    await sql`
      insert into workflow_triggers (tenant_id, workflow_id, ordinal, kind, trigger, since, due_at, swept_at, place,
        token, sample, sampled_at)
      select ${tenant}, ${workflowId}, ordinal, kind, trigger, coalesce(since::xid8, pg_current_xact_id()), due_at,
        swept_at, place, token, sample, sampled_at
      from jsonb_to_recordset(${sql.json(rows as never)}) as r (ordinal smallint, kind text, trigger jsonb, since text,
        due_at timestamptz, swept_at timestamptz, place jsonb, token text, sample jsonb, sampled_at timestamptz)`;
  await windClock(tx);
}

/** What a trigger keeps of the one that it was before, or begins with. */
function kept(trigger: WorkflowTrigger, was: Before | undefined, now: { at: string; zone: string }) {
  const nothing = { due_at: null, swept_at: null, place: null, token: null, sample: null, sampled_at: null };
  if (trigger.on === 'webhook') {
    const { token, sample = null, sampled_at = null } = was ?? { token: null };
    return { ...nothing, token: token ?? newToken(), sample, sampled_at };
  }
  if (!TIMED.includes(trigger.on)) return nothing;
  // one that has not changed goes on where it is
  if (was && was.due_at !== null) {
    const { due_at, swept_at, place } = was;
    return { ...nothing, due_at, swept_at, place };
  }
  const due_at =
    trigger.on === 'schedule' ? nextTick(trigger.cron, trigger.zone ?? now.zone, new Date(now.at)) : now.at;
  return { ...nothing, due_at: due_at instanceof Date ? due_at.toISOString() : due_at, swept_at: now.at };
}

/** By what it waits for; whom it takes may have changed. A webhook is known by its key. */
function isSameTrigger(one: WorkflowTrigger, other: WorkflowTrigger): boolean {
  if (one.on === 'webhook' && other.on === 'webhook') return one.key === other.key;
  const bare = ({ where: _, ...rest }: WorkflowTrigger) =>
    JSON.stringify(
      Object.entries(rest)
        .filter(([, value]) => value !== undefined)
        .sort(),
    );
  return bare(one) === bare(other);
}

/** The tenant's log is read from here on; where it is being read already, it goes on from there. */
async function followLog({ sql, tenant }: Tx): Promise<void> {
  await sql`
    insert into workflow_cursors (tenant_id, tx, position)
    select ${tenant}, coalesce(e.tx, '0'), coalesce(e.position, 0)
    from (select 1) one left join lateral (
      select tx, position from events
      where tenant_id = ${tenant} and events.tx < pg_snapshot_xmin(pg_current_snapshot())
      order by events.tx desc, events.position desc limit 1
    ) e on true
    on conflict (tenant_id) do nothing`;
}

/** Says when the tenant next has a trigger that time sets off. */
export async function windClock({ sql, tenant }: Tx): Promise<void> {
  // two who wind it at once: the second has to see what the first has written
  await sql`
    select pg_advisory_xact_lock(hashtextextended('patchbay:clock:' || current_schema() || ':' || ${tenant}, 0))`;
  await sql`
    with next as (
      select min(t.due_at) as due_at from workflow_triggers t
      join workflows w on w.tenant_id = t.tenant_id and w.workflow_id = t.workflow_id
      where t.tenant_id = ${tenant} and t.due_at is not null and w.state in ('active', 'paused')
    ), gone as (
      delete from workflow_clocks where tenant_id = ${tenant} and (select due_at from next) is null
    )
    insert into workflow_clocks (tenant_id, due_at) select ${tenant}, due_at from next where due_at is not null
    on conflict (tenant_id) do update set due_at = excluded.due_at`;
}
