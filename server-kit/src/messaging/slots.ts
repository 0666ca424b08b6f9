/**
 * Counts the carrier calls that a process has open. There are never more than sockets: a call that waited inside the
 * HTTP agent would start after its consent check had gone stale.
 */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(total: number) {
    this.#free = total;
  }

  /** Takes up to `most` slots, at least one; waits while there is none. */
  async take(most: number): Promise<number> {
    while (this.#free === 0) await new Promise<void>((wake) => this.#waiting.push(wake));
    const taken = Math.min(most, this.#free);
    this.#free -= taken;
    return taken;
  }

  give(count: number): void {
    this.#free += count;
    for (let woken = 0; woken < count; woken += 1) this.#waiting.shift()?.();
  }
}
