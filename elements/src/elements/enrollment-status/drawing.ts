/** What draws a contact's workflows: fetched beside the client. */
import { html, nothing, type LitElement, type TemplateResult } from 'lit';
import type { Enrollment } from '@patchbay/server-kit/contract';
import type { FeedState } from '../../client/types.ts';
import type { RunControl } from '../../client/workflows.ts';
import { icon, type IconName } from '../../internal/icons-more.ts';
import { modal } from '../../internal/modal.ts';
import { emptyState, errorState, feedNotice, why } from '../../internal/parts.ts';
import type { RunsStore } from '../../stores/runs.ts';
import { enRuns } from '../../words/en-runs.ts';
import type { WordKey } from '../../words/en.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';
import { cameDue, resumeRunsDialog } from './resume.ts';
import { endedWords, traceList, waitWords } from './says.ts';

export { runsOf } from '../../stores/runs.ts';
export { styles } from './run.styles.ts';

addEnglish(enRuns);

export interface RunsContext {
  i18n: I18n;
  store: RunsStore | null;
  feed: FeedState;
  readOnly: boolean;
}

const LOOKS = {
  active: 'accent',
  waiting: 'accent',
  paused: 'warn',
  completed: 'good',
  canceled: '',
  failed: 'bad',
} as const;

export class RunsView {
  readonly #host: LitElement;
  /** The run about which is asked whether it is to end. */
  #ending: Enrollment | null = null;
  /** The run about which is asked what becomes of what came due. */
  #resuming: Enrollment | null = null;
  #choosing = false;

  constructor(host: LitElement) {
    this.#host = host;
  }

  render(context: RunsContext): TemplateResult {
    const { i18n, store, feed } = context;
    if (!store) return emptyState('flow', i18n.t('runs.of'), i18n.t('runs.ofHint'));
    if (store.status === 'error') return errorState(i18n, 'error.runs', store.error, () => void store.load());
    if (store.status !== 'ready') {
      return html`<div class="ghosts" part="loading" role="status" aria-label=${i18n.t('loading')}>
        ${[1, 2, 3].map(() => html`<span class="bones"></span>`)}
      </div>`;
    }
    const running = store.runs.filter(({ ended_at }) => ended_at === null);
    const over = store.runs.filter(({ ended_at }) => ended_at !== null);
    return html`${feedNotice(i18n, feed)} ${this.#problem(store, i18n)}
      ${running.length === 0 ? html`<p class="none">${i18n.t('runs.none')}</p>` : nothing}
      <ul class="runs">
        ${running.map((run) => this.#run(run, context, store))}
      </ul>
      ${context.readOnly ? nothing : this.#enroll(store, i18n)}
      ${
        over.length === 0
          ? nothing
          : html`<details class="earlier" part="earlier">
              <summary class="link">${i18n.t('runs.earlier', { count: over.length })}</summary>
              <ul>
                ${over.map((run) => this.#run(run, context, store))}
              </ul>
            </details>`
      }
      ${this.#ending ? this.#askEnd(this.#ending, store, i18n) : nothing}
      ${this.#resuming ? this.#askResume(this.#resuming, store, i18n) : nothing}`;
  }

  #problem(store: RunsStore, i18n: I18n) {
    const { changeError, turnedAway } = store;
    if (!changeError && !turnedAway) return nothing;
    const words = changeError
      ? `${i18n.t('error.run')} ${why(i18n, changeError)}`
      : i18n.t('runs.notEnrolled');
    return html`<div class="notice ${changeError ? 'bad' : ''}" role="alert">
      ${icon('alert')}<span>${words}</span>
    </div>`;
  }

  #run(run: Enrollment, context: RunsContext, store: RunsStore): TemplateResult {
    const { i18n } = context;
    const { id, workflow, step, steps, state, ended_at, version, latest } = run;
    const look = state === 'active' && run.waiting ? 'waiting' : state;
    const name = workflow.name;
    const wait = waitWords(run, i18n);
    const opened = store.opened.get(id);
    const number = step?.number ?? steps;
    return html`<li class="run ${state}" part="run run-${state}" data-id=${id}>
      <div class="row">
        <span class="name"><bdi>${name}</bdi></span>
        <span class="chip ${LOOKS[look]}">${i18n.t(`runs.state.${look}`)}</span>
      </div>
      ${
        ended_at !== null
          ? html`<p class="line">${endedWords(run, i18n)}</p>`
          : html`<div
                class="bar"
                part="progress"
                role="progressbar"
                aria-label=${i18n.t('runs.progress', { name, number, count: steps })}
                aria-valuemin="0"
                aria-valuemax=${steps}
                aria-valuenow=${number}
              >
                <span
                  .style=${`inline-size: ${Math.round(((number - 0.5) / Math.max(1, steps)) * 100)}%`}
                ></span>
              </div>
              <p class="line strong">
                ${i18n.t('runs.step', { number, count: steps })} · <bdi>${step?.words}</bdi>
              </p>
              ${
                wait === ''
                  ? nothing
                  : html`<p class="line wait" part="waiting">${icon('clock')}<span>${wait}</span></p>`
              }
              ${workflow.state === 'paused' ? html`<p class="line">${i18n.t('runs.workflowPaused')}</p>` : nothing}
              ${latest ? nothing : html`<p class="line">${i18n.t('runs.oldVersion', { version })}</p>`}`
      }
      ${this.#acts(run, context, store)}
      ${
        opened
          ? opened.trace.length === 0
            ? html`<p class="line">${i18n.t('runs.noTrace')}</p>`
            : traceList(opened, i18n)
          : nothing
      }
    </li>`;
  }

  #acts(run: Enrollment, { i18n, readOnly }: RunsContext, store: RunsStore): TemplateResult {
    const { id, state, workflow } = run;
    const act = (
      what: RunControl,
      picture: IconName,
      press: () => unknown = () => store.control(id, what),
    ) => {
      const action = i18n.t(`runs.${what}` satisfies WordKey);
      return html`<button
        class="button"
        aria-label=${i18n.t('runs.actOn', { action, name: workflow.name })}
        ?disabled=${store.busy !== null}
        @click=${press}
      >
        ${icon(picture)}${action}
      </button>`;
    };
    const live = state === 'active' || state === 'paused';
    const open = store.opened.has(id);
    const trace = i18n.t('runs.trace');
    return html`<div class="acts">
      ${
        readOnly
          ? nothing
          : html`${state === 'active' ? act('pause', 'pause') : nothing}
            ${state === 'paused' ? act('resume', 'play', () => this.#resume(run, store)) : nothing}
            ${state === 'active' ? act('skip', 'undo') : nothing}
            ${state === 'failed' ? act('retry', 'history') : nothing}
            ${live ? act('cancel', 'x', () => this.#ask(run)) : nothing}`
      }
      <button
        class="link"
        aria-expanded=${open}
        aria-label=${i18n.t('runs.actOn', { action: trace, name: workflow.name })}
        @click=${() => void store.toggle(id)}
      >
        ${trace}${icon(open ? 'up' : 'down')}
      </button>
    </div>`;
  }

  #enroll(store: RunsStore, i18n: I18n): TemplateResult {
    const { workflows } = store;
    if (!this.#choosing || workflows === null) {
      return html`<div class="enroll" part="enroll">
        <button class="button" @click=${() => this.#choose(store, true)}>
          ${icon('plus')}${i18n.t('runs.enroll')}
        </button>
      </div>`;
    }
    const close = html`<button type="button" class="button" @click=${() => this.#choose(store, false)}>
      ${i18n.t('runs.close')}
    </button>`;
    if (workflows.length === 0)
      return html`<div class="enroll" part="enroll">
        <p class="none grow">${i18n.t('runs.noWorkflows')}</p>
        ${close}
      </div>`;
    return html`<form
      class="enroll"
      part="enroll"
      @submit=${(event: SubmitEvent) => void this.#submit(event, store)}
    >
      <select class="field" name="workflow" aria-label=${i18n.t('runs.enrollIn')}>
        ${workflows.map(
          ({ id, name, state }) =>
            html`<option value=${id}>
              ${state === 'paused' ? i18n.t('runs.enrollPaused', { name }) : name}
            </option>`,
        )}
      </select>
      <button class="button primary" ?disabled=${store.busy !== null}>${i18n.t('runs.enrollNow')}</button>
      ${close}
    </form>`;
  }

  #askEnd(run: Enrollment, store: RunsStore, i18n: I18n): TemplateResult {
    const close = () => this.#ask(null);
    return modal({
      i18n,
      name: 'confirm-end',
      title: i18n.t('runs.cancelTitle', { name: run.workflow.name }),
      close,
      body: html`<p class="muted">${i18n.t('runs.cancelHint')}</p>
        <div class="end">
          <button class="button" @click=${close}>${i18n.t('runs.keep')}</button>
          <button
            class="button danger"
            @click=${() => {
              close();
              void store.control(run.id, 'cancel');
            }}
          >
            ${i18n.t('runs.cancelYes')}
          </button>
        </div>`,
    });
  }

  #resume(run: Enrollment, store: RunsStore): void {
    if (cameDue([run]).length === 0) return void store.control(run.id, 'resume');
    this.#resuming = run;
    this.#host.requestUpdate();
  }

  #askResume(run: Enrollment, store: RunsStore, i18n: I18n): TemplateResult {
    const close = () => {
      this.#resuming = null;
      this.#host.requestUpdate();
    };
    return resumeRunsDialog({
      i18n,
      title: i18n.t('runs.resumeTitle', { name: run.workflow.name }),
      due: [run],
      close,
      choose: (due) => {
        close();
        void store.control(run.id, 'resume', due);
      },
    });
  }

  #ask(run: Enrollment | null): void {
    this.#ending = run;
    this.#host.requestUpdate();
  }

  #choose(store: RunsStore, choosing: boolean): void {
    this.#choosing = choosing;
    if (choosing) void store.choose();
    this.#host.requestUpdate();
  }

  async #submit(event: SubmitEvent, store: RunsStore): Promise<void> {
    event.preventDefault();
    const chosen = new FormData(event.currentTarget as HTMLFormElement).get('workflow');
    if (typeof chosen === 'string' && (await store.enroll(chosen))) this.#choose(store, false);
  }
}
