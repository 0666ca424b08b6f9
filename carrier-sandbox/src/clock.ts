/**
 * Time as the sandbox sees it. Everything that waits (a sender's pace, a delivery, a webhook's timeout) asks this
 * clock, so that a test can hold time still and let ten hours of queue pass in a microsecond.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs once after `ms`; the function returned calls it off. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    // Node fires at once above 2^31-1 ms; a scheduled message may be 35 days ahead, so long waits go in stages.
    const MAX = 2_000_000_000;
    let timer = setTimeout(step, Math.min(ms, MAX), ms);
    timer.unref();
    function step(left: number): void {
      if (left <= MAX) return run();
      timer = setTimeout(step, Math.min(left - MAX, MAX), left - MAX);
      timer.unref();
    }
    return () => clearTimeout(timer);
  },
};

export interface ManualClock extends Clock {
  /** Moves time forward and runs what falls due, in order of due time. */
  advance(ms: number): void;
  /** How many timers still wait. */
  readonly pending: number;
}

/** A clock that stands still until it is told to move. */
export function manualClock(start: number | string = '2026-01-05T12:00:00Z'): ManualClock {
  let now = typeof start === 'number' ? start : Date.parse(start);
  let timers: { due: number; order: number; run: () => void }[] = [];
  let order = 0;
  return {
    now: () => now,
    after(ms, run) {
      const timer = { due: now + ms, order: order++, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const next = timers
          .filter((timer) => timer.due <= until)
          .sort((a, b) => a.due - b.due || a.order - b.order)[0];
        if (!next) break;
        timers = timers.filter((timer) => timer !== next);
        now = Math.max(now, next.due);
        next.run();
      }
      now = until;
    },
    get pending() {
      return timers.length;
    },
  };
}
