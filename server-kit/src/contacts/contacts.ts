/** Contacts: one per person and tenant, found by E.164 number. */
import { and, eq, sql } from 'drizzle-orm';
import type { CreateContact, MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { run, write } from '../db/drizzle.ts';
import { ProblemError } from '../errors.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { addressTaken, lockNumbers, ownerOfNumber, replaceAddresses } from './addresses.ts';
import {
  checkedInput,
  NOBODY,
  regionOf,
  type Checked,
  type ContactInput,
  type ContactValues,
} from './input.ts';
import { toE164 } from './phone.ts';
import { present, type ContactRow } from './rows.ts';
import type { Stages } from './stages.ts';
import { contacts } from './tables.ts';
import { deriveZone } from './zones.ts';

/** Throws what `checkedInput` does, `contact_exists` and `address_taken`. */
export async function createContact(
  tx: Tx,
  input: CreateContact,
  actor: MemberRef,
  stages: Stages,
): Promise<string> {
  const { id = newId(), ...given } = input;
  const { values, addresses } = await checkedInput(tx, given, NOBODY);
  await claimNumbers(tx, id, { values, addresses });
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
  if (addresses) await replaceAddresses(tx, id, addresses);
  // whoever waits for a tag waits for those that somebody comes with, too
  const data = values.tags?.length ? { added: values.tags } : {};
  await record(tx, [{ type: 'contact.created', contactId: id, actor, data }]);
  if (values.stage) await stages.entered(tx, id, values.stage, actor);
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

/** Locks the numbers of a change, and refuses a first number that somebody else has as a further one. */
async function claimNumbers(tx: Tx, id: string, { values, addresses }: Checked): Promise<void> {
  const further = (addresses ?? []).filter(({ kind }) => kind === 'phone').map(({ address }) => address);
  const numbers = values.phone ? [values.phone, ...further] : further;
  if (numbers.length === 0) return;
  await lockNumbers(tx, numbers);
  if (!values.phone) return;
  const owner = await ownerOfNumber(tx, values.phone);
  if (owner !== null && owner !== id) throw addressTaken('phone');
}

/**
 * Changes a contact. `expected` is the version that the caller has seen; null: any. Throws `not_found`, `contact_merged`,
 * `edited_elsewhere`, `contact_exists`, and what `createContact` throws of its input.
 */
export async function updateContact(
  tx: Tx,
  id: string,
  input: ContactInput,
  expected: number | null,
  actor: MemberRef,
  stages: Stages,
): Promise<void> {
  const [found] = await tx.sql<ContactRow[]>`
    select * from contacts where tenant_id = ${tx.tenant} and contact_id = ${id} for update`;
  const before = present(found);
  if (expected !== null && before.version !== expected) {
    throw new ProblemError(
      'edited_elsewhere',
      'Someone else changed this contact meanwhile. Load it again, then change it.',
    );
  }
  const checked = await checkedInput(tx, input, before);
  const changed = Object.keys(input).filter((key) => input[key as keyof ContactInput] !== undefined);
  if (changed.length === 0) return;
  await claimNumbers(tx, id, checked);
  await run(
    tx,
    write
      .update(contacts)
      .set({ ...checked.values, version: sql`version + 1`, updated_at: sql`moment()` })
      .where(and(eq(contacts.tenant_id, tx.tenant), eq(contacts.contact_id, id))),
  ).catch((error: Error & { code?: string }) => {
    throw error.code === UNIQUE_VIOLATION ? exists() : error;
  });
  if (checked.addresses) await replaceAddresses(tx, id, checked.addresses);
  const [conversation] = await tx.sql<{ conversation_id: string }[]>`
    select conversation_id from conversations where tenant_id = ${tx.tenant} and contact_id = ${id} limit 1`;
  await record(tx, [
    {
      type: 'contact.updated',
      contactId: id,
      // so that lists which show the name are told too
      conversationId: conversation?.conversation_id ?? null,
      actor,
      data: differences(changed, before, checked.values),
    },
  ]);
  const { stage } = checked.values;
  if (stage !== undefined && stage !== before.stage) await stages.entered(tx, id, stage, actor);
}

/** What the event says: the names of what is another now, which tags came and went, and which of the tenant's own fields. */
function differences(given: string[], before: ContactRow, values: ContactValues): Record<string, unknown> {
  const was = before as unknown as Record<string, unknown>;
  const now = values as Record<string, unknown>;
  const differs = (column: string) =>
    column in now && JSON.stringify(now[column] ?? null) !== JSON.stringify(was[column] ?? null);
  const changed = given.filter((name) => {
    if (name === 'addresses') return true;
    return name === 'birthday' ? BIRTH.some(differs) : differs(name);
  });
  const fields = values.fields as Record<string, unknown> | undefined;
  const keys = Object.keys({ ...before.fields, ...fields }).filter(
    (key) => fields && JSON.stringify(fields[key]) !== JSON.stringify(before.fields[key]),
  );
  const added = values.tags?.filter((tag) => !before.tags.includes(tag)) ?? [];
  const removed = values.tags ? before.tags.filter((tag) => !values.tags!.includes(tag)) : [];
  return {
    changed,
    ...(added.length > 0 && { added }),
    ...(removed.length > 0 && { removed }),
    ...(keys.length > 0 && { fields: keys }),
  };
}

const BIRTH = ['birth_month', 'birth_day', 'birth_year'];

const UNIQUE_VIOLATION = '23505';

/** The number that somebody typed, as the tenant's region reads it. Throws `invalid_phone`. */
export async function readNumber(tx: Tx, typed: string, field = 'to'): Promise<string> {
  return toE164(typed, await regionOf(tx), field);
}

/**
 * The contact with a number that somebody typed, as first or as further one, made when there is none. Throws
 * `invalid_phone`.
 */
export async function contactForNumber(tx: Tx, typed: string, actor: MemberRef): Promise<string> {
  const { sql, tenant } = tx;
  const region = await regionOf(tx);
  const phone = toE164(typed, region, 'to');
  const { derived_zone, derived_zone_source } = await deriveZone(
    { phone, postal_code: null, state: null, country: null },
    region,
  );
  const [, [made], [contact]] = await Promise.all([
    lockNumbers(tx, [phone]),
    sql<{ contact_id: string }[]>`
      insert into contacts (tenant_id, contact_id, phone, derived_zone, derived_zone_source)
      select ${tenant}, ${newId()}, ${phone}, ${derived_zone}, ${derived_zone_source}
      where not exists (
        select from contact_addresses where tenant_id = ${tenant} and kind = 'phone' and address = ${phone})
      on conflict (tenant_id, phone) do nothing returning contact_id`,
    // sees the one that another transaction has just committed too: a statement of its own
    sql<{ contact_id: string }[]>`
      select contact_id from contacts where tenant_id = ${tenant} and phone = ${phone}
      union all
      select contact_id from contact_addresses
      where tenant_id = ${tenant} and kind = 'phone' and address = ${phone}`,
  ]);
  if (made) await record(tx, [{ type: 'contact.created', contactId: made.contact_id, actor }]);
  return contact!.contact_id;
}
