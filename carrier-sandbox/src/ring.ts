/** The last `size` entries of a log, and how many there ever were. */
export interface Ring<T> {
  push(entry: T): void;
  /** Oldest first. */
  items(): T[];
  readonly total: number;
  clear(): void;
}

export function createRing<T>(size: number): Ring<T> {
  let held: T[] = [];
  let total = 0;
  return {
    push(entry) {
      if (size > 0) held[total % size] = entry;
      total++;
    },
    items() {
      if (total <= size) return held.slice();
      const at = total % size;
      return [...held.slice(at), ...held.slice(0, at)];
    },
    get total() {
      return total;
    },
    clear() {
      held = [];
      total = 0;
    },
  };
}
