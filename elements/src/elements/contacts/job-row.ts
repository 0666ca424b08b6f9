/** How far a job is, and what became of it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Job } from '@patchbay/server-kit/contract';
import { IMPORT_OUTCOMES } from '@patchbay/server-kit/contract/names';
import { icon } from '../../internal/icons-more.ts';
import { safeUrl } from '../../internal/text.ts';
import type { JobsStore } from '../../stores/jobs.ts';
import type { I18n } from '../../words/i18n.ts';

export function jobRow(job: Job, jobs: JobsStore, i18n: I18n): TemplateResult {
  const what = i18n.t(job.kind === 'bulk' ? `job.${job.action?.type ?? 'set_field'}` : `job.${job.kind}`);
  const running = job.state === 'running' || job.state === 'queued' || job.state === 'waiting';
  const href = job.download === null ? null : safeUrl(job.download);
  return html`<div class="job" part="job" role="group" aria-label=${what}>
    <b>${what}${job.name !== null && job.kind === 'import' ? html` <bdi>${job.name}</bdi>` : nothing}</b>
    ${
      running
        ? html`<progress
              aria-label=${i18n.t('job.progress')}
              .value=${job.total === null ? 0 : job.done}
              max=${Math.max(1, job.total ?? 1)}
            ></progress>
            <span class="muted num grow">${progress(job, i18n)}</span>
            <button class="button" @click=${() => void jobs.cancel(job.id)}>${i18n.t('job.cancel')}</button>`
        : html`<span class="grow ${job.state === 'failed' ? 'wrong' : 'muted'}" role="status"
              >${outcome(job, i18n)}</span
            >
            ${href ? html`<a class="button" part="download" href=${href} download>${icon('download')}${i18n.t(job.kind === 'import' ? 'job.downloadRefused' : 'job.download')}</a>` : nothing}
            <button class="tool" aria-label=${i18n.t('job.dismiss')} @click=${() => jobs.dismiss(job.id)}>
              ${icon('x')}
            </button>`
    }
  </div>`;
}

function progress({ state, done, total }: Job, i18n: I18n): string {
  if (state !== 'running') return i18n.t('job.queued');
  return total === null ? i18n.t('job.counting') : i18n.t('job.running', { done, total });
}

/** What became of the rows of an import, as far as there is any of it. */
function rows({ counts, failed }: Job, i18n: I18n): string {
  const outcomes = IMPORT_OUTCOMES.map(
    (outcome) => [outcome, outcome === 'refused' ? failed : (counts[outcome] ?? 0)] as const,
  );
  const said = outcomes.filter(([, count]) => count > 0);
  return said.length === 0
    ? i18n.t('job.nothing')
    : said.map(([outcome, count]) => i18n.t(`job.${outcome}`, { count })).join(' · ');
}

function entered({ counts }: Job, i18n: I18n): string {
  const { enrolled = 0, skipped = 0 } = counts;
  const words = i18n.t('job.entered', { count: enrolled });
  return skipped === 0 ? words : `${words} · ${i18n.t('job.keptOut', { count: skipped })}`;
}

function outcome(job: Job, i18n: I18n): string {
  const { state, done, failed, reason, kind } = job;
  if (state === 'failed')
    return reason === null ? i18n.t('job.failedBare') : i18n.t('job.failed', { reason });
  if (state === 'canceled') return i18n.t('job.canceled', { done });
  if (kind === 'import') return rows(job, i18n);
  const words =
    job.action?.type === 'enroll' ? entered(job, i18n) : i18n.t('job.done', { count: done - failed });
  return failed === 0 ? words : `${words} · ${i18n.t('job.failedSome', { count: failed })}`;
}
