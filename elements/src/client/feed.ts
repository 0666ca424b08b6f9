import type { FeedEvent } from '@patchbay/server-kit/contract';
import { sseParser } from './sse.ts';
import type { Feed, FeedSignal, FeedState } from './types.ts';

export interface FeedOptions {
  /** Opens the stream; rejects or answers with another status when it cannot. */
  open: (lastEventId: string | null, signal: AbortSignal) => Promise<Response>;
  random?: () => number;
  /** How long without a byte before the line counts as dead, in ms. The server's heartbeat is every 15 to 25 s. */
  silence?: number;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** How many event ids are remembered to drop repeats. A reconnect repeats the last few seconds, never thousands. */
const REMEMBERED = 2_000;
/** Not more often than this does a look at the window load everything afresh while the feed is down, in ms. */
const POLL_PAUSE = 5_000;

/**
 * The live feed over a fetch stream.
 *
 *   idle → connecting → live ⇄ reconnecting → idle
 *                         ↘ offline (the browser has no network) ↗
 *
 * A reconnect resumes after the last event seen, however long the gap; repeats are dropped by event id. Where the
 * stream cannot be had at all (a proxy, an old server), coming back to the window loads afresh instead.
 */
export function createFeed({ open, random = Math.random, silence = 60_000 }: FeedOptions): Feed {
  const listeners = new Set<(signal: FeedSignal) => void>();
  const seen = new Set<string>();
  let state: FeedState = 'idle';
  let place: string | null = null;
  let failures = 0;
  let abort: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastPoll = 0;
  let openedAt: string | null = null;

  const tell = (signal: FeedSignal) => {
    for (const listener of [...listeners]) listener(signal);
  };
  const enter = (next: FeedState) => {
    if (state === next) return;
    state = next;
    tell({ kind: 'state', state });
  };

  const frame = (event: string, data: string, id: string | undefined) => {
    if (event === 'ready') {
      if (id !== undefined) place = id;
      failures = 0;
      enter('live');
      // Without a place to resume from there may be a gap, also before the first "ready": what was loaded meanwhile may
      // have been read before it. Only loading afresh closes it.
      if (openedAt === null) tell({ kind: 'reset' });
      return;
    }
    if (event === 'reset') {
      place = id ?? null;
      tell({ kind: 'reset' });
      return;
    }
    if (event === 'bye') {
      abort?.abort();
      return;
    }
    if (data === '') return;
    const parsed = JSON.parse(data) as FeedEvent;
    if (id !== undefined) place = id;
    if (seen.has(parsed.id)) return;
    seen.add(parsed.id);
    if (seen.size > REMEMBERED) seen.delete(seen.values().next().value as string);
    tell({ kind: 'event', event: parsed });
  };

  const read = async (mine: AbortController) => {
    openedAt = place;
    const response = await open(place, mine.signal);
    if (!response.ok || response.body === null) throw new Error(`feed: ${response.status}`);
    const parse = sseParser(({ event, data, id }) => {
      // A frame after the line was given up belongs to nobody: its successor will bring it again.
      if (mine === abort && !mine.signal.aborted) frame(event, data, id);
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const listenOn = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => mine.abort(), silence);
    };
    try {
      for (;;) {
        listenOn();
        const { value, done } = await reader.read();
        if (done) return;
        parse(value);
      }
    } finally {
      clearTimeout(watchdog);
    }
  };

  const connect = () => {
    clearTimeout(timer);
    abort?.abort();
    const mine = (abort = new AbortController());
    enter(failures === 0 && state === 'idle' ? 'connecting' : browserOffline() ? 'offline' : 'reconnecting');
    read(mine)
      .catch(() => undefined) // Why the line broke does not matter: the answer is the same, try again.
      .finally(() => {
        if (abort !== mine || listeners.size === 0) return;
        enter(browserOffline() ? 'offline' : 'reconnecting');
        // Half fixed, half random: a restarted server is not met by all its clients in the same instant.
        const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(failures, 6));
        failures += 1;
        timer = setTimeout(connect, wait / 2 + (random() * wait) / 2);
      });
  };

  const wake = () => {
    if (state === 'live' || state === 'connecting' || browserHidden()) return;
    failures = 0;
    connect();
    if (Date.now() - lastPoll < POLL_PAUSE) return;
    lastPoll = Date.now();
    tell({ kind: 'reset' });
  };
  const lost = () => enter('offline');
  const watch = (method: 'addEventListener' | 'removeEventListener') => {
    if (typeof window === 'undefined') return;
    window[method]('focus', wake);
    window[method]('online', wake);
    window[method]('offline', lost);
    document[method]('visibilitychange', wake);
  };

  return {
    get state() {
      return state;
    },
    listen(listener) {
      listeners.add(listener);
      if (listeners.size === 1) {
        watch('addEventListener');
        connect();
      }
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        watch('removeEventListener');
        clearTimeout(timer);
        abort?.abort();
        abort = null;
        failures = 0;
        state = 'idle';
      };
    },
  };
}

// Node has a navigator too, without `onLine`.
const browserOffline = () => typeof window !== 'undefined' && !navigator.onLine;
const browserHidden = () => typeof document !== 'undefined' && document.visibilityState === 'hidden';
