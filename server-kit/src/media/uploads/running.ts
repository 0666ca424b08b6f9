/**
 * Checksums of uploads that come through this process without a break, so that the finish need not read a gigabyte again. A
 * hash cannot be written down: whatever is resumed elsewhere is read once more at its end.
 */
import { createHash, type Hash } from 'node:crypto';

interface Running {
  hash: Hash;
  at: number;
}

/** A hash takes about 500 bytes; the oldest go. */
const REMEMBERED = 1_000;

export class RunningHashes {
  readonly #byId = new Map<string, Running>();

  /** To feed from `at` on; undefined where its beginning was not seen. */
  resume(id: string, at: number): Running | undefined {
    const known = at === 0 ? { hash: createHash('sha256'), at } : this.#byId.get(id);
    this.#byId.delete(id);
    return known?.at === at ? known : undefined;
  }

  /** `stored` is what the storage has: bytes that were hashed and not stored make it worthless. */
  keep(id: string, running: Running | undefined, stored: number): void {
    if (!running || running.at !== stored) return;
    this.#byId.set(id, running);
    const [oldest] = this.#byId.keys();
    if (this.#byId.size > REMEMBERED && oldest !== undefined) this.#byId.delete(oldest);
  }

  /** In hexadecimal, of the first `size` bytes. */
  take(id: string, size: number): string | undefined {
    const running = this.#byId.get(id);
    this.#byId.delete(id);
    return running?.at === size ? running.hash.digest('hex') : undefined;
  }
}
