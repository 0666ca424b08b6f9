/** Which workflow is started for the people who are chosen, and for how many of them. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { EnrollmentPreview, JobTarget } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import { modal } from '../../internal/modal.ts';
import { why } from '../../internal/parts.ts';
import { EnrollManyStore } from '../../stores/enroll-many.ts';
import type { Stores } from '../../stores/stores.ts';
import { jobsOf } from '../../stores/working.ts';
import type { I18n } from '../../words/i18n.ts';

export const enrollStyles = css`
  .entering {
    display: grid;
    gap: 12px;
  }
  .entering label {
    display: grid;
    gap: 4px;
    font-size: 13px;
  }
  .entering .counted {
    min-height: 86px;
    padding: 10px 12px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-m);
    font-size: 13px;
  }
  .entering .counted b {
    font-size: 15px;
    font-weight: 600;
  }
  .entering ul {
    margin: 4px 0 0;
    padding: 0;
    list-style: none;
    color: var(--_text-muted);
  }
`;

export interface EnrollContext {
  i18n: I18n;
  /** Who is chosen, in words. */
  words: string;
}

/** Open from when it is made until it is closed. */
export class EnrollDialog {
  readonly #store: EnrollManyStore;
  readonly #done: (started: boolean) => void;
  readonly #unsubscribe: () => void;

  constructor(stores: Stores, target: JobTarget, drawAgain: () => void, done: (started: boolean) => void) {
    this.#store = new EnrollManyStore(stores.client, jobsOf(stores), target);
    this.#done = done;
    this.#unsubscribe = this.#store.subscribe(drawAgain);
    void this.#store.load();
  }

  render({ i18n, words }: EnrollContext): TemplateResult {
    return modal({
      i18n,
      name: 'start-workflow',
      title: i18n.t('bulk.enrollTitle'),
      close: () => this.#close(false),
      body: this.#body(i18n, words),
    });
  }

  #close(started: boolean): void {
    this.#store.stop();
    this.#unsubscribe();
    this.#done(started);
  }

  #body(i18n: I18n, words: string): TemplateResult {
    const store = this.#store;
    const { workflows, chosen, preview, error, busy } = store;
    const cancel = html`<button class="button" type="button" @click=${() => this.#close(false)}>
      ${i18n.t('bulk.cancel')}
    </button>`;
    const refused = error
      ? html`<p class="wrong" role="alert">
          ${i18n.t('error.enrollMany')} ${why(i18n, error)}
          <button
            class="link"
            type="button"
            @click=${() => void (chosen === null ? store.load() : store.choose(chosen))}
          >
            ${i18n.t('tryAgain')}
          </button>
        </p>`
      : nothing;
    if (workflows === null || workflows.length === 0) {
      return html`<div class="entering">
        ${
          workflows
            ? html`<p class="muted">${i18n.t('bulk.enrollNone')}</p>`
            : error
              ? refused
              : html`<p role="status" aria-label=${i18n.t('loading')}><span class="bones"></span></p>`
        }
        <div class="end">${cancel}</div>
      </div>`;
    }
    return html`<form
      class="entering"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        void store.start().then((job) => job && this.#close(true));
      }}
    >
      <p class="muted">${words}</p>
      <label
        >${i18n.t('bulk.enrollWhich')}
        <select
          class="field"
          name="workflow"
          @change=${({ target }: Event) => void store.choose((target as HTMLSelectElement).value)}
        >
          ${workflows.map(
            ({ id, name, state }) =>
              html`<option value=${id} ?selected=${id === chosen}>
                ${state === 'paused' ? i18n.t('bulk.enrollPaused', { name }) : name}
              </option>`,
          )}
        </select></label
      >
      ${
        error
          ? refused
          : html`<div class="counted" role="status" aria-busy=${preview === null}>
              ${preview ? counted(preview, i18n) : html`<span class="bones"></span><span class="hidden">${i18n.t('loading')}</span>`}
            </div>`
      }
      <div class="end">
        ${cancel}
        <button class="button primary" ?disabled=${busy || preview === null || preview.enters === 0}>
          ${icon('flow')}${preview && preview.enters > 0 ? i18n.t('bulk.enrollStart', { count: preview.enters }) : i18n.t('bulk.enrollStartBare')}
        </button>
      </div>
    </form>`;
  }
}

function counted({ enters, in_it, not_again, texts, paused }: EnrollmentPreview, i18n: I18n): TemplateResult {
  const line = (word: Parameters<I18n['t']>[0], count: number) =>
    count > 0 ? html`<li>${i18n.t(word, { count })}</li>` : nothing;
  return html`<b class="num">${i18n.t('bulk.enrollEnters', { count: enters })}</b>
    <ul>
      ${line('bulk.enrollInIt', in_it)} ${line('bulk.enrollNotAgain', not_again)}
      ${
        texts && enters > 0
          ? html`${line('bulk.enrollNoNumber', texts.no_number)} ${line('bulk.enrollBlocked', texts.blocked)}
            ${line('bulk.enrollNoConsent', texts.no_consent)}`
          : nothing
      }
      ${paused ? html`<li>${i18n.t('bulk.enrollWaits')}</li>` : nothing}
    </ul>`;
}
