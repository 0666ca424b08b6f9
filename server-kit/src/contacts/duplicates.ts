import type { DuplicateReason } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import type { ContactRow } from './rows.ts';
import { CONTACT_ROWS } from './rows.ts';

const MOST = 50;

export interface DuplicateRow extends ContactRow {
  reasons: DuplicateReason[];
}

/**
 * Who may be the same person: the same number or e-mail address, as first or as further one and however it was written,
 * or the same name and birthday. A birthday without a year agrees with any year. For the caller's pipeline.
 */
export function duplicatesOf({ sql, tenant }: Tx, id: string) {
  return sql<DuplicateRow[]>`
    with own as materialized (
      select name_key, birth_month, birth_day, birth_year,
        array(select phone from contacts where tenant_id = ${tenant} and contact_id = ${id} and phone is not null
          union select address from contact_addresses
          where tenant_id = ${tenant} and contact_id = ${id} and kind = 'phone') as phones,
        array(select email_key from contacts where tenant_id = ${tenant} and contact_id = ${id} and email is not null
          union select address from contact_addresses
          where tenant_id = ${tenant} and contact_id = ${id} and kind = 'email') as emails
      from contacts where tenant_id = ${tenant} and contact_id = ${id}
    ),
    alike as (
      select contact_id, 1 as rank, 'phone' as reason from contacts
      where tenant_id = ${tenant} and phone = any(array(select unnest(phones) from own))
      union
      select contact_id, case kind when 'phone' then 1 else 2 end, kind from contact_addresses
      where tenant_id = ${tenant} and (
        (kind = 'phone' and address = any(array(select unnest(phones) from own)))
        or (kind = 'email' and address = any(array(select unnest(emails) from own))))
      union
      select contact_id, 2, 'email' from contacts
      where tenant_id = ${tenant} and email_key = any(array(select unnest(emails) from own))
      union
      select c.contact_id, 3, 'name_and_birthday' from own cross join lateral (
        select * from contacts where tenant_id = ${tenant} and name_key = own.name_key limit 1000) c
      where c.birth_month = own.birth_month and c.birth_day = own.birth_day
        and (c.birth_year = own.birth_year or c.birth_year is null or own.birth_year is null)
    ),
    found as (
      select contact_id, array_agg(reason order by rank) as reasons, min(rank) as rank from alike
      where contact_id <> ${id} group by contact_id
    ),
    page as materialized (
      select c.*, f.reasons from found f join contacts c on c.tenant_id = ${tenant} and c.contact_id = f.contact_id
      where c.merged_into is null order by f.rank, c.contact_id limit ${MOST}
    )
    ${sql.unsafe(CONTACT_ROWS)}`;
}
