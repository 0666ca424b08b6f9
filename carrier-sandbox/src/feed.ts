/** What happens, told to whoever listens: the phone page, a host's tests. Nothing is made ready when nobody does. */
interface FeedEvent {
  type: string;
  data: unknown;
}

export interface Feed {
  /** `make` is called only when somebody listens. */
  tell(type: string, make: () => unknown): void;
  listen(listener: (event: FeedEvent) => void): () => void;
}

export function createFeed(): Feed {
  const listeners = new Set<(event: FeedEvent) => void>();
  return {
    tell(type, make) {
      if (listeners.size === 0) return;
      const event = { type, data: make() };
      for (const listener of listeners) listener(event);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
