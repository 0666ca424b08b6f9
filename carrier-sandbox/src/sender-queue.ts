/**
 * A sender's pace. A number may say so many segments a second; the rest waits in line, at most ten hours' worth.
 *
 * One timer per sender, not one per message: a campaign of a hundred thousand is one array and one timer.
 */
import type { Clock } from './clock.ts';

export interface SenderQueue<T> {
  push(item: T, segments: number): void;
  /** Seconds until what is waiting now would be gone. */
  backlogSeconds(): number;
  readonly waiting: number;
}

interface Options<T> {
  clock: Clock;
  /** Segments a second; 0 sends at once. Asked each time, so a change takes effect in the middle of a queue. */
  rate: () => number;
  release: (item: T) => void;
}

export const MAX_BACKLOG_SECONDS = 36_000;

export function createSenderQueue<T>({ clock, rate, release }: Options<T>): SenderQueue<T> {
  let line: { item: T; segments: number }[] = [];
  let head = 0;
  let waitingSegments = 0;
  let free = 0;
  let armed = false;

  function drain(): void {
    armed = false;
    const now = clock.now();
    free = Math.max(free, now - 1000);
    while (head < line.length) {
      const perSecond = rate();
      if (perSecond > 0 && free > now) break;
      const next = line[head]!;
      head++;
      waitingSegments -= next.segments;
      if (perSecond > 0) free += (next.segments * 1000) / perSecond;
      release(next.item);
    }
    if (head > 1024 && head * 2 > line.length) {
      line = line.slice(head);
      head = 0;
    }
    if (head < line.length) arm(free - now);
  }

  function arm(ms: number): void {
    if (armed) return;
    armed = true;
    clock.after(Math.max(0, Math.ceil(ms)), drain);
  }

  return {
    push(item, segments) {
      if (head === line.length) free = Math.max(free, clock.now());
      line.push({ item, segments });
      waitingSegments += segments;
      arm(rate() > 0 ? free - clock.now() : 0);
    },
    backlogSeconds() {
      const perSecond = rate();
      return perSecond > 0 ? waitingSegments / perSecond : 0;
    },
    get waiting() {
      return line.length - head;
    },
  };
}
