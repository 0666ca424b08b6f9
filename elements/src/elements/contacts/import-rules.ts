import { html, nothing, type TemplateResult } from 'lit';
import { CONSENT_KINDS, DEDUPE_THEN } from '@patchbay/server-kit/contract/names';
import type { ImportSettings } from '../../stores/import.ts';
import { labelOf } from './import-columns.ts';
import type { StepContext } from './import-dialog.ts';

const SAME_BY = ['phone_or_email', 'phone', 'email'] as const;
type Consent = NonNullable<ImportSettings['consent']>;

export function rulesStep(context: StepContext): TemplateResult {
  const { i18n, stores, store } = context;
  const { dedupe, tags, mapping } = store.settings;
  const own = stores.session.contactFields ?? [];
  const keys = mapping.filter((field): field is string => field?.startsWith('fields.') ?? false);
  return html`<fieldset>
      <legend>${i18n.t('import.known')}</legend>
      <label
        >${i18n.t('import.by')}
        <select
          class="field"
          @change=${({ target }: Event) => store.change({ dedupe: { ...dedupe, by: (target as HTMLSelectElement).value } })}
        >
          ${SAME_BY.map(
            (by) =>
              html`<option value=${by} .selected=${by === dedupe.by}>${i18n.t(`import.by.${by}`)}</option>`,
          )}
          ${keys.map(
            (key) =>
              html`<option value=${key} .selected=${key === dedupe.by}>
                ${i18n.t('import.by.field', { field: labelOf(key, i18n, own) })}
              </option>`,
          )}
        </select></label
      >
      <label
        >${i18n.t('import.then')}
        <select
          class="field"
          @change=${({ target }: Event) =>
            store.change({
              // oxlint-disable-next-line unicorn/no-thenable
              dedupe: { ...dedupe, then: (target as HTMLSelectElement).value as typeof dedupe.then },
            })}
        >
          ${DEDUPE_THEN.map(
            (then) =>
              html`<option value=${then} .selected=${then === dedupe.then}>
                ${i18n.t(`import.then.${then}`)}
              </option>`,
          )}
        </select></label
      >
      <label
        >${i18n.t('import.tagAll')}
        <input
          class="field"
          placeholder=${i18n.t('import.tagsHint')}
          .value=${tags.join(', ')}
          @change=${({ target }: Event) =>
            store.change({
              tags: (target as HTMLInputElement).value
                .split(',')
                .map((tag) => tag.trim())
                .filter(Boolean),
            })}
      /></label>
    </fieldset>
    ${stores.session.me?.member.role === 'manager' ? consent(context) : nothing}`;
}

function consent({ i18n, store, details }: StepContext): TemplateResult {
  const { consent: given } = store.settings;
  const set = (change: Partial<Consent>) => given && store.change({ consent: { ...given, ...change } });
  const valueOf = ({ target }: Event) => (target as HTMLInputElement).value;
  return html`<fieldset>
    <legend>${i18n.t('import.consent')}</legend>
    <p class="muted">${i18n.t('import.consentHint')}</p>
    <label class="check"
      ><input
        type="checkbox"
        .checked=${given !== null}
        @change=${({ target }: Event) =>
          store.change({
            consent: (target as HTMLInputElement).checked
              ? { channel: 'sms', kind: 'express_written', wording: '' }
              : null,
          })}
      />${i18n.t('import.agreed')}</label
    >
    ${
      given === null
        ? nothing
        : html`<label
              >${i18n.t('import.kind')}
              <select
                class="field"
                @change=${(event: Event) => set({ kind: valueOf(event) as Consent['kind'] })}
              >
                ${CONSENT_KINDS.map(
                  (kind) =>
                    html`<option value=${kind} .selected=${kind === given.kind}>
                      ${i18n.t(`kind.${kind}`)}
                    </option>`,
                )}
              </select></label
            >
            <label
              >${i18n.t('import.wording')}
              <textarea
                class="field"
                rows="2"
                maxlength="2000"
                required
                .value=${given.wording}
                @input=${(event: Event) => set({ wording: valueOf(event) })}
              ></textarea>
            </label>
            ${given.wording.trim() === '' ? html`<p class="wrong" role="status">${i18n.t('import.wordingNeeded')}</p>` : nothing}
            <label
              >${i18n.t('import.proof')}
              <input
                class="field"
                type="url"
                placeholder="https://"
                .value=${given.proof?.reference ?? ''}
                @change=${(event: Event) => {
                  const { proof: _, ...rest } = given;
                  const proof = valueOf(event).trim();
                  store.change({ consent: proof === '' ? rest : { ...rest, proof: { reference: proof } } });
                }}
            /></label>
            <label
              >${i18n.t('import.when')}
              <select
                class="field"
                @change=${(event: Event) => {
                  const { occurred_at_column: _, ...rest } = given;
                  const column = valueOf(event);
                  store.change({
                    consent: column === '' ? rest : { ...rest, occurred_at_column: Number(column) },
                  });
                }}
              >
                <option value="" .selected=${given.occurred_at_column === undefined}>
                  ${i18n.t('import.when.import')}
                </option>
                ${details.columns.map(
                  ({ name }, index) =>
                    html`<option value=${index} .selected=${given.occurred_at_column === index}>
                      ${i18n.t('import.when.column', { column: name || String(index + 1) })}
                    </option>`,
                )}
              </select></label
            >`
    }
  </fieldset>`;
}
