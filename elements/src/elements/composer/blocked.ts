import { html, type TemplateResult } from 'lit';
import type { Conversation } from '@patchbay/server-kit/contract';
import type { I18n } from '../../words/i18n.ts';

/**
 * Instead of the text field while nothing can be sent: why, and the way out. In English the server's own words are
 * used; in another language ours, since the server speaks only one.
 */
export function blockedCard(conversation: Conversation, i18n: I18n, showConsent: () => void): TemplateResult {
  const { block, contact } = conversation;
  if (!block) return html``;
  const english = i18n.locale.split('-')[0] === 'en';
  const name = contact.name?.split(' ')[0] ?? i18n.phone(contact.phone);
  const own = i18n.t(`block.${block.code}`, { name, time: block.since ? i18n.moment(block.since) : '' });
  const optedOut = block.code === 'opted_out';
  // With a name and an hour, ours says more than the server's sentence.
  const reason = english && !(optedOut && block.since) && block.reason ? block.reason : own;
  const wayOut = english && block.way_out ? block.way_out : i18n.t(`block.wayOut.${block.code}`);
  return html`<div class="block ${optedOut ? '' : 'soft'}" part="block" role="note">
    <b>${reason.replace(/ +\./, '.')}</b>
    <p>${wayOut}</p>
    <div class="row">
      <slot name="block-actions"></slot>
      ${optedOut ? html`<button class="button" part="block-consent" @click=${showConsent}>${i18n.t('consentRecord')}</button>` : ''}
    </div>
  </div>`;
}
