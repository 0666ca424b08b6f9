/** What stands in the rows and cards of the table, as templates. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Contact, MemberRef } from '@patchbay/server-kit/contract';
import { avatar } from '../../internal/parts.ts';
import type { I18n } from '../../words/i18n.ts';
import { nameOf, type Column } from './columns.ts';
import { controls } from '../../styles/controls.ts';
import { rowStyles } from './rows.styles.ts';
import { box, type Drawing } from './head.ts';

export const styles = [controls, rowStyles];
export { Choosing } from './choosing.ts';
export { RowPool } from './row-pool.ts';

const CONSENT = { granted: 'good', withdrawn: 'bad', unknown: '' } as const;
const TAGS = 2;

const tick = (chosen: boolean, i18n: I18n) =>
  html`<div
    class="td tick"
    role="gridcell"
    data-tick
    aria-label=${i18n.t(chosen ? 'contacts.chosen' : 'contacts.notChosen')}
  >
    ${box(chosen)}
  </div>`;

/** What stands in a person's row. As few nodes as can be: a jump lays all of them out anew. */
export function row(contact: Contact, chosen: boolean, { i18n, columns, members }: Drawing): TemplateResult {
  return html`${tick(chosen, i18n)}${columns.map((column) => cell(contact, column, i18n, members))}`;
}

function cell(contact: Contact, column: Column, i18n: I18n, members: readonly MemberRef[]): TemplateResult {
  if (column.key === 'name')
    return html`<div class="td name" role="gridcell">
      ${avatar(contact)}<span class="ell own">${nameOf(contact, i18n)}</span>
    </div>`;
  if (column.key === 'tags') return html`<div class="td" role="gridcell">${tags(contact)}</div>`;
  if (column.key === 'consent') return html`<div class="td" role="gridcell">${consent(contact, i18n)}</div>`;
  return html`<div class="td text own" role="gridcell">${column.text(contact, i18n, members)}</div>`;
}

function tags({ tags }: Contact): unknown {
  if (tags.length === 0) return nothing;
  const more = tags.length - TAGS;
  return html`<span class="tags" title=${tags.join(', ')}
    >${tags.slice(0, TAGS).map((tag) => html`<span class="chip own">${tag}</span>`)}${
      more > 0 ? html`<span class="chip">+${more}</span>` : nothing
    }</span
  >`;
}

function consent({ consent, do_not_call }: Contact, i18n: I18n): unknown {
  return html`<span class="tags"
    >${consent
      .filter(({ channel }) => channel === 'sms')
      .map(
        ({ state }) =>
          html`<span class="chip ${CONSENT[state]}">${i18n.t(`contacts.consent.${state}`)}</span>`,
      )}${do_not_call ? html`<span class="chip bad">${i18n.t('field.do_not_call')}</span>` : nothing}</span
  >`;
}

/** On a phone: the same person as a card. */
export function card(contact: Contact, chosen: boolean, { i18n, members }: Drawing): TemplateResult {
  const owner = members.find(({ id }) => id === contact.owner_id)?.name;
  const phone = contact.name ? i18n.phone(contact.phone) : '';
  return html`${tick(chosen, i18n)}
    <div class="grow" role="gridcell">
      <p class="ell">
        <b class="own">${nameOf(contact, i18n)}</b>
      </p>
      <p class="ell muted"><bdi>${[phone, contact.stage, owner].filter(Boolean).join(' · ')}</bdi></p>
      ${tags(contact)}
    </div>
    ${contact.consent.some(({ channel, state }) => channel === 'sms' && state === 'withdrawn') ? html`<div role="gridcell">${consent(contact, i18n)}</div>` : nothing}`;
}
