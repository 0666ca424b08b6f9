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
  await sql`delete from contacts where tenant_id = ${tenant} and contact_id = ${id}`;
  await record(tx, [
    { type: 'contact.deleted', contactId: id, actor, data: { conversation_ids: conversationIds } },
  ]);
}
