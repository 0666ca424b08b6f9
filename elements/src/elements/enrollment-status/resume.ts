/** What came due while runs of a contact were paused, and what is to become of it. */
import { html, type TemplateResult } from 'lit';
import type { Enrollment } from '@patchbay/server-kit/contract';
import { modal } from '../../internal/modal.ts';
import type { I18n } from '../../words/i18n.ts';
import { whenWords } from './says.ts';

/** Those of paused runs whose time has come. A paused workflow is asked about where it is resumed. */
export const cameDue = (runs: readonly Enrollment[], now = Date.now()): Enrollment[] =>
  runs.filter(({ state, due_at }) => state === 'paused' && due_at !== null && Date.parse(due_at) <= now);

interface ResumeRuns {
  i18n: I18n;
  title: string;
  due: readonly Enrollment[];
  close: () => void;
  choose: (due: 'run' | 'skip') => void;
}

export function resumeRunsDialog({ i18n, title, due, close, choose }: ResumeRuns): TemplateResult {
  const ask = (what: 'run' | 'skip') =>
    html`<button class="button" @click=${() => choose(what)}>
      <span>${i18n.t(what === 'run' ? 'runs.dueRun' : 'runs.dueSkip')}</span>
      <small>${i18n.t(what === 'run' ? 'runs.dueRunHint' : 'runs.dueSkipHint')}</small>
    </button>`;
  return modal({
    i18n,
    name: 'resume-runs',
    title,
    close,
    body: html`<p>${i18n.t('runs.due', { count: due.length })}</p>
      <ul class="due">
        ${due.map(
          ({ workflow, step, due_at, zone }) =>
            html`<li>
              <b><bdi>${workflow.name}</bdi></b>
              <small
                ><bdi>${step?.words}</bdi> · ${due_at === null ? '' : whenWords(due_at, zone, i18n)}</small
              >
            </li>`,
        )}
      </ul>
      <div class="choice">${ask('skip')} ${ask('run')}</div>`,
  });
}
