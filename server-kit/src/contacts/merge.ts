/**
 * Two contacts become one: the *winner* remains, the *loser* is kept as it was, hidden, with `merged_into`. What the
 * winner had stays; what it lacked comes from the loser. Consent belongs to addresses and is not touched.
 *
 * Everything is one transaction that locks both rows in the order of their ids, so that of two merges at once the second
 * finds what the first has done. See `unmerge.ts` for the way back.
 */
import type { MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { lockNumbers } from './addresses.ts';
import type { Belongings } from './belongings.ts';
import { regionOf } from './input.ts';
import { present } from './rows.ts';
import { deriveZone } from './zones.ts';

/** A row of `contacts` as JSON, every column. */
export interface ContactJson {
  contact_id: string;
  phone: string | null;
  email: string | null;
  merged_into: string | null;
  tags: string[];
  dnd: string[];
  fields: Record<string, unknown>;
  profile: Record<string, unknown>;
  [column: string]: unknown;
}

export interface AddressJson {
  kind: string;
  address: string;
  label: string | null;
  position: number;
}

/** What `contact_merges.before` holds. */
export interface MergeRecord {
  winner: ContactJson;
  loser: ContactJson;
  /** The winner as the merge left it: what differs from it later was changed by somebody. */
  after: ContactJson;
  /** The loser's further addresses. */
  addresses: AddressJson[];
  /** The addresses that came to the winner by the merge. */
  gained: AddressJson[];
  moved: object;
}

/** Taken from the loser where the winner has none. */
const FILLED = [
  'first_name',
  'middle_name',
  'last_name',
  'phone',
  'email',
  'lead_type',
  'lead_score',
  'stage',
  'source',
  'owner_id',
  'time_zone',
  'messenger_id',
  'whatsapp_id',
  'last_birthday_sent_year',
] as const;
/** Taken together or not at all: half an address of one and half of another is nobody's. */
const TOGETHER = [
  ['birth_month', 'birth_day', 'birth_year'],
  ['street', 'city', 'postal_code', 'state', 'country'],
] as const;

/** Locks both in the order of their ids. */
export async function lockPair(
  { sql, tenant }: Tx,
  ids: [string, string],
): Promise<Map<string, ContactJson>> {
  const rows = await sql<{ row: ContactJson }[]>`
    select to_jsonb(c) as row from contacts c
    where tenant_id = ${tenant} and contact_id = any(${ids}::uuid[])
    order by contact_id for update`;
  return new Map(rows.map(({ row }) => [row.contact_id, row]));
}

/** Returns the merge's id. Throws `invalid_merge`, `not_found`, `contact_merged`. */
export async function mergeContacts(
  tx: Tx,
  { winnerId, loserId }: { winnerId: string; loserId: string },
  actor: MemberRef,
  belongings: Required<Belongings>,
): Promise<string> {
  if (winnerId === loserId) {
    throw new ProblemError('invalid_merge', 'A contact cannot be merged with itself.', 'with');
  }
  const { sql, tenant } = tx;
  const rows = await lockPair(tx, [winnerId, loserId]);
  const winner = present(rows.get(winnerId));
  const loser = present(rows.get(loserId));
  const addresses = await sql<(AddressJson & { contact_id: string })[]>`
    select kind, address, label, position, contact_id from contact_addresses
    where tenant_id = ${tenant} and contact_id = any(${[winnerId, loserId]}::uuid[]) order by position, address`;
  const theirs = addresses
    .filter(({ contact_id }) => contact_id === loserId)
    .map(({ kind, address, label, position }) => ({ kind, address, label, position }));

  if (loser.phone !== null) await lockNumbers(tx, [loser.phone]);
  await sql`
    update contacts set phone = null, merged_into = ${winnerId}, version = version + 1, updated_at = moment()
    where tenant_id = ${tenant} and contact_id = ${loserId}`;
  const union = unite(winner, loser);
  Object.assign(union, await deriveZone(union as never, await regionOf(tx)));
  const after = await writeContact(tx, union);
  const gained = [...theirs, ...leftOver(loser, after)];
  await moveAddresses(tx, { from: loserId, to: winnerId, gained });
  const moved = await belongings.move(tx, loserId, winnerId);

  const mergeId = newId();
  const before: MergeRecord = { winner, loser, after, addresses: theirs, gained, moved };
  await sql`
    insert into contact_merges (tenant_id, merge_id, winner_id, loser_id, before, member)
    values (${tenant}, ${mergeId}, ${winnerId}, ${loserId}, ${sql.json(before as never)}, ${sql.json(actor)})`;
  const [conversationId = null] = await belongings.conversationsOf(tx, winnerId);
  await record(tx, [
    {
      type: 'contact.merged',
      contactId: winnerId,
      conversationId,
      actor,
      data: { merge_id: mergeId, merged_id: loserId },
    },
    // for whoever has the other one open
    { type: 'contact.merged', contactId: loserId, actor, data: { merge_id: mergeId, into: winnerId } },
  ]);
  return mergeId;
}

/** The winner's row as the merge makes it. */
function unite(winner: ContactJson, loser: ContactJson): ContactJson {
  const union: ContactJson = { ...winner };
  for (const column of FILLED) Object.assign(union, { [column]: winner[column] ?? loser[column] });
  for (const group of TOGETHER) {
    if (group.every((column) => winner[column] === null)) {
      for (const column of group) union[column] = loser[column];
    }
  }
  union.tags = [...new Set([...winner.tags, ...loser.tags])];
  // whoever asked to be left alone is left alone
  union.dnd = [...new Set([...winner.dnd, ...loser.dnd])];
  union['do_not_call'] = winner['do_not_call'] === true || loser['do_not_call'] === true;
  union.fields = { ...loser.fields, ...winner.fields };
  union.profile = { ...loser.profile, ...winner.profile };
  return union;
}

/** The loser's first number and e-mail, where the winner keeps its own. */
function leftOver(loser: ContactJson, winner: ContactJson): AddressJson[] {
  const left: AddressJson[] = [];
  if (loser.phone !== null && loser.phone !== winner.phone) {
    left.push({ kind: 'phone', address: loser.phone, label: null, position: 0 });
  }
  const email = loser.email?.toLowerCase();
  if (email !== undefined && email !== winner.email?.toLowerCase()) {
    left.push({ kind: 'email', address: email, label: null, position: 0 });
  }
  return left;
}

async function moveAddresses(
  { sql, tenant }: Tx,
  { from, to, gained }: { from: string; to: string; gained: AddressJson[] },
): Promise<void> {
  await sql`delete from contact_addresses where tenant_id = ${tenant} and contact_id = ${from}`;
  if (gained.length === 0) return;
  await sql`
    insert into contact_addresses (tenant_id, kind, address, contact_id, label, position)
    select ${tenant}, kind, address, ${to}, label,
      (select coalesce(max(position), -1) + 1 from contact_addresses where tenant_id = ${tenant} and contact_id = ${to})
        + position
    from jsonb_to_recordset(${sql.json(gained as never)})
      as g (kind text, address text, label text, position smallint)
    -- an e-mail address that this one or a third contact has already
    on conflict (tenant_id, kind, address) do nothing`;
}

/** Writes a contact's row from JSON and returns it as it is stored. */
export async function writeContact({ sql, tenant }: Tx, row: ContactJson): Promise<ContactJson> {
  const [written] = await sql<{ row: ContactJson }[]>`
    update contacts c set
      first_name = r.first_name, middle_name = r.middle_name, last_name = r.last_name, phone = r.phone,
      email = r.email, birth_month = r.birth_month, birth_day = r.birth_day, birth_year = r.birth_year,
      last_birthday_sent_year = r.last_birthday_sent_year, tags = r.tags, lead_type = r.lead_type,
      lead_score = r.lead_score, stage = r.stage, source = r.source, owner_id = r.owner_id, street = r.street,
      city = r.city, postal_code = r.postal_code, state = r.state, country = r.country, time_zone = r.time_zone,
      derived_zone = r.derived_zone, derived_zone_source = r.derived_zone_source, do_not_call = r.do_not_call,
      dnd = r.dnd, messenger_id = r.messenger_id, whatsapp_id = r.whatsapp_id, profile = r.profile,
      fields = r.fields, merged_into = r.merged_into, version = c.version + 1, updated_at = moment()
    from jsonb_populate_record(null::contacts, ${sql.json(row as never)}) r
    where c.tenant_id = ${tenant} and c.contact_id = ${row.contact_id}
    returning to_jsonb(c) as row`;
  if (!written) throw notFound('contact');
  return written.row;
}
