import { nothing } from 'lit';
import type { Message } from '@patchbay/server-kit/contract';
import type { PatchbayClient } from '../../client/types.ts';
import type { BaseElement } from '../../internal/base-element.ts';
import type { ElementEvents } from '../../internal/events.ts';
import { Lazy } from '../../internal/lazy.ts';
import type { Stores } from '../../stores/stores.ts';
import type { I18n } from '../../words/i18n.ts';
import type * as panelModule from './panel.ts';

export interface LazySendContext {
  i18n: I18n;
  stores: Stores | null;
  client: PatchbayClient | null;
  /** The library's tag under the prefix of the host. */
  tag: string;
  to: panelModule.Recipient;
  /** False: the host's page has stopped it. */
  before: (detail: ElementEvents['message-send']) => boolean;
  sent: (message: Message) => void;
}

/** The dialog that sends a video, for an element that offers it: fetched when it is wanted. */
export class LazySend {
  readonly #host: BaseElement;
  readonly #module: Lazy<typeof panelModule>;
  #panel: panelModule.SendPanel | undefined;
  #open = false;

  constructor(host: BaseElement) {
    this.#host = host;
    this.#module = new Lazy(host, () => import('./panel.ts'));
  }

  async load(): Promise<panelModule.SendPanel> {
    const { SendPanel } = await this.#module.load();
    return (this.#panel ??= new SendPanel(this.#host));
  }

  show(open = true): void {
    this.#open = open;
    this.#host.requestUpdate();
    if (!open) return;
    // the panel is made after its code has come, and that is when it can be drawn
    void this.load().then(
      () => this.#host.requestUpdate(),
      () => undefined,
    );
  }

  render({ stores, to, before, sent, ...context }: LazySendContext): unknown {
    if (!this.#open || !stores || !this.#panel) return nothing;
    const { conversationId, contactId } = to;
    const target =
      conversationId === null ? { contact_id: contactId ?? '' } : { conversation_id: conversationId };
    return this.#panel.render({
      ...context,
      stores,
      to,
      close: () => this.show(false),
      before: (message) => before({ message: { ...message, ...target } }),
      sent,
    });
  }
}
