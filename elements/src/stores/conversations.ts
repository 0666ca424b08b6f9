import type { Conversation, ConversationCounts, ListConversationsQuery } from '@patchbay/server-kit/contract';
import type { ConversationState } from '@patchbay/server-kit/contract/names';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import type { ConversationCache } from './cache.ts';
import { Store, type Loading } from './store.ts';

export interface ConversationFilter {
  /** `me`, `none` or a member's id. */
  assignee?: string;
  unread?: boolean;
  channel?: Conversation['channel'];
  tag?: string;
  /** A segment's id: only people who are in it. */
  segment?: string;
}

export interface ConversationsOptions {
  client: PatchbayClient;
  cache: ConversationCache;
  /** The member's own id, for the filter `me`. */
  memberId?: () => string | undefined;
  /** How long after a keystroke a search is sent, in ms. */
  searchDelay?: number;
  pageSize?: number;
}

/**
 * One list of conversations: a section (inbox, waiting, closed), a filter, a search; most recent first.
 *
 * A search looks through all sections: who types a name wants the person, wherever the conversation lies.
 * Live changes move conversations in, out and up. The one that is open stays while it no longer fits the *unread*
 * filter: a row that vanishes because it was opened is a row that people think they lost.
 */
export class ConversationsStore extends Store {
  section: ConversationState = 'inbox';
  filter: ConversationFilter = {};
  q = '';
  status: Loading = 'idle';
  error: ApiError | null = null;
  loadingMore = false;
  counts: ConversationCounts | null = null;
  /** The conversation that is open beside the list. */
  selectedId: string | null = null;

  readonly #client: PatchbayClient;
  readonly #cache: ConversationCache;
  readonly #memberId: () => string | undefined;
  readonly #searchDelay: number;
  readonly #pageSize: number;
  #ids: string[] = [];
  #next: string | null = null;
  #abort: AbortController | null = null;
  /** The first page is on its way. */
  #loading = false;
  /** Something changed meanwhile, so that the page may have been read before it. */
  #outdated = false;
  #moreFailed = false;
  /** A page that has just come is being kept. */
  #reading = false;
  #countsFailed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #countTimer: ReturnType<typeof setTimeout> | undefined;
  #againTimer: ReturnType<typeof setTimeout> | undefined;

  constructor({
    client,
    cache,
    memberId = () => undefined,
    searchDelay = 250,
    pageSize = 30,
  }: ConversationsOptions) {
    super();
    this.#client = client;
    this.#cache = cache;
    this.#memberId = memberId;
    this.#searchDelay = searchDelay;
    this.#pageSize = pageSize;
    cache.watch((next, before) => this.#moved(next, before));
  }

  get ids(): readonly string[] {
    return this.#ids;
  }
  get hasMore(): boolean {
    return this.#next !== null;
  }
  get filtered(): boolean {
    return this.q !== '' || Object.values(this.filter).some((value) => value !== undefined);
  }
  get(id: string): Conversation | undefined {
    return this.#cache.get(id);
  }

  show(section: ConversationState): void {
    if (section === this.section) return;
    this.section = section;
    void this.load();
  }

  setFilter(filter: ConversationFilter): void {
    this.filter = filter;
    void this.load();
    void this.loadCounts();
  }

  /** Waits for a pause in the typing before it asks. */
  search(q: string): void {
    const trimmed = q.trim();
    if (trimmed === this.q) return;
    this.q = trimmed;
    this.changed();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), trimmed === '' ? 0 : this.#searchDelay);
  }

  select(id: string | null): void {
    if (id === this.selectedId) return;
    this.selectedId = id;
    this.changed();
  }

  /** The first page. What is shown stays until the new page is there, unless another list was asked for. */
  async load({ keep = false } = {}): Promise<void> {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    const { signal } = (this.#abort = new AbortController());
    this.loadingMore = false;
    this.#moreFailed = false;
    if (!keep) {
      this.#ids = [];
      this.#next = null;
      this.status = 'loading';
    }
    this.error = null;
    this.#loading = true;
    this.#outdated = false;
    this.changed();
    try {
      const page = await this.#client.listConversations(this.#query(), { signal });
      if (signal.aborted) return;
      this.#loading = false;
      this.#keep(page.items);
      this.#ids = page.items.map(({ id }) => id);
      this.#next = page.next;
      this.status = 'ready';
    } catch (cause) {
      if (signal.aborted) return;
      this.#loading = false;
      this.error = ApiError.fromUnknown(cause);
      if (!keep || this.#ids.length === 0) this.status = 'error';
    }
    this.changed();
    if (this.#outdated && this.status === 'ready') void this.load({ keep: true });
  }

  async loadMore(): Promise<void> {
    if (this.#next === null || this.loadingMore || this.status !== 'ready' || !this.#abort) return;
    const { signal } = this.#abort;
    this.loadingMore = true;
    this.#moreFailed = false;
    this.changed();
    try {
      const page = await this.#client.listConversations({ ...this.#query(), after: this.#next }, { signal });
      if (signal.aborted) return;
      this.#keep(page.items);
      const known = new Set(this.#ids);
      this.#ids = [...this.#ids, ...page.items.map(({ id }) => id).filter((id) => !known.has(id))];
      this.#next = page.next;
      this.error = null;
    } catch (cause) {
      if (signal.aborted) return;
      this.error = ApiError.fromUnknown(cause);
      this.#moreFailed = true;
    }
    this.loadingMore = false;
    this.changed();
  }

  async loadCounts(): Promise<void> {
    const { assignee, channel, tag, segment } = this.filter;
    const counts = await this.#client
      .conversationCounts({
        ...(assignee && { assignee }),
        ...(channel && { channel }),
        ...(tag && { tag }),
        ...(segment && { segment }),
      })
      .catch(() => null);
    this.#countsFailed = counts === null;
    if (counts) this.counts = counts;
    this.changed();
  }

  /** After a gap in the live feed. */
  reload(): void {
    if (this.status === 'idle') return;
    // what is under way is shown first: asking anew would put the first paint off
    if (this.#loading) this.#outdated = true;
    else void this.load({ keep: true });
    void this.loadCounts();
  }

  /** Loads again what could not be loaded. */
  recover(): void {
    if (this.#moreFailed) void this.loadMore();
    else if (this.error) void this.load({ keep: true });
    if (this.#countsFailed) void this.loadCounts();
  }

  /** The neighbour of the open conversation, for j and k. */
  neighbour(step: 1 | -1): string | undefined {
    const at = this.selectedId === null ? -1 : this.#ids.indexOf(this.selectedId);
    return at < 0 ? this.#ids[0] : this.#ids[at + step];
  }

  /** A page is no news: what is in it is put in its place by who has asked for it. */
  #keep(page: readonly Conversation[]): void {
    this.#reading = true;
    for (const conversation of page) this.#cache.put(conversation);
    this.#reading = false;
  }

  #askAgain(): void {
    clearTimeout(this.#againTimer);
    this.#againTimer = setTimeout(() => void this.load({ keep: true }), 1_000);
  }

  dispose(): void {
    clearTimeout(this.#againTimer);
    clearTimeout(this.#timer);
    clearTimeout(this.#countTimer);
    this.#abort?.abort();
  }

  #query(): ListConversationsQuery {
    const { assignee, unread, channel, tag, segment } = this.filter;
    return {
      limit: this.#pageSize,
      ...(this.q === '' ? { state: this.section } : { q: this.q }),
      ...(assignee && { assignee }),
      ...(unread && { unread: 'true' as const }),
      ...(channel && { channel }),
      ...(tag && { tag }),
      ...(segment && { segment }),
    };
  }

  #fits(conversation: Conversation): boolean {
    const { assignee, unread, channel, tag } = this.filter;
    if (this.q === '' && conversation.state !== this.section) return false;
    if (assignee === 'none' && conversation.assignee) return false;
    if (assignee === 'me' && conversation.assignee?.id !== this.#memberId()) return false;
    if (assignee && assignee !== 'none' && assignee !== 'me' && conversation.assignee?.id !== assignee)
      return false;
    if (unread && conversation.unread === 0 && conversation.id !== this.selectedId) return false;
    if (channel && conversation.channel !== channel) return false;
    return tag === undefined || conversation.contact.tags.includes(tag);
  }

  #moved(next: Conversation, before: Conversation | undefined): void {
    this.#count(next, before);
    if (this.#loading) this.#outdated = true;
    if (this.status !== 'ready') return;
    // whoever is in the list is in the cache
    const at = before ? this.#ids.indexOf(next.id) : -1;
    if (!this.#fits(next)) {
      if (at >= 0) this.#ids = this.#ids.toSpliced(at, 1);
      this.changed();
      return;
    }
    if (at >= 0 && before?.last_message_at === next.last_message_at) return this.changed();
    // Whether the words of a search are in a new conversation, only the server can say.
    if (at < 0 && this.q !== '') return;
    // nor who is in a segment: it is asked for anew, once for a burst of events
    if (at < 0 && this.filter.segment !== undefined) return this.#reading ? undefined : this.#askAgain();
    const rest = at < 0 ? this.#ids : this.#ids.toSpliced(at, 1);
    const place = this.#placeOf(next, rest);
    // Older than all that is loaded: its page will bring it.
    if (place === rest.length && this.#next !== null && at < 0) return;
    this.#ids = rest.toSpliced(place, 0, next.id);
    this.changed();
  }

  /** Before the first that is older. By halves: a list may hold a hundred thousand, and a page moves thirty. */
  #placeOf({ last_message_at }: Conversation, ids: readonly string[]): number {
    let low = 0;
    let high = ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#cache.get(ids[middle]!)?.last_message_at ?? '') < last_message_at) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Asks the server for the counts after a pause: a burst of live events is one question. */
  recount(): void {
    if (!this.counts) return;
    clearTimeout(this.#countTimer);
    this.#countTimer = setTimeout(() => void this.loadCounts(), 1_000);
  }

  /** Moves the counts by the difference at once; the server puts them right a moment later. */
  #count(next: Conversation, before: Conversation | undefined): void {
    if (!this.counts || !before) return;
    if (before.state === next.state && before.unread > 0 === next.unread > 0) return;
    if (!this.filtered) {
      const counts = { ...this.counts };
      if (before.state !== next.state) {
        counts[before.state] = Math.max(0, counts[before.state] - 1);
        counts[next.state] += 1;
      }
      counts.unread = Math.max(0, counts.unread + Number(next.unread > 0) - Number(before.unread > 0));
      this.counts = counts;
    }
    this.recount();
  }
}
