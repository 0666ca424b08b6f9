/** Dates and periods as they are chosen: every form that the language has. */
import { html, nothing, type TemplateResult } from 'lit';
import type { FilterPeriod, FilterPoint } from '@patchbay/server-kit/contract';
import { FILTER_LIMITS, PERIODS, TIME_UNITS } from '@patchbay/server-kit/contract/names';
import type { WordKey } from '../../words/en.ts';
import type { I18n } from '../../words/i18n.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
type Unit = (typeof TIME_UNITS)[number];

export interface Choice {
  value: string;
  label: string;
}

export function select(
  label: string,
  value: string,
  choices: readonly Choice[],
  change: (value: string) => void,
): TemplateResult {
  // a value that is not among them, such as a member who has left, is shown as it is
  const all = choices.some((choice) => choice.value === value)
    ? choices
    : [{ value, label: value }, ...choices];
  return html`<select
    class="field"
    aria-label=${label}
    .value=${value}
    @change=${(event: Event) => change((event.target as HTMLSelectElement).value)}
  >
    ${all.map((choice) => html`<option value=${choice.value} ?selected=${choice.value === value}>${choice.label}</option>`)}
  </select>`;
}

/** A whole number; what is none is not taken. */
export function count(
  label: string,
  value: number | undefined,
  most: number,
  change: (value: number) => void,
): TemplateResult {
  return html`<input
    class="field number"
    type="number"
    inputmode="numeric"
    min="0"
    max=${most}
    aria-label=${label}
    .value=${value === undefined ? '' : String(value)}
    @change=${(event: Event) => {
      const typed = Number.parseInt((event.target as HTMLInputElement).value, 10);
      if (Number.isFinite(typed)) change(Math.max(0, Math.min(typed, most)));
    }}
  />`;
}

const units = (i18n: I18n, value: Unit, change: (unit: Unit) => void) =>
  select(
    i18n.t('builder.unit'),
    value,
    TIME_UNITS.map((unit) => ({ value: unit, label: i18n.t(`unit.${unit}`) })),
    (unit) => change(unit as Unit),
  );

/** `open`: may be left open, as an end of a period. */
export function pointEditor(
  i18n: I18n,
  label: string,
  point: FilterPoint | undefined,
  change: (point: FilterPoint | undefined) => void,
  open = false,
): TemplateResult {
  const kind =
    point === undefined
      ? 'open'
      : typeof point === 'string'
        ? DATE.test(point)
          ? 'date'
          : 'instant'
        : 'ago' in point
          ? 'ago'
          : 'ahead';
  const kinds = ['date', 'instant', 'ago', 'ahead', ...(open ? ['open'] : [])] as const;
  const begin = (next: string) => {
    const today = new Date().toISOString();
    if (next === 'date') change(today.slice(0, 10));
    else if (next === 'instant') change(today);
    else if (next === 'open') change(undefined);
    else {
      const old = typeof point === 'object' ? point : null;
      const span = old ? ('ago' in old ? old.ago : old.ahead) : 7;
      const unit = old?.unit ?? 'days';
      change(next === 'ago' ? { ago: span, unit } : { ahead: span, unit });
    }
  };
  const words = kinds.map((value) => ({ value, label: i18n.t(`builder.${value}` as WordKey) }));
  return html`<span class="values" role="group" aria-label=${label}>
    ${typeof point === 'object' ? distance(i18n, point, change) : nothing}
    ${select(i18n.t('builder.point'), kind, words, begin)}
    ${
      kind === 'date'
        ? html`<input
            class="field"
            type="date"
            aria-label=${label}
            .value=${point}
            @change=${(event: Event) => {
              const { value } = event.target as HTMLInputElement;
              if (DATE.test(value)) change(value);
            }}
          />`
        : nothing
    }
    ${kind === 'instant' ? moment(label, point as string, change) : nothing}
  </span>`;
}

/** Shown on the clock of whoever looks; kept as it was written until it is changed. */
function moment(label: string, point: string, change: (point: FilterPoint) => void): TemplateResult {
  const at = new Date(point);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  return html`<input
    class="field"
    type="datetime-local"
    aria-label=${label}
    .value=${local}
    @change=${(event: Event) => {
      const typed = new Date((event.target as HTMLInputElement).value);
      if (!Number.isNaN(typed.getTime())) change(typed.toISOString());
    }}
  />`;
}

function distance(
  i18n: I18n,
  point: Exclude<FilterPoint, string>,
  change: (point: FilterPoint) => void,
): TemplateResult {
  const span = 'ago' in point ? point.ago : point.ahead;
  const put = (by: number, unit: Unit) => change('ago' in point ? { ago: by, unit } : { ahead: by, unit });
  return html`${count(i18n.t('builder.number'), span, FILTER_LIMITS.span, (by) => put(by, point.unit))}
  ${units(i18n, point.unit, (unit) => put(span, unit))}`;
}

export function periodEditor(
  i18n: I18n,
  period: FilterPeriod,
  change: (period: FilterPeriod) => void,
): TemplateResult {
  const kind =
    typeof period === 'string' ? period : 'last' in period ? 'last' : 'next' in period ? 'next' : 'span';
  const choices: Choice[] = [
    { value: 'last', label: i18n.t('builder.last') },
    { value: 'next', label: i18n.t('builder.next') },
    ...PERIODS.map((value) => ({ value: value as string, label: i18n.t(`period.${value}`) })),
    { value: 'span', label: i18n.t('builder.span') },
  ];
  const begin = (next: string) => {
    const old = typeof period === 'object' && ('last' in period || 'next' in period) ? period : null;
    const span = old ? ('last' in old ? old.last : old.next) : 7;
    const unit = old?.unit ?? 'days';
    if (next === 'last') change({ last: span, unit });
    else if (next === 'next') change({ next: span, unit });
    else if (next === 'span') change({ from: new Date().toISOString().slice(0, 10) });
    else change(next as (typeof PERIODS)[number]);
  };
  return html`<span class="values" role="group" aria-label=${i18n.t('builder.period')}>
    ${select(i18n.t('builder.period'), kind, choices, begin)} ${inner()}
  </span>`;

  function inner(): unknown {
    if (typeof period === 'string') return nothing;
    if ('last' in period || 'next' in period) {
      const span = 'last' in period ? period.last : period.next;
      const put = (by: number, unit: Unit) =>
        change('last' in period ? { last: by, unit } : { next: by, unit });
      return html`${count(i18n.t('builder.number'), span, FILTER_LIMITS.span, (by) => put(by, period.unit))}
      ${units(i18n, period.unit, (unit) => put(span, unit))}`;
    }
    const { from, to } = period;
    const put = (ends: { from: FilterPoint | undefined; to: FilterPoint | undefined }) => {
      // a period without any end is none
      if (ends.from === undefined && ends.to === undefined) return;
      change({
        ...(ends.from !== undefined && { from: ends.from }),
        ...(ends.to !== undefined && { to: ends.to }),
      });
    };
    return html`${pointEditor(i18n, i18n.t('builder.from'), from, (next) => put({ from: next, to }), true)}
      <span>${i18n.t('builder.and')}</span>
      ${pointEditor(i18n, i18n.t('builder.to'), to, (next) => put({ from, to: next }), true)}`;
  }
}
