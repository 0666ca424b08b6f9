/**
 * Undoing a merge. Both people are again what they were; what somebody has changed on the one that remained since stays
 * changed. Merges of one contact are undone newest first: only so is there something definite to go back to.
 */
import type { MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { record } from '../events/record.ts';
import { lockNumbers } from './addresses.ts';
import type { Belongings } from './belongings.ts';
import { lockPair, writeContact, type ContactJson, type MergeRecord } from './merge.ts';

interface MergeRow {
  winner_id: string;
  loser_id: string;
  before: MergeRecord;
  merged_at: string;
  undone_at: string | null;
  /** A later merge of the same winner. */
  later: boolean;
}

/** Returns the ids of both. Throws `not_found`, `not_undoable`. */
export async function undoMerge(
  tx: Tx,
  mergeId: string,
  actor: MemberRef,
  belongings: Required<Belongings>,
): Promise<[winner: string, loser: string]> {
  const { sql, tenant } = tx;
  const [named] = await readMerge(tx, mergeId);
  if (!named) throw notFound('merge');
  const { winner_id, loser_id } = named;
  const rows = await lockPair(tx, [winner_id, loser_id]);
  // again, now that nobody else can change it
  const [merge] = await readMerge(tx, mergeId);
  const winner = rows.get(winner_id);
  const loser = rows.get(loser_id);
  if (!merge || !winner || !loser) throw notFound('merge');
  if (merge.undone_at !== null) throw notUndoable('It has been undone already.');
  if (winner.merged_into !== null || merge.later) {
    throw notUndoable('The contact was merged again since. Undo the newer merge first.');
  }
  const { before } = merge;
  const numbers = numbersOf(before);
  await lockNumbers(tx, numbers);
  await takeBackAddresses(tx, winner_id, before);
  // the winner first: a number belongs to one at a time
  await writeContact(tx, asBefore(winner, before));
  await expectFree(tx, before, loser_id);
  await writeContact(tx, { ...loser, phone: before.loser.phone, merged_into: null });
  await giveBackAddresses(tx, loser_id, before);
  await belongings.restore(tx, {
    from: loser_id,
    to: winner_id,
    moved: before.moved,
    numbers,
    mergedAt: merge.merged_at,
  });
  await sql`
    update contact_merges set undone_at = moment() where tenant_id = ${tenant} and merge_id = ${mergeId}`;
  for (const id of [winner_id, loser_id]) {
    const [conversationId = null] = await belongings.conversationsOf(tx, id);
    await record(tx, [
      { type: 'contact.unmerged', contactId: id, conversationId, actor, data: { merge_id: mergeId } },
    ]);
  }
  return [winner_id, loser_id];
}

function readMerge({ sql, tenant }: Tx, mergeId: string) {
  return sql<MergeRow[]>`
    select m.winner_id, m.loser_id, m.before, m.merged_at, m.undone_at, exists (
      select from contact_merges later where later.tenant_id = ${tenant} and later.winner_id = m.winner_id
        and later.undone_at is null and later.merge_id > m.merge_id) as later
    from contact_merges m where m.tenant_id = ${tenant} and m.merge_id = ${mergeId}`;
}

function notUndoable(why: string): ProblemError {
  return new ProblemError('not_undoable', why);
}

/** The loser's, which are its own again. */
function numbersOf({ loser, addresses }: MergeRecord): string[] {
  const further = addresses.filter(({ kind }) => kind === 'phone').map(({ address }) => address);
  return loser.phone === null ? further : [loser.phone, ...further];
}

/** The winner without what the merge gave it. */
function asBefore(now: ContactJson, { winner, after, loser }: MergeRecord): ContactJson {
  const row: ContactJson = { ...now };
  for (const column of Object.keys(winner)) {
    if (JSON.stringify(now[column]) === JSON.stringify(after[column])) row[column] = winner[column];
  }
  row.tags = without(now.tags, after.tags, winner.tags);
  row.dnd = without(now.dnd, after.dnd, winner.dnd);
  row.fields = withoutKeys(now.fields, after.fields, winner.fields);
  row.profile = withoutKeys(now.profile, after.profile, winner.profile);
  // the loser's number, which somebody has made the winner's first since
  if (row.phone !== null && row.phone === loser.phone) row.phone = winner.phone;
  return row;
}

function without(now: string[], after: string[], before: string[]): string[] {
  const added = new Set(after.filter((each) => !before.includes(each)));
  return now.filter((each) => !added.has(each));
}

type Values = Record<string, unknown>;

function withoutKeys(now: Values, after: Values, before: Values): Values {
  return Object.fromEntries(
    Object.entries(now).filter(
      ([key, value]) => key in before || JSON.stringify(value) !== JSON.stringify(after[key]),
    ),
  );
}

async function takeBackAddresses(
  { sql, tenant }: Tx,
  winnerId: string,
  { gained, addresses }: MergeRecord,
): Promise<void> {
  await sql`
    delete from contact_addresses a
    using jsonb_to_recordset(${sql.json([...gained, ...addresses] as never)}) as g (kind text, address text)
    where a.tenant_id = ${tenant} and a.contact_id = ${winnerId} and a.kind = g.kind and a.address = g.address`;
}

/** A number that was removed from the winner since may have become a third person's. */
async function expectFree({ sql, tenant }: Tx, before: MergeRecord, loserId: string): Promise<void> {
  const numbers = numbersOf(before);
  const taken = await sql`
    select 1 from contacts where tenant_id = ${tenant} and phone = any(${numbers}::text[]) and contact_id <> ${loserId}
    union all
    select 1 from contact_addresses
    where tenant_id = ${tenant} and kind = 'phone' and address = any(${numbers}::text[]) limit 1`;
  if (taken.length > 0) throw notUndoable('One of the numbers belongs to another contact now.');
}

async function giveBackAddresses(
  { sql, tenant }: Tx,
  loserId: string,
  { addresses }: MergeRecord,
): Promise<void> {
  if (addresses.length === 0) return;
  await sql`
    insert into contact_addresses (tenant_id, kind, address, contact_id, label, position)
    select ${tenant}, kind, address, ${loserId}, label, position
    from jsonb_to_recordset(${sql.json(addresses as never)})
      as g (kind text, address text, label text, position smallint)
    on conflict (tenant_id, kind, address) do nothing`;
}
