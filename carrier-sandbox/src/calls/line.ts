/** The wire of one call: what waits on it ends when it is cut. */
import type { Clock } from '../clock.ts';

/** How a ringing phone was taken: by a person, a machine or a fax, or not. */
export type Pickup = 'human' | 'machine' | 'fax' | 'busy' | 'failed';

export interface Line {
  /** Settles once: somebody, or nothing, has picked up. */
  readonly picked: Promise<Pickup | 'no-answer' | 'gone'>;
  pickUp(by: Pickup | 'no-answer' | 'gone'): void;
  /** Settles when the call is over. */
  readonly cutting: Promise<void>;
  cut(): void;
  onCut(run: () => void): () => void;
  /** Waits, or until it is cut. */
  wait(ms: number): Promise<void>;
  after(ms: number, run: () => void): void;
}

export function createLine(clock: Clock, dead = false): Line {
  let pick!: (by: Pickup | 'no-answer' | 'gone') => void;
  let end!: () => void;
  const picked = new Promise<Pickup | 'no-answer' | 'gone'>((done) => (pick = done));
  const cutting = new Promise<void>((done) => (end = done));
  const timers = new Set<() => void>();
  const listeners = new Set<() => void>();
  let over = false;

  function cut(): void {
    if (over) return;
    over = true;
    for (const stop of timers) stop();
    pick('gone');
    for (const listener of listeners) listener();
    end();
  }
  if (dead) cut();

  function after(ms: number, run: () => void): void {
    if (over) return;
    const stop = clock.after(ms, () => {
      timers.delete(stop);
      run();
    });
    timers.add(stop);
  }

  return {
    picked,
    pickUp: pick,
    cutting,
    cut,
    onCut(run) {
      listeners.add(run);
      return () => listeners.delete(run);
    },
    wait: (ms) =>
      over || ms <= 0
        ? Promise.resolve()
        : Promise.race([cutting, new Promise<void>((done) => after(ms, done))]),
    after,
  };
}
