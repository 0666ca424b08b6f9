import type { Channel, ConsentRecord } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';

/** Whether an address is blocked. A first answer for whoever asks; the drain judges again when the message leaves. */
export async function isSuppressed({ sql, tenant }: Tx, channel: Channel, address: string): Promise<boolean> {
  const rows = await sql`
    select 1 from suppressions where tenant_id = ${tenant} and channel = ${channel} and address = ${address}`;
  return rows.length > 0;
}

/** The ledger of a contact's addresses, newest first. For the caller's pipeline. */
export function consentHistory({ sql, tenant }: Tx, contactId: string) {
  return sql<ConsentRecord[]>`
    select r.record_id as id, r.channel, r.address, r.action, r.source, r.wording, r.member, r.occurred_at as at
    from consent_records r
    where r.tenant_id = ${tenant} and r.address = any(array(
      select phone from contacts where tenant_id = ${tenant} and contact_id = ${contactId} and phone is not null
      union
      select address from contact_addresses where tenant_id = ${tenant} and contact_id = ${contactId}))
    order by r.occurred_at desc, r.record_id desc limit 500`;
}
