import { html, nothing, type TemplateResult } from 'lit';
import type { Opportunity } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import { avatar } from '../../internal/parts.ts';
import { initials } from '../../internal/text.ts';
import type { I18n } from '../../words/i18n.ts';

export interface CardContext {
  i18n: I18n;
  now: number;
  open: (card: Opportunity) => void;
  text: (card: Opportunity) => void;
  call: (event: Event, card: Opportunity) => void;
  edit: (card: Opportunity) => void;
  settle: (card: Opportunity, kind: 'won' | 'lost') => void;
}

/** What a card is called: the opportunity, else the person. */
export function nameOf({ name, contact }: Opportunity, i18n: I18n): string {
  return name ?? contact.name ?? i18n.phone(contact.phone);
}

/** 4200000 cents as $42,000: cents only where there are some. */
export function money(value: number, currency: string, locale: string): string {
  const digits = new Intl.NumberFormat(locale, { style: 'currency', currency }).resolvedOptions();
  const places = digits.maximumFractionDigits ?? 2;
  const amount = value / 10 ** places;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: Number.isInteger(amount) ? 0 : places,
    maximumFractionDigits: places,
  }).format(amount);
}

/** What stands in a card. The `li` around it is the board's: it is what moves. `ends`: how it may end; null: read only. */
export function cardBody(
  card: Opportunity,
  context: CardContext,
  ends: readonly ('won' | 'lost')[] | null = null,
): TemplateResult {
  const { i18n, now, open, text, call } = context;
  const { contact, value, currency, owner, expected_close, closed_at, last_activity_at } = card;
  const person = contact.name ?? i18n.phone(contact.phone);
  const title = nameOf(card, i18n);
  const silent =
    contact.phone === null ? 'pipeline.noPhone' : contact.do_not_call ? 'pipeline.doNotCall' : null;
  return html`<div class="line">
      <button
        class="name ell"
        part="card-name"
        title=${i18n.t('pipeline.open', { name: person })}
        @click=${() => open(card)}
      >
        <bdi>${title}</bdi>
      </button>
      ${
        value === null || currency === null
          ? nothing
          : html`<span class="value num" part="card-value"
              ><bdi>${money(value, currency, i18n.locale)}</bdi></span
            >`
      }
    </div>
    ${
      title === person
        ? nothing
        : html`<div class="person">${avatar(contact)}<bdi class="ell">${person}</bdi></div>`
    }
    <div class="line foot">
      <span class="facts">
        ${expected_close === null || closed_at !== null ? nothing : closing(expected_close, i18n, now)}
        <span class="fact"
          >${i18n.t('pipeline.activity', { time: i18n.relative(last_activity_at, now) })}</span
        >
      </span>
      <span class="acts">
        ${
          silent === null
            ? html`<a
                class="act"
                part="call"
                href="tel:${contact.phone}"
                draggable="false"
                title=${i18n.t('pipeline.call', { name: person })}
                aria-label=${i18n.t('pipeline.call', { name: person })}
                @click=${(event: Event) => call(event, card)}
                >${icon('phone')}</a
              >`
            : html`<button
                class="act"
                part="call"
                disabled
                title=${i18n.t(silent, { name: person })}
                aria-label=${i18n.t(silent, { name: person })}
              >
                ${icon('phone')}
              </button>`
        }
        <button
          class="act"
          part="text"
          ?disabled=${contact.phone === null}
          title=${i18n.t('pipeline.text', { name: person })}
          aria-label=${i18n.t('pipeline.text', { name: person })}
          @click=${() => text(card)}
        >
          ${icon('chat')}
        </button>
        ${
          owner === null
            ? nothing
            : html`<span class="owner" title=${i18n.t('pipeline.ownedBy', { name: owner.name })}
                ><span aria-hidden="true">${initials(owner.name, null)}</span
                ><span class="hidden">${i18n.t('pipeline.ownedBy', { name: owner.name })}</span></span
              >`
        }
      </span>
    </div>
    ${ends === null ? nothing : quickActs(card, title, ends, context)}`;
}

/** What a press is enough for; seen when the card is looked at. */
function quickActs(
  card: Opportunity,
  name: string,
  ends: readonly ('won' | 'lost')[],
  { i18n, edit, settle }: CardContext,
): TemplateResult {
  const act = (label: string, mark: 'check' | 'x' | 'edit', press: () => void) =>
    html`<button class="act" title=${label} aria-label=${label} @click=${press}>${icon(mark)}</button>`;
  return html`<span class="quick" part="card-actions">
    ${ends.map((kind) =>
      act(i18n.t(`pipeline.${kind}`, { name }), kind === 'won' ? 'check' : 'x', () => settle(card, kind)),
    )}
    ${act(i18n.t('pipeline.edit', { name }), 'edit', () => edit(card))}
  </span>`;
}

/** A day has no zone: read at noon UTC and told in UTC, it is the same day everywhere. */
function closing(day: string, i18n: I18n, now: number): TemplateResult {
  const overdue = day < localDay(now, i18n.timeZone);
  const date = new Intl.DateTimeFormat(i18n.locale, {
    month: 'short',
    day: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${day}T12:00:00Z`));
  return html`<span class="fact ${overdue ? 'overdue' : ''}" part="card-closes"
    >${overdue ? icon('alert') : nothing}${i18n.t(overdue ? 'pipeline.overdue' : 'pipeline.closes', { date })}</span
  >`;
}

function localDay(now: number, timeZone: string | undefined): string {
  // sv-SE writes days as ISO does
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(now);
}
