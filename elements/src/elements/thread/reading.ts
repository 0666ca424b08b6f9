import type { ReactiveController } from 'lit';
import type { Conversation } from '@patchbay/server-kit/contract';
import type { BaseElement } from '../../internal/base-element.ts';

interface Eyes {
  /** The newest message is drawn and in view. */
  seen: () => boolean;
  read: (conversationId: string) => void;
}

/** Read is what a person had before their eyes: the window in front, the thread at its end. */
export class Reading implements ReactiveController {
  readonly #host: BaseElement & { readonly conversation: Conversation | undefined };
  readonly #eyes: Eyes;
  /** Marked as unread by hand: stays so until something else is opened. */
  #kept: string | null = null;

  constructor(host: BaseElement & { readonly conversation: Conversation | undefined }, eyes: Eyes) {
    this.#host = host;
    this.#eyes = eyes;
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('focus', this.#look);
  }
  hostDisconnected(): void {
    window.removeEventListener('focus', this.#look);
  }
  hostUpdated(): void {
    this.#look();
  }

  /** Another conversation is open. */
  begin(): void {
    this.#kept = null;
  }

  keepUnread(): void {
    this.#kept = this.#host.conversation?.id ?? null;
  }

  readonly #look = () => {
    const { conversation } = this.#host;
    if (!conversation || conversation.unread === 0 || conversation.id === this.#kept) return;
    if (this.#eyes.seen() && document.hasFocus() && this.#host.checkVisibility())
      this.#eyes.read(conversation.id);
  };
}
