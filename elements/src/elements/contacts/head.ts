/** The heads of the table: what is under them, in which order, how wide. */
import { html, nothing, type TemplateResult } from 'lit';
import type { MemberRef } from '@patchbay/server-kit/contract';
import type { ContactSort } from '@patchbay/server-kit/contract/names';
import { icon } from '../../internal/icons.ts';
import type { I18n } from '../../words/i18n.ts';
import { NARROWEST, WIDEST, type Column } from './columns.ts';

export interface Drawing {
  i18n: I18n;
  columns: readonly Column[];
  members: readonly MemberRef[];
}
export const box = (chosen: boolean, mixed = false) =>
  html`<span class="box ${chosen ? 'on' : ''} ${mixed ? 'mixed' : ''}" aria-hidden="true">
    ${chosen ? icon('check') : nothing}
  </span>`;

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
