import type { Conversation, MemberRef, UpdateConversation } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import { Store } from './store.ts';

export type ConversationListener = (next: Conversation, before: Conversation | undefined) => void;

interface Overlay {
  patch: Partial<Conversation>;
}

/**
 * Every conversation that is known here, once, whoever shows it.
 *
 * What the server said is the base; a change that is still on its way lies over it. A live event that arrives in
 * between replaces the base alone, so it can neither undo the agent's click nor be lost when the click fails.
 */
export class ConversationCache extends Store {
  readonly #client: PatchbayClient;
  readonly #base = new Map<string, Conversation>();
  readonly #overlays = new Map<string, Overlay[]>();
  readonly #watchers = new Set<ConversationListener>();
  readonly #asked = new Map<string, Promise<Conversation>>();
  readonly #failed = new Set<string>();
  readonly #member: (id: string) => MemberRef | undefined;

  constructor(client: PatchbayClient, member: (id: string) => MemberRef | undefined = () => undefined) {
    super();
    this.#client = client;
    this.#member = member;
  }

  get(id: string): Conversation | undefined {
    const base = this.#base.get(id);
    const overlays = this.#overlays.get(id);
    return base && overlays ? Object.assign({}, base, ...overlays.map(({ patch }) => patch)) : base;
  }

  /** Takes what the server said, whole. */
  put(conversation: Conversation): void {
    this.#change(conversation.id, () => this.#base.set(conversation.id, conversation));
  }

  /** Hears of each change with the state before it: lists and counts move by that difference. */
  watch(listener: ConversationListener): () => void {
    this.#watchers.add(listener);
    return () => void this.#watchers.delete(listener);
  }

  /** Gives the conversation, from here or from the server. Many who ask at once ask the server once. */
  async ensure(id: string): Promise<Conversation> {
    return this.get(id) ?? this.refresh(id);
  }

  refresh(id: string): Promise<Conversation> {
    let asked = this.#asked.get(id);
    if (!asked) {
      asked = this.#client
        .getConversation(id)
        .then((conversation) => {
          this.#failed.delete(id);
          this.put(conversation);
          return conversation;
        })
        .catch((cause: unknown) => {
          this.#failed.add(id);
          throw cause;
        })
        .finally(() => this.#asked.delete(id));
      this.#asked.set(id, asked);
    }
    return asked;
  }

  /** Loads again what could not be loaded. */
  recover(): void {
    for (const id of this.#failed) void this.refresh(id).catch(() => undefined);
  }

  /** Shows the change at once; takes it back and rejects when the server refuses. */
  async update(id: string, patch: UpdateConversation): Promise<Conversation> {
    const overlay: Overlay = { patch: this.#local(id, patch) };
    this.#change(id, () => this.#overlays.set(id, [...(this.#overlays.get(id) ?? []), overlay]));
    try {
      const answer = await this.#client.updateConversation(id, patch);
      this.#change(id, () => {
        this.#base.set(id, answer);
        this.#lift(id, overlay);
      });
      return answer;
    } catch (cause) {
      this.#change(id, () => this.#lift(id, overlay));
      throw ApiError.fromUnknown(cause);
    }
  }

  /** What this tab knows before the server has said it, such as the preview of a text just sent. */
  touch(id: string, patch: Partial<Conversation>): void {
    const base = this.#base.get(id);
    if (base) this.put({ ...base, ...patch });
  }

  #local(
    id: string,
    { state, assignee_id, unread, possible_opt_out }: UpdateConversation,
  ): Partial<Conversation> {
    const patch: Partial<Conversation> = {};
    if (state !== undefined) patch.state = state;
    if (assignee_id === null) patch.assignee = null;
    else if (assignee_id !== undefined)
      patch.assignee = this.#member(assignee_id) ?? { id: assignee_id, name: '' };
    if (unread !== undefined) patch.unread = unread ? Math.max(1, this.get(id)?.unread ?? 0) : 0;
    if (possible_opt_out === null) patch.possible_opt_out = null;
    return patch;
  }

  #lift(id: string, overlay: Overlay): void {
    const rest = (this.#overlays.get(id) ?? []).filter((each) => each !== overlay);
    if (rest.length > 0) this.#overlays.set(id, rest);
    else this.#overlays.delete(id);
  }

  #change(id: string, act: () => void): void {
    const before = this.get(id);
    act();
    const next = this.get(id);
    if (!next) return;
    for (const watcher of [...this.#watchers]) watcher(next, before);
    this.changed();
  }
}
