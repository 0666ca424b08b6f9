import type {
  FeedEvent,
  Message,
  TimelineEntry,
  TimelinePage,
  TimelineQuery,
} from '@patchbay/server-kit/contract';
import { timelineKind } from '@patchbay/server-kit/contract/names';
import type { FakeThread } from './fixtures.ts';
import { ANA, DANA, fakeId } from './people.ts';

const MINUTE = 60_000;

/** What later domains and the agency's own product have recorded about the first person. */
const RECORDED: { ago: number; type: string; actor?: typeof ANA; data: Record<string, unknown> }[] = [
  { ago: 11, type: 'note.added', actor: ANA, data: { text: 'Wants a garage. Bring the HOA papers.' } },
  { ago: 34, type: 'contact.updated', actor: ANA, data: { changed: ['stage', 'email'] } },
  { ago: 1_400, type: 'task.added', actor: DANA, data: { name: 'Send the floor plan' } },
  { ago: 1_480, type: 'tag.added', actor: DANA, data: { name: 'Webinar' } },
  { ago: 5_900, type: 'conversation.updated', actor: DANA, data: { assignee: ANA } },
];

const isWaiting = ({ status, hold }: Message) => status === 'queued' && hold !== null;

/** The timeline of a person of the in-memory server. A cursor is the number of entries before it. */
export function fakeTimeline(
  { contact, messages, events }: FakeThread,
  n: number,
  now: number,
  older: readonly Message[],
  happened: readonly FeedEvent[],
  { kind, before, after, limit = 50 }: TimelineQuery,
): TimelinePage {
  const entry = (
    given: Partial<TimelineEntry> & { id: string; type: string; at: string },
  ): TimelineEntry => ({
    kind: timelineKind(given.type),
    actor: null,
    data: {},
    message: null,
    ...given,
  });
  const recorded = n === 0 ? RECORDED : [];
  const all = [
    ...[...older, ...messages.filter((message) => !isWaiting(message))].map((message) =>
      entry({
        id: message.id,
        type: message.direction === 'inbound' ? 'message.received' : 'message.queued',
        at: message.created_at,
        actor: message.author,
        message,
      }),
    ),
    ...events.map(({ id, type, at, data }) => entry({ id, type, at, data })),
    ...recorded.map(({ ago, type, actor = null, data }, i) =>
      entry({ id: fakeId('d', n, i), type, at: new Date(now - ago * MINUTE).toISOString(), actor, data }),
    ),
    ...contact.consent
      .filter(({ state, at }) => state === 'granted' && at !== null)
      .map(({ channel, source, at }, i) =>
        entry({
          id: fakeId('d', n, 50 + i),
          type: 'consent.granted',
          at: at as string,
          data: { channel, source },
        }),
      ),
    entry({ id: fakeId('d', n, 99), type: 'contact.created', at: contact.created_at }),
    ...happened
      .filter(({ contact_id, message }) => contact_id === contact.id && message === null)
      .map(({ id, type, at, actor, data }) => entry({ id, type, at, actor, data })),
  ]
    .filter((each) => kind === undefined || each.kind === kind)
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  const end = after === undefined ? all.length : Number(after);
  const begin = after === undefined ? Number(before ?? 0) : Math.max(0, end - Number(limit));
  const items = all.slice(begin, Math.min(end, begin + Number(limit)));
  const newest = begin === 0 && (kind === undefined || kind === 'message');
  return {
    items,
    upcoming: newest
      ? messages.filter(isWaiting).sort((a, b) => ((a.send_at ?? '') < (b.send_at ?? '') ? -1 : 1))
      : [],
    tasks: [],
    before: begin + items.length < all.length ? String(begin + items.length) : null,
    after: begin > 0 ? String(begin) : null,
  };
}
