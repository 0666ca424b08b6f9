/** Reading the log back: by contact. By time, for live readers, see `hub.ts`. */
import { TIMELINE_KINDS, TIMELINE_LEAVES_OUT, type MemberRef, type TimelineKind } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { dataFor } from './data.ts';

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
 * What happened with a contact, who may have several ids since a merge: each one's newest (or next), then the first of
 * them all. The reports about a message are left out: its own state says the same. For the caller's pipeline. The
 * condition is that of the index (`migrations/0006_timeline.sql`), word for word.
 */
export function eventsOfContact(tx: Tx, contactIds: string[], query: ContactEventsQuery) {
  const { sql, tenant } = tx;
  const { kind, before, after, limit } = query;
  const order = () => (after ? sql`occurred_at, position` : sql`occurred_at desc, position desc`);
  return sql<ContactEvent[]>`
    select e.event_id as id, e.type, e.message_id, e.actor, ${dataFor(tx, 'e')} as data, e.occurred_at as at, e.position::text
    from unnest(${contactIds}::uuid[]) as p (id) cross join lateral (
      select * from events
      where tenant_id = ${tenant} and contact_id = p.id
        and type not in ('message.updated', 'message.sent', 'message.delivered', 'message.undelivered', 'message.failed',
          'message.read', 'message.canceled')
        and (type <> 'conversation.updated' or data ?| array['state', 'assignee'])
        and type <> all(${[...TIMELINE_LEAVES_OUT]})
        ${kind === null ? sql`` : ofKind(sql, kind)}
        ${before ? sql`and (occurred_at, position) < (${before.at}, ${before.position}::bigint)` : sql``}
        ${after ? sql`and (occurred_at, position) > (${after.at}, ${after.position}::bigint)` : sql``}
      order by ${order()} limit ${limit}) e
    order by ${after ? sql`e.occurred_at, e.position` : sql`e.occurred_at desc, e.position desc`} limit ${limit}`;
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
