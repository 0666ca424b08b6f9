/** Many notes at once, for workflows: the same rows as one by one, in a few statements. */
import type { MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { notifyEach } from '../notifications/notifications.ts';
import { MENTION } from './notes.ts';

export interface ManyNote {
  contactId: string;
  text: string;
  actor: MemberRef;
}

export async function addNotes(tx: Tx, notes: readonly ManyNote[]): Promise<void> {
  if (notes.length === 0) return;
  const { sql, tenant } = tx;
  const idsIn = (text: string) => [...new Set([...text.matchAll(MENTION)].map(([, id]) => id!))];
  const mentioned = [...new Set(notes.flatMap(({ text }) => idsIn(text)))];
  const members =
    mentioned.length === 0
      ? []
      : await sql<MemberRef[]>`
          select member_id as id, name from members
          where tenant_id = ${tenant} and member_id = any(${mentioned}::text[])`;
  const names = new Map(members.map((member) => [member.id, member.name]));
  const rows = notes.map((note) => ({
    ...note,
    id: newId(),
    mentions: idsIn(note.text).filter((id) => names.has(id)),
  }));
  await sql`
    insert into notes (tenant_id, note_id, contact_id, body, mentions, author)
    select ${tenant}, n.id, n.contact_id, n.body, n.mentions, n.author
    from jsonb_to_recordset(${sql.json(
      rows.map(({ id, contactId, text, mentions, actor }) => ({
        id,
        contact_id: contactId,
        body: text,
        mentions,
        author: actor as never,
      })),
    )}) as n (id uuid, contact_id uuid, body text, mentions text[], author jsonb)`;
  await record(
    tx,
    rows.map(({ id, contactId, text, mentions, actor }) => ({
      type: 'note.added' as const,
      contactId,
      actor,
      data: {
        note_id: id,
        text,
        mentions: mentions.map((member) => ({ id: member, name: names.get(member) })),
      },
    })),
  );
  await notifyEach(
    tx,
    rows.map(({ id, contactId, text, mentions, actor }) => ({
      kind: 'mention' as const,
      to: mentions,
      words: text.replace(MENTION, (whole, member: string) =>
        names.has(member) ? `@${names.get(member)}` : whole,
      ),
      actor,
      contactId,
      noteId: id,
    })),
  );
}
