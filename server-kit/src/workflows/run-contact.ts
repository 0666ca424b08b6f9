/** What of a contact a run looks at: read for many by the engine, for one by whoever only tries. */
import { contactById, present } from '../contacts/rows.ts';
import type { Tx } from '../db/client.ts';
import type { RunContact } from './steps/step.ts';

/** Of `contacts c`, but for the id. `zone` is null for whoever has none: the tenant's counts. */
export const CONTACT_COLUMNS = `c.first_name, c.last_name, c.name, c.phone, c.email, c.lead_type, c.stage, c.lead_score,
  c.owner_id, c.messenger_id, c.birth_month, c.birth_day, c.birth_year, c.last_birthday_sent_year, c.do_not_call, c.dnd,
  c.tags, c.fields, c.city, c.state, c.postal_code, c.country, c.created_at, coalesce(c.time_zone, c.derived_zone) as zone`;

export type ContactRow = Omit<RunContact, 'id' | 'zone'> & { zone: string | null };

/** One by one: taking the rest of a wide row apart was a tenth of the engine's own time. */
export function contactFrom(row: ContactRow, id: string, tenantZone: string): RunContact {
  return {
    id,
    first_name: row.first_name,
    last_name: row.last_name,
    name: row.name,
    phone: row.phone,
    email: row.email,
    lead_type: row.lead_type,
    stage: row.stage,
    lead_score: row.lead_score,
    owner_id: row.owner_id,
    messenger_id: row.messenger_id,
    birth_month: row.birth_month,
    birth_day: row.birth_day,
    birth_year: row.birth_year,
    last_birthday_sent_year: row.last_birthday_sent_year,
    do_not_call: row.do_not_call,
    dnd: row.dnd,
    tags: row.tags,
    fields: row.fields,
    city: row.city,
    state: row.state,
    postal_code: row.postal_code,
    country: row.country,
    zone: row.zone ?? tenantZone,
    created_at: row.created_at,
  };
}

/** Throws `not_found`, `contact_merged`. */
export async function runContactById(tx: Tx, id: string): Promise<RunContact> {
  const { sql, tenant } = tx;
  const { tenant_zone } = present((await contactById(tx, id))[0]);
  const [row] = await sql<ContactRow[]>`
    select ${sql.unsafe(CONTACT_COLUMNS)} from contacts c
    where c.tenant_id = ${tenant} and c.contact_id = ${id}`;
  return contactFrom(row!, id, tenant_zone);
}

/** Somebody of whom nothing is known. */
export const NOBODY: RunContact = {
  id: '00000000-0000-7000-8000-000000000001',
  first_name: null,
  last_name: null,
  name: null,
  phone: null,
  email: null,
  lead_type: null,
  stage: null,
  lead_score: null,
  owner_id: null,
  messenger_id: null,
  birth_month: null,
  birth_day: null,
  birth_year: null,
  last_birthday_sent_year: null,
  do_not_call: false,
  dnd: [],
  tags: [],
  fields: {},
  city: null,
  state: null,
  postal_code: null,
  country: null,
  zone: 'UTC',
  created_at: '1970-01-01T00:00:00.000Z',
};
