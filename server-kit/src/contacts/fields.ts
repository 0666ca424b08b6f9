/** A tenant's own fields of a contact: their definitions, and whether a value fits its field. */
import { and, eq, sql } from 'drizzle-orm';
import type { ContactField, FieldType, FieldValue } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { run, write } from '../db/drizzle.ts';
import { notFound, ProblemError } from '../errors.ts';
import { newId } from '../ids.ts';
import { toE164 } from './phone.ts';
import { contactFields } from './tables.ts';

/** In the order in which they are shown. For the caller's pipeline. */
export function listFields({ sql, tenant }: Tx) {
  return sql<ContactField[]>`
    select field_id as id, key, label, type, options, position, archived from contact_fields
    where tenant_id = ${tenant} order by position, label, field_id limit 1000`;
}

export interface FieldInput {
  id?: string | undefined;
  key: string;
  label: string;
  type: FieldType;
  options?: string[] | undefined;
  position?: number | undefined;
}

/** Throws `field_exists`, `invalid_request`. */
export async function createField(tx: Tx, input: FieldInput): Promise<ContactField> {
  const options = checkedOptions(input.type, input.options);
  const [made] = await tx.sql<ContactField[]>`
    insert into contact_fields (tenant_id, field_id, key, label, type, options, position)
    select ${tx.tenant}, ${input.id ?? newId()}, ${input.key}, ${input.label}, ${input.type}, ${options},
      coalesce(${input.position ?? null}, (
        select coalesce(max(position), -1) + 1 from contact_fields where tenant_id = ${tx.tenant}))
    on conflict do nothing
    returning field_id as id, key, label, type, options, position, archived`;
  if (made) return made;
  throw new ProblemError(
    'field_exists',
    'There is already a field with this key or id. Choose another.',
    'key',
  );
}

/** Key and type never change: values are stored under the one and as the other. Throws `not_found`, `invalid_request`. */
export async function updateField(
  tx: Tx,
  id: string,
  change: {
    label?: string | undefined;
    options?: string[] | undefined;
    position?: number | undefined;
    archived?: boolean | undefined;
  },
): Promise<ContactField> {
  const [before] = await tx.sql<ContactField[]>`
    select field_id as id, key, label, type, options, position, archived from contact_fields
    where tenant_id = ${tx.tenant} and field_id = ${id} for update`;
  if (!before) throw notFound('field');
  const set = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  if (change.options) set['options'] = checkedOptions(before.type, change.options);
  if (Object.keys(set).length > 0) {
    await run(
      tx,
      write
        .update(contactFields)
        .set(set)
        .where(and(eq(contactFields.tenant_id, tx.tenant), eq(contactFields.field_id, id))),
    );
  }
  return { ...before, ...set };
}

/** The values stay with the contacts, as free ones. Throws `not_found`. */
export async function deleteField(tx: Tx, id: string): Promise<void> {
  const [gone] = await run<{ field_id: string }>(
    tx,
    write
      .delete(contactFields)
      .where(and(eq(contactFields.tenant_id, tx.tenant), eq(contactFields.field_id, id)))
      .returning({ field_id: sql<string>`field_id` }),
  );
  if (!gone) throw notFound('field');
}

function checkedOptions(type: FieldType, options: string[] = []): string[] {
  const once = [...new Set(options)];
  const chosen = type === 'choice' || type === 'multi_choice';
  if (chosen && once.length === 0) {
    throw new ProblemError('invalid_request', 'A choice needs at least one option.', 'options');
  }
  if (!chosen && once.length > 0) {
    throw new ProblemError('invalid_request', `A field of type ${type} has no options.`, 'options');
  }
  return once;
}

type Values = Record<string, FieldValue>;

/**
 * The values as they are stored. What has no definition is free text, as it was before there were definitions; what is
 * as it was before is not judged again, so that a changed definition never stands in the way of another edit. Throws
 * `invalid_field` with the path of the value.
 */
export async function checkedFields(
  tx: Tx,
  given: Record<string, FieldValue | null>,
  before: Values,
  region: string,
): Promise<Values> {
  const definitions = new Map((await listFields(tx)).map((field) => [field.key, field]));
  return checkedFieldsBy(definitions, given, before, region);
}

/** The same by definitions that are known: for many contacts at once. */
export function checkedFieldsBy(
  definitions: ReadonlyMap<string, ContactField>,
  given: Record<string, FieldValue | null>,
  before: Values,
  region: string,
): Values {
  const values: Values = {};
  for (const [key, value] of Object.entries(given)) {
    const field = definitions.get(key);
    if (value === null || (field && isEmpty(value))) continue;
    values[key] = same(value, before[key]) ? value : checkedValue(field, key, value, region);
  }
  return values;
}

function isEmpty(value: FieldValue): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}

function same(a: FieldValue, b: FieldValue | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function checkedValue(
  field: ContactField | undefined,
  key: string,
  value: FieldValue,
  region: string,
): FieldValue {
  const path = `fields.${key}`;
  const refuse = (must: string) => new ProblemError('invalid_field', `${field?.label ?? key} ${must}.`, path);
  if (!field) {
    if (typeof value === 'string') return value;
    throw refuse('is not one of this account’s fields, so it can only hold text');
  }
  if (field.archived) throw refuse('is archived and cannot be changed');
  const read = READERS[field.type](value, field.options, region, path);
  if (read instanceof Mismatch) throw refuse(read.must);
  return read;
}

class Mismatch {
  readonly must: string;
  constructor(must: string) {
    this.must = must;
  }
}

type Reader = (value: FieldValue, options: string[], region: string, path: string) => FieldValue | Mismatch;

const READERS: Record<FieldType, Reader> = {
  text: (value) => (typeof value === 'string' ? value : new Mismatch('must be text')),
  number: (value) => (typeof value === 'number' ? value : new Mismatch('must be a number')),
  boolean: (value) => (typeof value === 'boolean' ? value : new Mismatch('must be true or false')),
  date: (value) =>
    typeof value === 'string' && isDay(value) ? value : new Mismatch('must be a day, as in 2026-11-21'),
  choice: (value, options) =>
    typeof value === 'string' && options.includes(value)
      ? value
      : new Mismatch(`must be one of ${options.join(', ')}`),
  multi_choice: (value, options) =>
    Array.isArray(value) && value.every((one) => options.includes(one))
      ? [...new Set(value)]
      : new Mismatch(`must be a list of ${options.join(', ')}`),
  url: (value) =>
    typeof value === 'string' && isWebAddress(value)
      ? value
      : new Mismatch('must be a web address that begins with https:// or http://'),
  phone: (value, _options, region, path) =>
    typeof value === 'string' ? toE164(value, region, path) : new Mismatch('must be a phone number'),
};

function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

/** http and https alone: the elements make links of these, and a `javascript:` link would run. */
function isWebAddress(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
