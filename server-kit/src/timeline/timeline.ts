/**
 * The timeline of a contact: the event log, with one entry for a message instead of one for each of its reports.
 *
 * A message has several events that could stand for it: queued when it was written, released when its hour had come,
 * queued again at a Retry. The one that was recorded at the message's own time does, so it stands where the thread has
 * it, once, and no page has to know what another one shows.
 */
import type { Message, Task, TimelineEntry, TimelineKind } from '../contract/index.ts';
import { timelineKind } from '../contract/index.ts';
import { idsOfContact } from '../contacts/rows.ts';
import type { KitContext } from '../context.ts';
import type { Database, Tx } from '../db/client.ts';
import { notFound } from '../errors.ts';
import { eventsOfContact, type ContactEvent, type LogPlace } from '../events/log.ts';
import {
  isWaiting,
  messagesById,
  messagesWaitingFor,
  toMessage,
  type MessageRow,
} from '../messaging/index.ts';
import { openTasksOf } from '../tasks/tasks.ts';

export interface TimelineRequest {
  kind: TimelineKind | null;
  before: LogPlace | null;
  after: LogPlace | null;
  limit: number;
}

export interface Timeline {
  /** Newest first. */
  entries: TimelineEntry[];
  upcoming: Message[];
  tasks: Task[];
  before: LogPlace | null;
  after: LogPlace | null;
}

/** More than anyone plans for one person; campaigns and workflows keep their own lists. */
const MOST_UPCOMING = 100;

type Dressing = Pick<KitContext, 'secret' | 'mountPath' | 'clock'> & { database: Database };

/** Throws `not_found`. */
export function readTimeline(
  context: Dressing,
  tenant: string,
  contactId: string,
  request: TimelineRequest,
): Promise<Timeline> {
  const { kind, before, after, limit } = request;
  const newest = before === null && after === null;
  return context.database.transaction(tenant, async (tx) => {
    // events are never changed: those of somebody who was merged into this person still name the other
    const people = (await idsOfContact(tx, contactId)).map((row) => row.contact_id);
    if (people.length === 0) throw notFound('contact');
    const [first, waiting, tasks] = await Promise.all([
      eventsOfContact(tx, people, { ...request, limit: limit + 1 }),
      newest && (kind === null || kind === 'message') ? messagesWaitingFor(tx, contactId, MOST_UPCOMING) : [],
      newest && (kind === null || kind === 'task') ? openTasksOf(tx, contactId, MOST_UPCOMING) : [],
    ]);
    const found = await standing(tx, people, request, first);
    const more = found.length > limit;
    const shown = found.slice(0, limit);
    if (after) shown.reverse();
    const [earliest, latest] = [placeOf(shown.at(-1)), placeOf(shown[0])];
    return {
      entries: shown.map(({ event, row }) => ({
        id: event.id,
        kind: timelineKind(event.type),
        type: event.type,
        at: event.at,
        actor: event.actor,
        data: event.data,
        message: row && toMessage(context, tenant, row),
      })),
      upcoming: waiting.map((row) => toMessage(context, tenant, row)),
      tasks,
      before: after ? (earliest ?? after) : more ? earliest : null,
      after: after ? (more ? latest : null) : before && (latest ?? before),
    };
  });
}

interface Found {
  event: ContactEvent;
  row: MessageRow | null;
}

/** The events of a page that make an entry; reads on when too few of them do, which is rare. */
async function standing(
  tx: Tx,
  people: string[],
  request: TimelineRequest,
  first: readonly ContactEvent[],
): Promise<Found[]> {
  const wanted = request.limit + 1;
  const found: Found[] = [];
  const seen = new Set<string>();
  let events = first;
  for (;;) {
    const ids = [...new Set(events.flatMap(({ message_id }) => message_id ?? []))];
    const rows = new Map(ids.length > 0 ? (await messagesById(tx, ids)).map((row) => [row.id, row]) : []);
    for (const event of events) {
      const row = rows.get(event.message_id ?? '') ?? null;
      if (event.type.startsWith('message.') && !standsFor(event, row, seen)) continue;
      found.push({ event, row });
    }
    const last = events.at(-1);
    if (found.length >= wanted || events.length < wanted || !last) return found;
    const beyond = request.after ? { after: placeOfEvent(last) } : { before: placeOfEvent(last) };
    events = await eventsOfContact(tx, people, { ...request, ...beyond, limit: wanted });
  }
}

function standsFor(event: ContactEvent, row: MessageRow | null, seen: Set<string>): boolean {
  if (row === null || isWaiting(row) || row.created_at !== event.at || seen.has(row.id)) return false;
  seen.add(row.id);
  return true;
}

function placeOf(found: Found | undefined): LogPlace | null {
  return found ? placeOfEvent(found.event) : null;
}

function placeOfEvent({ at, position }: ContactEvent): LogPlace {
  return { at, position };
}
