import { html, nothing, type TemplateResult } from 'lit';
import type { ImportPreview } from '@patchbay/server-kit/contract';
import type { I18n } from '../../words/i18n.ts';
import type { StepContext } from './import-dialog.ts';

const CHIPS: Record<ImportPreview['items'][number]['outcome'], string> = {
  created: 'good',
  updated: 'accent',
  unchanged: '',
  skipped: '',
  refused: 'bad',
};

export function checkStep({ i18n, store }: StepContext): TemplateResult {
  const { preview, busy } = store;
  if (preview === null) {
    return busy === 'preview'
      ? html`<div class="drop" role="status">
          <progress aria-label=${i18n.t('import.checking')}></progress>
          <p>${i18n.t('import.checking')}</p>
        </div>`
      : html`<button class="button" @click=${() => void store.look()}>${i18n.t('tryAgain')}</button>`;
  }
  return html`<p class="muted">${i18n.t('import.checkHint')}</p>
    <div class="scrolls" tabindex="0" role="group" aria-label=${i18n.t('import.step.check')}>
      <table>
        <thead>
          <tr>
            <th scope="col" class="num">${i18n.t('import.line')}</th>
            <th scope="col">${i18n.t('import.outcome')}</th>
            <th scope="col">${i18n.t('contacts.name')}</th>
          </tr>
        </thead>
        <tbody>
          ${preview.map(
            (row) =>
              html`<tr>
                <td class="num muted">${i18n.number(row.line)}</td>
                <td>
                  <span class="chip ${CHIPS[row.outcome]}">${i18n.t(`import.outcome.${row.outcome}`)}</span>
                </td>
                <td>
                  <bdi>${who(row.values, i18n)}</bdi>
                  ${row.problem === null ? nothing : html`<div class="wrong">${row.problem}</div>`}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      preview.some(({ outcome }) => outcome === 'refused')
        ? html`<p class="muted">${i18n.t('import.refusedHint')}</p>`
        : nothing
    }`;
}

function who(values: Record<string, unknown>, i18n: I18n): string {
  const text = (key: string) => (typeof values[key] === 'string' ? values[key] : '');
  const name = [text('first_name'), text('last_name')].filter(Boolean).join(' ');
  return [name, text('phone') && i18n.phone(text('phone')), text('email')].filter(Boolean).join(' · ');
}
