/**
 * The base of every headless store: state that can be watched, and nothing else. Changes of one turn are told once,
 * in a microtask, so that a page of a hundred messages is one notice and not a hundred.
 */
export abstract class Store {
  readonly #listeners = new Set<() => void>();
  #told = true;

  /** Calls `listener` after each change; returns what ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  protected changed(): void {
    if (!this.#told) return;
    this.#told = false;
    queueMicrotask(() => {
      this.#told = true;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

/** How far something that is fetched has come. */
export type Loading = 'idle' | 'loading' | 'ready' | 'error';
