/** Writes people set-wise: one statement for all who are new, one for all who change, each with their events. */
import type { MemberRef, StartImport } from '../contract/index.ts';
import { lockConsent, recordConsent } from '../consent/ledger.ts';
import { lockNumbers } from '../contacts/addresses.ts';
import { writeArray } from '../db/arrays.ts';
import type { Tx } from '../db/client.ts';
import { recordEach } from '../events/record.ts';
import { COLUMNS, type Person, type Plan } from './plan.ts';
import { numbersOf, type ReadRow } from './rows.ts';

const UNIQUE_VIOLATION = '23505';
const COLLISION = '40001';

/** What comes before reading who is there. The order is everybody's: consent, numbers, contacts. */
export async function lockFor(tx: Tx, rows: ReadRow[], { consent }: StartImport): Promise<void> {
  const readable = rows.filter(({ problem }) => problem === null);
  const changesConsent = consent !== null || readable.some(({ optedOut }) => optedOut);
  await Promise.all([
    ...(changesConsent ? [lockConsent(tx)] : []),
    lockNumbers(tx, readable.flatMap(numbersOf)),
  ]);
}

/**
 * Throws a collision, after which the piece is to be done again, when a text from somebody unknown has taken a number
 * meanwhile: those do not wait for locks.
 */
export async function storePeople(
  tx: Tx,
  people: Person[],
  actor: MemberRef | null,
  data: Record<string, unknown>,
): Promise<void> {
  const [made, changed] = [people.filter(({ isNew }) => isNew), people.filter(({ isNew }) => !isNew)];
  try {
    await Promise.all([
      ...(made.length > 0 ? [insertPeople(tx, made, actor, data)] : []),
      ...(changed.length > 0 ? [updatePeople(tx, changed, actor, data)] : []),
      ...(people.some(({ gained }) => gained.length > 0) ? [insertAddresses(tx, people)] : []),
    ]);
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
    throw Object.assign(new Error('a number was taken meanwhile', { cause: error }), { code: COLLISION });
  }
}

function insertPeople(tx: Tx, people: Person[], actor: MemberRef | null, data: Record<string, unknown>) {
  const { sql, tenant } = tx;
  const { columns, rows } = asRows(tx, people);
  const names = sql.unsafe([...columns, 'tags', 'fields'].join(', '));
  return sql`
    with made as (
      insert into contacts (tenant_id, contact_id, ${names})
      select ${tenant}, contact_id, ${names} from ${rows} returning contact_id, tags
    ) ${recordEach(
      tx,
      'made',
      { type: 'contact.created', actor, data },
      sql`case when tags <> '{}' then jsonb_build_object('added', tags) else '{}' end`,
    )}`;
}

function updatePeople(tx: Tx, people: Person[], actor: MemberRef | null, data: Record<string, unknown>) {
  const { sql, tenant } = tx;
  const { columns, rows } = asRows(tx, people);
  const gained = people.filter((person) => person.gained.length > 0).map(({ id }) => id);
  // names of columns, which are ours
  const own = sql.unsafe(
    [...columns, 'tags', 'fields']
      .map((name) => `case when was.${name} is distinct from wanted.${name} then '${name}' end`)
      .join(', '),
  );
  const set = [...columns, 'tags', 'fields']
    .map((column) => sql`${sql(column)} = wanted.${sql(column)}`)
    .reduce((before, part) => sql`${before}, ${part}`);
  return sql`
    with wanted as materialized (select * from ${rows}), changed as (
      update contacts c set ${set}, version = c.version + 1, updated_at = moment()
      from wanted join contacts was on was.tenant_id = ${tenant} and was.contact_id = wanted.contact_id
      where c.tenant_id = ${tenant} and c.contact_id = wanted.contact_id
      returning c.contact_id, array_remove(array[${own},
          case when c.contact_id = any(${gained}::uuid[]) then 'addresses' end], null) as names,
        array(select t from unnest(wanted.tags) t where t <> all(was.tags)) as added,
        array(select key from jsonb_each(wanted.fields) where value is distinct from was.fields -> key) as keys
    ) ${recordEach(
      tx,
      'changed',
      { type: 'contact.updated', actor, data },
      sql`jsonb_strip_nulls(jsonb_build_object('changed', names,
        'added', case when added <> '{}' then to_jsonb(added) end,
        'fields', case when keys <> '{}' then to_jsonb(keys) end))`,
    )}`;
}

/** Behind those that they have. */
function insertAddresses({ sql, tenant }: Tx, people: Person[]) {
  const rows = people.flatMap(({ id, gained }) =>
    gained.map(({ kind, address }, nth) => ({ id, kind, address, nth })),
  );
  return sql`
    insert into contact_addresses (tenant_id, kind, address, contact_id, position)
    select ${tenant}, g.kind, g.address, g.id, 1 + g.nth::integer + coalesce((
      select max(position) from contact_addresses where tenant_id = ${tenant} and contact_id = g.id), -1)
    from unnest(${rows.map(({ kind }) => kind)}::text[], ${rows.map(({ address }) => address)}::text[],
      ${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ nth }) => String(nth))}::text[]) as g (kind, address, id, nth)
    order by g.kind, g.address`;
}

/** People as a table, by the columns that at least one of them has. Arrays column by column: JSON took half as long again. */
function asRows({ sql }: Tx, people: Person[]) {
  const columns = Object.keys(COLUMNS).filter((column) =>
    people.some(({ values }) => (values[column] ?? null) !== null),
  );
  const lists = columns.map((column) => {
    // somebody new has no opinion about being called
    const none = column === 'do_not_call' ? false : null;
    return sql`${writeArray(people.map(({ values }) => values[column] ?? none))}::${sql.unsafe(COLUMNS[column]!)}[]`;
  });
  const more = lists.reduce(
    (before, list) => sql`${before}, ${list}`,
    sql`${people.map(({ id }) => id)}::uuid[]`,
  );
  const names = sql.unsafe(columns.map((column) => `${column}, `).join(''));
  const rows = sql`(
    select contact_id, ${names} tags_::text[] as tags, fields_::jsonb as fields
    from unnest(${more}, ${people.map(({ tags }) => writeArray(tags))}::text[],
      ${people.map(({ fields }) => JSON.stringify(fields))}::text[])
      as p (contact_id, ${names} tags_, fields_)) as people`;
  return { columns, rows };
}

/**
 * What the people of the file agreed to, for their numbers. Whoever is blocked stays so: a list that somebody uploads is not the
 * person's own word, and must not lift a STOP. The caller holds `lockFor`. Returns how many were recorded.
 */
export async function storeConsent(
  tx: Tx,
  { outcomes }: Plan,
  consent: NonNullable<StartImport['consent']>,
  actor: MemberRef | null,
  jobId: string,
): Promise<number> {
  const people = new Map<string, { contactId: string; agreedAt: string | null }>();
  for (const { row, person, outcome } of outcomes) {
    const phone = person?.values['phone'];
    if (typeof phone === 'string' && outcome !== 'refused') {
      people.set(phone, { contactId: person!.id, agreedAt: row.agreedAt });
    }
  }
  const blocked = await tx.sql<{ address: string }[]>`
    select address from suppressions
    where tenant_id = ${tx.tenant} and channel = ${consent.channel} and address = any(${[...people.keys()]}::text[])`;
  for (const { address } of blocked) people.delete(address);
  if (people.size === 0) return 0;
  await Promise.all(
    recordConsent(
      tx,
      [...people].map(([address, { contactId, agreedAt }]) => ({
        channel: consent.channel,
        address,
        action: 'grant' as const,
        source: consent.source,
        kind: consent.kind ?? null,
        wording: consent.wording,
        proof: consent.proof ?? null,
        occurredAt: agreedAt ?? consent.occurred_at ?? null,
        contactId,
        member: actor,
        jobId,
      })),
    ),
  );
  return people.size;
}

/**
 * Whoever wants nothing more, by all numbers of the row, also where the row changes nothing else of them. To be called before
 * `storeConsent`, which then grants nothing for these. Returns how many numbers are blocked by it that were not.
 */
export async function storeOptOuts(
  tx: Tx,
  { outcomes }: Plan,
  actor: MemberRef | null,
  jobId: string,
): Promise<number> {
  const numbers = new Map<string, string | null>();
  for (const { row, outcome, about } of outcomes) {
    if (row.optedOut && outcome !== 'refused') for (const one of numbersOf(row)) numbers.set(one, about);
  }
  if (numbers.size === 0) return 0;
  const known = await tx.sql<{ address: string }[]>`
    select address from suppressions
    where tenant_id = ${tx.tenant} and channel = 'sms' and withdrawn and address = any(${[...numbers.keys()]}::text[])`;
  for (const { address } of known) numbers.delete(address);
  if (numbers.size === 0) return 0;
  await Promise.all(
    recordConsent(
      tx,
      [...numbers].map(([address, contactId]) => ({
        channel: 'sms' as const,
        address,
        action: 'withdraw' as const,
        source: 'import' as const,
        contactId,
        member: actor,
        jobId,
      })),
    ),
  );
  return numbers.size;
}
