import { html, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Contact, FieldValue } from '@patchbay/server-kit/contract';
import { BaseElement } from '../../internal/base-element.ts';
import { icon } from '../../internal/icons-more.ts';
import { avatar, emptyState, errorState, why } from '../../internal/parts.ts';
import type { ContactStore } from '../../stores/contact.ts';
import { contactOf } from '../../stores/opened.ts';
import type { Stores } from '../../stores/stores.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { enMore } from '../../words/en-more.ts';
import { addEnglish } from '../../words/i18n.ts';
import { LazyTimeline } from './lazy-timeline.ts';
import { consentActs, type ConsentHost } from './consent-acts.ts';
import { consentChips, consentRecords, consentRequests, recordStyles } from './consent.ts';
import { LazyExtras, type ExtrasContext } from './lazy-extras.ts';
import { LazyRuns } from './lazy-runs.ts';
import { LazyWork } from './lazy-work.ts';
import { LazySend } from '../send-video/lazy-send.ts';
import { styles } from './contact-panel.styles.ts';
import { renderDetail, type DetailHost } from './detail.ts';
import { addressDetails, contactingDetails, mainDetails, ownDetails, type Detail } from './details.ts';

addEnglish(enMore);

/**
 * @summary Who a contact is: fields and tags to edit in place, and consent per channel with its record.
 *
 * @slot - Below everything: the host's own sections.
 * @slot header - Below name and tags.
 * @event message-send - A video is about to be sent; cancelable.
 * @event message-sent - The server has it.
 * @event contact-change - The server has taken a change.
 * @event contact-open - Another contact is to be shown: a possible duplicate, or who has a number already. Cancelable.
 * @event contact-delete - The contact was deleted.
 * @csspart avatar - The initials.
 * @csspart name - The name.
 * @csspart tags - The tags.
 * @csspart tag - One tag.
 * @csspart fields - The fields.
 * @csspart field - One field's value.
 * @csspart consent - One channel's consent.
 * @csspart asked - A question that waits for its answer.
 * @csspart records - The consent record.
 * @csspart duplicates - Who may be the same person.
 * @csspart merged - That two were merged, with the way back.
 * @csspart profile - Questions and answers.
 * @csspart workflows - The workflows that they are in.
 * @csspart tasks - What is to be done.
 * @csspart task - One task.
 * @csspart notes - What was noted.
 * @csspart note - One note.
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
  @state() private said = '';
  @state() private link = '';
  /** Shown instead of `contactId`, because somebody has followed a link in here. */
  @state() private instead: string | null = null;
  readonly #timeline = new LazyTimeline(this, () => this.tag('timeline'));
  readonly #work = new LazyWork(this);
  readonly #runs = new LazyRuns(this);
  readonly #sending = new LazySend(this);
  readonly #extras = new LazyExtras(this);
  #shown: string | null = null;

  /** The store that is drawn. */
  get store(): ContactStore | null {
    const id = this.instead ?? this.contactId;
    return id !== null && this.stores ? contactOf(this.stores, id) : null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has('contactId')) this.instead = null;
    const { store } = this;
    this.watch(store, this.stores?.session);
    if (store?.status === 'idle') void store.load();
    if (store) void this.stores?.session.loadContactFields();
    const shown = store?.contactId ?? null;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.editing = null;
    this.addingTag = this.recordsOpen = this.granting = this.#timeline.open = false;
    this.said = this.link = '';
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
    const { stores } = this;
    if (!store || !stores) return emptyState('user', this.t('details'), this.t('empty.pickHint'));
    if (store.gone) return emptyState('user', this.t('contactGone'), this.t('contactGoneHint'));
    if (store.status === 'error')
      return errorState(i18n, 'error.contact', store.error, () => void store.load());
    const { contact } = store;
    if (!contact) {
      return html`<div class="ghosts" part="loading" role="status" aria-label=${this.t('loading')}>
        <span class="avatar"></span>${[1, 2, 3, 4, 5].map(() => html`<span class="bones"></span>`)}
      </div>`;
    }
    const { name, phone, lead_type, created_at } = contact;
    const extras = this.#extrasContext(stores, store, contact);
    return html`${this.#renderBack(stores)}
      <div class="top">
        ${avatar(contact)}
        <div class="grow">
          <h2 part="name"><bdi>${name ?? i18n.phone(phone)}</bdi></h2>
          <div class="sub">
            ${[lead_type, this.t('leadSince', { date: i18n.date(created_at) })].filter(Boolean).join(' · ')}
          </div>
        </div>
        ${this.#renderVideo(contact)}
      </div>
      ${this.#renderTags(contact, store)}
      ${
        store.saveError
          ? html`<div class="notice bad problem" role="alert">
              ${icon('alert')}<span
                >${this.t('error.change')} ${why(i18n, store.saveError)}
                ${this.#renderOwner(store, extras)}</span
              >
            </div>`
          : nothing
      }
      ${this.#extras.notices(extras)}
      <slot name="header"></slot>
      <section aria-label=${this.t('fields')}>${this.#renderFields(contact, extras)}</section>
      ${this.#runs.render(stores, contact.id, i18n, this.readOnly)}
      ${this.#work.render(stores, contact.id, i18n, this.readOnly)}
      ${this.#renderGroup(this.t('group.own'), ownDetails(contact, i18n, this.stores?.session.contactFields ?? []))}
      ${this.#renderGroup(this.t('group.address'), addressDetails(contact, i18n))}
      ${this.#renderGroup(this.t('group.contacting'), contactingDetails(contact, i18n))}
      <section class="consent" aria-label=${this.t('consent')}>
        ${this.#renderConsent(contact, store, extras)}
      </section>
      ${this.#extras.profile(extras)} ${this.#timeline.render(i18n, contact.id, this.readOnly)}
      ${this.#extras.removal(extras)}
      <slot></slot>`;
  }

  #extrasContext(stores: Stores, store: ContactStore, contact: Contact): ExtrasContext {
    return {
      i18n: this.i18n,
      stores,
      store,
      contact,
      readOnly: this.readOnly,
      open: (contactId) => this.#openOther(contactId),
      changed: (changed) => void this.emit('contact-change', { contact: changed }),
      removed: (contactId) => void this.emit('contact-delete', { contactId }),
      done: (change) => this.#done(change),
    };
  }

  #renderVideo({ id, name, phone }: Contact) {
    if (this.readOnly || phone === null) return nothing;
    const { i18n, stores, client } = this;
    const label = this.t('sendVideo');
    return html`<button
        class="tool"
        part="video"
        aria-haspopup="dialog"
        aria-label=${label}
        title=${label}
        @click=${() => this.#sending.show()}
      >
        ${icon('camera')}
      </button>
      ${this.#sending.render({
        i18n,
        stores,
        client,
        tag: this.tag('media-library'),
        to: { conversationId: null, contactId: id, name: name ?? i18n.phone(phone) },
        before: (detail) => this.emit('message-send', detail),
        sent: (message) => void this.emit('message-sent', { message }),
      })}`;
  }

  /** The way back to the contact that the host has asked for. */
  #renderBack(stores: Stores) {
    if (this.instead === null || this.contactId === null) return nothing;
    const before = contactOf(stores, this.contactId);
    if (before.gone) return nothing;
    const name = before.contact?.name ?? this.i18n.phone(before.contact?.phone);
    return html`<button class="link back" @click=${() => (this.instead = null)}>
      ${icon('back', 'flip')}${this.t('back.to', { name })}
    </button>`;
  }

  /** A number that somebody else has: the way to them. */
  #renderOwner({ saveError, refused }: ContactStore, extras: ExtrasContext) {
    const taken = saveError?.code === 'contact_exists' || saveError?.code === 'address_taken';
    const phone = refused?.phone;
    if (!taken || !phone) return nothing;
    return html`<button class="link" @click=${() => void this.#extras.openOwner(extras, phone)}>
      ${this.t('openThatOne')}
    </button>`;
  }

  #openOther(contactId: string): void {
    if (!this.emit('contact-open', { contactId, conversationId: null })) return;
    this.instead = contactId === this.contactId ? null : contactId;
    this.scrollTop = 0;
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

  #renderFields(contact: Contact, extras: ExtrasContext) {
    const { i18n } = this;
    const { name: zone, source } = contact.zone;
    return html`<dl part="fields">
      ${mainDetails(contact, i18n, this.stores?.session.me?.members ?? []).map((detail) => renderDetail(detail, this.#host))}
      ${this.#extras.addresses(
        extras,
        contact.addresses.map(
          ({ kind, address, label }) =>
            html`<dt>${label ?? this.t('field.also')}</dt>
              <dd>
                <span class="value" part="field"
                  ><bdi>${kind === 'phone' ? i18n.phone(address) : address}</bdi></span
                >
              </dd>`,
        ),
      )}
      <dt>${this.t('field.local_time')}</dt>
      <dd>
        <span class="value num" title=${this.t(`zone.${source}`)}
          >${i18n.time(new Date().toISOString(), zone)} · ${i18n.city(zone)}</span
        >
      </dd>
    </dl>`;
  }

  #renderGroup(title: string, details: Detail[]) {
    // to read, only what there is
    const shown = this.readOnly
      ? details.filter(({ value }) => value !== null && value !== false && !isEmptyList(value))
      : details;
    if (shown.length === 0) return nothing;
    return html`<section aria-label=${title}>
      <h3>${title}</h3>
      <dl part="fields">${shown.map((detail) => renderDetail(detail, this.#host))}</dl>
    </section>`;
  }

  get #host(): DetailHost {
    return {
      i18n: this.i18n,
      readOnly: this.readOnly,
      editing: this.editing,
      edit: (key) => this.#edit(key),
      leave: () => (this.editing = null),
      save: (detail, value) => this.#save(detail, value),
    };
  }

  #renderConsent(contact: Contact, store: ContactStore, extras: ExtrasContext) {
    const { i18n } = this;
    return html`<h3>${this.t('consent')}</h3>
      ${consentChips(contact, i18n)} ${consentRequests(store.requests, i18n)}
      ${consentActs(contact, store, this.#consentHost)}
      ${this.granting ? this.#extras.consentForm(extras, () => (this.granting = false)) : nothing}
      ${this.recordsOpen ? html`<div part="records">${consentRecords(store.consent ?? [], i18n)}</div>` : nothing}`;
  }

  get #consentHost(): ConsentHost {
    const { i18n, readOnly, recordsOpen, granting, said, link } = this;
    return {
      i18n,
      readOnly,
      recordsOpen,
      granting,
      said,
      link,
      set: (change) => Object.assign(this, change),
      done: (change) => this.#done(change),
    };
  }

  async #done(change: Promise<boolean>): Promise<boolean> {
    const taken = await change;
    const contact = taken ? this.store?.contact : null;
    if (contact) this.emit('contact-change', { contact });
    return taken;
  }

  #edit(field: string): void {
    this.editing = field;
    void this.updateComplete.then(() => {
      const input = this.renderRoot.querySelector<HTMLInputElement>('dl input.field');
      input?.focus();
      input?.select();
    });
  }

  #save(detail: Detail, value: FieldValue | null): void {
    if (this.store) void this.#done(this.store.update(detail.patch(value)));
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
}

function isEmptyList(value: FieldValue | null): boolean {
  return Array.isArray(value) && value.length === 0;
}
