import type { Message } from '@patchbay/server-kit/contract';
import type { ThreadStore } from '../../stores/thread.ts';

/** How many announcements stay in the live region: enough for a burst, too few to be read as history. */
const ANNOUNCED = 5;

/** What has come at the end of a thread since the last look: history that is loaded is no news. */
export class News {
  /** For the live region. */
  said: readonly { key: string; text: string }[] = [];
  #last: string | undefined;

  begin(thread: ThreadStore | null): void {
    this.said = [];
    this.#last = thread?.items.at(-1)?.key;
  }

  look(
    thread: ThreadStore | null,
    atEnd: boolean,
    say: (message: Message) => string,
  ): { missed: number; sent: boolean } {
    const news = { missed: 0, sent: false };
    const items = thread?.items ?? [];
    const newest = items.at(-1)?.key;
    if (newest === this.#last) return news;
    const known = this.#last;
    this.#last = newest;
    // The first page, or another one after a jump.
    const from = known === undefined ? -1 : items.findLastIndex(({ key }) => key === known);
    if (from < 0) return news;
    for (const item of items.slice(from + 1)) {
      if (item.kind !== 'message') continue;
      const { message } = item;
      if (message.direction === 'outbound') {
        // Without an author and not under way yet: written here, a moment ago.
        news.sent ||= message.author === null && message.status === 'queued';
        continue;
      }
      this.said = [...this.said, { key: item.key, text: say(message) }].slice(-ANNOUNCED);
      if (!atEnd) news.missed += 1;
    }
    return news;
  }
}
