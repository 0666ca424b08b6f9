/** What draws the workflows: fetched beside the client. */
import { html, nothing, type LitElement, type TemplateResult } from 'lit';
import type { DueEnrollments, Workflow, WorkflowCheck } from '@patchbay/server-kit/contract';
import { ApiError } from '../../client/errors.ts';
import type { FeedState } from '../../client/types.ts';
import { icon, type IconName } from '../../internal/icons-more.ts';
import { emptyState, errorState, feedNotice, why } from '../../internal/parts.ts';
import type { WorkflowsStore } from '../../stores/workflows.ts';
import { enWorkflows } from '../../words/en-workflows.ts';
import type { WordKey } from '../../words/en.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';
import { workflowDetails } from './details.ts';
import { failureList } from './failures.ts';
import { archiveDialog, checkDialog, libraryDialog, renewDialog, resumeDialog } from './dialogs.ts';

export { workflowsOf } from '../../stores/workflows.ts';
export { styles } from './rows.styles.ts';

addEnglish(enWorkflows);

export interface WorkflowsContext {
  i18n: I18n;
  store: WorkflowsStore;
  feed: FeedState;
  mayChange: boolean;
  /** Nobody can, whatever their role. */
  readOnly: boolean;
}

/** What is asked over the list. */
type Asking =
  | { what: 'resume'; workflow: Workflow; due: DueEnrollments | null; error: ApiError | null }
  | { what: 'archive'; workflow: Workflow }
  | { what: 'renew'; workflow: Workflow; key: string }
  | { what: 'check'; source: string; check: WorkflowCheck }
  | { what: 'library' };

const LOOKS = { draft: '', active: 'good', paused: 'warn', archived: '' } as const;
/** As the server has it. */
const LARGEST = 2_000_000;

export class WorkflowsView {
  readonly #host: LitElement;
  #asking: Asking | null = null;
  #refused: string | null = null;
  #said = '';

  constructor(host: LitElement) {
    this.#host = host;
  }

  /** Has a file checked, and asks whether to keep it. */
  async take(file: Blob, store: WorkflowsStore, i18n: I18n): Promise<void> {
    this.#refused = null;
    if (file.size > LARGEST) this.#refused = i18n.t('workflows.tooLarge');
    else await this.#check(await file.text(), store, i18n);
    this.#host.requestUpdate();
  }

  render(context: WorkflowsContext): TemplateResult {
    const { i18n, store, feed, mayChange } = context;
    const { changeError } = store;
    const refused = this.#refused ?? (changeError && `${i18n.t('error.workflow')} ${why(i18n, changeError)}`);
    return html`<div class="top">
        <h2>${i18n.t('workflows')}</h2>
        <slot name="actions"></slot>
        ${mayChange ? this.#adding(context) : nothing}
      </div>
      ${feedNotice(i18n, feed)}
      ${refused ? html`<div class="notice bad" role="alert">${icon('alert')}<span>${refused}</span></div>` : nothing}
      <div class="scroller">${this.#body(context)}</div>
      <span class="hidden" role="status">${this.#said}</span>
      ${this.#dialog(context)}`;
  }

  #adding({ i18n, store }: WorkflowsContext): TemplateResult {
    const choose = ({ currentTarget }: Event) => {
      const input = (currentTarget as HTMLElement).nextElementSibling as HTMLInputElement;
      input.click();
    };
    const chosen = ({ target }: Event) => {
      const input = target as HTMLInputElement;
      const [file] = input.files ?? [];
      if (file) void this.take(file, store, i18n);
      // the same file again is another wish
      input.value = '';
    };
    return html`<button class="button" @click=${() => this.#library(store)}>
        ${icon('plus')}${i18n.t('workflows.library')}
      </button>
      <button class="button" @click=${choose}>${icon('upload')}${i18n.t('workflows.upload')}</button>
      <input
        type="file"
        hidden
        accept=".yaml,.yml,.json,application/yaml,application/json"
        aria-label=${i18n.t('workflows.upload')}
        @change=${chosen}
      />`;
  }

  #body(context: WorkflowsContext): TemplateResult {
    const { i18n, store, mayChange } = context;
    if (store.status === 'error')
      return errorState(i18n, 'error.workflows', store.error, () => void store.load());
    if (store.status !== 'ready') {
      return html`<div class="ghosts" part="loading" role="status" aria-label=${i18n.t('loading')}>
        ${[1, 2, 3].map(() => html`<span class="bones"></span>`)}
      </div>`;
    }
    if (store.items.length === 0) {
      const hint = i18n.t(mayChange ? 'workflows.emptyHint' : 'workflows.emptyRead');
      return emptyState('flow', i18n.t('workflows.empty'), hint);
    }
    return html`<ul class="workflows">
      ${store.items.map((workflow) => this.#row(workflow, context))}
    </ul>`;
  }

  #row(workflow: Workflow, context: WorkflowsContext): TemplateResult {
    const { i18n, store, mayChange, readOnly } = context;
    const { id, name, state, published, changed, errors, warnings, totals } = workflow;
    const open = store.open?.details.id === id ? store.open : null;
    const counted = [
      i18n.t('workflows.in', { count: totals.active + totals.paused }),
      totals.waiting > 0 ? i18n.t('workflows.waiting', { count: totals.waiting }) : '',
      totals.paused > 0 ? i18n.t('workflows.pausedRuns', { count: totals.paused }) : '',
      i18n.t('workflows.completed', { count: totals.completed }),
    ];
    return html`<li class="workflow ${open ? 'open' : ''}" part="workflow workflow-${state}" data-id=${id}>
      <div class="head">
        <button
          class="title"
          aria-expanded=${open !== null}
          aria-label=${i18n.t('workflows.open', { name })}
          @click=${() => void store.show(id)}
        >
          ${icon(open ? 'up' : 'down')}<span><bdi>${name}</bdi></span>
        </button>
        <div class="meta">
          <span class="chip ${LOOKS[state]}">${i18n.t(`workflows.state.${state}`)}</span>
          <span class="line"
            >${
              published
                ? i18n.t('workflows.published', { version: published.version, date: i18n.date(published.at) })
                : i18n.t('workflows.unpublished')
            }</span
          >
          ${totals.failures > 0 ? this.#badge(workflow, context) : nothing}
          ${changed && published ? html`<span class="chip">${i18n.t('workflows.changed')}</span>` : nothing}
          ${errors > 0 ? html`<span class="chip bad">${i18n.t('workflows.errors', { count: errors })}</span>` : nothing}
          ${warnings > 0 ? html`<span class="chip warn">${i18n.t('workflows.warnings', { count: warnings })}</span>` : nothing}
        </div>
        <div class="line num" part="counts">${counted.filter(Boolean).join(' · ')}</div>
        ${mayChange ? this.#acts(workflow, context) : nothing}
      </div>
      ${
        open
          ? workflowDetails({
              i18n,
              open,
              mayChange,
              busy: store.busy,
              rollBack: (version) => void store.rollBack(open.details, version),
              copied: () => this.#say(i18n.t('workflows.copied')),
              renewHook: (key) => this.#ask({ what: 'renew', workflow, key }),
              failures:
                store.failures && open.details.published
                  ? failureList({ host: this.#host, i18n, store: store.failures, mayChange, readOnly })
                  : nothing,
            })
          : nothing
      }
    </li>`;
  }

  /** How many steps failed: leads to them. */
  #badge({ id, name, totals }: Workflow, { i18n, store }: WorkflowsContext): TemplateResult {
    const failed = i18n.t('workflows.failed', { count: totals.failures });
    const show = async () => {
      if (store.open?.details.id !== id) await store.show(id);
      await this.#host.updateComplete;
      this.#host.shadowRoot?.querySelector<HTMLElement>('[part=failures] h3')?.focus();
    };
    return html`<button
      class="chip bad"
      part="failed"
      aria-label=${i18n.t('workflows.actOn', { action: failed, name })}
      @click=${() => void show()}
    >
      ${icon('alert')}${failed}
    </button>`;
  }

  #acts(workflow: Workflow, { i18n, store }: WorkflowsContext): TemplateResult {
    const { name, state, changed, errors } = workflow;
    const act = (word: WordKey, picture: IconName, press: () => void, look = '') => {
      const action = i18n.t(word);
      return html`<button
        class="button ${look}"
        aria-label=${i18n.t('workflows.actOn', { action, name })}
        ?disabled=${store.busy}
        @click=${press}
      >
        ${icon(picture)}${action}
      </button>`;
    };
    const publish = () => void store.publish(workflow);
    return html`<div class="acts">
      ${changed && errors === 0 ? act('workflows.publish', 'check', publish, 'primary') : nothing}
      ${state === 'active' ? act('workflows.pause', 'pause', () => void store.pause(workflow)) : nothing}
      ${state === 'paused' ? act('workflows.resume', 'play', () => void this.#resume(workflow, store)) : nothing}
      ${act('workflows.archive', 'trash', () => this.#ask({ what: 'archive', workflow }))}
    </div>`;
  }

  #dialog({ i18n, store }: WorkflowsContext): TemplateResult | typeof nothing {
    const asking = this.#asking;
    const close = () => this.#ask(null);
    const done = (what: Promise<boolean>) => {
      close();
      void what;
    };
    switch (asking?.what) {
      case 'resume':
        return resumeDialog({
          i18n,
          close,
          ...asking,
          choose: (due) => done(store.resume(asking.workflow, due)),
        });
      case 'archive':
        return archiveDialog({ i18n, close, ...asking, archive: () => done(store.archive(asking.workflow)) });
      case 'renew':
        return renewDialog({
          i18n,
          close,
          key: asking.key,
          renew: () => done(store.renewHook(asking.workflow, asking.key)),
        });
      case 'check': {
        const known = store.items.find(({ key }) => key === asking.check.key);
        const keep = () => done(store.keep(asking.source, asking.check.key));
        return checkDialog({ i18n, close, known, check: asking.check, keep });
      }
      case 'library':
        return libraryDialog({
          i18n,
          close,
          library: store.library,
          use: (source) => void this.#check(source, store, i18n),
        });
      case undefined:
        return nothing;
    }
  }

  async #check(source: string, store: WorkflowsStore, i18n: I18n): Promise<void> {
    try {
      this.#ask({ what: 'check', source, check: await store.check(source) });
    } catch (cause) {
      this.#refused = `${i18n.t('error.workflow')} ${why(i18n, ApiError.fromUnknown(cause))}`;
      this.#ask(null);
    }
  }

  async #resume(workflow: Workflow, store: WorkflowsStore): Promise<void> {
    this.#ask({ what: 'resume', workflow, due: null, error: null });
    const answer = await store.due(workflow.id).then(
      (due) => ({ due, error: null }),
      (cause: unknown) => ({ due: null, error: ApiError.fromUnknown(cause) }),
    );
    if (this.#asking?.what === 'resume' && this.#asking.workflow.id === workflow.id)
      this.#ask({ what: 'resume', workflow, ...answer });
  }

  #library(store: WorkflowsStore): void {
    this.#ask({ what: 'library' });
    void store.loadLibrary();
  }

  #ask(asking: Asking | null): void {
    if (asking) this.#refused = null;
    this.#asking = asking;
    this.#host.requestUpdate();
  }

  #say(said: string): void {
    this.#said = said;
    this.#host.requestUpdate();
  }
}
