/** Reading the log back: by contact. By time, for live readers, see `hub.ts`. */
import { TIMELINE_KINDS, type MemberRef, type TimelineKind } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';

/** A place in a contact's log. Events of one transaction share their time; the position says which came first. */
export interface LogPlace {
  at: string;
  position: string;
}

export interface ContactEvent extends LogPlace {
  id: string;
  type: string;
  message_id: string | null;
  actor: MemberRef | null;
  data: Record<string, unknown>;
}

export interface ContactEventsQuery {
  kind: TimelineKind | null;
  /** Only earlier ones, newest first; without a place from the newest on. */
  before: LogPlace | null;
  /** Only later ones, oldest first. */
  after: LogPlace | null;
  limit: number;
}

/**
 * What happened with a contact. The reports about a message are left out: its own state says the same. For the
 * caller's pipeline. The condition is that of the index (`migrations/0006_timeline.sql`), word for word.
 */
export function eventsOfContact({ sql, tenant }: Tx, contactId: string, query: ContactEventsQuery) {
  const { kind, before, after, limit } = query;
  return sql<ContactEvent[]>`
    select event_id as id, type, message_id, actor, data, occurred_at as at, position::text from events
    where tenant_id = ${tenant} and contact_id = ${contactId}
      and type not in ('message.updated', 'message.sent', 'message.delivered', 'message.undelivered', 'message.failed',
        'message.read', 'message.canceled')
      and (type <> 'conversation.updated' or data ?| array['state', 'assignee'])
      ${kind === null ? sql`` : ofKind(sql, kind)}
      ${before ? sql`and (occurred_at, position) < (${before.at}, ${before.position}::bigint)` : sql``}
      ${after ? sql`and (occurred_at, position) > (${after.at}, ${after.position}::bigint)` : sql``}
    order by ${after ? sql`occurred_at, events.position` : sql`occurred_at desc, events.position desc`} limit ${limit}`;
}

function ofKind(sql: Tx['sql'], kind: TimelineKind) {
  // what no kind names counts as the contact's, as in `timelineKind`
  return kind === 'contact'
    ? sql`and split_part(type, '.', 1) <> all(${domainsBut('contact')})`
    : sql`and split_part(type, '.', 1) = any(${[...TIMELINE_KINDS[kind]]})`;
}

function domainsBut(kind: TimelineKind): string[] {
  return Object.entries(TIMELINE_KINDS).flatMap(([other, domains]) => (other === kind ? [] : [...domains]));
}
