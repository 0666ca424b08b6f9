/**
 * Conversations as a list and one by one. What decides which rows is composed here (Drizzle); what a row looks like is
 * in `wire.ts`.
 */
import { and, desc, eq, gt, ilike, inArray, or, sql, type SQL } from 'drizzle-orm';
import type { Channel, ConversationCounts, ConversationState, MemberRef } from '../contract/index.ts';
import { matching as matchingContact } from '../contacts/search.ts';
import { contacts } from '../contacts/tables.ts';
import type { Tx } from '../db/client.ts';
import { query, run, runAround } from '../db/drizzle.ts';
import { notFound } from '../errors.ts';
import { record } from '../events/record.ts';
import { notify } from '../notifications/notifications.ts';
import { memberById } from '../tenancy/directory.ts';
import { CONVERSATION_ROWS, type ConversationRow } from './wire.ts';
import { conversations, messages } from './tables.ts';

export interface ConversationFilter {
  state?: ConversationState | undefined;
  /** A member's id, or null for nobody's. */
  assignee?: string | null | undefined;
  unread?: boolean | undefined;
  channel?: Channel | undefined;
  tag?: string | undefined;
  q?: string | undefined;
  /** Of the tenant, for a number in `q`; see `regionFor`. */
  region?: string | null;
  /** A compiled filter, about the table `contacts`. */
  where?: SQL | undefined;
}

/** How many conversations, most recent first, have every message searched. The rest are found by who it is. */
export const SEARCH_DEPTH = 2_000;

/** A page of conversations and one row more, when there is one. For the caller's pipeline. */
export function listConversations(
  tx: Tx,
  filter: ConversationFilter,
  { after, limit }: { after: { at: string; id: string } | null; limit: number },
) {
  const c = conversations;
  const page = query
    .select()
    .from(c)
    .where(
      and(
        ...conditions(tx, filter),
        after
          ? sql`(${c.last_message_at}, ${c.conversation_id}) < (${after.at}::timestamptz, ${after.id}::uuid)`
          : undefined,
      ),
    )
    .orderBy(desc(c.last_message_at), desc(c.conversation_id))
    .limit(limit + 1);
  return runAround<ConversationRow>(tx, 'page', page, CONVERSATION_ROWS);
}

/** How many of each state. For the caller's pipeline. */
export function countConversations(tx: Tx, filter: ConversationFilter) {
  const c = conversations;
  return run<{ [K in keyof ConversationCounts]: number }>(
    tx,
    query
      .select({
        inbox: sql`count(*) filter (where ${c.state} = 'inbox')::integer`.as('inbox'),
        waiting: sql`count(*) filter (where ${c.state} = 'waiting')::integer`.as('waiting'),
        closed: sql`count(*) filter (where ${c.state} = 'closed')::integer`.as('closed'),
        unread: sql`count(*) filter (where ${c.unread} > 0)::integer`.as('unread'),
      })
      .from(c)
      .where(and(...conditions(tx, filter))),
  );
}

function conditions(tx: Tx, filter: ConversationFilter): (SQL | undefined)[] {
  const c = conversations;
  const { state, assignee, unread, channel, tag, q, region = null, where } = filter;
  return [
    eq(c.tenant_id, tx.tenant),
    state ? eq(c.state, state) : undefined,
    assignee === null ? sql`${c.assignee_id} is null` : undefined,
    assignee ? eq(c.assignee_id, assignee) : undefined,
    unread === undefined ? undefined : unread ? gt(c.unread, 0) : eq(c.unread, 0),
    channel ? eq(c.channel, channel) : undefined,
    tag ? inArray(c.contact_id, contactsWith(tx, sql`${tag}::text = any(${contacts.tags})`)) : undefined,
    where && inArray(c.contact_id, contactsWith(tx, where)),
    q ? matching(tx, q, region) : undefined,
  ];
}

function contactsWith(tx: Tx, condition: SQL | undefined) {
  return query
    .select({ id: contacts.contact_id })
    .from(contacts)
    .where(and(eq(contacts.tenant_id, tx.tenant), condition));
}

function matching(tx: Tx, words: string, region: string | null): SQL | undefined {
  const c = conversations;
  const pattern = containing(words.trim());
  const recent = query
    .select({ id: c.conversation_id })
    .from(c)
    .where(eq(c.tenant_id, tx.tenant))
    .orderBy(desc(c.last_message_at), desc(c.conversation_id))
    .limit(SEARCH_DEPTH)
    .as('recent');
  return or(
    inArray(c.contact_id, contactsWith(tx, matchingContact(tx, words, region))),
    inArray(
      c.conversation_id,
      query
        .select({ id: messages.conversation_id })
        .from(messages)
        .innerJoin(recent, eq(recent.id, messages.conversation_id))
        .where(and(eq(messages.tenant_id, tx.tenant), ilike(messages.body, pattern))),
    ),
  );
}

/** A LIKE pattern for text that contains `words`, whatever signs are in them. */
export function containing(words: string): string {
  return `%${words.replace(/[\\%_]/g, '\\$&')}%`;
}

export interface ConversationChange {
  state?: ConversationState | undefined;
  assignee_id?: string | null | undefined;
  unread?: boolean | undefined;
  possible_opt_out?: null | undefined;
}

/**
 * Applies what really differs, and records one event with that. Whoever asks for what is so already changes nothing and
 * tells nobody. Throws `not_found`.
 */
export async function updateConversation(
  tx: Tx,
  id: string,
  change: ConversationChange,
  actor: MemberRef,
): Promise<void> {
  const { sql, tenant } = tx;
  const [before] = await sql<
    {
      contact_id: string;
      state: string;
      assignee_id: string | null;
      unread: number;
      possible_opt_out_id: string | null;
    }[]
  >`select contact_id, state, assignee_id, unread, possible_opt_out_id from conversations
    where tenant_id = ${tenant} and conversation_id = ${id} for update`;
  if (!before) throw notFound('conversation');

  const next = {
    state: change.state ?? before.state,
    assignee_id: change.assignee_id === undefined ? before.assignee_id : change.assignee_id,
    // marked unread by hand counts as one; what is unread already keeps its number
    unread: change.unread === undefined ? before.unread : change.unread ? Math.max(1, before.unread) : 0,
    possible_opt_out_id: change.possible_opt_out === null ? null : before.possible_opt_out_id,
  };
  const data: Record<string, unknown> = {};
  if (next.state !== before.state) data['state'] = next.state;
  if (next.unread !== before.unread) data['unread'] = next.unread;
  if (next.possible_opt_out_id !== before.possible_opt_out_id) data['possible_opt_out'] = null;
  if (next.assignee_id !== before.assignee_id) {
    data['assignee'] =
      next.assignee_id === null ? null : await memberById(tx, next.assignee_id, 'assignee_id');
  }
  if (Object.keys(data).length === 0) return;
  await Promise.all([
    sql`update conversations set state = ${next.state}, assignee_id = ${next.assignee_id}, unread = ${next.unread},
          possible_opt_out_id = ${next.possible_opt_out_id}
        where tenant_id = ${tenant} and conversation_id = ${id}`,
    record(tx, [
      { type: 'conversation.updated', contactId: before.contact_id, conversationId: id, actor, data },
    ]),
  ]);
  if (next.assignee_id !== null && next.assignee_id !== before.assignee_id) {
    const about = { contactId: before.contact_id, conversationId: id };
    await notify(tx, { kind: 'conversation_assigned', to: [next.assignee_id], actor, words: '', ...about });
  }
}
