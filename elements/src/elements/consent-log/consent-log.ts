import { html, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import type { ConsentRecord } from '@patchbay/server-kit/contract';
import { BaseElement } from '../../internal/base-element.ts';
import { emptyState, errorState, feedNotice } from '../../internal/parts.ts';
import type { ContactStore } from '../../stores/contact.ts';
import { contactOf } from '../../stores/opened.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { enRecord } from '../../words/en-record.ts';
import { enTimeline } from '../../words/en-timeline.ts';
import { addEnglish } from '../../words/i18n.ts';
import { consentRecords, consentRequests, recordStyles } from '../contact-panel/consent.ts';
import { styles } from './consent-log.styles.ts';
import { consentNow } from './now.ts';

addEnglish(enRecord);
addEnglish(enTimeline);

/**
 * @summary What one contact has agreed to and withdrawn: what holds now, and every record with its proof.
 *
 * @slot - Below everything, such as a link to the host's own audit.
 * @csspart now - What holds today.
 * @csspart state - One channel, as it is today.
 * @csspart asked - A question that waits for its answer.
 * @csspart address - The records of one channel and address.
 */
export class ConsentLog extends BaseElement {
  static override readonly elementName: string = 'consent-log';
  static override styles = [tokens, base, styles, recordStyles];

  /** Whose consent. */
  @property({ attribute: 'contact-id' }) contactId: string | null = null;

  /** The store that is drawn. */
  get store(): ContactStore | null {
    return this.contactId !== null && this.stores ? contactOf(this.stores, this.contactId) : null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const { store } = this;
    this.watch(store, this.stores?.session);
    if (store?.status === 'idle') void store.load();
  }

  protected override render() {
    const { i18n, store } = this;
    return html`<div class="root" part="base" dir=${i18n.dir} lang=${i18n.locale}>
      ${feedNotice(i18n, this.stores?.session.feed ?? 'idle')} ${this.#renderBody(store)}
    </div>`;
  }

  #renderBody(store: ContactStore | null) {
    const { i18n } = this;
    if (!store) return emptyState('shield', this.t('timeline.none'), this.t('timeline.noneHint'));
    if (store.status === 'error')
      return errorState(i18n, 'error.consentLog', store.error, () => void store.load());
    const { contact, consent } = store;
    if (!contact) {
      return html`<div class="ghosts" part="loading" role="status" aria-label=${this.t('loading')}>
        ${[1, 2, 3, 4].map(() => html`<span class="bones"></span>`)}
      </div>`;
    }
    return html`<section aria-label=${this.t('consentLog.now')}>
        ${consentNow(contact.consent, i18n)} ${consentRequests(store.requests, i18n)}
      </section>
      <section aria-label=${this.t('consentLog.history')}>
        ${
          consent === null
            ? errorState(i18n, 'error.consentLog', null, () => void store.refresh())
            : consent.length === 0
              ? emptyState('shield', this.t('consentLog.empty'), this.t('consentLog.emptyHint'))
              : [...byAddress(consent)].map(([, records]) => this.#renderAddress(records))
        }
      </section>
      <slot></slot>`;
  }

  #renderAddress(records: readonly ConsentRecord[]) {
    const { i18n } = this;
    const { channel = 'sms', address = '' } = records[0] ?? {};
    const shown = address.startsWith('+') ? i18n.phone(address) : address;
    return html`<div class="address" part="address">
      <p class="title">${this.t(`consent.${channel}`)} · <bdi class="num">${shown}</bdi></p>
      ${consentRecords(records, i18n, true)}
    </div>`;
  }
}

/** The records of each channel and address, newest first as they came. */
function byAddress(records: readonly ConsentRecord[]): Map<string, ConsentRecord[]> {
  return Map.groupBy(records, ({ channel, address }) => `${channel} ${address}`);
}
