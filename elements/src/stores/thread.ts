import type {
  Asset,
  EditMessage,
  FeedEvent,
  Message,
  MessagePage,
  SendMessage,
} from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import type { ConversationCache } from './cache.ts';
import { draftMessage } from './message-draft.ts';
import {
  insertItem,
  isPill,
  isScheduled,
  mergeItems,
  messageTime,
  newer,
  type ThreadItem,
} from './message-order.ts';
import type { Outbox } from './outbox.ts';
import { Store, type Loading } from './store.ts';

export interface ThreadOptions {
  conversationId: string;
  client: PatchbayClient;
  cache: ConversationCache;
  outbox?: Outbox;
  now?: () => number;
  newId?: () => string;
  pageSize?: number;
}

export type Outgoing = Pick<SendMessage, 'body' | 'media_urls' | 'assets' | 'send_at'>;

/** How old an unsent text must be before another tab takes it for lost, in ms: its own tab may still be sending. */
const LOST_AFTER = 15_000;
/**
 * One conversation's messages and what happened between them, oldest first, each once.
 *
 * A text is in the list the moment it is sent, under the id that the server will know it by: the answer, the live
 * event and a retry all meet in that one row. `items` is changed in place, because copying fifty thousand rows for
 * one new text would cost more than drawing it; `version` tells that something changed.
 */
export class ThreadStore extends Store {
  readonly conversationId: string;
  readonly items: ThreadItem[] = [];
  status: Loading = 'idle';
  error: ApiError | null = null;
  loadingOlder = false;
  olderError: ApiError | null = null;
  /** False while an old page is shown after a jump, and newer ones are not loaded. */
  atEnd = true;
  version = 0;

  readonly #client: PatchbayClient;
  readonly #cache: ConversationCache;
  readonly #outbox: Outbox | undefined;
  readonly #now: () => number;
  readonly #newId: () => string;
  readonly #pageSize: number;
  readonly #byKey = new Map<string, ThreadItem>();
  readonly #scheduled = new Map<string, Message>();
  /** Sent from here and never confirmed: what a retry has to send again. */
  readonly #unsent = new Map<string, SendMessage & { id: string }>();
  #before: string | null = null;
  #after: string | null = null;
  #loadingNewer = false;
  #generation = 0;
  /** What came live while a page was on its way: the page may have been read before it, so it is taken again after. */
  #during: (() => void)[] | null = null;

  constructor({ conversationId, client, cache, outbox, now, newId, pageSize = 50 }: ThreadOptions) {
    super();
    this.conversationId = conversationId;
    this.#client = client;
    this.#cache = cache;
    this.#outbox = outbox;
    this.#now = now ?? Date.now;
    this.#newId = newId ?? (() => crypto.randomUUID());
    this.#pageSize = pageSize;
  }

  get hasOlder(): boolean {
    return this.#before !== null;
  }
  get scheduled(): Message[] {
    return [...this.#scheduled.values()].sort((a, b) => ((a.send_at ?? '') < (b.send_at ?? '') ? -1 : 1));
  }
  message(id: string): Message | undefined {
    const item = this.#byKey.get(id);
    return item?.kind === 'message' ? item.message : this.#scheduled.get(id);
  }

  /** The newest page; a no-op when it is there already. */
  async load(): Promise<void> {
    if (this.status === 'loading' || this.status === 'ready') return;
    await this.#fetch({}, true);
    this.#bringBack();
  }

  async loadOlder(): Promise<void> {
    if (this.#before === null || this.loadingOlder || this.status !== 'ready') return;
    const generation = this.#generation;
    this.loadingOlder = true;
    this.olderError = null;
    this.#touched();
    try {
      const page = await this.#client.listMessages(this.conversationId, {
        before: this.#before,
        limit: this.#pageSize,
      });
      if (generation === this.#generation) {
        this.#merge(page);
        this.#before = page.before;
      }
    } catch (cause) {
      this.olderError = ApiError.fromUnknown(cause);
    }
    this.loadingOlder = false;
    this.#touched();
  }

  async loadNewer(): Promise<void> {
    if (this.atEnd || this.#after === null || this.#loadingNewer) return;
    const generation = this.#generation;
    this.#loadingNewer = true;
    try {
      const page = await this.#client.listMessages(this.conversationId, {
        after: this.#after,
        limit: this.#pageSize,
      });
      if (generation === this.#generation) {
        this.#merge(page);
        this.atEnd = page.items.length === 0 || page.after === null;
        this.#after = page.after;
      }
    } catch (cause) {
      this.error = ApiError.fromUnknown(cause);
    }
    this.#loadingNewer = false;
    this.#touched();
  }

  /** Makes sure that the message is loaded, with its surroundings. */
  async jump(messageId: string): Promise<void> {
    if (!this.#byKey.has(messageId)) await this.#fetch({ around: messageId }, true);
  }

  /** Back to the newest page after a jump. */
  async jumpToEnd(): Promise<void> {
    if (!this.atEnd) await this.#fetch({}, true);
  }

  async find(q: string): Promise<Message[]> {
    const page = await this.#client.listMessages(this.conversationId, { q, limit: 100 });
    return page.items;
  }

  /** After a gap in the live feed: the newest page, joined to what is here when they overlap. */
  async reload(): Promise<void> {
    if (this.status === 'error') return this.load();
    if (this.status === 'idle' || !this.atEnd) return;
    // what is under way is shown first: asking anew would put the first paint off
    if (this.status === 'loading') this.#during?.push(() => void this.#fetch({}, false));
    else await this.#fetch({}, false);
  }

  /** Takes a live message. */
  apply(message: Message): void {
    this.#during?.push(() => this.apply(message));
    this.#settle(message.id);
    if (
      !this.#byKey.has(message.id) &&
      (this.status !== 'ready' || !this.atEnd) &&
      !isScheduled(message, this.#now())
    ) {
      return;
    }
    this.#put(message);
    this.#touched();
  }

  applyEvent(event: FeedEvent): void {
    this.#during?.push(() => this.applyEvent(event));
    if (this.status !== 'ready' || !this.atEnd || !isPill(event)) return;
    const { id, type, at, actor, data } = event;
    if (this.#byKey.has(id)) return;
    const item: ThreadItem = { kind: 'event', key: id, at, event: { id, type, at, actor, data } };
    this.#byKey.set(id, item);
    insertItem(this.items, item);
    this.#touched();
  }

  /**
   * Shows the text at once and sends it. Resolves when the server has it; on failure the row says so and offers a
   * retry, and the promise still resolves: the row is the news.
   */
  async send(outgoing: Outgoing, shown: readonly Asset[] = []): Promise<Message> {
    const request: SendMessage & { id: string; conversation_id: string } = {
      id: this.#newId(),
      conversation_id: this.conversationId,
      ...outgoing,
    };
    if (!this.atEnd) void this.jumpToEnd();
    const draft = this.#draft(request, shown);
    this.#outbox?.keep({ message: request, at: this.#now() });
    this.#put(draft);
    this.#touched();
    if (!isScheduled(draft, this.#now())) this.#preview(draft);
    return this.#deliver(request);
  }

  /** Sends a failed text again: the same row, whether it never arrived or the carrier gave it back. */
  async retry(id: string): Promise<void> {
    const message = this.message(id);
    if (!message) return;
    const request = this.#unsent.get(id);
    if (request) {
      this.#replace({ ...message, status: 'queued', error: null, attempt: message.attempt });
      await this.#deliver(request);
      return;
    }
    this.#replace({ ...message, status: 'queued', error: null, hold: null, attempt: message.attempt + 1 });
    try {
      this.apply(await this.#client.retryMessage(id));
    } catch (cause) {
      const { code, detail } = ApiError.fromUnknown(cause);
      // Back to the failure as it was, with why the retry did not go through.
      this.#replace({
        ...message,
        error: { code, reason: detail || message.error?.reason || '', retryable: true },
      });
      if (code === 'not_retryable') this.apply(await this.#client.getMessage(id));
    }
  }

  /** Changes a text that waits for its hour. Rejects with `not_editable` when it has left meanwhile. */
  async edit(id: string, change: EditMessage): Promise<void> {
    this.apply(await this.#client.editMessage(id, change));
  }

  async cancel(id: string): Promise<void> {
    const answer = await this.#client.cancelMessage(id);
    this.#scheduled.delete(id);
    this.apply(answer);
  }

  async #deliver(request: SendMessage & { id: string }): Promise<Message> {
    this.#unsent.set(request.id, request);
    try {
      const answer = await this.#client.sendMessage(request);
      this.#settle(answer.id);
      this.#put(answer);
      this.#touched();
      return answer;
    } catch (cause) {
      const error = ApiError.fromUnknown(cause);
      const current = this.message(request.id) ?? this.#draft(request);
      // The answer may be lost and the message not: a live event that came first has the last word.
      if (!this.#unsent.has(request.id)) return current;
      // A refusal is final for this text as it stands; only what never arrived may arrive after a reload.
      if (error.status >= 400 && error.status < 500) this.#outbox?.forget(this.conversationId, request.id);
      const failed: Message = {
        ...current,
        status: 'failed',
        send_at: null,
        error: { code: error.code, reason: error.detail, retryable: true },
      };
      this.#scheduled.delete(request.id);
      this.#replace(failed);
      this.#preview(failed);
      // Someone may have opted out a second ago: the composer has to know.
      if (error.status === 409) void this.#cache.refresh(this.conversationId).catch(() => undefined);
      return failed;
    }
  }

  async #fetch(query: { around?: string }, afresh: boolean): Promise<void> {
    const generation = ++this.#generation;
    const during: (() => void)[] = (this.#during = []);
    if (this.items.length === 0 || query.around !== undefined) this.status = 'loading';
    this.error = null;
    this.#touched();
    try {
      const page = await this.#client.listMessages(this.conversationId, { ...query, limit: this.#pageSize });
      if (generation !== this.#generation) return;
      const overlaps = page.items.some(({ id }) => this.#byKey.has(id));
      if (afresh || !overlaps) this.#clear();
      this.#merge(page);
      if (afresh || !overlaps) this.#before = page.before;
      this.#after = page.after;
      this.atEnd = query.around === undefined || page.after === null;
      this.status = 'ready';
    } catch (cause) {
      if (generation !== this.#generation) return;
      this.error = ApiError.fromUnknown(cause);
      if (this.status === 'loading') this.status = 'error';
    }
    this.#during = null;
    if (this.status === 'ready') for (const again of during) again();
    this.#touched();
  }

  /** Empties the window, but for what the server does not have yet. */
  #clear(): void {
    const own = this.items.filter((item) => this.#unsent.has(item.key));
    this.items.length = 0;
    this.#byKey.clear();
    for (const item of own) {
      this.#byKey.set(item.key, item);
      insertItem(this.items, item);
    }
  }

  #merge(page: MessagePage): void {
    const fresh: ThreadItem[] = [];
    for (const message of page.items) {
      this.#settle(message.id);
      if (this.#byKey.has(message.id) || isScheduled(message, this.#now())) this.#put(message);
      else fresh.push({ kind: 'message', key: message.id, at: messageTime(message), message });
    }
    for (const message of page.scheduled) this.#put(message);
    for (const event of page.events) {
      if (!this.#byKey.has(event.id)) fresh.push({ kind: 'event', key: event.id, at: event.at, event });
    }
    for (const item of fresh) this.#byKey.set(item.key, item);
    mergeItems(this.items, fresh);
  }

  #put(message: Message): void {
    if (isScheduled(message, this.#now())) {
      this.#scheduled.set(message.id, message);
      return;
    }
    this.#scheduled.delete(message.id);
    const known = this.#byKey.get(message.id);
    if (known?.kind === 'message') {
      const next = newer(known.message, message);
      if (next !== known.message) this.#replace(next);
      return;
    }
    const item: ThreadItem = { kind: 'message', key: message.id, at: messageTime(message), message };
    this.#byKey.set(item.key, item);
    insertItem(this.items, item);
  }

  /** Puts `message` over the known one, whatever their statuses; moves the row only when its time says so. */
  #replace(message: Message): void {
    const known = this.#byKey.get(message.id);
    if (known?.kind !== 'message') {
      this.#put(message);
      return this.#touched();
    }
    known.message = message;
    const at = messageTime(message);
    if (at !== known.at) {
      this.items.splice(this.items.indexOf(known), 1);
      known.at = at;
      insertItem(this.items, known);
    }
    this.#touched();
  }

  /** The server has it: nothing is left to send. */
  #settle(id: string): void {
    if (this.#unsent.delete(id)) {
      const item = this.#byKey.get(id);
      // A failure that was only ours must not outrank the server's word.
      if (item?.kind === 'message') item.message = { ...item.message, status: 'queued', error: null };
      this.#outbox?.forget(this.conversationId, id);
    }
  }

  /** What an earlier page load left unsent. */
  #bringBack(): void {
    for (const { message, at } of this.#outbox?.of(this.conversationId) ?? []) {
      if (this.message(message.id)) this.#outbox?.forget(this.conversationId, message.id);
      if (this.message(message.id) || this.#now() - at < LOST_AFTER) continue;
      this.#unsent.set(message.id, message);
      const error = { code: 'network', reason: '', retryable: true };
      this.#put({ ...this.#draft(message), send_at: null, status: 'failed', error });
    }
    this.#touched();
  }

  #draft(request: SendMessage & { id: string }, shown: readonly Asset[] = []): Message {
    // Never above what is already there, however wrong this machine's clock is.
    const clock = new Date(this.#now()).toISOString();
    const newest = this.items.at(-1)?.at ?? '';
    const created = clock > newest ? clock : new Date(Date.parse(newest) + 1).toISOString();
    return draftMessage(request, this.#cache.get(this.conversationId), created, shown);
  }

  #preview({ id, body, status, error, media, created_at }: Message): void {
    this.#cache.touch(this.conversationId, {
      last_message_at: created_at,
      preview: {
        message_id: id,
        text: body,
        direction: 'outbound',
        status,
        error_reason: error?.reason ?? null,
        media_count: media.length,
        media_arriving: 0,
      },
    });
  }

  #touched(): void {
    this.version += 1;
    this.changed();
  }
}
