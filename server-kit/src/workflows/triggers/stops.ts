/**
 * What ends runs from outside: a reply, an opt-out, a goal that is reached. In the transaction of whoever asks, so that a run is
 * over or not, never in between.
 */
import type { Logger } from 'pino';
import type { Channel, Filter } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { wokenBy } from '../../filters/touching.ts';
import { endRuns } from '../engine/control.ts';
import { trueOf } from './judge.ts';
import type { Happening } from './matches.ts';

/**
 * An opt-out ends the runs of whoever has the address, first or further, but for those of workflows that only skip. For the
 * transaction in which the opt-out itself is written (`consent/ledger.ts`), after it.
 */
export function stopForOptOut(tx: Tx, withdrawn: { channel: Channel; address: string }[]) {
  const { sql, tenant } = tx;
  const addresses = withdrawn.map(({ address }) => address);
  return endRuns(
    tx,
    sql`v.cancel_on_opt_out and e.contact_id in (
      select contact_id from contacts where tenant_id = ${tenant} and phone = any(${addresses}::text[])
      union all
      select contact_id from contacts where tenant_id = ${tenant} and email_key = any(${addresses}::text[])
      union all
      select contact_id from contact_addresses
      where tenant_id = ${tenant} and kind in ('phone', 'email') and address = any(${addresses}::text[]))`,
    'opted_out',
  );
}

/** Texts that came in end the runs that were to stop on a reply. */
export async function stopForReplies(tx: Tx, happenings: readonly Happening[]): Promise<void> {
  const { sql, tenant } = tx;
  const replies = happenings.filter(({ type }) => type === 'message.received');
  if (replies.length === 0) return;
  await endRuns(
    tx,
    // a reply to what was before the run is none to it
    sql`v.stop_on_reply and e.contact_id = any(${replies.map((one) => one.contactId)}::uuid[]) and exists (
      select from events r where r.tenant_id = ${tenant} and r.contact_id = e.contact_id
        and r.type = 'message.received' and r.occurred_at > e.started_at)`,
    'replied',
  );
}

export interface Goal {
  workflow_id: string;
  version: number;
  goal: Filter;
}

/** The goals of versions that somebody is in. */
export function goalsOf({ sql, tenant }: Tx) {
  return sql<Goal[]>`
    select v.workflow_id, v.version, v.goal from workflow_versions v
    where v.tenant_id = ${tenant} and v.goal is not null and exists (
      select from enrollments e where e.tenant_id = ${tenant} and e.workflow_id = v.workflow_id
        and e.version = v.version and e.state in ('active', 'paused'))
    order by v.workflow_id, v.version`;
}

/** Ends the runs of those whom something has happened to and of whom the goal is true now. */
export async function stopForGoals(
  tx: Tx,
  goals: readonly Goal[],
  happenings: readonly Happening[],
  log: Logger,
): Promise<void> {
  const { sql } = tx;
  for (const { workflow_id, version, goal } of goals) {
    const woken = wokenBy(goal);
    const ids = [...new Set(happenings.filter(({ type }) => woken(type)).map((one) => one.contactId))];
    const reached = await trueOf(tx, goal, ids, log);
    if (reached.size === 0) continue;
    await endRuns(
      tx,
      sql`e.workflow_id = ${workflow_id} and e.version = ${version}
        and e.contact_id = any(${[...reached]}::uuid[])`,
      'goal',
    );
  }
}
