/** Contacts as they are read: one row of the database, and what it becomes on the wire. */
import { and, eq, gt, isNull, lt, sql, type SQL } from 'drizzle-orm';
import type { Contact, ContactSort } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { query, runAround, runOnce } from '../db/drizzle.ts';
import { notFound, ProblemError } from '../errors.ts';
import { writeBirthday, type Birthday } from './birthday.ts';
import { matching } from './search.ts';
import { contacts } from './tables.ts';
import type { DerivedZone } from './zones.ts';

export interface ContactRow
  extends Omit<Contact, 'id' | 'consent' | 'birthday' | 'zone'>, Birthday, DerivedZone {
  contact_id: string;
  merged_into: string | null;
  name_key: string | null;
  tenant_zone: string;
  consent_kind: Contact['consent'][number]['kind'];
  consent_source: string | null;
  /** Null: no grant, or one that has ended. */
  consent_at: string | null;
  consent_expires_at: string | null;
  suppression_source: string | null;
  suppressed_since: string | null;
}

/** Rows for a `page` that holds whole rows of `contacts`, in no order. */
const ROWS = `
  select page.*, t.time_zone as tenant_zone, coalesce(d.addresses, '[]') as addresses, r.kind as consent_kind, r.source as consent_source,
    r.at as consent_at, r.expires_at as consent_expires_at,
    coalesce(x.source, case when g.address is not null then 'list' end) as suppression_source,
    coalesce(x.since, g.since) as suppressed_since
  from page
  join tenants t on t.tenant_id = page.tenant_id
  left join suppressions x on x.tenant_id = page.tenant_id and x.channel = 'sms' and x.address = page.phone
  left join agency_suppressions g on g.tenant_id = coalesce(t.parent_tenant_id, t.tenant_id) and g.channel = 'sms'
    and g.address = page.phone
  left join consents r on r.tenant_id = page.tenant_id and r.channel = 'sms' and r.address = page.phone
    and r.state = 'granted' and (r.expires_at is null or r.expires_at > moment())
  left join lateral (
    select jsonb_agg(jsonb_build_object('kind', kind, 'address', address, 'label', label)
      order by position, kind desc, address) as addresses
    from contact_addresses a where a.tenant_id = page.tenant_id and a.contact_id = page.contact_id
  ) d on true`;

/** What people are sorted by who are sorted by name. As in the index `contacts_in_order`. */
const NAME = `coalesce(name_key, U&'\\+10FFFF')`;
const ORDERS: Record<ContactSort, (of: string) => string> = {
  newest: (of) => `${of}contact_id desc`,
  oldest: (of) => `${of}contact_id`,
  name: (of) => `${NAME}, ${of}contact_id`,
  name_desc: (of) => `${NAME} desc, ${of}contact_id desc`,
};

/** The same, newest id first. */
export const CONTACT_ROWS = `${ROWS} order by ${ORDERS.newest('page.')}`;

/** Where a page ends, for the next one in the same order. */
export const keyPlace = ({ name_key, contact_id }: ContactRow): Required<After> => ({
  key: name_key ?? '\u{10FFFF}',
  id: contact_id,
});

export function toContact(row: ContactRow): Contact {
  return {
    id: row.contact_id,
    first_name: row.first_name,
    middle_name: row.middle_name,
    last_name: row.last_name,
    name: row.name,
    phone: row.phone,
    email: row.email,
    addresses: row.addresses,
    birthday: writeBirthday(row),
    last_birthday_sent_year: row.last_birthday_sent_year,
    tags: row.tags,
    lead_type: row.lead_type,
    lead_score: row.lead_score,
    stage: row.stage,
    source: row.source,
    owner_id: row.owner_id,
    street: row.street,
    city: row.city,
    postal_code: row.postal_code,
    state: row.state,
    country: row.country,
    time_zone: row.time_zone,
    zone: zoneOf(row),
    do_not_call: row.do_not_call,
    dnd: row.dnd,
    messenger_id: row.messenger_id,
    whatsapp_id: row.whatsapp_id,
    profile: row.profile,
    fields: row.fields,
    consent: row.phone === null ? [] : [consentOf(row)],
    version: row.version,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

function zoneOf({ time_zone, derived_zone, derived_zone_source, tenant_zone }: ContactRow): Contact['zone'] {
  if (time_zone !== null) return { name: time_zone, source: 'explicit' };
  if (derived_zone !== null) return { name: derived_zone, source: derived_zone_source! };
  return { name: tenant_zone, source: 'tenant' };
}

/** The block is what counts; the ledger says where it comes from. */
function consentOf(row: ContactRow): Contact['consent'][number] {
  const none = { channel: 'sms', kind: null, source: null, at: null, expires_at: null } as const;
  if (row.suppressed_since !== null) {
    return { ...none, state: 'withdrawn', source: row.suppression_source, at: row.suppressed_since };
  }
  if (row.consent_at === null) return { ...none, state: 'unknown' };
  return {
    ...none,
    state: 'granted',
    kind: row.consent_kind,
    source: row.consent_source,
    at: row.consent_at,
    expires_at: row.consent_expires_at,
  };
}

/** For the caller's pipeline. */
export function contactById(tx: Tx, id: string) {
  return tx.sql<ContactRow[]>`
    with page as (select * from contacts where tenant_id = ${tx.tenant} and contact_id = ${id})
    ${tx.sql.unsafe(CONTACT_ROWS)}`;
}

/** The ids that somebody goes by: their own and those merged into them; none when there is no such contact. */
export function idsOfContact({ sql, tenant }: Tx, id: string) {
  return sql<{ contact_id: string }[]>`
    with recursive people as (
      select contact_id from contacts
      where tenant_id = ${tenant} and contact_id = ${id} and merged_into is null
      union
      select c.contact_id from people p join contacts c on c.tenant_id = ${tenant} and c.merged_into = p.contact_id
    )
    select contact_id from people`;
}

/** The contact that somebody asked for. Throws `not_found`, `contact_merged`. */
export function present<T extends { merged_into: string | null }>(row: T | undefined): T {
  if (!row) throw notFound('contact');
  if (row.merged_into === null) return row;
  throw new ProblemError(
    'contact_merged',
    `This contact is part of another one since a merge. Open ${row.merged_into} instead.`,
  );
}

/** Where the page before ended. `key` counts in an order by name. */
export interface After {
  id: string;
  key?: string;
}

/** A page of contacts and one row more, when there is one. For the caller's pipeline. */
export function listContacts(
  tx: Tx,
  {
    q,
    tag,
    where,
    sort = 'newest',
    after,
    limit,
    region = null,
  }: {
    q?: string | undefined;
    tag?: string | undefined;
    /** A compiled filter, about the table `contacts`. */
    where?: SQL | undefined;
    sort?: ContactSort;
    after: After | null;
    limit: number;
    /** Of the tenant, for a number in `q`. Default: it is read as it stands. */
    region?: string | null;
  },
) {
  const page = query
    .select()
    .from(contacts)
    .where(
      and(
        eq(contacts.tenant_id, tx.tenant),
        isNull(contacts.merged_into),
        tag === undefined ? undefined : sql`${tag}::text = any(${contacts.tags})`,
        q === undefined ? undefined : matching(tx, q, region),
        where,
        after === null ? undefined : beyond(sort, after),
      ),
    )
    .orderBy(sql.raw(ORDERS[sort]('')))
    .limit(limit + 1);
  return runAround<ContactRow>(tx, 'page', page, `${ROWS} order by ${ORDERS[sort]('page.')}`, {
    prepare: where === undefined,
  });
}

function beyond(sort: ContactSort, { id, key = '' }: After): SQL {
  if (sort === 'newest') return lt(contacts.contact_id, id);
  if (sort === 'oldest') return gt(contacts.contact_id, id);
  const to = sort === 'name' ? sql`>` : sql`<`;
  return sql`(${sql.raw(NAME)}, contact_id) ${to} (${key}::text, ${id}::uuid)`;
}

/**
 * Whoever is part of nobody else, for statements that read everybody. The column itself stands so far back in a row that
 * looking at it reads the whole row (measured: a count of a million people 0.4 s by it, 0.23 s by the few who are merged).
 * As a join, because Postgres expects half of everybody to pass a `not in` and plans the rest by that.
 */
function unmerged(tenant: string): SQL {
  return sql`not exists (select 1 from contacts gone
    where gone.tenant_id = ${tenant}::text and gone.merged_into is not null and gone.contact_id = contacts.contact_id)`;
}

/** How many there are. For the caller's pipeline. */
export function countContacts(
  tx: Tx,
  { q, where, region = null }: { q?: string | undefined; where?: SQL | undefined; region?: string | null },
) {
  const built = query
    .select({ count: sql`count(*)::integer`.as('count') })
    .from(contacts)
    .where(
      and(
        eq(contacts.tenant_id, tx.tenant),
        unmerged(tx.tenant),
        q === undefined ? undefined : matching(tx, q, region),
        where,
      ),
    );
  return runOnce<{ count: number }>(tx, built.getSQL());
}
