import { html, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Asset } from '@patchbay/server-kit/contract';
import { BaseElement } from '../../internal/base-element.ts';
import { outline } from '../../internal/icons.ts';
import { core } from '../../styles/core.ts';
import { controls } from '../../styles/controls.ts';
import { tokens } from '../../styles/tokens.ts';
import { enSendVideo } from '../../words/en-send-video.ts';
import { addEnglish } from '../../words/i18n.ts';
import { LazySend } from './lazy-send.ts';
import { styles } from './send-video.styles.ts';

addEnglish(enSendVideo);

const CAMERA = 'M4 6h11v12H4zM15 10.500 20 7v10l-5-3.500z';

/**
 * @summary A button that sends one person a video: from the library, recorded now, or uploaded.
 *
 * @event message-send - It is about to be sent; cancelable.
 * @event message-sent - The server has it.
 * @csspart button - The button.
 */
export class SendVideo extends BaseElement {
  static override readonly elementName: string = 'send-video';
  static override styles = [tokens, core, controls, styles];

  /** To whom: a conversation. */
  @property({ attribute: 'conversation-id' }) conversationId: string | null = null;
  /** Or a person, who may have no conversation yet. */
  @property({ attribute: 'contact-id' }) contactId: string | null = null;
  /** What they are called in the dialog. */
  @property() name = '';
  /** Only the picture, as a tool among others. */
  @property({ type: Boolean, attribute: 'icon-only' }) iconOnly = false;

  @state() private said = '';

  readonly #sending = new LazySend(this);

  /** Opens the dialog, with a file of the library chosen already if one is given. */
  async show(asset?: Asset): Promise<void> {
    const { attachments } = await this.#sending.load();
    if (asset) attachments.add(this.conversationId ?? this.contactId ?? '', asset);
    this.#sending.show();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    this.watch(this.stores?.session);
  }

  protected override render() {
    const { i18n, iconOnly } = this;
    const label = this.t('send.button');
    const to = this.conversationId ?? this.contactId;
    return html`<div class="root" part="base" dir=${i18n.dir} lang=${i18n.locale}>
      <button
        class=${iconOnly ? 'tool' : 'button'}
        part="button"
        aria-haspopup="dialog"
        aria-label=${iconOnly ? label : nothing}
        title=${iconOnly ? label : nothing}
        ?disabled=${to === null}
        @click=${() => void this.show()}
      >
        ${outline(CAMERA)}${iconOnly ? nothing : label}
      </button>
      <span class="hidden" role="status">${this.said}</span>
      ${this.#renderPanel()}
    </div>`;
  }

  #renderPanel() {
    const { i18n, stores, client, conversationId, contactId, name } = this;
    return this.#sending.render({
      i18n,
      stores,
      client,
      tag: this.tag('media-library'),
      to: { conversationId, contactId, name },
      before: (detail) => this.emit('message-send', detail),
      sent: (message) => {
        this.said = this.t('send.sent', { name });
        this.emit('message-sent', { message });
      },
    });
  }
}
