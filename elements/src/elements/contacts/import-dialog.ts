/** The import of people: file, columns, rules, check. Then it runs as a job, and the bar below the table shows how far it is. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ImportDetails, Job } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import { modal } from '../../internal/modal.ts';
import { why } from '../../internal/parts.ts';
import { IMPORT_STEPS, type ImportStore } from '../../stores/import.ts';
import { importOf, jobsOf } from '../../stores/working.ts';
import type { Stores } from '../../stores/stores.ts';
import { enContactsMore } from '../../words/en-contacts-more.ts';
import type { WordKey } from '../../words/en.ts';
import { enRecord } from '../../words/en-record.ts';
import { enImport } from '../../words/en-import.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';
import { columnsStep } from './import-columns.ts';
import { checkStep } from './import-check.ts';
import { rulesStep } from './import-rules.ts';

export { styles } from './import-dialog.styles.ts';

addEnglish(enRecord);
addEnglish(enContactsMore);
addEnglish(enImport);

export interface ImportContext {
  i18n: I18n;
  stores: Stores;
  close: () => void;
  started: (job: Job) => void;
}
export interface StepContext {
  i18n: I18n;
  stores: Stores;
  store: ImportStore;
  details: ImportDetails;
}

export function importDialog(context: ImportContext): TemplateResult {
  const { i18n, stores, close } = context;
  const store = importOf(stores);
  return modal({
    i18n,
    name: 'import',
    title: i18n.t('import.title'),
    close,
    body: html`<ol class="steps" aria-label=${i18n.t('import.steps')}>
        ${IMPORT_STEPS.map(
          (step) =>
            html`<li aria-current=${step === store.step ? 'step' : nothing}>
              ${i18n.t(`import.step.${step}`)}
            </li>`,
        )}
      </ol>
      ${store.details ? steps(context, store, store.details) : fileStep(store, i18n)}`,
  });
}

function steps(context: ImportContext, store: ImportStore, details: ImportDetails): TemplateResult {
  const { i18n, stores } = context;
  const step: StepContext = { i18n, stores, store, details };
  const draw = { columns: columnsStep, rules: rulesStep, check: checkStep, file: columnsStep }[store.step];
  return html`<div class="page">${draw(step)}</div>
    ${problem(store, i18n)} ${ends(context, store)}`;
}

const ERRORS: Partial<Record<ImportStore['step'], WordKey>> = { file: 'error.upload', check: 'error.import' };

function problem({ step, error, preview }: ImportStore, i18n: I18n) {
  if (!error) return nothing;
  const word = step === 'check' && preview === null ? 'error.preview' : (ERRORS[step] ?? 'error.import');
  return html`<p class="wrong" role="alert">${i18n.t(word)} ${why(i18n, error)}</p>`;
}

function ends(context: ImportContext, store: ImportStore): TemplateResult {
  const { i18n, stores, started, close } = context;
  const at = IMPORT_STEPS.indexOf(store.step);
  const stopped =
    store.step === 'columns'
      ? !store.isMapped || store.claimedTwice.length > 0
      : store.settings.consent !== null && store.settings.consent.wording.trim() === '';
  const start = async () => {
    const job = await store.start();
    if (!job) return;
    jobsOf(stores).follow(job);
    started(job);
    close();
  };
  return html`<div class="end">
    ${
      store.step === 'columns'
        ? html`<button class="button" @click=${() => void store.discard()}>${i18n.t('import.other')}</button>`
        : html`<button class="button" @click=${() => store.go(IMPORT_STEPS[at - 1] ?? 'columns')}>
            ${i18n.t('import.back')}
          </button>`
    }
    ${
      store.step === 'check'
        ? html`<button class="button primary" ?disabled=${store.busy !== null} @click=${() => void start()}>
            ${i18n.t(store.busy === 'start' ? 'import.starting' : 'import.start')}
          </button>`
        : html`<button
            class="button primary"
            ?disabled=${stopped}
            @click=${() => store.go(IMPORT_STEPS[at + 1] ?? 'check')}
          >
            ${i18n.t('import.next')}
          </button>`
    }
  </div>`;
}

function fileStep(store: ImportStore, i18n: I18n): TemplateResult {
  const take = (files: FileList | null | undefined) => {
    const file = files?.[0];
    if (file) void store.upload(file);
  };
  if (store.busy !== null) {
    const word = store.busy === 'upload' ? 'import.uploading' : 'import.resuming';
    return html`<div class="drop" role="status">
      <progress aria-label=${i18n.t('job.progress')}></progress>
      <p>${i18n.t(word, { name: store.fileName })}</p>
    </div>`;
  }
  return html`<label
      class="drop"
      @dragover=${(event: DragEvent) => event.preventDefault()}
      @drop=${(event: DragEvent) => {
        event.preventDefault();
        take(event.dataTransfer?.files);
      }}
    >
      ${icon('file')}
      <b>${i18n.t('import.drop')}</b>
      <span class="button">${i18n.t('import.choose')}</span>
      <input
        class="hidden"
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
        aria-label=${i18n.t('import.choose')}
        @change=${(event: Event) => take((event.target as HTMLInputElement).files)}
      />
    </label>
    ${problem(store, i18n)}
    <p class="muted">${i18n.t('import.fileHint')}</p>`;
}
