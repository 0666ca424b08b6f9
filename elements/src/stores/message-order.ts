import { MESSAGE_STATUSES } from '@patchbay/server-kit/contract/names';
import type { FeedEvent, Message, ThreadEvent } from '@patchbay/server-kit/contract';

/** One row of a thread. `at` is what it is sorted by. */
export type ThreadItem =
  | { kind: 'message'; key: string; at: string; message: Message }
  | { kind: 'event'; key: string; at: string; event: ThreadEvent };

const RANK = new Map<string, number>(MESSAGE_STATUSES.map((status, rank) => [status, rank]));

/**
 * Of two states of one message, the one to show. A later attempt beats an earlier one; within an attempt a status
 * only moves forward, so a late "sent" never overwrites "delivered" (carriers deliver callbacks in any order). A bare
 * failure does not erase the reason that an earlier one brought.
 */
export function newer(known: Message, incoming: Message): Message {
  if (incoming.attempt < known.attempt) return known;
  if (incoming.attempt > known.attempt) return incoming;
  const step = (RANK.get(incoming.status) ?? 0) - (RANK.get(known.status) ?? 0);
  if (step < 0) return known;
  const failed = incoming.status === 'failed' || incoming.status === 'undelivered';
  return failed && incoming.error === null && known.error !== null
    ? { ...incoming, error: known.error }
    : incoming;
}

/** Waiting for its hour: in the composer's list, not yet in the thread. */
export function isScheduled(message: Message, now: number = Date.now()): boolean {
  return message.status === 'queued' && message.send_at !== null && Date.parse(message.send_at) > now;
}

/** A text sent later stands where it was sent, not where it was written. */
export function messageTime({ send_at, sent_at, created_at }: Message): string {
  return send_at === null ? created_at : (sent_at ?? send_at);
}

function compareItems(a: ThreadItem, b: ThreadItem): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return a.key === b.key ? 0 : a.key < b.key ? -1 : 1;
}

/** Puts `item` in its place, searching from the end: nearly everything that arrives is the newest. O(1) then. */
export function insertItem(items: ThreadItem[], item: ThreadItem): void {
  let place = items.length;
  while (place > 0 && compareItems(items[place - 1] as ThreadItem, item) > 0) place -= 1;
  if (place === items.length) items.push(item);
  else items.splice(place, 0, item);
}

/** Puts a page in place. Nearly always it belongs as a whole above or below what is there. */
export function mergeItems(items: ThreadItem[], fresh: readonly ThreadItem[]): void {
  const page = fresh.toSorted(compareItems);
  const [first, last] = [page[0], page.at(-1)];
  if (!first || !last) return;
  const [top, bottom] = [items[0], items.at(-1)];
  if (!top || !bottom || compareItems(bottom, first) <= 0) items.push(...page);
  else if (compareItems(last, top) <= 0) items.unshift(...page);
  else {
    items.push(...page);
    items.sort(compareItems);
  }
}

const PILLS = /^(consent|call|voicemail|workflow|enrollment|tag|stage|note)\./;

/** Which live events become a pill between messages. Those of messages are the messages. */
export function isPill({ type, data }: FeedEvent): boolean {
  return PILLS.test(type) || (type === 'conversation.updated' && ('state' in data || 'assignee' in data));
}
