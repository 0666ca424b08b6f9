/** What of a contact a run looks at: read for many by the engine, for one by whoever only tries. */
import { contactById, present } from '../contacts/rows.ts';
import type { Tx } from '../db/client.ts';
import type { RunContact } from './steps/step.ts';

/** Of `contacts c`, but for the id. `zone` is null for whoever has none: the tenant's counts. */
export const CONTACT_COLUMNS = `c.first_name, c.last_name, c.name, c.phone, c.email, c.lead_type, c.stage, c.lead_score,
  c.owner_id, c.messenger_id, c.birth_month, c.birth_day, c.birth_year, c.last_birthday_sent_year, c.do_not_call, c.dnd,
  c.tags, c.fields, c.city, c.state, c.postal_code, c.country, c.created_at, coalesce(c.time_zone, c.derived_zone) as zone`;

/** Throws `not_found`, `contact_merged`. */
export async function runContactById(tx: Tx, id: string): Promise<RunContact> {
  const { sql, tenant } = tx;
  const { tenant_zone } = present((await contactById(tx, id))[0]);
  const [row] = await sql<(Omit<RunContact, 'zone'> & { zone: string | null })[]>`
    select c.contact_id as id, ${sql.unsafe(CONTACT_COLUMNS)} from contacts c
    where c.tenant_id = ${tenant} and c.contact_id = ${id}`;
  return { ...row!, zone: row!.zone ?? tenant_zone };
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
