/** What is asked over the list of workflows. */
import { html, nothing, type TemplateResult } from 'lit';
import type { DueEnrollments, LibraryWorkflow, Workflow, WorkflowCheck } from '@patchbay/server-kit/contract';
import type { ApiError } from '../../client/errors.ts';
import { modal } from '../../internal/modal.ts';
import { why } from '../../internal/parts.ts';
import type { I18n } from '../../words/i18n.ts';
import { problemList } from './details.ts';

interface Dialog {
  i18n: I18n;
  close: () => void;
}

const bones = (i18n: I18n) =>
  html`<p role="status" aria-label=${i18n.t('loading')}><span class="bones"></span></p>`;

interface ResumeDialog extends Dialog {
  workflow: Workflow;
  /** Null while it is asked for. */
  due: DueEnrollments | null;
  error: ApiError | null;
  choose: (due: 'run' | 'skip') => void;
}

/** What came due while it was paused, and what is to become of it. */
export function resumeDialog({ i18n, close, workflow, due, error, choose }: ResumeDialog): TemplateResult {
  const ask = (what: 'run' | 'skip', look = '') =>
    html`<button class="button ${look}" @click=${() => choose(what)}>
      <span>${i18n.t(what === 'run' ? 'workflows.dueRun' : 'workflows.dueSkip')}</span>
      <small>${i18n.t(what === 'run' ? 'workflows.dueRunHint' : 'workflows.dueSkipHint')}</small>
    </button>`;
  const body = () => {
    if (error) return html`<p class="wrong" role="alert">${why(i18n, error)}</p>`;
    if (!due) return bones(i18n);
    if (due.count === 0) {
      return html`<p class="muted">${i18n.t('workflows.dueNone')}</p>
        <div class="end">
          <button class="button" @click=${close}>${i18n.t('workflows.cancel')}</button>
          <button class="button primary" @click=${() => choose('run')}>${i18n.t('workflows.resume')}</button>
        </div>`;
    }
    return html`<p>${i18n.t('workflows.due', { count: due.count })}</p>
      <ul>
        ${due.steps
          .slice(0, 8)
          .map(
            ({ step, words, count }) =>
              html`<li class="muted">${i18n.t('workflows.dueAt', { count, step: words ?? step })}</li>`,
          )}
      </ul>
      <div class="choice">${ask('skip')} ${ask('run')}</div>`;
  };
  const title = i18n.t('workflows.resumeTitle', { name: workflow.name });
  return modal({ i18n, name: 'resume', title, close, body: body() });
}

interface ArchiveDialog extends Dialog {
  workflow: Workflow;
  archive: () => void;
}

export function archiveDialog({ i18n, close, workflow, archive }: ArchiveDialog): TemplateResult {
  const { active, paused } = workflow.totals;
  return modal({
    i18n,
    name: 'archive',
    title: i18n.t('workflows.archiveTitle', { name: workflow.name }),
    close,
    body: html`<p class="muted">${i18n.t('workflows.archiveHint', { count: active + paused })}</p>
      <div class="end">
        <button class="button" @click=${close}>${i18n.t('workflows.cancel')}</button>
        <button class="button danger" @click=${archive}>${i18n.t('workflows.archive')}</button>
      </div>`,
  });
}

interface RenewDialog extends Dialog {
  key: string;
  renew: () => void;
}

export function renewDialog({ i18n, close, key, renew }: RenewDialog): TemplateResult {
  return modal({
    i18n,
    name: 'renew',
    title: i18n.t('workflows.hookRenewTitle', { name: key }),
    close,
    body: html`<p class="muted">${i18n.t('workflows.hookRenewHint')}</p>
      <div class="end">
        <button class="button" @click=${close}>${i18n.t('workflows.cancel')}</button>
        <button class="button primary" @click=${renew}>${i18n.t('workflows.hookRenew')}</button>
      </div>`,
  });
}

interface CheckDialog extends Dialog {
  check: WorkflowCheck;
  /** The workflow with this key. */
  known: Workflow | undefined;
  keep: () => void;
}

/** What a file holds and what is wrong with it, before it becomes a draft. */
export function checkDialog({ i18n, close, check, known, keep }: CheckDialog): TemplateResult {
  const { key, name, steps, problems } = check;
  const readable = key !== null && name !== null;
  return modal({
    i18n,
    name: 'check',
    title: i18n.t('workflows.checkTitle'),
    close,
    body: html`<div class="stack">
      <p>
        ${
          readable
            ? known
              ? i18n.t('workflows.checkKnown', { name: known.name })
              : i18n.t('workflows.checkNew', { name })
            : i18n.t('workflows.checkUnreadable')
        }
        ${readable ? html`<span class="muted">${i18n.t('workflows.checkSteps', { count: steps })}</span>` : nothing}
      </p>
      ${problemList(problems, i18n)}
      <div class="end">
        <button class="button" @click=${close}>${i18n.t('workflows.cancel')}</button>
        ${readable ? html`<button class="button primary" @click=${keep}>${i18n.t('workflows.keep')}</button>` : nothing}
      </div>
    </div>`,
  });
}

interface LibraryDialog extends Dialog {
  library: readonly LibraryWorkflow[] | null;
  use: (source: string) => void;
}

export function libraryDialog({ i18n, close, library, use }: LibraryDialog): TemplateResult {
  const shown = library ?? [];
  return modal({
    i18n,
    name: 'library',
    title: i18n.t('workflows.libraryTitle'),
    close,
    body:
      library === null
        ? bones(i18n)
        : shown.length === 0
          ? html`<p class="muted">${i18n.t('workflows.libraryEmpty')}</p>`
          : html`<ul class="library">
              ${shown.map(
                ({ name, description, source }) =>
                  html`<li>
                    <div class="grow">
                      <b>${name}</b>
                      <p class="line">${description}</p>
                    </div>
                    <button
                      class="button"
                      aria-label=${i18n.t('workflows.use', { name })}
                      @click=${() => use(source)}
                    >
                      ${i18n.t('workflows.useThis')}
                    </button>
                  </li>`,
              )}
            </ul>`,
  });
}
