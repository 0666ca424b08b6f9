import { html, nothing, type TemplateResult } from 'lit';
import type { WordKey } from '../../words/en.ts';
import type { I18n } from '../../words/i18n.ts';
import type { StepContext } from './import-dialog.ts';

const FIELDS = [
  'first_name',
  'middle_name',
  'last_name',
  'phone',
  'email',
  'birthday',
  'lead_type',
  'stage',
  'source',
  'lead_score',
  'street',
  'city',
  'state',
  'postal_code',
  'country',
  'do_not_call',
] as const;
/** What only a file has a name for. */
const OF_FILES = ['further_phones', 'further_emails', 'opted_out'] as const;
const DELIMITERS: Partial<Record<string, WordKey>> = {
  ',': 'import.comma',
  ';': 'import.semicolon',
  '\t': 'import.tab',
  '|': 'import.pipe',
};

export function columnsStep({ i18n, stores, store, details }: StepContext): TemplateResult {
  const { columns, encoding, delimiter, job } = details;
  const own = (stores.session.contactFields ?? []).filter(({ archived }) => !archived);
  const twice = store.claimedTwice[0];
  const choices = (chosen: string | null) => {
    const option = (value: string, label: string) =>
      html`<option value=${value} .selected=${value === chosen}>${label}</option>`;
    const known = chosen === null || labelOf(chosen, i18n, own) !== chosen;
    return html`<option value="" .selected=${chosen === null}>${i18n.t('import.leaveOut')}</option>
      ${known ? nothing : option(chosen, chosen)} ${option('name', i18n.t('import.name'))}
      ${FIELDS.map((field) => option(field, i18n.t(`field.${field}`)))}
      ${OF_FILES.map((field) => option(field, i18n.t(`import.${field}`)))}
      ${option('tags', i18n.t('import.tags'))}
      ${
        own.length === 0
          ? nothing
          : html`<optgroup label=${i18n.t('import.ownFields')}>
              ${own.map(({ key, label }) => option(`fields.${key}`, label))}
            </optgroup>`
      }`;
  };
  return html`<p>
      ${i18n.t('import.found', {
        name: job.name ?? 'CSV',
        count: columns.length,
        encoding: encoding.toUpperCase(),
        delimiter: i18n.t(DELIMITERS[delimiter] ?? 'import.comma'),
      })}
    </p>
    <p class="muted">${i18n.t('import.columnsHint')}</p>
    <div class="scrolls" tabindex="0" role="group" aria-label=${i18n.t('import.step.columns')}>
      <table>
        <thead>
          <tr>
            <th scope="col">${i18n.t('import.column')}</th>
            <th scope="col" class="samples">${i18n.t('import.samples')}</th>
            <th scope="col">${i18n.t('import.becomes')}</th>
          </tr>
        </thead>
        <tbody>
          ${columns.map(({ name, samples }, index) => {
            const label = name || i18n.t('import.unnamed', { number: index + 1 });
            const chosen = store.settings.mapping[index] ?? null;
            return html`<tr class=${chosen === null ? 'out' : ''}>
              <th scope="row"><bdi>${label}</bdi></th>
              <td class="samples muted">
                <bdi class="ell">${samples.filter(Boolean).slice(0, 2).join(' · ')}</bdi>
              </td>
              <td>
                <select
                  class="field"
                  aria-label=${label}
                  @change=${(event: Event) => store.map(index, (event.target as HTMLSelectElement).value || null)}
                >
                  ${choices(chosen)}
                </select>
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
    <p class="wrong" role="status">
      ${
        twice !== undefined
          ? i18n.t('import.twice', { field: labelOf(twice, i18n, own) })
          : store.isMapped
            ? nothing
            : i18n.t('import.unmapped')
      }
    </p>`;
}

/** The name of a field; the field itself when nobody has a name for it. */
export function labelOf(field: string, i18n: I18n, own: readonly { key: string; label: string }[]): string {
  if (field === 'name' || field === 'tags') return i18n.t(`import.${field}`);
  const ofFiles = OF_FILES.find((one) => one === field);
  if (ofFiles) return i18n.t(`import.${ofFiles}`);
  const key = `field.${field === 'owner_id' ? 'owner' : field}`;
  if (i18n.has(key)) return i18n.t(key);
  return own.find((one) => `fields.${one.key}` === field)?.label ?? field;
}
