import { html, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Contact, UpdateContact } from '@patchbay/server-kit/contract';
import { BaseElement } from '../../internal/base-element.ts';
import { icon } from '../../internal/icons.ts';
import { avatar, emptyState, errorState, why } from '../../internal/parts.ts';
import type { ContactStore } from '../../stores/contact.ts';
import { contactOf } from '../../stores/opened.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { enMore } from '../../words/en-more.ts';
import { addEnglish } from '../../words/i18n.ts';
import { LazyTimeline } from './lazy-timeline.ts';
import { consentChips, consentRecords, recordStyles } from './consent.ts';
import { styles } from './contact-panel.styles.ts';

const FIELDS = ['first_name', 'last_name', 'email', 'phone', 'lead_type', 'stage', 'source'] as const;
type Field = (typeof FIELDS)[number];
/** Shown even while empty: they are what is asked for first. */
const ALWAYS: readonly Field[] = ['email', 'phone', 'stage'];

addEnglish(enMore);

/**
 * An address that is too long breaks after its @ and its dots, rather than in the middle of a word. Heard it is one word:
 * around a <wbr> some screen readers pause.
 */
const breakable = (address: string) =>
  html`<span class="hidden">${address}</span
    ><span aria-hidden="true">${address.split(/(?<=[@.])/).map((part) => html`${part}<wbr />`)}</span>`;

/**
 * @summary Who a contact is: fields and tags to edit in place, and consent per channel with its record.
 *
 * @slot - Below everything: the host's own sections.
 * @slot header - Below name and tags.
 * @event contact-change - The server has taken a change.
 * @csspart avatar - The initials.
 * @csspart name - The name.
 * @csspart tags - The tags.
 * @csspart tag - One tag.
 * @csspart fields - The fields.
 * @csspart field - One field's value.
 * @csspart consent - One channel's consent.
 * @csspart records - The consent record.
 * @csspart timeline - What happened with the contact, once it is opened.
 */
export class ContactPanel extends BaseElement {
  static override readonly elementName: string = 'contact-panel';
  static override styles = [tokens, base, styles, recordStyles];

  /** The contact to show. */
  @property({ attribute: 'contact-id' }) contactId: string | null = null;
  /** Nothing can be changed. */
  @property({ type: Boolean, attribute: 'read-only' }) readOnly = false;

  @state() private editing: string | null = null;
  @state() private addingTag = false;
  @state() private recordsOpen = false;
  @state() private granting = false;
  readonly #timeline = new LazyTimeline(this, () => this.tag('timeline'));
  #shown: string | null = null;

  /** The store that is drawn. */
  get store(): ContactStore | null {
    return this.contactId !== null && this.stores ? contactOf(this.stores, this.contactId) : null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const { store } = this;
    this.watch(store, this.stores?.session);
    if (store?.status === 'idle') void store.load();
    if (this.contactId === this.#shown) return;
    this.#shown = this.contactId;
    this.editing = null;
    this.addingTag = this.recordsOpen = this.granting = this.#timeline.open = false;
  }

  /** Opens the consent record and brings it into view. */
  showConsent(): void {
    this.recordsOpen = true;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector('.consent')?.scrollIntoView({ block: 'nearest' }),
    );
  }

  protected override render() {
    const { i18n, store } = this;
    return html`<div class="root" part="base" dir=${i18n.dir} lang=${i18n.locale}>
      ${this.#renderBody(store)}
    </div>`;
  }

  #renderBody(store: ContactStore | null) {
    const { i18n } = this;
    if (!store) return emptyState('user', this.t('details'), this.t('empty.pickHint'));
    if (store.status === 'error')
      return errorState(i18n, 'error.contact', store.error, () => void store.load());
    const { contact } = store;
    if (!contact) {
      return html`<div class="ghosts" part="loading" role="status" aria-label=${this.t('loading')}>
        <span class="avatar"></span>${[1, 2, 3, 4, 5].map(() => html`<span class="bones"></span>`)}
      </div>`;
    }
    const { name, phone, lead_type, created_at } = contact;
    return html`<div class="top">
        ${avatar(contact)}
        <div class="grow">
          <h2 part="name"><bdi>${name ?? i18n.phone(phone)}</bdi></h2>
          <div class="sub">
            ${[lead_type, this.t('leadSince', { date: i18n.date(created_at) })].filter(Boolean).join(' · ')}
          </div>
        </div>
      </div>
      ${this.#renderTags(contact, store)}
      ${
        store.saveError
          ? html`<div class="notice bad problem" role="alert">
              ${icon('alert')}<span>${this.t('error.change')} ${why(i18n, store.saveError)}</span>
            </div>`
          : nothing
      }
      <slot name="header"></slot>
      <section aria-label=${this.t('fields')}>${this.#renderFields(contact)}</section>
      <section class="consent" aria-label=${this.t('consent')}>
        ${this.#renderConsent(contact, store)}
      </section>
      ${this.#timeline.render(i18n, contact.id, this.readOnly)}
      <slot></slot>`;
  }

  #renderTags({ tags }: Contact, store: ContactStore) {
    const remove = (tag: string) => void this.#done(store.removeTag(tag));
    return html`<ul class="tags" part="tags" aria-label=${this.t('tags')}>
      ${tags.map(
        (tag, i) =>
          html`<li class="chip ${i === 0 ? 'accent' : ''}" part="tag">
            <bdi class="ell">${tag}</bdi>${
              this.readOnly
                ? nothing
                : html`<button
                    aria-label=${this.t('removeNamed', { name: tag })}
                    title=${this.t('remove')}
                    @click=${() => remove(tag)}
                  >
                    ${icon('x')}
                  </button>`
            }
          </li>`,
      )}
      ${
        this.readOnly
          ? nothing
          : this.addingTag
            ? html`<li>
                <input
                  class="field"
                  aria-label=${this.t('addTag')}
                  placeholder=${this.t('addTag')}
                  maxlength="100"
                  @keydown=${this.#onTagKey}
                  @blur=${this.#onTagBlur}
                />
              </li>`
            : html`<li>
                <button
                  class="chip"
                  part="add-tag"
                  aria-label=${this.t('addTag')}
                  title=${this.t('addTag')}
                  @click=${this.#addTag}
                >
                  ${icon('plus')}
                </button>
              </li>`
      }
    </ul>`;
  }

  #renderFields(contact: Contact) {
    const { i18n } = this;
    const zone = contact.time_zone ?? i18n.timeZone;
    const shown = FIELDS.filter((field) => contact[field] !== null || ALWAYS.includes(field));
    return html`<dl part="fields">
      ${shown.map((field) => this.#renderField(field, this.t(`field.${field}`), contact[field], contact))}
      ${
        zone
          ? html`<dt>${this.t('field.local_time')}</dt>
              <dd>
                <span class="value num"
                  >${i18n.time(new Date().toISOString(), zone)} · ${i18n.city(zone)}</span
                >
              </dd>`
          : nothing
      }
      ${Object.entries(contact.fields).map(([name, value]) => this.#renderField(`fields.${name}`, name, value, contact))}
    </dl>`;
  }

  #renderField(field: string, label: string, value: string | null, contact: Contact) {
    const shown = field === 'phone' ? this.i18n.phone(value) : value;
    if (this.editing === field) {
      const type = field === 'email' ? 'email' : field === 'phone' ? 'tel' : 'text';
      return html`<dt>${label}</dt>
        <dd>
          <input
            class="field"
            type=${type}
            aria-label=${label}
            .value=${shown ?? ''}
            @keydown=${this.#onFieldKey}
            @change=${(event: Event) => this.#save(field, event, contact)}
            @blur=${() => (this.editing = null)}
          />
        </dd>`;
    }
    const words = field === 'email' && shown ? breakable(shown) : shown;
    const text = words ? html`<bdi>${words}</bdi>` : this.t('addField', { field: label });
    return html`<dt>${label}</dt>
      <dd>
        ${
          this.readOnly
            ? html`<span class="value" part="field">${words ?? '–'}</span>`
            : html`<button
                class="value ${shown ? '' : 'none'}"
                part="field"
                title=${this.t('editField', { field: label })}
                @click=${() => this.#edit(field)}
              >
                ${text}${icon('edit')}
              </button>`
        }
      </dd>`;
  }

  #renderConsent(contact: Contact, store: ContactStore) {
    const { i18n } = this;
    const sms = contact.consent.find(({ channel }) => channel === 'sms');
    return html`<h3>${this.t('consent')}</h3>
      ${consentChips(contact, i18n)}
      <div class="acts">
        <button
          class="link"
          aria-expanded=${this.recordsOpen}
          @click=${() => (this.recordsOpen = !this.recordsOpen)}
        >
          ${this.t('consent.record')}
        </button>
        ${
          this.readOnly
            ? nothing
            : sms?.state === 'granted'
              ? html`<button
                  class="link"
                  @click=${() => void this.#done(store.recordConsent({ channel: 'sms', action: 'withdraw' }))}
                >
                  ${this.t('consent.recordWithdraw')}
                </button>`
              : html`<button
                  class="link"
                  aria-expanded=${this.granting}
                  @click=${() => (this.granting = !this.granting)}
                >
                  ${this.t('consent.recordGrant')}
                </button>`
        }
      </div>
      ${
        this.granting
          ? html`<form @submit=${(event: SubmitEvent) => this.#grant(event, store)}>
              <input
                class="field"
                name="wording"
                required
                maxlength="2000"
                aria-label=${this.t('consent.wording')}
                placeholder=${this.t('consent.wording')}
              />
              <button class="button">${this.t('save')}</button>
            </form>`
          : nothing
      }
      ${this.recordsOpen ? html`<div part="records">${consentRecords(store.consent ?? [], i18n)}</div>` : nothing}`;
  }

  async #done(change: Promise<boolean>): Promise<void> {
    const contact = (await change) ? this.store?.contact : null;
    if (contact) this.emit('contact-change', { contact });
  }

  #edit(field: string): void {
    this.editing = field;
    void this.updateComplete.then(() => {
      const input = this.renderRoot.querySelector<HTMLInputElement>('dl .field');
      input?.focus();
      input?.select();
    });
  }

  #save(field: string, event: Event, contact: Contact): void {
    const value = (event.target as HTMLInputElement).value.trim();
    this.editing = null;
    const patch: UpdateContact = field.startsWith('fields.')
      ? { fields: { ...contact.fields, [field.slice('fields.'.length)]: value } }
      : { [field as Field]: value === '' ? null : value };
    if (this.store) void this.#done(this.store.update(patch));
  }

  #grant(event: SubmitEvent, store: ContactStore): void {
    event.preventDefault();
    const wording = new FormData(event.target as HTMLFormElement).get('wording');
    if (typeof wording !== 'string') return;
    this.granting = false;
    void this.#done(store.recordConsent({ channel: 'sms', action: 'grant', wording: wording.trim() }));
  }

  readonly #addTag = () => {
    this.addingTag = true;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.tags .field')?.focus());
  };
  readonly #onTagKey = (event: KeyboardEvent) => {
    const input = event.target as HTMLInputElement;
    if (event.key === 'Escape') input.value = '';
    if (event.key === 'Escape' || event.key === 'Enter') input.blur();
    event.stopPropagation();
  };
  readonly #onTagBlur = (event: Event) => {
    const { value } = event.target as HTMLInputElement;
    this.addingTag = false;
    if (value.trim() !== '' && this.store) void this.#done(this.store.addTag(value));
  };
  readonly #onFieldKey = (event: KeyboardEvent) => {
    const input = event.target as HTMLInputElement;
    if (event.key === 'Escape') this.editing = null;
    if (event.key === 'Enter') input.blur();
    event.stopPropagation();
  };
}
