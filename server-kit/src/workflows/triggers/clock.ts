/**
 * What time sets off: dates, schedules, silences. One look at a tenant does a piece of one trigger's round, with the trigger's row
 * locked, so that over all processes each round is done once, whatever is killed: a piece is written with the place where the
 * next one begins.
 */
import type { KitContext } from '../../context.ts';
import type { Tx } from '../../db/client.ts';
import { enrollEach } from '../engine/enroll.ts';
import { dueContacts, nextSweep } from './dates.ts';
import { trueOf } from './judge.ts';
import { actorOf, standing, wayInto, type Standing } from './log.ts';
import type { Found, Round } from './round.ts';
import { silenceCadence, silentContacts } from './silence.ts';
import { windClock } from './sync.ts';
import { latestTick, nextTick } from './ticks.ts';

/** Contacts a piece. */
const PIECE = 5_000;

interface Due extends Standing {
  due_at: string;
  swept_at: string | null;
  place: { now: string; after: string | null } | null;
  tenant_zone: string;
  now: string;
}

/** A piece of what is due. True: there may be more to do at once. */
export async function lookAtClock(
  { database, log }: Pick<KitContext, 'database' | 'log'>,
  tenant: string,
  piece = PIECE,
): Promise<boolean> {
  return database.transaction(tenant, async (tx) => {
    const { sql } = tx;
    const [due] = await sql<Due[]>`
      select s.*, t.due_at, t.swept_at, t.place, n.time_zone as tenant_zone, moment() as now
      from (${standing(tx)}) s
      join workflow_triggers t on t.tenant_id = ${tenant} and t.workflow_id = s.workflow_id and t.ordinal = s.ordinal
      join tenants n on n.tenant_id = ${tenant}
      where t.due_at <= (select moment()) order by t.due_at limit 1 for update of t skip locked`;
    if (!due) {
      await windClock(tx);
      return false;
    }
    const round: Round = {
      since: new Date(due.swept_at ?? due.due_at),
      now: new Date(due.place?.now ?? due.now),
      after: due.place?.after ?? null,
      tenantZone: due.tenant_zone,
    };
    const found = await findDue(tx, due, round, piece);
    const { where } = due.trigger;
    const taken = where && (await trueOf(tx, where, [...new Set(found.map((one) => one.contact_id))], log));
    await enrollEach(
      tx,
      wayInto(due),
      found
        .filter((one) => taken === undefined || taken.has(one.contact_id))
        .map((one) => ({
          contactId: one.contact_id,
          source: { on: due.kind, at: round.now.toISOString() },
          sourceKey: one.source_key,
          variables: {},
        })),
      actorOf(due),
    );
    const last = found.at(-1);
    const more = found.length === piece && last !== undefined;
    const key = sql`tenant_id = ${tenant} and workflow_id = ${due.workflow_id} and ordinal = ${due.ordinal}`;
    if (more) {
      const place = { now: round.now.toISOString(), after: last.contact_id };
      await sql`update workflow_triggers set place = ${sql.json(place)} where ${key}`;
    } else {
      const next = nextOf(due, round);
      await sql`
        update workflow_triggers set place = null, swept_at = ${round.now.toISOString()},
          due_at = ${next?.toISOString() ?? null} where ${key}`;
    }
    await windClock(tx);
    return true;
  });
}

function findDue(tx: Tx, { trigger, workflow_id }: Due, round: Round, piece: number): Promise<Found[]> {
  if (trigger.on === 'date') return dueContacts(tx, workflow_id, trigger, round, piece);
  if (trigger.on === 'no_reply') return silentContacts(tx, trigger.for, round, piece);
  if (trigger.on === 'schedule') return scheduled(tx, trigger, round, piece);
  return Promise.resolve([]);
}

/** Everybody, in the order of their ids; whom the trigger's `where` finds among them is judged piece by piece. */
async function scheduled(
  { sql, tenant }: Tx,
  { cron, zone }: { cron: string; zone?: string | undefined },
  { since, now, after, tenantZone }: Round,
  piece: number,
): Promise<Found[]> {
  const tick = latestTick(cron, zone ?? tenantZone, since, now);
  if (tick === null) return [];
  const rows = await sql<{ contact_id: string }[]>`
    select contact_id from contacts
    where tenant_id = ${tenant} and merged_into is null ${after === null ? sql`` : sql`and contact_id > ${after}`}
    order by contact_id limit ${piece}`;
  return rows.map(({ contact_id }) => ({ contact_id, source_key: `schedule:${tick.toISOString()}` }));
}

function nextOf({ trigger, tenant_zone, now: at }: Due, round: Round): Date | null {
  const now = new Date(at);
  if (trigger.on === 'date') return nextSweep(trigger.at, round.now);
  if (trigger.on === 'no_reply') return new Date(now.getTime() + silenceCadence(trigger.for));
  if (trigger.on === 'schedule') return nextTick(trigger.cron, trigger.zone ?? tenant_zone, round.now);
  return null;
}
