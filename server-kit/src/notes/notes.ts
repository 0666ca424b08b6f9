/** Notes about a contact. What one said before it was edited or deleted stands in the event log. */
import type { MemberRef, Note } from '../contract/index.ts';
import { contactById, present } from '../contacts/rows.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { notify } from '../notifications/notifications.ts';

/** A member in a text: `<@id>`. Ids are the host's own, without angle brackets. */
export const MENTION = /<@([^<>]{1,200})>/g;

/** Newest first, or one. For the caller's pipeline. */
export function readNotes(
  { sql, tenant }: Tx,
  which: { id: string } | { contactId: string; after: { at: string; id: string } | null; limit: number },
) {
  return sql<Note[]>`
    select n.note_id as id, n.contact_id, n.body as text, n.author, n.version, n.created_at, n.updated_at,
      coalesce((select jsonb_agg(jsonb_build_object('id', m.member_id, 'name', m.name) order by m.name)
        from members m where m.tenant_id = n.tenant_id and m.member_id = any(n.mentions)), '[]') as mentions
    from notes n where n.tenant_id = ${tenant} ${
      'id' in which
        ? sql`and n.note_id = ${which.id}`
        : sql`and n.contact_id = ${which.contactId}
            ${which.after ? sql`and (n.created_at, n.note_id) < (${which.after.at}, ${which.after.id})` : sql``}
            order by n.created_at desc, n.note_id desc limit ${which.limit + 1}`
    }`;
}

/** Throws `not_found`, `contact_merged`, `invalid_request`. */
export async function addNote(
  tx: Tx,
  { id = newId(), contactId, text }: { id?: string | undefined; contactId: string; text: string },
  author: MemberRef,
): Promise<Note> {
  const { sql, tenant } = tx;
  const [row] = await contactById(tx, contactId);
  present(row);
  const mentions = await mentionsIn(tx, text);
  const [made] = await sql`
    insert into notes (tenant_id, note_id, contact_id, body, mentions, author)
    values (${tenant}, ${id}, ${contactId}, ${text}, ${mentions}::text[], ${sql.json(author)})
    on conflict do nothing returning 1`;
  if (!made) {
    throw new ProblemError(
      'invalid_request',
      'There is already a note with this id. Make a new id for it.',
      'id',
    );
  }
  const note = await noteById(tx, id);
  await record(tx, [
    { type: 'note.added', contactId, actor: author, data: { note_id: id, text, mentions: note.mentions } },
  ]);
  await tell(tx, note, mentions, author);
  return note;
}

/** Throws `not_found`, `forbidden`, `edited_elsewhere`. */
export async function editNote(
  tx: Tx,
  id: string,
  text: string,
  expected: number | null,
  editor: { member: MemberRef; role: string },
): Promise<Note> {
  const { sql, tenant } = tx;
  const before = await lockNote(tx, id, editor, 'change');
  if (expected !== null && before.version !== expected) {
    throw new ProblemError(
      'edited_elsewhere',
      'Someone else changed this note meanwhile. Load it again, then change it.',
    );
  }
  if (before.text === text) return before;
  const mentions = await mentionsIn(tx, text);
  await sql`
    update notes set body = ${text}, mentions = ${mentions}::text[], version = version + 1, updated_at = moment()
    where tenant_id = ${tenant} and note_id = ${id}`;
  const note = await noteById(tx, id);
  const data = { note_id: id, text, before: before.text, mentions: note.mentions };
  await record(tx, [{ type: 'note.edited', contactId: note.contact_id, actor: editor.member, data }]);
  // whoever was mentioned before has been told
  const known = new Set(before.mentions.map((member) => member.id));
  await tell(
    tx,
    note,
    mentions.filter((member) => !known.has(member)),
    editor.member,
  );
  return note;
}

/** Throws `not_found`, `forbidden`. */
export async function deleteNote(
  tx: Tx,
  id: string,
  editor: { member: MemberRef; role: string },
): Promise<void> {
  const before = await lockNote(tx, id, editor, 'delete');
  await tx.sql`delete from notes where tenant_id = ${tx.tenant} and note_id = ${id}`;
  const data = { note_id: id, before: before.text };
  await record(tx, [{ type: 'note.deleted', contactId: before.contact_id, actor: editor.member, data }]);
}

async function noteById(tx: Tx, id: string): Promise<Note> {
  const [note] = await readNotes(tx, { id });
  if (!note) throw notFound('note');
  return note;
}

async function lockNote(
  tx: Tx,
  id: string,
  { member, role }: { member: MemberRef; role: string },
  doing: string,
): Promise<Note> {
  await tx.sql`select 1 from notes where tenant_id = ${tx.tenant} and note_id = ${id} for update`;
  const note = await noteById(tx, id);
  if (note.author.id === member.id || role === 'manager') return note;
  throw new ProblemError('forbidden', `Only ${note.author.name} or a manager may ${doing} this note.`);
}

/** The members of this account that a text mentions. What is no member is text. */
async function mentionsIn({ sql, tenant }: Tx, text: string): Promise<string[]> {
  const ids = [...new Set([...text.matchAll(MENTION)].map(([, id]) => id!))];
  if (ids.length === 0) return [];
  const known = await sql<{ member_id: string }[]>`
    select member_id from members where tenant_id = ${tenant} and member_id = any(${ids}::text[])`;
  return known.map((row) => row.member_id);
}

async function tell(tx: Tx, note: Note, to: string[], actor: MemberRef): Promise<void> {
  const names = new Map(note.mentions.map(({ id, name }) => [id, name]));
  const words = note.text.replace(MENTION, (whole, id: string) =>
    names.has(id) ? `@${names.get(id)}` : whole,
  );
  await notify(tx, { kind: 'mention', to, words, actor, contactId: note.contact_id, noteId: note.id });
}
