import type { SafeStorage } from './storage.ts';
import { Store } from './store.ts';

/**
 * What was typed and not sent, per tenant, member and conversation. Survives a switch and a reload, is the same in all
 * tabs, and is gone the moment that it is sent.
 */
export class DraftsStore extends Store {
  readonly #storage: SafeStorage;
  readonly #scope: () => string;
  /** Typed before it was known who types: filed under the member as soon as that is known. */
  readonly #early = new Map<string, string>();

  constructor(storage: SafeStorage, scope: () => string) {
    super();
    this.#storage = storage;
    this.#scope = scope;
  }

  get(conversationId: string): string {
    return (
      this.#early.get(conversationId) ??
      (this.#known ? this.#storage.get(this.#key(conversationId)) : null) ??
      ''
    );
  }

  set(conversationId: string, text: string): void {
    if (text === this.get(conversationId)) return;
    if (this.#known) this.#storage.set(this.#key(conversationId), text.trim() === '' ? null : text);
    else this.#early.set(conversationId, text);
    this.changed();
  }

  clear(conversationId: string): void {
    this.#early.delete(conversationId);
    this.set(conversationId, '');
  }

  /** To be called once the member is known. */
  settle(): void {
    const early = [...this.#early];
    this.#early.clear();
    for (const [id, text] of early) this.set(id, text);
    this.changed();
  }

  /** Follows what is typed in other tabs. */
  watch(): () => void {
    return this.#storage.watch((key) => {
      if (key.startsWith(this.#key(''))) this.changed();
    });
  }

  get #known(): boolean {
    return this.#scope() !== '';
  }
  #key(conversationId: string): string {
    return `pb:draft:${this.#scope()}:${conversationId}`;
  }
}
