import type { PendingQuery } from 'postgres';
import type { EventType, MemberRef } from '../contract/index.ts';
import type { Row, Tx } from '../db/client.ts';
import { newId } from '../ids.ts';

/** Something that happened, as a domain tells the log. */
export interface NewEvent {
  type: EventType;
  contactId?: string | null;
  conversationId?: string | null;
  messageId?: string | null;
  actor?: MemberRef | null;
  data?: Record<string, unknown>;
  /** The one member whose feed carries it. Default: everybody’s in the tenant. */
  onlyFor?: string | null;
}

/**
 * Appends events to the tenant's log, in the transaction of the change itself, and has live readers told after the
 * commit. Returns a query that is part of the caller's pipeline or is awaited by it.
 */
export function record(tx: Tx, events: NewEvent[]) {
  tx.touch();
  return tx.sql`
    insert into events
      (tenant_id, event_id, type, contact_id, conversation_id, message_id, actor, data, only_for, occurred_at)
    select ${tx.tenant}, e.id, e.type, e.contact_id, e.conversation_id, e.message_id, e.actor, coalesce(e.data, '{}'),
      e.only_for, (select moment())
    from jsonb_to_recordset(${tx.sql.json(
      // what is left out need not be read again: a third of the statement's time
      events.map((event) => ({
        id: newId(),
        type: event.type,
        contact_id: event.contactId ?? undefined,
        conversation_id: event.conversationId ?? undefined,
        message_id: event.messageId ?? undefined,
        actor: (event.actor ?? undefined) as never,
        data: event.data as never,
        only_for: event.onlyFor ?? undefined,
      })),
    )}) as e (id uuid, type text, contact_id uuid, conversation_id uuid, message_id uuid, actor jsonb, data jsonb,
      only_for text)`;
}

/**
 * The same event for every contact that the part `source` of a `with` clause names in its column `contact_id`: as another part of
 * that clause, so that thousands of rows do not come here and go back.
 */
export function recordEach(
  tx: Tx,
  source: string,
  { type, actor = null, data = {} }: Pick<NewEvent, 'type' | 'actor' | 'data'>,
  /** What differs from one to the next: jsonb, of the columns of `source`. */
  own: PendingQuery<Row[]> = tx.sql`'{}'::jsonb`,
) {
  tx.touch();
  const { sql } = tx;
  return sql`
    insert into events (tenant_id, event_id, type, contact_id, actor, data, occurred_at)
    select ${tx.tenant}, gen_random_uuid(), ${type}, contact_id, ${sql.json(actor)}::jsonb,
      ${sql.json(data as never)}::jsonb || ${own}, (select moment()) from ${sql(source)}`;
}
