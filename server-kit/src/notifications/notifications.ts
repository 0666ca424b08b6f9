/**
 * What one member is told, and nobody else. A row for the list, and an event that the live feed carries to that member alone
 * (`only_for`); it names no contact, so neither a timeline nor a segment ever meets it.
 */
import type { MemberRef, Notification, NotificationKind } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';

export interface Notice {
  kind: NotificationKind;
  /** Ids of members. Whoever caused it is not told of it. */
  to: string[];
  words: string;
  /** Null: the clock. */
  actor: MemberRef | null;
  contactId?: string | null;
  conversationId?: string | null;
  taskId?: string | null;
  noteId?: string | null;
}

/** How much of a note or title a notification shows. */
const WORDS = 200;

export async function notify(tx: Tx, notice: Notice): Promise<void> {
  await notifyEach(tx, [notice]);
}

/** Many at once, in two statements. */
export async function notifyEach(tx: Tx, notices: readonly Notice[]): Promise<void> {
  const { sql, tenant } = tx;
  const rows = notices.flatMap(({ kind, actor, words, to, ...about }) =>
    [...new Set(to)]
      .filter((id) => id !== actor?.id)
      .map((memberId) => ({
        id: newId(),
        member_id: memberId,
        kind,
        words: words.slice(0, WORDS),
        actor: actor as never,
        contact_id: about.contactId ?? null,
        conversation_id: about.conversationId ?? null,
        task_id: about.taskId ?? null,
        note_id: about.noteId ?? null,
      })),
  );
  if (rows.length === 0) return;
  await sql`
    insert into notifications (tenant_id, notification_id, member_id, kind, contact_id, conversation_id, task_id, note_id,
      words, actor)
    select ${tenant}, n.id, n.member_id, n.kind, n.contact_id, n.conversation_id, n.task_id, n.note_id, n.words, n.actor
    from jsonb_to_recordset(${sql.json(rows)}) as n (id uuid, member_id text, kind text, contact_id uuid,
      conversation_id uuid, task_id uuid, note_id uuid, words text, actor jsonb)`;
  await record(
    tx,
    rows.map((row) => ({
      type: 'notification.added' as const,
      actor: row.actor as MemberRef | null,
      onlyFor: row.member_id,
      data: { notification_id: row.id, kind: row.kind },
    })),
  );
}

/** Newest first, one more than asked for when there is one. For the caller's pipeline. */
export function listNotifications(
  { sql, tenant }: Tx,
  memberId: string,
  { unread, after, limit }: { unread: boolean; after: { at: string; id: string } | null; limit: number },
) {
  return sql<Notification[]>`
    select n.notification_id as id, n.kind, n.contact_id, coalesce(c.name, c.phone) as contact_name, n.conversation_id,
      n.task_id, n.note_id, n.words, n.actor, n.read_at, n.created_at
    from notifications n left join contacts c on c.tenant_id = n.tenant_id and c.contact_id = n.contact_id
    where n.tenant_id = ${tenant} and n.member_id = ${memberId}
      ${unread ? sql`and n.read_at is null` : sql``}
      ${after ? sql`and (n.created_at, n.notification_id) < (${after.at}, ${after.id})` : sql``}
    order by n.created_at desc, n.notification_id desc limit ${limit + 1}`;
}

/** For the caller's pipeline. */
export function countUnread({ sql, tenant }: Tx, memberId: string) {
  return sql<{ unread: number }[]>`
    select count(*)::integer as unread from notifications
    where tenant_id = ${tenant} and member_id = ${memberId} and read_at is null`;
}

/** `ids` null: all. Returns how many are unread still. Other members' are passed over. */
export async function markRead(tx: Tx, member: MemberRef, ids: string[] | null): Promise<number> {
  const { sql, tenant } = tx;
  const { count } = await sql`
    update notifications set read_at = moment()
    where tenant_id = ${tenant} and member_id = ${member.id} and read_at is null
      ${ids === null ? sql`` : sql`and notification_id = any(${ids}::uuid[])`}`;
  // the member's other windows
  if (count > 0) {
    await record(tx, [{ type: 'notification.read', actor: member, onlyFor: member.id, data: { ids } }]);
  }
  const [left] = await countUnread(tx, member.id);
  return left!.unread;
}
