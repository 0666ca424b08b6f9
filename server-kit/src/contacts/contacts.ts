/** Contacts: one per person and tenant, found by E.164 number. */
import { and, desc, eq, ilike, like, lt, or, sql, type SQL } from 'drizzle-orm';
import type { Contact, MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { query, run, runAround, write } from '../db/drizzle.ts';
import { notFound, ProblemError } from '../errors.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { toE164 } from './phone.ts';
import { contacts } from './tables.ts';

export interface ContactRow extends Omit<Contact, 'id' | 'consent'> {
  contact_id: string;
  consent_action: 'grant' | 'withdraw' | null;
  consent_source: string | null;
  consent_at: string | null;
  suppression_source: string | null;
  suppressed_since: string | null;
}

/** Rows for a `page` that holds whole rows of `contacts`, newest id first. */
const CONTACT_ROWS = `
  select page.*, r.action as consent_action, r.source as consent_source, r.occurred_at as consent_at,
    x.source as suppression_source, x.since as suppressed_since
  from page
  left join suppressions x on x.tenant_id = page.tenant_id and x.channel = 'sms' and x.address = page.phone
  left join lateral (
    select action, source, occurred_at from consent_records r
    where r.tenant_id = page.tenant_id and r.channel = 'sms' and r.address = page.phone
    order by r.occurred_at desc, r.record_id desc limit 1
  ) r on true
  order by page.contact_id desc`;

export function toContact(row: ContactRow): Contact {
  const { contact_id, first_name, last_name, name, phone, email, tags, lead_type, stage, source, state } =
    row;
  return {
    id: contact_id,
    first_name,
    last_name,
    name,
    phone,
    email,
    tags,
    lead_type,
    stage,
    source,
    state,
    time_zone: row.time_zone,
    fields: row.fields,
    consent: phone === null ? [] : [consentOf(row)],
    version: row.version,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

/** The block is what counts; the ledger says where it comes from. */
function consentOf(row: ContactRow): Contact['consent'][number] {
  if (row.suppressed_since !== null) {
    return { channel: 'sms', state: 'withdrawn', source: row.suppression_source, at: row.suppressed_since };
  }
  if (row.consent_action === 'grant') {
    return { channel: 'sms', state: 'granted', source: row.consent_source, at: row.consent_at };
  }
  return { channel: 'sms', state: 'unknown', source: null, at: null };
}

/** For the caller's pipeline. */
export function contactById(tx: Tx, id: string) {
  return tx.sql<ContactRow[]>`
    with page as (select * from contacts where tenant_id = ${tx.tenant} and contact_id = ${id})
    ${tx.sql.unsafe(CONTACT_ROWS)}`;
}

/** A row when there is such a contact. For the caller's pipeline. */
export function contactExists({ sql, tenant }: Tx, id: string) {
  return sql`select 1 from contacts where tenant_id = ${tenant} and contact_id = ${id}`;
}

/** A page of contacts and one row more, when there is one; newest first. For the caller's pipeline. */
export function listContacts(
  tx: Tx,
  {
    q,
    tag,
    after,
    limit,
  }: { q?: string | undefined; tag?: string | undefined; after: string | null; limit: number },
) {
  const page = query
    .select()
    .from(contacts)
    .where(
      and(
        eq(contacts.tenant_id, tx.tenant),
        tag === undefined ? undefined : sql`${tag}::text = any(${contacts.tags})`,
        q === undefined ? undefined : matching(q),
        after === null ? undefined : lt(contacts.contact_id, after),
      ),
    )
    .orderBy(desc(contacts.contact_id))
    .limit(limit + 1);
  return runAround<ContactRow>(tx, 'page', page, CONTACT_ROWS);
}

function matching(words: string): SQL | undefined {
  const pattern = `%${words.trim().replace(/[\\%_]/g, '\\$&')}%`;
  const digits = words.replace(/\D/g, '');
  return or(
    ilike(contacts.name, pattern),
    ilike(contacts.email, pattern),
    digits.length >= 3 ? like(contacts.phone, `%${digits}%`) : undefined,
  );
}

/** What may be written of a contact. `undefined` leaves a field as it is, null empties it. */
export interface ContactInput {
  first_name?: string | null | undefined;
  last_name?: string | null | undefined;
  phone?: string | null | undefined;
  email?: string | null | undefined;
  tags?: string[] | undefined;
  lead_type?: string | null | undefined;
  stage?: string | null | undefined;
  source?: string | null | undefined;
  state?: string | null | undefined;
  time_zone?: string | null | undefined;
  fields?: Record<string, string> | undefined;
}

/** Throws `invalid_phone`, `invalid_request`, `contact_exists`. */
export async function createContact(
  tx: Tx,
  input: ContactInput & { id?: string | undefined },
  actor: MemberRef,
): Promise<string> {
  const { id = newId(), ...given } = input;
  const values = await checked(tx, given);
  const [made] = await run<{ contact_id: string }>(
    tx,
    write
      .insert(contacts)
      .values({
        tenant_id: tx.tenant,
        contact_id: id,
        created_at: sql`moment()` as never,
        updated_at: sql`moment()` as never,
        ...values,
      })
      .onConflictDoNothing()
      .returning({ contact_id: contacts.contact_id }),
  );
  if (!made) throw await clash(tx, id);
  await record(tx, [{ type: 'contact.created', contactId: id, actor }]);
  return id;
}

/** On a clash of the number or of the id, which the caller may both have chosen. */
async function clash({ sql, tenant }: Tx, id: string): Promise<ProblemError> {
  const [same] = await sql`select 1 from contacts where tenant_id = ${tenant} and contact_id = ${id}`;
  return same
    ? new ProblemError(
        'contact_exists',
        'There is already a contact with this id. Make a new id for a new contact.',
        'id',
      )
    : exists();
}

function exists(): ProblemError {
  return new ProblemError(
    'contact_exists',
    'Another contact has this number. Open that one instead.',
    'phone',
  );
}

/**
 * Changes a contact. `expected` is the version that the caller has seen; null: any. Throws `not_found`,
 * `edited_elsewhere`, `contact_exists`, `invalid_phone`, `invalid_request`.
 */
export async function updateContact(
  tx: Tx,
  id: string,
  input: ContactInput,
  expected: number | null,
  actor: MemberRef,
): Promise<void> {
  const values = await checked(tx, input);
  const [before] = await tx.sql<{ version: number }[]>`
    select version from contacts where tenant_id = ${tx.tenant} and contact_id = ${id} for update`;
  if (!before) throw notFound('contact');
  if (expected !== null && before.version !== expected) {
    throw new ProblemError(
      'edited_elsewhere',
      'Someone else changed this contact meanwhile. Load it again, then change it.',
    );
  }
  if (Object.keys(values).length === 0) return;
  await run(
    tx,
    write
      .update(contacts)
      .set({ ...values, version: sql`version + 1`, updated_at: sql`moment()` })
      .where(and(eq(contacts.tenant_id, tx.tenant), eq(contacts.contact_id, id))),
  ).catch((error: Error & { code?: string }) => {
    throw error.code === UNIQUE_VIOLATION ? exists() : error;
  });
  const [conversation] = await tx.sql<{ conversation_id: string }[]>`
    select conversation_id from conversations where tenant_id = ${tx.tenant} and contact_id = ${id} limit 1`;
  await record(tx, [
    {
      type: 'contact.updated',
      contactId: id,
      // so that lists which show the name are told too
      conversationId: conversation?.conversation_id ?? null,
      actor,
      data: { changed: Object.keys(values) },
    },
  ]);
}

const UNIQUE_VIOLATION = '23505';

/** Values as they are stored: numbers as E.164, empty texts as null, each tag once. */
async function checked(tx: Tx, input: ContactInput): Promise<ContactInput> {
  const values = Object.fromEntries(
    Object.entries(input)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, value === '' ? null : value]),
  ) as ContactInput;
  if (typeof values.phone === 'string') values.phone = toE164(values.phone, await regionOf(tx));
  if (values.tags) values.tags = [...new Set(values.tags)];
  if (values.time_zone) values.time_zone = checkedZone(values.time_zone);
  return values;
}

function checkedZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new ProblemError(
      'invalid_request',
      `"${zone}" is no time zone. Use an IANA name, as America/Chicago.`,
      'time_zone',
    );
  }
}

async function regionOf({ sql, tenant }: Tx): Promise<string> {
  const [row] = await sql<{ default_region: string }[]>`
    select default_region from tenants where tenant_id = ${tenant}`;
  return row?.default_region ?? 'US';
}

/** The number that somebody typed, as the tenant's region reads it. Throws `invalid_phone`. */
export async function readNumber(tx: Tx, typed: string, field = 'to'): Promise<string> {
  return toE164(typed, await regionOf(tx), field);
}

/** The contact with a number that somebody typed, made when there is none. Throws `invalid_phone`. */
export async function contactForNumber(tx: Tx, typed: string, actor: MemberRef): Promise<string> {
  const { sql, tenant } = tx;
  const phone = await readNumber(tx, typed);
  const [[made], [contact]] = await Promise.all([
    sql<{ contact_id: string }[]>`
      insert into contacts (tenant_id, contact_id, phone) values (${tenant}, ${newId()}, ${phone})
      on conflict (tenant_id, phone) do nothing returning contact_id`,
    // sees the one that another transaction has just committed too: a statement of its own
    sql<{ contact_id: string }[]>`
      select contact_id from contacts where tenant_id = ${tenant} and phone = ${phone}`,
  ]);
  if (made) await record(tx, [{ type: 'contact.created', contactId: made.contact_id, actor }]);
  return contact!.contact_id;
}
