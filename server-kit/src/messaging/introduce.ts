/** Whoever writes or calls for the first time becomes a contact with a conversation. */
import { zoneOfNumber } from '../contacts/zones.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../ids.ts';

type Fragment = ReturnType<Tx['sql']>;

/** What the numbers' areas say about the clock of people who may be new. */
export async function zonesOf(phones: readonly string[]): Promise<Map<string, string | null>> {
  return new Map(await Promise.all(phones.map(async (phone) => [phone, await zoneOfNumber(phone)] as const)));
}

/** Who has the number `address` is, as first or as further one. A first one wins. */
export function anyNumber({ sql, tenant }: Tx) {
  return (address: Fragment): Fragment => sql`
    select contact_id, further from (
      select contact_id, null as further from contacts where tenant_id = ${tenant} and phone = ${address}
      union all
      select contact_id, address from contact_addresses
      where tenant_id = ${tenant} and kind = 'phone' and address = ${address}) known
    order by further nulls first limit 1`;
}

/** Contact and conversation for whoever has none. In one order, so that two processes never wait for each other. */
export function introduce(
  tx: Tx,
  /** By the number that wrote or called: the number of ours that it reached. */
  senders: ReadonlyMap<string, string>,
  zones: ReadonlyMap<string, string | null>,
  source: 'text' | 'call',
) {
  const { sql, tenant } = tx;
  const phones = [...senders.keys()].sort();
  return [
    sql`with made as (
          insert into contacts (tenant_id, contact_id, phone, source, derived_zone, derived_zone_source)
          select ${tenant}, id, phone, ${source}, zone, case when zone is not null then 'number' end
          from unnest(${phones.map(() => newId())}::uuid[], ${phones}::text[],
            ${phones.map((phone) => zones.get(phone) ?? null)}::text[]) as p (id, phone, zone)
          where not exists (
            select from contact_addresses where tenant_id = ${tenant} and kind = 'phone' and address = p.phone)
          on conflict (tenant_id, phone) do nothing
          returning contact_id
        )
        insert into events (tenant_id, event_id, type, contact_id)
        select ${tenant}, gen_random_uuid(), 'contact.created', contact_id from made`,
    // two numbers of one person in one batch: one conversation
    sql`insert into conversations (tenant_id, conversation_id, contact_id, channel, sender_id)
        select distinct on (c.contact_id) ${tenant}, p.id, c.contact_id, 'sms', p.sender_id
        from unnest(${phones.map(() => newId())}::uuid[], ${phones}::text[],
          ${phones.map((phone) => senders.get(phone)!)}::uuid[]) as p (id, phone, sender_id)
        cross join lateral (${anyNumber(tx)(sql`p.phone`)}) c
        order by c.contact_id, p.phone
        on conflict (tenant_id, contact_id, channel) do nothing`,
  ] as const;
}
