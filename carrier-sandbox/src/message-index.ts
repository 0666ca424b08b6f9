/**
 * Messages in the order of their creation, found by sid at once and by number without looking at the others.
 *
 * Each list is kept ascending by `seq` and walked from its end, so the newest page costs the same with a million
 * messages as with ten. A message sent through a service gets its sender later than its place in the order; it is
 * put into its sender's list where it belongs, which is near the end.
 */
import type { Message } from './records.ts';

export interface MessageIndex {
  add(message: Message): void;
  /** Call after `from` was given to a message that had none. */
  sender(message: Message): void;
  remove(message: Message): void;
  get(sid: string): Message | undefined;
  /** The place in the order of a message, also of one deleted since (a page token may still name it). */
  seqOf(sid: string): number | undefined;
  /** Messages of an account, newest first, beginning below `before`. */
  newest(accountSid: string, by: { to?: string; from?: string }, before?: number): Iterable<Message>;
  /** Messages of an account, oldest first, beginning above `after`. */
  oldest(accountSid: string, by: { to?: string; from?: string }, after: number): Iterable<Message>;
  /** Everything to or from one number, of every account, ascending. */
  party(number: string): Message[];
  count(): number;
  all(): Iterable<Message>;
  clear(): void;
}

export function createMessageIndex(): MessageIndex {
  const bySid = new Map<string, Message>();
  const deleted = new Map<string, number>();
  const lists = new Map<string, Message[]>();
  const toKeys = new Map<string, Set<string>>();

  function list(key: string): Message[] {
    let found = lists.get(key);
    if (!found) lists.set(key, (found = []));
    return found;
  }

  function insert(key: string, message: Message): void {
    const target = list(key);
    let at = target.length;
    while (at > 0 && target[at - 1]!.seq > message.seq) at--;
    if (at === target.length) target.push(message);
    else target.splice(at, 0, message);
  }

  function drop(key: string, message: Message): void {
    const target = lists.get(key);
    if (!target) return;
    const at = lowerBound(target, message.seq);
    if (target[at] === message) target.splice(at, 1);
    if (target.length === 0) lists.delete(key);
  }

  const keysOf = (message: Message): string[] => {
    const keys = [message.accountSid, `${message.accountSid}>${message.to}`];
    if (message.from !== null) keys.push(`${message.accountSid}<${message.from}`);
    return keys;
  };

  function remember(number: string, key: string): void {
    const keys = toKeys.get(number);
    if (keys) keys.add(key);
    else toKeys.set(number, new Set([key]));
  }

  function choose(accountSid: string, by: { to?: string; from?: string }): Message[] {
    const to = by.to === undefined ? undefined : (lists.get(`${accountSid}>${by.to}`) ?? []);
    const from = by.from === undefined ? undefined : (lists.get(`${accountSid}<${by.from}`) ?? []);
    if (to && from) return to.length <= from.length ? to : from;
    return to ?? from ?? lists.get(accountSid) ?? [];
  }

  const fits = (message: Message, by: { to?: string; from?: string }): boolean =>
    (by.to === undefined || message.to === by.to) && (by.from === undefined || message.from === by.from);

  return {
    add(message) {
      bySid.set(message.sid, message);
      for (const key of keysOf(message)) insert(key, message);
      remember(message.to, `${message.accountSid}>${message.to}`);
      if (message.from !== null) remember(message.from, `${message.accountSid}<${message.from}`);
    },
    sender(message) {
      insert(`${message.accountSid}<${message.from}`, message);
      if (message.from !== null) remember(message.from, `${message.accountSid}<${message.from}`);
    },
    remove(message) {
      if (!bySid.delete(message.sid)) return;
      deleted.set(message.sid, message.seq);
      for (const key of keysOf(message)) drop(key, message);
    },
    get: (sid) => bySid.get(sid),
    seqOf: (sid) => bySid.get(sid)?.seq ?? deleted.get(sid),
    *newest(accountSid, by, before = Infinity) {
      const source = choose(accountSid, by);
      for (let at = lowerBound(source, before) - 1; at >= 0; at--) {
        const message = source[at];
        if (message && fits(message, by)) yield message;
      }
    },
    *oldest(accountSid, by, after) {
      const source = choose(accountSid, by);
      for (let at = lowerBound(source, after + 1); at < source.length; at++) {
        const message = source[at];
        if (message && fits(message, by)) yield message;
      }
    },
    party(number) {
      const found: Message[] = [];
      for (const key of toKeys.get(number) ?? [])
        for (const message of lists.get(key) ?? []) found.push(message);
      return found.sort((a, b) => a.seq - b.seq);
    },
    count: () => bySid.size,
    all: () => bySid.values(),
    clear() {
      for (const held of [bySid, deleted, lists, toKeys]) held.clear();
    },
  };
}

/** The first place whose seq is not below the one asked for. */
function lowerBound(messages: Message[], seq: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (messages[middle]!.seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
