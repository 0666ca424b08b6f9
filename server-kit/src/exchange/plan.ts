/**
 * Who the rows of a piece are: somebody new, somebody who is there, or somebody of an earlier row. What comes out are people to
 * insert and to update, and what became of each row.
 */
import { sql } from 'drizzle-orm';
import type { Entering, Stages } from '../contacts/stages.ts';
import { deriveZone } from '../contacts/zones.ts';
import type { FieldValue, ImportOutcome } from '../contract/index.ts';
import { writeArray } from '../db/arrays.ts';
import type { Tx } from '../db/client.ts';
import { runOnce } from '../db/drizzle.ts';
import { newId } from '../ids.ts';
import { customKey, numbersOf, type Further, type Reading, type ReadRow, type RowValues } from './rows.ts';

export interface Person {
  id: string;
  isNew: boolean;
  /** As it is stored, and then as it shall be. */
  values: RowValues;
  tags: string[];
  fields: Record<string, FieldValue>;
  /** Further numbers and e-mail addresses that they get. */
  gained: Further[];
  isChanged: boolean;
  /** Their stage is another one than it was. */
  changesStage: boolean;
}

interface Outcome {
  row: ReadRow;
  outcome: ImportOutcome;
  person: Person | null;
  /** Whom the row is about, also where it changes nothing. */
  about: string | null;
}

export interface Plan {
  people: Person[];
  outcomes: Outcome[];
}

/** Columns that an import writes, with their types. */
export const COLUMNS: Record<string, 'text' | 'smallint' | 'integer' | 'boolean'> = {
  first_name: 'text',
  middle_name: 'text',
  last_name: 'text',
  phone: 'text',
  email: 'text',
  birth_month: 'smallint',
  birth_day: 'smallint',
  birth_year: 'smallint',
  lead_type: 'text',
  lead_score: 'integer',
  stage: 'text',
  source: 'text',
  owner_id: 'text',
  street: 'text',
  city: 'text',
  postal_code: 'text',
  state: 'text',
  country: 'text',
  time_zone: 'text',
  derived_zone: 'text',
  derived_zone_source: 'text',
  do_not_call: 'boolean',
  messenger_id: 'text',
  whatsapp_id: 'text',
};

const OWN_COLUMNS = Object.keys(COLUMNS)
  .map((column) => `c.${column}`)
  .join(', ');

type Known = RowValues & {
  contact_id: string;
  tags: string[];
  fields: Record<string, FieldValue>;
  also: Further[] | null;
};

/**
 * The contacts that the rows may be about, locked in the order of their ids, by the numbers, addresses and foreign ids that the
 * rows have. `also`: their further ones among these.
 */
function known(tx: Tx, rows: ReadRow[], by: string) {
  const phones = writeArray(rows.flatMap(numbersOf));
  const further = writeArray(
    rows.flatMap((row) => row.further.filter(({ kind }) => kind === 'email').map(({ address }) => address)),
  );
  const emails = by === 'email' || by === 'phone_or_email' ? texts(rows, 'email').map(lower) : [];
  const key = customKey(by);
  const foreign = rows.flatMap(({ fields }) =>
    key === null || fields[key] === undefined ? [] : String(fields[key]),
  );
  const ofKey =
    key === null
      ? sql``
      : sql`union select contact_id from contacts
          where tenant_id = ${tx.tenant}::text and fields ->> ${key}::text = any(${writeArray(foreign)}::text[])`;
  // row by row through the indexes: Postgres knows nothing of a table that an import is filling, and reads all of it for each piece
  const each = (values: string) => sql`from unnest(${values}::text[]) as n (value) cross join lateral`;
  return runOnce<Known>(
    tx,
    sql`with found as materialized (
      select f.contact_id ${each(phones)} (
        select contact_id from contacts where tenant_id = ${tx.tenant}::text and phone = n.value offset 0) f
      union select f.contact_id ${each(phones)} (
        select contact_id from contact_addresses
        where tenant_id = ${tx.tenant}::text and kind = 'phone' and address = n.value offset 0) f
      union select f.contact_id ${each(further)} (
        select contact_id from contact_addresses
        where tenant_id = ${tx.tenant}::text and kind = 'email' and address = n.value offset 0) f
      union select f.contact_id ${each(writeArray(emails))} (
        select contact_id from contacts where tenant_id = ${tx.tenant}::text and email_key = n.value offset 0) f
      ${ofKey}
    )
    select c.contact_id, c.tags, c.fields, ${sql.raw(OWN_COLUMNS)},
      (select jsonb_agg(jsonb_build_object('kind', a.kind, 'address', a.address)) from contact_addresses a
        where a.tenant_id = c.tenant_id and a.contact_id = c.contact_id) as also
    from (select contact_id from found order by contact_id) f cross join lateral (
      select * from contacts where tenant_id = ${tx.tenant}::text and contact_id = f.contact_id and merged_into is null
      for no key update) c
    order by c.contact_id`,
  );
}

function texts(rows: ReadRow[], column: string): string[] {
  return rows.flatMap(({ values }) => (typeof values[column] === 'string' ? values[column] : []));
}

const lower = (text: string) => text.toLowerCase();

export async function planRows(
  tx: Tx,
  rows: ReadRow[],
  { settings, region }: Reading,
  stages: Stages,
): Promise<Plan> {
  const { by, mode } = settings.dedupe;
  const key = customKey(by);
  const readable = rows.filter((row) => row.problem === null);
  await spellStages(tx, readable, stages);
  const byPhone = new Map<string, Person>();
  const byEmail = new Map<string, Person>();
  const byKey = new Map<string, Person>();
  /** Further e-mail addresses, which belong to one person each. */
  const byFurther = new Map<string, Person>();
  const people: Person[] = [];
  const index = (person: Person) => {
    const { phone, email } = person.values;
    if (phone) byPhone.set(String(phone), person);
    // of several with one address the first is meant, as it always was
    if (email && !byEmail.has(lower(String(email)))) byEmail.set(lower(String(email)), person);
    if (key !== null && person.fields[key] !== undefined) byKey.set(String(person.fields[key]), person);
  };
  for (const { contact_id, tags, fields, also, ...values } of readable.length > 0
    ? await known(tx, readable, by)
    : []) {
    const person: Person = {
      id: contact_id,
      isNew: false,
      values,
      tags,
      fields,
      gained: [],
      isChanged: false,
      changesStage: false,
    };
    people.push(person);
    index(person);
    for (const one of also ?? []) (one.kind === 'phone' ? byPhone : byFurther).set(one.address, person);
  }

  const find = ({ values: { phone, email }, fields }: ReadRow): Person | undefined => {
    if (key !== null) return fields[key] === undefined ? undefined : byKey.get(String(fields[key]));
    const ofPhone = by !== 'email' && phone ? byPhone.get(String(phone)) : undefined;
    return ofPhone ?? (by !== 'phone' && email ? byEmail.get(lower(String(email))) : undefined);
  };

  const holderOf = ({ kind, address }: Further) => (kind === 'phone' ? byPhone : byFurther).get(address);
  const gain = (person: Person, further: Further[]) => {
    for (const one of further) {
      if (holderOf(one) === person || isFirst(person, one)) continue;
      person.gained.push(one);
      (one.kind === 'phone' ? byPhone : byFurther).set(one.address, person);
    }
  };

  const outcomes = rows.map((row): Outcome => {
    if (row.problem !== null) return { row, outcome: 'refused', person: null, about: null };
    const person = find(row);
    const { phone } = row.values;
    const holder = phone ? byPhone.get(String(phone)) : undefined;
    const foreign =
      holder !== undefined && holder !== person
        ? { kind: 'phone', address: String(phone) }
        : row.further.find((one) => (holderOf(one) ?? person) !== person);
    if (foreign) {
      row.problem = `The ${foreign.kind === 'phone' ? 'number' : 'address'} ${foreign.address} belongs to another contact.`;
      return { row, outcome: 'refused', person: null, about: null };
    }
    if (person === undefined) {
      const { values, tags, fields } = row;
      const made: Person = {
        id: newId(),
        isNew: true,
        values: { ...values },
        tags: [...tags],
        fields,
        gained: [],
        isChanged: true,
        changesStage: (values['stage'] ?? null) !== null,
      };
      people.push(made);
      index(made);
      gain(made, row.further);
      return { row, outcome: 'created', person: made, about: made.id };
    }
    if (mode === 'skip') return { row, outcome: 'skipped', person: null, about: person.id };
    const before = JSON.stringify([person.values, person.tags, person.fields, person.gained]);
    const stage = person.values['stage'];
    apply(person, row, mode === 'fill_empty', holder === person);
    index(person);
    gain(person, row.further);
    if (JSON.stringify([person.values, person.tags, person.fields, person.gained]) === before)
      return { row, outcome: 'unchanged', person, about: person.id };
    person.isChanged = true;
    if (person.values['stage'] !== stage) person.changesStage = true;
    return { row, outcome: 'updated', person, about: person.id };
  });
  const touched = people.filter((person) => person.isChanged);
  await Promise.all(touched.map((person) => deriveZoneOf(person, region)));
  return { people: touched, outcomes };
}

/** What is their first one already is no further one. */
function isFirst({ values }: Person, { kind, address }: Further): boolean {
  return lower(String(values[kind] ?? '')) === address;
}

/** As the stages are written, so that whoever is on one already is not changed. */
async function spellStages(tx: Tx, rows: ReadRow[], stages: Stages): Promise<void> {
  const names = await stages.spelled(tx, [...new Set(texts(rows, 'stage'))]);
  for (const { values } of rows) {
    const name = names.get(values['stage'] as string);
    if (name !== undefined) values['stage'] = name;
  }
}

/** Whom the pipeline has to be told of. */
export function entering({ people }: Plan): Entering[] {
  return people
    .filter(({ changesStage }) => changesStage)
    .map(({ id, values }) => ({ contactId: id, stage: values['stage'] as string }));
}

/** `isTheirs`: the row's number is one of theirs already, perhaps a further one; then it does not become the first. */
function apply(
  person: Person,
  { values, tags, fields }: ReadRow,
  onlyEmpty: boolean,
  isTheirs: boolean,
): void {
  const keepsBirthday = onlyEmpty && isKnown(person.values['birth_day']);
  for (const [column, value] of Object.entries(values)) {
    if (column === 'phone' && isTheirs) continue;
    if (column.startsWith('birth_') && keepsBirthday) continue;
    if (!onlyEmpty || !isKnown(person.values[column])) person.values[column] = value;
  }
  person.tags = [...new Set([...person.tags, ...tags])];
  person.fields = onlyEmpty ? { ...fields, ...person.fields } : { ...person.fields, ...fields };
}

/** `do_not_call` is false of everybody about whom nobody said anything. */
function isKnown(value: RowValues[string] | undefined): boolean {
  return value !== undefined && value !== null && value !== false;
}

async function deriveZoneOf({ values }: Person, region: string): Promise<void> {
  const text = (column: string) => (values[column] as string | undefined) ?? null;
  const where = {
    phone: text('phone'),
    postal_code: text('postal_code'),
    state: text('state'),
    country: text('country'),
  };
  Object.assign(values, await deriveZone(where, region));
}
