import type { BlockCode, Channel, ConsentRecord, ConsentRequest } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';

export type Block = Extract<BlockCode, 'opted_out' | 'suppressed'>;

/** What blocks an address. A first answer for whoever asks; the drain judges again when the message leaves. */
export async function blockOn({ sql, tenant }: Tx, channel: Channel, address: string): Promise<Block | null> {
  const [row] = await sql<{ block: Block }[]>`
    select case when withdrawn then 'opted_out' else 'suppressed' end as block from (
      select withdrawn, 0 as rank from suppressions
      where tenant_id = ${tenant} and channel = ${channel} and address = ${address}
      union all
      select false, 1 from agency_suppressions
      where tenant_id = (select coalesce(parent_tenant_id, tenant_id) from tenants where tenant_id = ${tenant})
        and channel = ${channel} and address = ${address}) b
    order by rank limit 1`;
  return row?.block ?? null;
}

/** Whose list this tenant obeys: its agency's, else its own. */
export function agencyOf({ sql, tenant }: Tx) {
  return sql<{ agency: string }[]>`
    select coalesce(parent_tenant_id, tenant_id) as agency from tenants where tenant_id = ${tenant}`;
}

function addressesOf({ sql, tenant }: Tx, contactId: string) {
  return sql`array(
    select phone from contacts where tenant_id = ${tenant} and contact_id = ${contactId} and phone is not null
    union
    select lower(email) from contacts where tenant_id = ${tenant} and contact_id = ${contactId} and email is not null
    union
    select address from contact_addresses where tenant_id = ${tenant} and contact_id = ${contactId})`;
}

/** The ledger of a contact's addresses, newest first. For the caller's pipeline. */
export function consentHistory(tx: Tx, contactId: string) {
  const { sql, tenant } = tx;
  return sql<ConsentRecord[]>`
    select ${recordColumns(tx)}
    from consent_records r
    where r.tenant_id = ${tenant} and r.address = any(${addressesOf(tx, contactId)})
    order by r.recorded_at desc, r.record_id desc limit 500`;
}

/** What the contact was asked and has not answered. For the caller's pipeline. */
export function openRequests(tx: Tx, contactId: string) {
  const { sql, tenant } = tx;
  return sql<ConsentRequest[]>`
    select request_id as id, channel, address, via, wording, member, asked_at, expires_at, message_id
    from consent_requests
    where tenant_id = ${tenant} and state = 'open' and expires_at > moment()
      and address = any(${addressesOf(tx, contactId)})
    order by asked_at desc`;
}

/** Of `consent_records r`, as the wire has it. */
function recordColumns({ sql }: Tx) {
  return sql`r.record_id as id, r.channel, r.address, r.action, r.kind, r.source, r.wording, host(r.ip) as ip,
    case when r.proof is not null then jsonb_build_object('reference', r.proof, 'description', r.proof_note) end as proof,
    r.member, r.occurred_at as at, r.recorded_at, r.expires_at`;
}
