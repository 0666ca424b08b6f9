/**
 * A person's conversations when contacts are merged, separated again or deleted. A contact has one conversation a channel:
 * where both have one, the other's messages move over and its row goes, kept as JSON for the way back.
 *
 * A text that comes in meanwhile waits for the row (its foreign key's lock) and, when the row is gone, is written again
 * from the start (`storeAll` in `inbound.ts`), where it finds the person that it belongs to now.
 */
import type { Belongings, Restoring } from '../contacts/belongings.ts';
import type { Tx } from '../db/client.ts';

interface ConversationJson {
  conversation_id: string;
  channel: string;
  unread: number;
  absorbed_ids: string[];
  [column: string]: unknown;
}

interface Moved {
  /** Conversations that only changed their owner. */
  whole: string[];
  joined: {
    own: ConversationJson;
    before: ConversationJson;
    after: ConversationJson;
    message_ids: string[];
  }[];
}

export const conversationBelongings: Belongings = {
  async conversationsOf({ sql, tenant }, id) {
    const rows = await sql<{ conversation_id: string }[]>`
      select conversation_id from conversations where tenant_id = ${tenant} and contact_id = ${id}`;
    return rows.map((row) => row.conversation_id);
  },

  async conversationsOfAll({ sql, tenant }, ids) {
    const rows = await sql<{ contact_id: string; conversation_id: string }[]>`
      select contact_id, conversation_id from conversations
      where tenant_id = ${tenant} and contact_id = any(${ids}::uuid[])`;
    return [...rows];
  },

  async move(tx, from, to) {
    const { sql, tenant } = tx;
    const rows = await sql<{ contact_id: string; row: ConversationJson }[]>`
      select contact_id, to_jsonb(c) as row from conversations c
      where tenant_id = ${tenant} and contact_id = any(${[from, to]}::uuid[])
      order by conversation_id for update`;
    const theirs = new Map(
      rows.filter(({ contact_id }) => contact_id === to).map(({ row }) => [row.channel, row]),
    );
    const moved: Moved = { whole: [], joined: [] };
    for (const { row } of rows.filter(({ contact_id }) => contact_id === from)) {
      const target = theirs.get(row.channel);
      if (target) moved.joined.push(await join(tx, row, target, to));
      else {
        moved.whole.push(row.conversation_id);
        await give(tx, row.conversation_id, to);
      }
    }
    return moved;
  },

  async restore(tx, back) {
    const { whole, joined } = back.moved as Moved;
    for (const id of whole) await give(tx, id, back.from);
    for (const one of joined) await separate(tx, back, one);
  },
};

async function give({ sql, tenant }: Tx, conversationId: string, contactId: string): Promise<void> {
  await sql`update conversations set contact_id = ${contactId}
    where tenant_id = ${tenant} and conversation_id = ${conversationId}`;
  await sql`update messages set contact_id = ${contactId}
    where tenant_id = ${tenant} and conversation_id = ${conversationId}`;
}

async function join(
  { sql, tenant }: Tx,
  own: ConversationJson,
  before: ConversationJson,
  contactId: string,
): Promise<Moved['joined'][number]> {
  const into = before.conversation_id;
  const messages = await sql<{ message_id: string }[]>`
    update messages set conversation_id = ${into}, contact_id = ${contactId}
    where tenant_id = ${tenant} and conversation_id = ${own.conversation_id} returning message_id`;
  const [changed] = await sql<{ row: ConversationJson }[]>`
    update conversations w set
      unread = w.unread + l.unread,
      -- what is to be dealt with in either is to be dealt with
      state = case when 'inbox' in (w.state, l.state) then 'inbox' else w.state end,
      assignee_id = coalesce(w.assignee_id, l.assignee_id),
      sender_id = coalesce(w.sender_id, l.sender_id),
      possible_opt_out_id = coalesce(w.possible_opt_out_id, l.possible_opt_out_id),
      last_message_id = case when later then l.last_message_id else w.last_message_id end,
      last_message_at = greatest(w.last_message_at, l.last_message_at),
      absorbed_ids = w.absorbed_ids || l.absorbed_ids || l.conversation_id
    from (
      select o.*, o.last_message_id is not null and (t.last_message_id is null or o.last_message_at > t.last_message_at)
        as later
      from conversations o, conversations t
      where o.tenant_id = ${tenant} and o.conversation_id = ${own.conversation_id}
        and t.tenant_id = ${tenant} and t.conversation_id = ${into}) l
    where w.tenant_id = ${tenant} and w.conversation_id = ${into}
    returning to_jsonb(w) as row`;
  await sql`delete from conversations
    where tenant_id = ${tenant} and conversation_id = ${own.conversation_id}`;
  return { own, before, after: changed!.row, message_ids: messages.map((row) => row.message_id) };
}

async function separate(
  tx: Tx,
  { from, numbers, mergedAt }: Restoring,
  { own, before, after, message_ids }: Moved['joined'][number],
): Promise<void> {
  const { sql, tenant } = tx;
  const into = before.conversation_id;
  const [now] = await sql<{ row: ConversationJson }[]>`
    select to_jsonb(c) as row from conversations c
    where tenant_id = ${tenant} and conversation_id = ${into} for update`;
  await sql`insert into conversations
    select * from jsonb_populate_record(null::conversations, ${sql.json(own as never)})`;
  await sql`
    update messages set conversation_id = ${own.conversation_id}, contact_id = ${from}
    where tenant_id = ${tenant} and conversation_id = ${into} and (
      message_id = any(${message_ids}::uuid[])
      or (created_at >= ${mergedAt}
        and case direction when 'inbound' then from_address else to_address end = any(${numbers}::text[])))`;
  // what nobody has changed since is as it was; the rest is worked out anew below
  const restored: ConversationJson = { ...now!.row };
  for (const column of Object.keys(before)) {
    if (JSON.stringify(restored[column]) === JSON.stringify(after[column])) restored[column] = before[column];
  }
  if (now!.row.unread !== after.unread) restored.unread = Math.max(0, now!.row.unread - own.unread);
  restored.absorbed_ids = before.absorbed_ids;
  await sql`
    update conversations w set unread = r.unread, state = r.state, assignee_id = r.assignee_id, sender_id = r.sender_id,
      possible_opt_out_id = r.possible_opt_out_id, last_message_id = r.last_message_id,
      last_message_at = r.last_message_at, absorbed_ids = r.absorbed_ids
    from jsonb_populate_record(null::conversations, ${sql.json(restored as never)}) r
    where w.tenant_id = ${tenant} and w.conversation_id = ${into}`;
  if (now!.row['last_message_id'] === after['last_message_id']) return;
  await sql`
    update conversations c set last_message_id = m.message_id, last_message_at = m.created_at
    from unnest(${[into, own.conversation_id]}::uuid[]) as t (id) cross join lateral (
      select message_id, created_at from messages
      where tenant_id = ${tenant} and conversation_id = t.id
        -- what is still to be sent later stands in no list
        and (send_at is null or status <> 'queued')
      order by created_at desc, message_id desc limit 1) m
    where c.tenant_id = ${tenant} and c.conversation_id = t.id`;
}
