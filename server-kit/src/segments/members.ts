/** Who is in a segment: filled set-wise when its filter is new, judged a few at a time when something happened. */
import { sql, type SQL } from 'drizzle-orm';
import type { MemberRef } from '../contract/index.ts';
import { writeArray } from '../db/arrays.ts';
import type { Tx } from '../db/client.ts';
import { runOnce } from '../db/drizzle.ts';
import { record } from '../events/record.ts';

export interface Moves {
  entered: string[];
  left: string[];
}

/** Brings the members in line with the segment's condition: of these contacts, or of all when `ids` is null. */
export async function judge(tx: Tx, segmentId: string, condition: SQL, ids: string[] | null): Promise<Moves> {
  const { tenant } = tx;
  const among = (column: SQL) =>
    ids === null ? sql`true` : sql`${column} = any(${writeArray(ids)}::uuid[])`;
  const rows = await runOnce<{ contact_id: string; entered: boolean }>(
    tx,
    sql`with judged as materialized (
      select contacts.contact_id from contacts
      where contacts.tenant_id = ${tenant}::text and contacts.merged_into is null
        and ${among(sql`contacts.contact_id`)} and ${condition}
    ), gone as (
      delete from segment_members m
      where m.tenant_id = ${tenant}::text and m.segment_id = ${segmentId}::uuid and ${among(sql`m.contact_id`)}
        and not exists (select 1 from judged j where j.contact_id = m.contact_id)
      returning m.contact_id
    ), came as (
      insert into segment_members (tenant_id, segment_id, contact_id)
      select ${tenant}::text, ${segmentId}::uuid, j.contact_id from judged j
      where not exists (select 1 from segment_members m
        where m.tenant_id = ${tenant}::text and m.segment_id = ${segmentId}::uuid and m.contact_id = j.contact_id)
      on conflict do nothing returning contact_id
    )
    select contact_id, true as entered from came union all select contact_id, false from gone`,
  );
  return movesOf(rows);
}

/** Adds to and removes from a static list. Contacts that do not exist are passed over. */
export async function changeList(
  { sql: send, tenant }: Tx,
  segmentId: string,
  { add, remove }: { add: string[]; remove: string[] },
): Promise<Moves> {
  const removed = new Set(remove);
  const [came, gone] = await Promise.all([
    send<{ contact_id: string }[]>`
      insert into segment_members (tenant_id, segment_id, contact_id)
      select ${tenant}, ${segmentId}, contact_id from contacts
      where tenant_id = ${tenant} and contact_id = any(${add.filter((id) => !removed.has(id))}::uuid[])
        and merged_into is null
      on conflict do nothing returning contact_id`,
    send<{ contact_id: string }[]>`
      delete from segment_members
      where tenant_id = ${tenant} and segment_id = ${segmentId} and contact_id = any(${remove}::uuid[])
      returning contact_id`,
  ]);
  return { entered: came.map((row) => row.contact_id), left: gone.map((row) => row.contact_id) };
}

/** One statement holds so many events: a segment may gain everybody at once. */
const EVENTS_A_STATEMENT = 5_000;

export async function recordMoves(
  tx: Tx,
  segment: { id: string; name: string },
  { entered, left }: Moves,
  actor: MemberRef | null = null,
  more: Record<string, unknown> = {},
): Promise<void> {
  const data = { ...more, segment_id: segment.id, segment_name: segment.name };
  const events = [
    ...entered.map((contactId) => ({ type: 'segment.entered' as const, contactId, actor, data })),
    ...left.map((contactId) => ({ type: 'segment.left' as const, contactId, actor, data })),
  ];
  for (let from = 0; from < events.length; from += EVENTS_A_STATEMENT) {
    await record(tx, events.slice(from, from + EVENTS_A_STATEMENT));
  }
}

function movesOf(rows: readonly { contact_id: string; entered: boolean }[]): Moves {
  const of = (entered: boolean) => rows.filter((row) => row.entered === entered).map((row) => row.contact_id);
  return { entered: of(true), left: of(false) };
}
