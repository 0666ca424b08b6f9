import { html, nothing, type TemplateResult } from 'lit';
import type { FieldValue } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import type { I18n } from '../../words/i18n.ts';
import type { Detail, DetailKind } from './details.ts';

export interface DetailHost {
  i18n: I18n;
  readOnly: boolean;
  /** The key of the detail that is being typed in. */
  editing: string | null;
  edit(key: string): void;
  /** Stops typing; `value` undefined: without a change. */
  leave(): void;
  save(detail: Detail, value: FieldValue | null): void;
}

/**
 * An address that is too long breaks after its @ and its dots, rather than in the middle of a word. Heard it is one word:
 * around a <wbr> some screen readers pause.
 */
const breakable = (address: string) =>
  html`<span class="hidden">${address}</span
    ><span aria-hidden="true">${address.split(/(?<=[@.])/).map((part) => html`${part}<wbr />`)}</span>`;

const INPUT_TYPES: Partial<Record<DetailKind, string>> = {
  email: 'email',
  tel: 'tel',
  url: 'url',
  number: 'number',
  date: 'date',
};

/** A row: what it is, and its value to read or to change. */
export function renderDetail(detail: Detail, host: DetailHost): TemplateResult {
  return html`<dt>${detail.label}</dt>
    <dd>${host.readOnly ? plain(detail, host.i18n) : control(detail, host)}</dd>`;
}

function control(detail: Detail, host: DetailHost): TemplateResult {
  const { kind, key, label, value } = detail;
  if (kind === 'switch') return box(label, value === true, (on) => host.save(detail, on), true);
  if (kind === 'choice') return choice(detail, host);
  if (kind === 'choices') return choices(detail, host);
  return host.editing === key ? typing(detail, host) : opener(detail, host);
}

function plain(detail: Detail, i18n: I18n): TemplateResult {
  return html`<span class="value" part="field">${words(detail, i18n) || '–'}</span>`;
}

function words({ kind, value, shown, options = [] }: Detail, i18n: I18n): unknown {
  if (kind === 'switch') return i18n.t(value === true ? 'yes' : 'no');
  if (value === null || value === '') return '';
  const label = (one: string) => options.find((option) => option.value === one)?.label ?? one;
  if (Array.isArray(value)) return value.map(label).join(', ');
  if (kind === 'choice') return label(String(value));
  const text = shown ?? String(value);
  return kind === 'email' || kind === 'url' ? breakable(text) : text;
}

function opener(detail: Detail, { i18n, edit }: DetailHost): TemplateResult {
  const text = words(detail, i18n);
  return html`<button
    class="value ${text ? '' : 'none'}"
    part="field"
    title=${i18n.t('editField', { field: detail.label })}
    @click=${() => edit(detail.key)}
  >
    ${text ? html`<bdi>${text}</bdi>` : i18n.t('addField', { field: detail.label })}${icon('edit')}
  </button>`;
}

function typing(detail: Detail, { i18n, leave, save }: DetailHost): TemplateResult {
  const { kind, value, shown } = detail;
  // an invalid number or date reads as an empty one: left alone rather than emptied
  const onChange = ({ target }: Event) => {
    const input = target as HTMLInputElement;
    const typed = input.value.trim();
    leave();
    if (input.validity.badInput) return;
    save(detail, typed === '' ? null : kind === 'number' ? Number(typed) : typed);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') leave();
    if (event.key === 'Enter') (event.target as HTMLInputElement).blur();
    event.stopPropagation();
  };
  return html`<input
    class="field"
    type=${INPUT_TYPES[kind] ?? 'text'}
    step=${kind === 'number' ? 'any' : nothing}
    placeholder=${kind === 'birthday' ? i18n.t('birthdayHint') : nothing}
    aria-label=${detail.label}
    .value=${kind === 'tel' && shown !== undefined ? shown : String(value ?? '')}
    @keydown=${onKey}
    @change=${onChange}
    @blur=${leave}
  />`;
}

function choice(detail: Detail, { i18n, save }: DetailHost): TemplateResult {
  const options = detail.options ?? [];
  const known = detail.value === null || options.some(({ value }) => value === detail.value);
  return html`<select
    class="field"
    part="field"
    aria-label=${detail.label}
    @change=${({ target }: Event) => save(detail, (target as HTMLSelectElement).value || null)}
  >
    <option value="" .selected=${detail.value === null}>
      ${detail.key === 'owner_id' ? i18n.t('nobody') : '–'}
    </option>
    ${
      // a choice that is no longer offered
      known ? nothing : html`<option .selected=${true}>${String(detail.value)}</option>`
    }
    ${options.map(
      ({ value, label }) =>
        html`<option value=${value} .selected=${value === detail.value}>${label}</option>`,
    )}
  </select>`;
}

function choices(detail: Detail, { save }: DetailHost): TemplateResult {
  const chosen = Array.isArray(detail.value) ? detail.value : [];
  return html`<div class="boxes" role="group" aria-label=${detail.label} part="field">
    ${(detail.options ?? []).map(({ value, label }) =>
      box(label, chosen.includes(value), (on) =>
        save(detail, on ? [...chosen, value] : chosen.filter((one) => one !== value)),
      ),
    )}
  </div>`;
}

function box(label: string, on: boolean, toggle: (on: boolean) => void, named = false): TemplateResult {
  return html`<label class="box"
    ><input
      type="checkbox"
      aria-label=${named ? label : nothing}
      .checked=${on}
      @change=${({ target }: Event) => toggle((target as HTMLInputElement).checked)}
    />${named ? nothing : label}</label
  >`;
}
