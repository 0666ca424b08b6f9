/** `no_reply`: so long after our last text, and nothing has come back. */
import type { Tx } from '../../db/client.ts';
import type { Found, Round } from './round.ts';

/**
 * A piece of the contacts whose silence has lasted so long since the last round. A silence begins with the last text that left;
 * its key is that text, so it counts once, and our next text begins another.
 */
export async function silentContacts(
  { sql, tenant }: Tx,
  duration: string,
  { since, now, after }: Round,
  limit: number,
): Promise<Found[]> {
  const rows = await sql<Found[]>`
    select c.contact_id, 'no_reply:' || m.message_id as source_key
    from conversations c
    join messages m on m.tenant_id = c.tenant_id and m.message_id = c.last_message_id
    where c.tenant_id = ${tenant}
      and c.last_message_at > ${since.toISOString()}::timestamptz - ${duration}::interval
      and c.last_message_at <= ${now.toISOString()}::timestamptz - ${duration}::interval
      and m.direction = 'outbound' and m.status in ('sending', 'sent', 'delivered', 'read')
      -- what the kit says by itself (STOP, HELP) waits for no answer
      and m.origin <> 'keyword'
      ${after === null ? sql`` : sql`and c.contact_id > ${after}`}
    order by c.contact_id limit ${limit}`;
  return [...rows];
}

/** Milliseconds between two looks: often enough that nobody notices, seldom enough that nobody pays. */
export function silenceCadence(duration: string): number {
  const [count, unit = ''] = duration.split(' ');
  const minutes = Number(count) * (unit.startsWith('minute') ? 1 : unit.startsWith('hour') ? 60 : 1_440);
  return Math.min(15, Math.max(1, Math.floor(minutes / 20))) * 60_000;
}
