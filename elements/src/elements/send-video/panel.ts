/** Choosing a video and sending it: a dialog over whoever offers it. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { Message } from '@patchbay/server-kit/contract';
import { countSegments } from '@patchbay/server-kit/contract/segments';
import { ApiError } from '../../client/errors.ts';
import { preview, previewStyles } from '../../internal/asset-view.ts';
import {
  attachedStyles,
  Attachments,
  goesWords,
  type AttachContext,
  type AttachWay,
} from '../../internal/attachments.ts';
import type { BaseElement } from '../../internal/base-element.ts';
import { icon, type IconName } from '../../internal/icons-more.ts';
import { modal } from '../../internal/modal.ts';
import { why } from '../../internal/parts.ts';
import { enMediaMore } from '../../words/en-media-more.ts';
import { addEnglish } from '../../words/i18n.ts';

addEnglish(enMediaMore);

/** The carrier's limit on one text (Twilio error 21617). */
const LONGEST = 1600;

const WAYS: readonly [AttachWay, 'choose' | 'record' | 'upload', IconName][] = [
  ['library', 'choose', 'image'],
  ['record', 'record', 'camera'],
  ['upload', 'upload', 'upload'],
];

export const styles = [
  ...attachedStyles,
  previewStyles,
  css`
    dialog[part='send-video'] {
      width: min(520px, calc(100vw - 24px));
    }
    .ways {
      display: grid;
      grid-template-columns: repeat(3, minmax(0, 1fr));
      gap: 10px;
      margin-block: 6px;
    }
    .ways button {
      display: grid;
      justify-items: center;
      align-content: center;
      gap: 8px;
      min-height: 104px;
      padding: 10px;
      border: 1px solid var(--_line-strong);
      border-radius: var(--_radius-l);
      text-align: center;
      font-size: 13px;
      font-weight: 550;
    }
    .ways button:hover {
      background: var(--_surface-hover);
    }
    .ways .icon {
      width: 24px;
      height: 24px;
      color: var(--_accent-text);
      stroke-width: 1.5;
    }
    .chosen {
      display: flex;
      align-items: center;
      gap: 10px;
      margin-block: 8px 12px;
    }
    .chosen .how {
      display: block;
      color: var(--_text-muted);
      font-size: var(--_text-s);
    }
    .sending .foot {
      display: flex;
      align-items: center;
      gap: 12px;
      margin-top: 8px;
    }
    .sending textarea {
      min-height: 76px;
      resize: vertical;
    }
  `,
];

/** To whom: a conversation, or a person who may have none yet. */
export interface Recipient {
  conversationId: string | null;
  contactId: string | null;
  name: string;
}

export interface PanelContext extends Omit<AttachContext, 'of'> {
  to: Recipient;
  close: () => void;
  /** False: the host has stopped it. */
  before: (message: { body: string; assets: { id: string }[] }) => boolean;
  sent: (message: Message) => void;
}

export class SendPanel {
  readonly attachments: Attachments;
  readonly #host: BaseElement;
  #text = '';
  #problem = '';
  #sending = false;
  /** Of the text that is being sent: an answer that got lost must not become a second one. */
  #id = '';

  constructor(host: BaseElement) {
    this.#host = host;
    this.attachments = new Attachments(host, { single: true, kind: 'video' });
  }

  render(context: PanelContext): TemplateResult {
    const { i18n, to, close } = context;
    const attach: AttachContext = { ...context, of: to.conversationId ?? to.contactId ?? '' };
    const [asset] = this.attachments.assets(attach.of);
    return html`${modal({
      i18n,
      name: 'send-video',
      title: to.name ? i18n.t('send.titleTo', { name: to.name }) : i18n.t('send.title'),
      close,
      body: html`<form
        class="sending"
        @submit=${(event: SubmitEvent) => void this.#send(event, context, attach.of)}
      >
        ${
          asset
            ? html`${preview(asset, i18n)}
                <div class="chosen">
                  <span class="grow"
                    ><b class="ell"><bdi>${asset.name}</bdi></b
                    ><span class="how">${goesWords(asset, i18n)}</span></span
                  ><button class="link" type="button" @click=${() => this.attachments.clear(attach.of)}>
                    ${i18n.t('send.other')}
                  </button>
                </div>`
            : this.attachments.items(attach.of).length > 0
              ? this.attachments.render(attach)
              : this.#ways(attach)
        }
        ${this.attachments.items(attach.of).length > 0 ? this.#words(context, attach) : nothing}
        ${this.#problem ? html`<p class="wrong" role="alert">${this.#problem}</p>` : nothing}
      </form>`,
    })}
    ${this.attachments.renderOpen(attach)}`;
  }

  #ways(attach: AttachContext): TemplateResult {
    return html`<div class="ways">
      ${WAYS.map(
        ([way, word, picture]) =>
          html`<button type="button" @click=${() => this.attachments.choose(way, attach)}>
            ${icon(picture)}${attach.i18n.t(`send.${word}`)}
          </button>`,
      )}
    </div>`;
  }

  #words({ i18n }: PanelContext, { of }: AttachContext): TemplateResult {
    const links = this.attachments.links(of);
    const count = countSegments(this.#text + links);
    const busy = this.attachments.busy(of);
    const over = this.#text.length > LONGEST;
    return html`<label
        >${i18n.t('send.text')}<textarea
          class="field"
          name="text"
          rows="3"
          dir="auto"
          .value=${this.#text}
          @input=${(event: Event) => {
            this.#text = (event.target as HTMLTextAreaElement).value;
            this.#host.requestUpdate();
          }}
        ></textarea>
      </label>
      <div class="foot">
        <span class="grow muted num"
          >${
            busy
              ? i18n.t('send.wait')
              : links === ''
                ? `${i18n.number(count.units)}/${i18n.number(count.capacity)}`
                : i18n.t('send.counts', {
                    units: count.units,
                    capacity: count.capacity,
                    count: count.segments,
                  })
          }</span
        >
        <button class="button primary" ?disabled=${busy || over || this.#sending}>
          ${icon('send', 'flip')}${i18n.t('send.now')}
        </button>
      </div>`;
  }

  async #send(event: SubmitEvent, context: PanelContext, of: string): Promise<void> {
    event.preventDefault();
    const { stores, i18n, to, close, sent, before } = context;
    const assets = this.attachments.assets(of).map(({ id }) => ({ id }));
    const body = this.#text.trim();
    if (this.#sending || assets.length === 0 || !before({ body, assets })) return;
    this.#id ||= crypto.randomUUID();
    this.#set({ sending: true, problem: '' });
    try {
      const target =
        to.conversationId === null
          ? { contact_id: to.contactId ?? '' }
          : { conversation_id: to.conversationId };
      const message = await stores.client.sendMessage({ id: this.#id, body, assets, ...target });
      this.attachments.clear(of);
      this.#id = this.#text = '';
      this.#set({ sending: false, problem: '' });
      close();
      sent(message);
    } catch (cause) {
      const error = ApiError.fromUnknown(cause);
      // what was refused may be changed, and is another one then
      if (error.status >= 400 && error.status < 500) this.#id = '';
      this.#set({ sending: false, problem: `${i18n.t('error.send')} ${why(i18n, error)}` });
    }
  }

  #set({ sending, problem }: { sending: boolean; problem: string }): void {
    this.#sending = sending;
    this.#problem = problem;
    this.#host.requestUpdate();
  }
}
