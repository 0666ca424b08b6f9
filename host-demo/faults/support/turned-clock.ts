/**
 * A clock that runs as time does and is turned forward in between, for weeks that pass in seconds. Nothing may be under way when
 * it is turned: whoever holds a lease by it would find it over.
 */
import type { Clock } from '@patchbay/carrier-sandbox';

/** What the carrier puts off for longer than this waits for the clock to be turned; the rest is waited out. */
const SOON_MS = 5_000;

export class TurnedClock implements Clock {
  #ahead: number;
  #late: { due: number; run: () => void }[] = [];
  /** Timers that run by themselves. */
  soon = 0;

  constructor(start: string) {
    this.#ahead = Date.parse(start) - Date.now();
  }

  now = (): number => Date.now() + this.#ahead;
  date = (): Date => new Date(this.now());
  ahead = (): number => this.#ahead;

  /** When the first of what was put off is due. */
  get next(): number {
    return Math.min(...this.#late.map(({ due }) => due));
  }

  after = (milliseconds: number, run: () => void): (() => void) => {
    if (milliseconds > SOON_MS) {
      const one = { due: this.now() + milliseconds, run };
      this.#late.push(one);
      return () => {
        this.#late = this.#late.filter((other) => other !== one);
      };
    }
    this.soon += 1;
    let waits = true;
    const over = () => {
      if (waits) this.soon -= 1;
      waits = false;
    };
    const timer = setTimeout(() => (over(), run()), milliseconds);
    return () => (clearTimeout(timer), over());
  };

  /** Never back. */
  turn(to: number): void {
    this.#ahead += Math.max(0, to - this.now());
    const due = this.#late.filter((one) => one.due <= this.now()).sort((a, b) => a.due - b.due);
    this.#late = this.#late.filter((one) => !due.includes(one));
    for (const { run } of due) run();
  }
}
