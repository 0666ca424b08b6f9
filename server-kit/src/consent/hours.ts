import type { Tx } from '../db/client.ts';

/** The hours within which something may leave: whose clock counts, and what is narrowed there. As `after_closed_hours` reads it. */
export interface SendWindow {
  /** `contact`, `tenant`, or a zone's name. */
  zone: string;
  days?: readonly string[] | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

type Sql = ReturnType<Tx['sql']>;

/** When what has `window` may leave, as SQL: now, later, or null when it has none. `zones`: the contact's clock and the tenant's. */
export function opening({ sql }: Tx, window: Sql, zones: { contact: Sql; tenant: Sql }): Sql {
  return sql`case when ${window} is not null then
    after_closed_hours(moment(), case ${window} ->> 'zone' when 'contact' then ${zones.contact} when 'tenant' then null
      else ${window} ->> 'zone' end, ${zones.tenant}, ${window}) end`;
}
