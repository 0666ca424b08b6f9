import type { PatchbayClient } from '../client/types.ts';
import type { ConversationCache } from './cache.ts';
import { Store } from './store.ts';

/**
 * How many conversations hold something unread. The server counts; between two answers the number moves with what
 * this tab sees. Every tab has the live feed, so what is read in one is read in all.
 */
export class UnreadStore extends Store {
  /** Null until the first answer: a badge shows nothing rather than a wrong zero. */
  count: number | null = null;
  readonly #client: PatchbayClient;
  readonly #pause: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #state: 'idle' | 'asked' | 'failed' = 'idle';

  constructor(client: PatchbayClient, cache: ConversationCache, pause = 1_000) {
    super();
    this.#client = client;
    this.#pause = pause;
    cache.watch((next, before) => {
      if (this.count === null || !before || before.unread > 0 === next.unread > 0) return;
      this.#set(Math.max(0, this.count + (next.unread > 0 ? 1 : -1)));
      this.recount();
    });
  }

  async load(): Promise<void> {
    this.#state = 'asked';
    const counts = await this.#client.conversationCounts().catch(() => null);
    if (counts) this.#set(counts.unread);
    else this.#state = 'failed';
  }

  /** After a gap in the live feed. */
  reload(): void {
    if (this.#state !== 'idle') void this.load();
  }

  /** Loads again what could not be loaded. */
  recover(): void {
    if (this.#state === 'failed') void this.load();
  }

  recount(): void {
    if (this.count === null) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), this.#pause);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #set(count: number): void {
    if (count === this.count) return;
    this.count = count;
    this.changed();
  }
}
