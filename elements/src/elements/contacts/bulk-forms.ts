/** The small forms of the bulk bar, and the action that each makes of what was typed. */
import { html, type TemplateResult } from 'lit';
import type { BulkAction } from '@patchbay/server-kit/contract';
import type { FieldType } from '@patchbay/server-kit/contract/names';
import { segmentsOf } from '../../stores/people.ts';
import type { Stores } from '../../stores/stores.ts';
import type { I18n } from '../../words/i18n.ts';

export type FormName = Exclude<BulkAction['type'], 'delete' | 'enroll' | 'remove_from_segment'>;

interface FormContext {
  i18n: I18n;
  stores: Stores;
  cancel: () => void;
  apply: (name: FormName, data: FormData) => void;
}

const NEW = 'new';
const BUILT = ['lead_type', 'source', 'city', 'state'] as const;

export function form(name: FormName, { i18n, stores, cancel, apply }: FormContext): TemplateResult {
  return html`<form
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      apply(name, new FormData(event.currentTarget as HTMLFormElement));
    }}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key === 'Escape') cancel();
    }}
  >
    ${inputs(name, i18n, stores)}
    <button class="button primary">${i18n.t('bulk.apply')}</button>
    <button class="button" type="button" @click=${cancel}>${i18n.t('bulk.cancel')}</button>
  </form>`;
}

function inputs(name: FormName, i18n: I18n, stores: Stores): TemplateResult {
  const field = (label: string, given: string) =>
    html`<input class="field" name=${given} aria-label=${label} placeholder=${label} />`;
  if (name === 'add_tags' || name === 'remove_tags') return field(i18n.t('bulk.tags'), 'tags');
  if (name === 'set_stage') return field(i18n.t('bulk.stage'), 'stage');
  if (name === 'set_owner') {
    return html`<select class="field" name="owner" aria-label=${i18n.t('bulk.owner')}>
      <option value="">${i18n.t('bulk.nobody')}</option>
      ${(stores.session.me?.members ?? []).map((member) => html`<option value=${member.id}>${member.name}</option>`)}
    </select>`;
  }
  if (name === 'set_field') {
    return html`<select class="field" name="field" aria-label=${i18n.t('bulk.chooseField')}>
        ${BUILT.map((key) => html`<option value=${key}>${i18n.t(`field.${key}`)}</option>`)}
        ${(stores.session.contactFields ?? []).map(({ key, label }) => html`<option value=${`fields.${key}`}>${label}</option>`)}
      </select>
      ${field(i18n.t('bulk.value'), 'value')}`;
  }
  const lists = segmentsOf(stores).items.filter(({ kind }) => kind === 'static');
  return html`<select class="field" name="list" aria-label=${i18n.t('bulk.list')}>
      ${lists.map((list) => html`<option value=${list.id}>${list.name}</option>`)}
      <option value=${NEW}>${i18n.t('bulk.newList')}</option>
    </select>
    ${field(i18n.t('bulk.listName'), 'name')}`;
}

/** Null: what was typed says nothing to do. */
export async function actionOf(name: FormName, data: FormData, stores: Stores): Promise<BulkAction | null> {
  const text = (key: string) => {
    const value = data.get(key);
    return typeof value === 'string' ? value.trim() : '';
  };
  if (name === 'add_tags' || name === 'remove_tags') {
    const tags = [
      ...new Set(
        text('tags')
          .split(',')
          .map((tag) => tag.trim())
          .filter(Boolean),
      ),
    ];
    return tags.length === 0 ? null : { type: name, tags };
  }
  if (name === 'set_stage') return { type: name, stage: text('stage') || null };
  if (name === 'set_owner') return { type: name, owner_id: text('owner') || null };
  if (name === 'set_field') {
    const field = text('field');
    const type = stores.session.contactFields?.find(({ key }) => `fields.${key}` === field)?.type;
    return { type: name, field, value: typedValue(text('value'), type) };
  }
  if (text('list') !== NEW) return { type: name, segment_id: text('list') };
  const list = text('name');
  if (list === '') return null;
  const made = await segmentsOf(stores).create({ name: list, kind: 'static' });
  return { type: name, segment_id: made.id };
}

/** What was typed, as the field's type wants it; null when it was left empty. */
function typedValue(value: string, type: FieldType | undefined): string | number | boolean | string[] | null {
  if (value === '') return null;
  if (type === 'number' && Number.isFinite(Number(value))) return Number(value);
  if (type === 'boolean') return /^(1|y|yes|true|نعم)$/i.test(value);
  if (type === 'multi_choice')
    return value
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean);
  return value;
}
