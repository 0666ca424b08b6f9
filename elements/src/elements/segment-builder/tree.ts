/** The tree of a filter as nested lists of sentences. */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import {
  FILTER_FIELDS,
  FILTER_LIMITS,
  FILTER_OPERATORS,
  type FilterOperator,
} from '@patchbay/server-kit/contract/names';
import { icon, type IconName } from '../../internal/icons-more.ts';
import {
  append,
  duplicate,
  isFinished,
  isFull,
  move,
  newCondition,
  remove,
  subjectOf,
  typeOf,
  update,
  withOperator,
  type Clause,
  type Draft,
  type FieldDraft,
  type Group,
  type Model,
  type Node,
} from '../../stores/filter-model.ts';
import type { WordKey } from '../../words/en.ts';
import type { I18n } from '../../words/i18n.ts';
import { otherEditor, type OtherContext } from './others.ts';
import { select } from './points.ts';
import { valueEditor } from './values.ts';

export interface TreeContext extends OtherContext {
  model: Model;
  problems: ReadonlyMap<number, string>;
  edit: (model: Model, focus?: number) => void;
}

const OTHERS = ['consent', 'event', 'no_event', 'conversation', 'segment'] as const;
type Join = 'all' | 'any' | 'none' | 'notAll';

export function group(node: Group, context: TreeContext, depth = 1): TemplateResult {
  const { i18n, model, problems, edit } = context;
  const root = node.id === model.root.id;
  const join: Join = node.nots % 2 === 0 ? node.join : node.join === 'any' ? 'none' : 'notAll';
  const joins = (['all', 'any', 'none', 'notAll'] as const).map((value) => ({
    value,
    label: i18n.t(`builder.join.${value}`),
  }));
  const full = isFull(model);
  const put = (value: string) =>
    edit(
      update({ ...model, bare: false }, node.id, (old) => ({
        ...(old as Group),
        join: value === 'all' || value === 'notAll' ? 'all' : 'any',
        nots: value === 'none' || value === 'notAll' ? 1 : 0,
      })),
    );
  return html`<div
    class="group"
    part="group"
    role="group"
    aria-label=${i18n.t('builder.group')}
    data-node=${node.id}
    tabindex="-1"
  >
    <div class="row">
      <span>${root ? i18n.t('builder.people') : nothing}</span>
      ${select(i18n.t('builder.join'), join, joins, put)}
      <span class="grow"></span>
      ${root ? nothing : tools(node, context)}
    </div>
    ${problem(problems.get(node.id))}
    ${root && node.children.length === 0 ? html`<p class="muted">${i18n.t('builder.everybody')}</p>` : nothing}
    <ul>
      ${repeat(
        node.children,
        ({ id }) => id,
        (child, nth) =>
          html`<li>
            ${child.kind === 'group' ? group(child, context, depth + 1) : clause(child, nth + 1, context)}
          </li>`,
      )}
    </ul>
    <div class="row adds">
      <button
        class="button"
        ?disabled=${full}
        @click=${() => edit(append(model, node.id, { kind: 'clause', nots: 0, condition: newCondition('tags') }), model.next)}
      >
        ${icon('plus')}${i18n.t('builder.addCondition')}
      </button>
      ${
        depth >= FILTER_LIMITS.depth - 1
          ? nothing
          : html`<button
              class="button"
              ?disabled=${full}
              @click=${() => edit(append(model, node.id, { kind: 'group', join: 'any', nots: 0, children: [] }), model.next)}
            >
              ${icon('plus')}${i18n.t('builder.addGroup')}
            </button>`
      }
    </div>
  </div>`;
}

function clause(node: Clause, number: number, context: TreeContext): TemplateResult {
  const { i18n, model, problems, edit } = context;
  const { condition } = node;
  const put = (next: Draft) =>
    edit(update(model, node.id, (old) => ({ ...(old as Clause), condition: next })));
  const field = 'field' in condition ? condition : null;
  return html`<div
    class="clause ${problems.has(node.id) ? 'bad' : ''}"
    part="condition"
    role="group"
    aria-label=${i18n.t('builder.condition', { number })}
    data-node=${node.id}
    tabindex="-1"
  >
    <div class="words">
      ${node.nots % 2 === 1 ? html`<b class="not">${i18n.t('builder.not')}</b>` : nothing}
      ${subjects(subjectOf(condition), context, (subject) => put(newCondition(subject)))}
      ${field ? operators(field, i18n, put) : nothing}
      ${field ? valueEditor(field, i18n, context, (value) => put(withValue(field, value))) : otherEditor(condition, context, put)}
    </div>
    ${tools(node, context)}
    ${problem(problems.get(node.id) ?? (isFinished(condition) ? undefined : i18n.t('builder.unfinished')), !problems.has(node.id))}
  </div>`;
}

function withValue({ field, op }: FieldDraft, value: unknown): FieldDraft {
  return value === undefined ? { field, op } : { field, op, value };
}

function problem(said: string | undefined, mild = false): unknown {
  return said === undefined
    ? nothing
    : html`<p class=${mild ? 'hint' : 'wrong'} role=${mild ? nothing : 'alert'}>${said}</p>`;
}

function operators(draft: FieldDraft, i18n: I18n, put: (draft: FieldDraft) => void): TemplateResult {
  const choices = FILTER_OPERATORS[typeOf(draft.field)].map((op) => ({
    value: op as string,
    label: i18n.t(`op.${op}`),
  }));
  return select(i18n.t('builder.how'), draft.op, choices, (op) =>
    put(withOperator(draft, op as FilterOperator)),
  );
}

export function fieldLabel(field: string, i18n: I18n, fields: OtherContext['fields']): string {
  const own = fields.find(({ key }) => `fields.${key}` === field);
  if (own) return own.label;
  for (const key of [`builder.${field}`, `field.${field.replace(/_id$/, '')}`])
    if (i18n.has(key)) return i18n.t(key);
  return field.replace(/^fields\./, '');
}

function subjects(
  subject: string,
  { i18n, fields }: TreeContext,
  change: (subject: string) => void,
): TemplateResult {
  const option = (value: string, label: string) =>
    html`<option value=${value} ?selected=${value === subject}>${label}</option>`;
  const own = fields.filter(({ archived, key }) => !archived || `fields.${key}` === subject);
  const unknown = subject.startsWith('fields.') && !own.some(({ key }) => `fields.${key}` === subject);
  return html`<select
    class="field subject"
    aria-label=${i18n.t('builder.about')}
    @change=${(event: Event) => change((event.target as HTMLSelectElement).value)}
  >
    <optgroup label=${i18n.t('builder.details')}>
      ${Object.keys(FILTER_FIELDS).map((field) => option(field, fieldLabel(field, i18n, fields)))}
    </optgroup>
    ${
      own.length > 0 || unknown
        ? html`<optgroup label=${i18n.t('builder.own')}>
            ${own.map(({ key, label }) => option(`fields.${key}`, label))}
            ${unknown ? option(subject, subject.replace(/^fields\./, '')) : nothing}
          </optgroup>`
        : nothing
    }
    <optgroup label=${i18n.t('builder.activity')}>
      ${OTHERS.map((other) => option(other, i18n.t(`builder.${other}`)))}
    </optgroup>
  </select>`;
}

function tools(node: Node, { i18n, model, edit }: TreeContext): TemplateResult {
  const tool = (word: WordKey, mark: IconName, next: () => Model, pressed?: boolean) =>
    html`<button
      class="tool"
      aria-label=${i18n.t(word)}
      title=${i18n.t(word)}
      aria-pressed=${pressed ?? nothing}
      @click=${() => edit(next(), word === 'builder.remove' ? undefined : node.id)}
    >
      ${icon(mark)}
    </button>`;
  return html`<span class="tools" @keydown=${(event: KeyboardEvent) => keys(event, node, model, edit)}>
    ${
      node.kind === 'clause'
        ? tool(
            'builder.negate',
            'stop',
            () => update(model, node.id, (old) => ({ ...old, nots: old.nots % 2 === 0 ? 1 : 0 })),
            node.nots % 2 === 1,
          )
        : nothing
    }
    ${tool('builder.up', 'up', () => move(model, node.id, -1))}
    ${tool('builder.down', 'down', () => move(model, node.id, 1))}
    ${isFull(model) ? nothing : tool('builder.duplicate', 'copy', () => duplicate(model, node.id))}
    ${tool('builder.remove', 'x', () => remove(model, node.id))}
  </span>`;
}

/** On the buttons of a condition: Alt and an arrow moves it, Delete removes it. */
function keys(event: KeyboardEvent, node: Node, model: Model, edit: TreeContext['edit']): void {
  const by = event.altKey ? { ArrowUp: -1 as const, ArrowDown: 1 as const }[event.key] : undefined;
  if (by !== undefined) edit(move(model, node.id, by), node.id);
  else if (event.key === 'Delete') edit(remove(model, node.id));
  else return;
  event.preventDefault();
}
