import type { QuickReply } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { newId } from '../ids.ts';

/** By shortcut. For the caller's pipeline. */
export function listQuickReplies({ sql, tenant }: Tx) {
  return sql<QuickReply[]>`
    select quick_reply_id as id, shortcut, title, body from quick_replies
    where tenant_id = ${tenant} order by shortcut limit 1000`;
}

/** Throws `invalid_request` when the shortcut is taken. */
export async function createQuickReply(
  { sql, tenant }: Tx,
  given: Omit<QuickReply, 'id'> & { id?: string | undefined },
): Promise<QuickReply> {
  const { id = newId(), shortcut, title, body } = given;
  const [made] = await sql<QuickReply[]>`
    insert into quick_replies (tenant_id, quick_reply_id, shortcut, title, body)
    values (${tenant}, ${id}, ${shortcut}, ${title}, ${body})
    on conflict do nothing returning quick_reply_id as id, shortcut, title, body`;
  if (made) return made;
  throw new ProblemError(
    'invalid_request',
    `There is already a quick reply with the shortcut "${shortcut}", or with this id. Choose another.`,
    'shortcut',
  );
}

/** Throws `not_found`. */
export async function deleteQuickReply({ sql, tenant }: Tx, id: string): Promise<void> {
  const { count } =
    await sql`delete from quick_replies where tenant_id = ${tenant} and quick_reply_id = ${id}`;
  if (count === 0) throw notFound('quick reply');
}
