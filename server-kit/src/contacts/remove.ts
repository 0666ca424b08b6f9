import type { MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { record } from '../events/record.ts';
import type { Belongings } from './belongings.ts';
import { present, type ContactRow } from './rows.ts';

/**
 * Deletes a person with their conversations and messages, and whoever was merged into them. What was said about consent
 * belongs to the number and stays: an opt-out outlives the contact. Throws `not_found`, `contact_merged`.
 */
export async function deleteContact(
  tx: Tx,
  id: string,
  actor: MemberRef,
  belongings: Required<Belongings>,
): Promise<void> {
  const { sql, tenant } = tx;
  const [found] = await sql<ContactRow[]>`
    select * from contacts where tenant_id = ${tenant} and contact_id = ${id} for update`;
  present(found);
  const conversationIds = await belongings.conversationsOf(tx, id);
  await belongings.ending(tx, [id], actor);
  await sql`delete from contacts where tenant_id = ${tenant} and contact_id = ${id}`;
  await record(tx, [
    { type: 'contact.deleted', contactId: id, actor, data: { conversation_ids: conversationIds } },
  ]);
}

/**
 * The same for many. Whoever is gone or part of somebody else by now is passed over. Returns how many were deleted. More about
 * each of the events: `data`.
 */
export async function deleteContacts(
  tx: Tx,
  ids: string[],
  actor: MemberRef | null,
  belongings: Required<Belongings>,
  data: Record<string, unknown> = {},
): Promise<number> {
  const { sql, tenant } = tx;
  const there = await sql<{ contact_id: string }[]>`
    select contact_id from contacts
    where tenant_id = ${tenant} and contact_id = any(${ids}::uuid[]) and merged_into is null
    order by contact_id for update`;
  const found = there.map((row) => row.contact_id);
  const theirs = Map.groupBy(await belongings.conversationsOfAll(tx, found), (row) => row.contact_id);
  await belongings.ending(tx, found, actor);
  await sql`delete from contacts where tenant_id = ${tenant} and contact_id = any(${found}::uuid[])`;
  await record(
    tx,
    found.map((id) => ({
      type: 'contact.deleted',
      contactId: id,
      actor,
      data: { ...data, conversation_ids: (theirs.get(id) ?? []).map((row) => row.conversation_id) },
    })),
  );
  return found.length;
}
