import type { ClientOptions } from './http.ts';
import type { FeedSignal, PatchbayClient } from './types.ts';

/** Until the code of the feed is tried again, in ms, where it could not be loaded. */
const PAUSE = 5_000;

/**
 * The client over HTTP, whose code is loaded when something is first asked of it: all that it does takes a while anyway, and a
 * page that brings a client of its own never loads it.
 */
export function lazyClient(options: ClientOptions): PatchbayClient {
  let loading: Promise<PatchbayClient> | undefined;
  let loaded: PatchbayClient | undefined;
  const load = () =>
    (loading ??= import('./http.ts').then(
      ({ createClient }) => (loaded = createClient(options)),
      (cause: unknown) => {
        // offline at that moment: the next question tries again
        loading = undefined;
        throw cause;
      },
    ));
  const feed: PatchbayClient['feed'] = {
    get state() {
      return loaded?.feed.state ?? 'idle';
    },
    listen(listener: (signal: FeedSignal) => void) {
      let stop: (() => void) | undefined;
      let ended = false;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const begin = () => {
        load().then(
          (client) => {
            if (ended) return;
            stop = client.feed.listen(listener);
            listener({ kind: 'state', state: client.feed.state });
          },
          () => {
            if (!ended) timer = setTimeout(begin, PAUSE);
          },
        );
      };
      begin();
      return () => {
        ended = true;
        clearTimeout(timer);
        stop?.();
      };
    },
  };
  return new Proxy({ feed } as PatchbayClient, {
    get(target, name, receiver) {
      if (name === 'feed') return Reflect.get(target, name, receiver) as unknown;
      return async (...args: never[]) => {
        const client = await load();
        return (client[name as 'me'] as (...args: never[]) => unknown)(...args);
      };
    },
  });
}
