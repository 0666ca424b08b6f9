/** Rows, cards and heads of the table, as templates. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Contact, MemberRef } from '@patchbay/server-kit/contract';
import type { ContactSort } from '@patchbay/server-kit/contract/names';
import { icon } from '../../internal/icons.ts';
import { avatar } from '../../internal/parts.ts';
import type { I18n } from '../../words/i18n.ts';
import { nameOf, NARROWEST, WIDEST, type Column } from './columns.ts';

export interface Drawing {
  i18n: I18n;
  columns: readonly Column[];
  members: readonly MemberRef[];
}
const CONSENT = { granted: 'good', withdrawn: 'bad', unknown: '' } as const;
const TAGS = 3;

const box = (chosen: boolean, mixed = false) =>
  html`<span class="box ${chosen ? 'on' : ''} ${mixed ? 'mixed' : ''}" aria-hidden="true">
    ${chosen ? icon('check') : nothing}
  </span>`;

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

export interface HeadState {
  sort: ContactSort;
  all: boolean;
  some: boolean;
  widths: readonly number[];
  tickAll: () => void;
  sortBy: (sort: ContactSort) => void;
  resize: (column: Column, width: number, done: boolean) => void;
}

export function head({ i18n, columns }: Drawing, state: HeadState): TemplateResult {
  const { all, some, tickAll } = state;
  return html`<div class="tr head" role="row" aria-rowindex="1">
    <div class="td tick" role="columnheader">
      <button
        class="tickall"
        part="select-all"
        role="checkbox"
        aria-checked=${all ? 'true' : some ? 'mixed' : 'false'}
        aria-label=${i18n.t('contacts.selectAll')}
        @click=${tickAll}
      >
        ${box(all, some && !all)}
      </button>
    </div>
    ${columns.map((column, nth) => headCell(column, state.widths[nth] ?? column.width, i18n, state))}
  </div>`;
}

function headCell(
  column: Column,
  width: number,
  i18n: I18n,
  { sort, sortBy, resize }: HeadState,
): TemplateResult {
  const { label, sorts } = column;
  const up = sorts?.[0] === 'name' ? sort === 'name' : sort === 'oldest';
  const on = sorts?.includes(sort) ?? false;
  const next = sorts && (sort === sorts[0] ? sorts[1] : sorts[0]);
  return html`<div
    class="td ${column.key === 'name' ? 'name' : ''}"
    role="columnheader"
    aria-sort=${sorts === undefined ? nothing : on ? (up ? 'ascending' : 'descending') : 'none'}
  >
    ${
      next
        ? html`<button class="sort" part="sort" @click=${() => sortBy(next)}>
            <span class="ell">${label}</span>${on ? icon(up ? 'up' : 'down') : nothing}
          </button>`
        : html`<span class="ell">${label}</span>`
    }
    <span
      class="grip"
      part="resize"
      role="separator"
      tabindex="0"
      aria-orientation="vertical"
      aria-label=${i18n.t('contacts.widthOf', { name: label })}
      aria-valuemin=${NARROWEST}
      aria-valuemax=${WIDEST}
      aria-valuenow=${width}
      @pointerdown=${(event: PointerEvent) => drag(event, width, i18n.dir, (to, done) => resize(column, to, done))}
      @keydown=${(event: KeyboardEvent) => {
        const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        resize(column, width + (i18n.dir === 'rtl' ? -step : step), true);
      }}
    ></span>
  </div>`;
}

function drag(
  event: PointerEvent,
  from: number,
  dir: 'ltr' | 'rtl',
  to: (width: number, done: boolean) => void,
): void {
  const grip = event.currentTarget as HTMLElement;
  const begin = event.clientX;
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  const width = (moved: PointerEvent) => from + (moved.clientX - begin) * (dir === 'rtl' ? -1 : 1);
  const move = (moved: PointerEvent) => to(width(moved), false);
  const end = (moved: PointerEvent) => {
    grip.removeEventListener('pointermove', move);
    to(width(moved), true);
  };
  grip.addEventListener('pointermove', move);
  grip.addEventListener('lostpointercapture', end as EventListener, { once: true });
}
