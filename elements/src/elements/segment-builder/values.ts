/** What stands behind the operator of a condition about a field. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ContactField, FilterPeriod, FilterPoint, MemberRef } from '@patchbay/server-kit/contract';
import { CHANNELS, FILTER_LIMITS } from '@patchbay/server-kit/contract/names';
import { icon } from '../../internal/icons-more.ts';
import { typeOf, type FieldDraft } from '../../stores/filter-model.ts';
import type { I18n } from '../../words/i18n.ts';
import { periodEditor, pointEditor, select, type Choice } from './points.ts';

export interface Known {
  fields: readonly ContactField[];
  members: readonly MemberRef[];
  /** Tags that have been seen, to choose from. */
  tags: readonly string[];
}
type Change = (value: unknown) => void;

export function valueEditor(draft: FieldDraft, i18n: I18n, known: Known, change: Change): unknown {
  const { field, op, value } = draft;
  const type = typeOf(field);
  if (op === 'is_empty' || op === 'is_set') return nothing;
  if (op === 'within') return periodEditor(i18n, value as FilterPeriod, change);
  if (op === 'before' || op === 'after')
    return pointEditor(i18n, i18n.t('builder.value'), value as FilterPoint, (point) => change(point));
  if (op === 'between') return between(draft, i18n, change);
  if (type === 'channels') return boxes(value as string[], channels(i18n), change);
  if (op === 'gt' || op === 'gte' || op === 'lt' || op === 'lte' || type === 'number')
    return numberInput(i18n.t('builder.number'), value as number | undefined, change);
  const choices = choicesOf(field, i18n, known);
  if (Array.isArray(value))
    return listInput(value, i18n, choices ?? known.tags.map((tag) => ({ value: tag, label: tag })), change);
  if (type === 'boolean' || typeof value === 'boolean') return yesNo(value as boolean, i18n, change);
  if (typeof value === 'number') return numberInput(i18n.t('builder.value'), value, change);
  if (choices && op !== 'contains' && op !== 'starts_with') {
    const all = [{ value: '', label: i18n.t('builder.choose') }, ...choices];
    return select(i18n.t('builder.value'), shown(value), all, (next) =>
      change(next === '' ? undefined : readChoice(field, next, known)),
    );
  }
  return html`<input
    class="field"
    aria-label=${i18n.t('builder.value')}
    maxlength=${FILTER_LIMITS.text}
    .value=${shown(value)}
    @input=${(event: InputEvent) => {
      const typed = (event.target as HTMLInputElement).value;
      change(typed === '' ? undefined : typed);
    }}
  />`;
}

/** What can be chosen rather than typed; null: anything. */
function choicesOf(field: string, i18n: I18n, { fields, members }: Known): Choice[] | null {
  if (field === 'owner_id') return members.map(({ id, name }) => ({ value: id, label: name }));
  const own = fields.find(({ key }) => `fields.${key}` === field);
  if (own?.type === 'boolean') {
    return [
      { value: 'true', label: i18n.t('builder.yes') },
      { value: 'false', label: i18n.t('builder.no') },
    ];
  }
  return own && own.options.length > 0
    ? own.options.map((option) => ({ value: option, label: option }))
    : null;
}

function readChoice(field: string, value: string, { fields }: Known): string | boolean {
  const own = fields.find(({ key }) => `fields.${key}` === field);
  return own?.type === 'boolean' ? value === 'true' : value;
}

const channels = (i18n: I18n): Choice[] =>
  CHANNELS.map((value) => ({ value, label: i18n.t(`consent.${value}`) }));

function yesNo(value: boolean | undefined, i18n: I18n, change: Change): TemplateResult {
  const choices = [
    { value: 'true', label: i18n.t('builder.yes') },
    { value: 'false', label: i18n.t('builder.no') },
  ];
  return select(i18n.t('builder.value'), String(value ?? true), choices, (next) => change(next === 'true'));
}

function numberInput(label: string, value: number | undefined, change: Change): TemplateResult {
  return html`<input
    class="field number"
    type="number"
    step="any"
    aria-label=${label}
    .value=${value === undefined ? '' : String(value)}
    @change=${(event: Event) => {
      const typed = (event.target as HTMLInputElement).value;
      change(typed === '' || !Number.isFinite(Number(typed)) ? undefined : Number(typed));
    }}
  />`;
}

/** Two numbers or two dates; a custom field may hold either. */
function between({ field, value }: FieldDraft, i18n: I18n, change: Change): TemplateResult {
  const [from, to] = value as [unknown, unknown];
  const dates = [from, to].some(
    (one) => typeof one === 'string' || (typeof one === 'object' && one !== null),
  );
  const kinds = [
    { value: 'numbers', label: i18n.t('builder.numbers') },
    { value: 'dates', label: i18n.t('builder.dates') },
  ];
  const point = (one: unknown, label: string, put: (next: FilterPoint | undefined) => void) =>
    pointEditor(i18n, label, one as FilterPoint, put);
  return html`<span class="values">
    ${
      typeOf(field) === 'custom'
        ? select(i18n.t('builder.how'), dates ? 'dates' : 'numbers', kinds, (kind) =>
            change(
              kind === 'dates'
                ? [
                    { ago: 30, unit: 'days' },
                    { ago: 0, unit: 'days' },
                  ]
                : [undefined, undefined],
            ),
          )
        : nothing
    }
    ${
      dates
        ? html`${point(from, i18n.t('builder.from'), (next) => change([next, to]))}
            <span>${i18n.t('builder.and')}</span>
            ${point(to, i18n.t('builder.to'), (next) => change([from, next]))}`
        : html`${numberInput(i18n.t('builder.from'), from as number | undefined, (next) => change([next, to]))}
            <span>${i18n.t('builder.and')}</span>
            ${numberInput(i18n.t('builder.to'), to as number | undefined, (next) => change([from, next]))}`
    }
  </span>`;
}

function boxes(value: readonly string[], choices: readonly Choice[], change: Change): TemplateResult {
  return html`<span class="values"
    >${choices.map(
      (choice) =>
        html`<label class="tickbox"
          ><input
            type="checkbox"
            .checked=${value.includes(choice.value)}
            @change=${(event: Event) =>
              change(
                (event.target as HTMLInputElement).checked
                  ? [...value, choice.value]
                  : value.filter((one) => one !== choice.value),
              )}
          />${choice.label}</label
        >`,
    )}</span
  >`;
}

/** Several values: each a chip that can be taken away, and a field for the next. */
function listInput(
  values: readonly unknown[],
  i18n: I18n,
  choices: readonly Choice[],
  change: Change,
): TemplateResult {
  const label = (value: unknown) => choices.find((choice) => choice.value === value)?.label ?? String(value);
  const add = (input: HTMLInputElement) => {
    const typed = input.value
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean);
    const meant = typed.map((one) => choices.find((choice) => choice.label === one)?.value ?? one);
    input.value = '';
    const fresh = [...new Set(meant)].filter((one) => !values.includes(one));
    if (fresh.length > 0) change([...values, ...fresh].slice(0, FILTER_LIMITS.list));
  };
  return html`<span class="values list">
    ${values.map(
      (value, nth) =>
        html`<span class="chip accent"
          ><bdi>${label(value)}</bdi
          ><button
            aria-label=${i18n.t('builder.removeValue', { name: label(value) })}
            @click=${() => change(values.filter((_, at) => at !== nth))}
          >
            ${icon('x')}
          </button></span
        >`,
    )}
    <input
      class="field"
      aria-label=${i18n.t('builder.value')}
      placeholder=${i18n.t('builder.listHint')}
      maxlength=${FILTER_LIMITS.text}
      list=${choices.length > 0 ? 'suggested' : nothing}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== 'Enter' && event.key !== ',') return;
        event.preventDefault();
        add(event.target as HTMLInputElement);
      }}
      @change=${(event: Event) => add(event.target as HTMLInputElement)}
    />
    ${
      choices.length > 0
        ? html`<datalist id="suggested">
            ${choices.map((choice) => html`<option value=${choice.label}></option>`)}
          </datalist>`
        : nothing
    }
  </span>`;
}

/** A value as it stands in a field. */
function shown(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}
