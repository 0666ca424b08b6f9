/**
 * Trouble on demand. A *fault* is one kind of trouble, for the next `count` requests (or callbacks) or until it is
 * taken away, for every account or for one; `rate` makes it strike only some of the time, by the sandbox's seed.
 *
 * Requests: `latency` waits `ms` first; `429` and `500` refuse before anything was done; `drop_request` cuts the line
 * before, `drop_response` after the work: the message exists and the caller cannot know; `media_gone`: the carrier has
 * deleted the files of messages, and says 404 where their bytes were.
 * Callbacks: `double_callbacks`, `drop_callbacks`, `delay_callbacks` by `ms`, `reorder_callbacks` within `ms`.
 */
import type { Clock } from './clock.ts';
import type { Ids } from './ids.ts';

export const REQUEST_FAULTS = [
  'latency',
  '429',
  '500',
  'drop_request',
  'drop_response',
  'media_gone',
] as const;
export const CALLBACK_FAULTS = [
  'double_callbacks',
  'drop_callbacks',
  'delay_callbacks',
  'reorder_callbacks',
] as const;
type FaultKind = (typeof REQUEST_FAULTS)[number] | (typeof CALLBACK_FAULTS)[number];

export interface Fault {
  id: string;
  kind: FaultKind;
  /** Milliseconds of `latency` and `delay_callbacks`, the window of `reorder_callbacks`. */
  ms: number;
  /** How many strikes are left; null strikes until it is taken away. */
  count: number | null;
  rate: number;
  accountSid: string | null;
  /** Only requests of this method and with this text in their path. */
  method: string | null;
  path: string | null;
  createdAt: number;
}

interface RequestTarget {
  method: string;
  path: string;
  accountSid: string | null;
}

export interface Faults {
  list(): Fault[];
  add(fault: Omit<Fault, 'id' | 'createdAt'>): Fault;
  remove(id: string): boolean;
  clear(): void;
  /** The kinds that strike this request; counts are used up by asking. */
  forRequest(target: RequestTarget): Fault[];
  /** The fault of that kind that strikes this callback, if one does. */
  forCallback(kind: FaultKind, accountSid: string): Fault | undefined;
  /** A shuffle that, with two things or more, never leaves the order as it was. */
  shuffle<T>(things: T[]): T[];
}

export function createFaults({ clock, ids }: { clock: Clock; ids: Ids }): Faults {
  let faults: Fault[] = [];
  let serial = 0;

  function strike(fault: Fault): boolean {
    if (fault.rate < 1 && ids.random() >= fault.rate) return false;
    if (fault.count === null) return true;
    fault.count--;
    if (fault.count <= 0) faults = faults.filter((other) => other !== fault);
    return true;
  }

  return {
    list: () => faults.slice(),
    add(wish) {
      const fault = { ...wish, id: `fault-${++serial}`, createdAt: clock.now() };
      faults.push(fault);
      return fault;
    },
    remove(id) {
      const before = faults.length;
      faults = faults.filter((fault) => fault.id !== id);
      return faults.length < before;
    },
    clear() {
      faults = [];
    },
    forRequest(target) {
      if (faults.length === 0) return [];
      const struck: Fault[] = [];
      for (const fault of faults.slice()) {
        if (!(REQUEST_FAULTS as readonly string[]).includes(fault.kind)) continue;
        if (fault.kind === 'media_gone' && !/\/Media\/ME\w+$/.test(target.path)) continue;
        if (fault.accountSid !== null && fault.accountSid !== target.accountSid) continue;
        if (fault.method !== null && fault.method !== target.method) continue;
        if (fault.path !== null && !target.path.includes(fault.path)) continue;
        if (struck.some((other) => other.kind === fault.kind)) continue;
        if (strike(fault)) struck.push(fault);
      }
      return struck;
    },
    forCallback(kind, accountSid) {
      if (faults.length === 0) return undefined;
      const fault = faults.find(
        (one) => one.kind === kind && (one.accountSid === null || one.accountSid === accountSid),
      );
      return fault && strike(fault) ? fault : undefined;
    },
    shuffle(things) {
      const order = things.slice();
      for (let i = order.length - 1; i > 0; i--) {
        const j = Math.floor(ids.random() * (i + 1));
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      const same = order.every((thing, at) => thing === things[at]);
      return same ? order.reverse() : order;
    },
  };
}
