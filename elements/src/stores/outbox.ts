import type { SendMessage } from '@patchbay/server-kit/contract';
import type { SafeStorage } from './storage.ts';

export interface Unsent {
  message: SendMessage & { id: string; conversation_id: string };
  at: number;
}

/**
 * Texts that the server has not confirmed yet. A reload between the click and the answer would lose them for good,
 * since the draft is cleared at once; from here they come back as "not sent", with Retry. The same id is used again,
 * so one that did arrive after all stays one message.
 */
export class Outbox {
  readonly #storage: SafeStorage;
  readonly #scope: () => string;

  constructor(storage: SafeStorage, scope: () => string) {
    this.#storage = storage;
    this.#scope = scope;
  }

  keep(unsent: Unsent): void {
    this.#storage.set(this.#key(unsent.message.conversation_id, unsent.message.id), JSON.stringify(unsent));
  }

  forget(conversationId: string, messageId: string): void {
    this.#storage.set(this.#key(conversationId, messageId), null);
  }

  of(conversationId: string): Unsent[] {
    return this.#storage.keys(this.#key(conversationId, '')).flatMap((key) => {
      const text = this.#storage.get(key);
      return text === null ? [] : [JSON.parse(text) as Unsent];
    });
  }

  #key(conversationId: string, messageId: string): string {
    return `pb:unsent:${this.#scope()}:${conversationId}:${messageId}`;
  }
}
