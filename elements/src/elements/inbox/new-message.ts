import { html, nothing, type TemplateResult } from 'lit';
import type { Contact } from '@patchbay/server-kit/contract';
import type { PatchbayClient } from '../../client/types.ts';
import { icon } from '../../internal/icons-more.ts';
import { avatar } from '../../internal/parts.ts';
import { formatPhone, type I18n } from '../../words/i18n.ts';

/** To whom a new message goes: a contact found by name, or a number as people write it. */
export class NewMessage {
  /** As E.164, once it is known. */
  to: string | null = null;
  name = '';
  bad = false;
  found: readonly Contact[] = [];
  readonly #changed: () => void;
  readonly #ended: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(changed: () => void, ended: () => void) {
    this.#changed = changed;
    this.#ended = ended;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#ended();
    this.#changed();
  }

  type(text: string, client: PatchbayClient): void {
    clearTimeout(this.#timer);
    this.name = text;
    this.bad = false;
    this.to = numberOf(text);
    this.#changed();
    if (text.trim().length < 2) {
      this.found = [];
      return;
    }
    this.#timer = setTimeout(() => {
      void client
        .listContacts({ q: text.trim(), limit: 6 })
        .catch(() => ({ items: [] }))
        .then(({ items }) => {
          if (this.name !== text) return;
          this.found = items.filter(({ phone }) => phone !== null);
          this.#changed();
        });
    }, 200);
  }

  pick(contact: Contact): void {
    this.to = contact.phone;
    this.name = contact.name ?? formatPhone(contact.phone);
    this.found = [];
    this.#changed();
  }

  render(i18n: I18n, client: PatchbayClient, composer: TemplateResult, back: boolean): TemplateResult {
    const onInput = (event: Event) => this.type((event.target as HTMLInputElement).value, client);
    const onKey = (event: KeyboardEvent) => {
      event.stopPropagation();
      if (event.key === 'Escape') this.end();
      if (event.key !== 'Enter') return;
      const only = this.found[0];
      if (this.to === null && only) this.pick(only);
      else if (this.to === null) this.bad = true;
      this.#changed();
    };
    return html`<div class="compose" part="new-message" role="group" aria-label=${i18n.t('newMessage')}>
      <div class="head">
        ${back ? html`<button class="tool" aria-label=${i18n.t('back')} @click=${() => this.end()}>${icon('back', 'flip')}</button>` : nothing}
        <label for="to">${i18n.t('to')}</label>
        <input
          id="to"
          autocomplete="off"
          dir="auto"
          placeholder=${i18n.t('toHint')}
          .value=${this.name}
          @input=${onInput}
          @keydown=${onKey}
        />
        ${back ? nothing : html`<button class="tool" aria-label=${i18n.t('close')} @click=${() => this.end()}>${icon('x')}</button>`}
        ${
          this.found.length > 0
            ? html`<div class="pop">
                ${this.found.map(
                  (contact) =>
                    html`<button class="item" @click=${() => this.pick(contact)}>
                      ${avatar(contact)}<span class="grow ell"
                        ><b>${contact.name ?? i18n.phone(contact.phone)}</b></span
                      >
                      <bdi class="muted num">${i18n.phone(contact.phone)}</bdi>
                    </button>`,
                )}
              </div>`
            : nothing
        }
      </div>
      ${this.bad ? html`<p class="note" role="alert">${i18n.t('toBad')}</p>` : nothing}
      <div class="space"></div>
      ${this.to === null ? nothing : composer}
    </div>`;
  }
}

/** A number that can be meant as one: ten digits of North America, or any with a plus. The server has the last word. */
export function numberOf(text: string): string | null {
  if (/[^\d\s+().-]/.test(text)) return null;
  const digits = text.replace(/\D/g, '');
  if (text.trim().startsWith('+')) return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : null;
  const american = /^1?([2-9]\d{9})$/.exec(digits);
  return american ? `+1${american[1]}` : null;
}
