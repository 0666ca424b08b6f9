/** A run in sentences, in the reader's language and the contact's time. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Enrollment, EnrollmentDetails } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import type { I18n } from '../../words/i18n.ts';

const OUTCOMES = { done: 'check', skipped: 'undo', failed: 'alert' } as const;

export function whenWords(iso: string, zone: string, i18n: I18n): string {
  return i18n.t('runs.when', { moment: i18n.moment(iso, zone), place: i18n.city(zone) });
}

/** "Waiting until tomorrow at 10:00 AM (Toronto)". Empty: it goes on by itself, now. */
export function waitWords({ waiting, due_at, zone, state }: Enrollment, i18n: I18n): string {
  if (state === 'paused') return '';
  if (!waiting) {
    return due_at !== null && Date.parse(due_at) > Date.now()
      ? i18n.t('runs.next', { when: whenWords(due_at, zone, i18n) })
      : '';
  }
  const { reason, until } = waiting;
  const what = reason === 'event' ? (waiting.what ?? i18n.t('runs.something')) : i18n.t('runs.something');
  if (reason === 'asset' || reason === 'request') return i18n.t(`runs.wait.${reason}`);
  if (until === null) return i18n.t('runs.wait.open', { what });
  return i18n.t(`runs.wait.${reason}`, { what, when: whenWords(until, waiting.zone ?? zone, i18n) });
}

export function endedWords({ end_reason, ended_at }: Enrollment, i18n: I18n): string {
  const reason = end_reason === null ? '' : i18n.t(`runs.end.${end_reason}`);
  return i18n.t('runs.ended', { reason, date: ended_at === null ? '' : i18n.date(ended_at) });
}

function retryWords(
  { by, at, says }: NonNullable<EnrollmentDetails['trace'][number]['retried']>,
  zone: string,
  english: boolean,
  i18n: I18n,
): string {
  return english ? says : i18n.t('runs.retried', { name: by?.name ?? '', when: whenWords(at, zone, i18n) });
}

/** What it did, step by step. The server's own words where there is more to say than that it was done. */
export function traceList({ trace, zone }: EnrollmentDetails, i18n: I18n): TemplateResult {
  const english = i18n.locale.split('-')[0] === 'en';
  return html`<ol class="trace" part="trace">
    ${trace.map(({ words, outcome, reason, says, at, retried }) => {
      const short = reason === null ? i18n.t(`runs.outcome.${outcome}`) : i18n.t(`runs.skip.${reason}`);
      return html`<li class=${outcome} part="step-${outcome}">
        ${icon(OUTCOMES[outcome])}
        <div class="grow">
          <b><bdi>${words}</bdi></b>
          <small>${english && says !== '' ? says : short} · ${whenWords(at, zone, i18n)}</small>
          ${!english && outcome === 'failed' ? html`<small dir="auto">${says}</small>` : nothing}
          ${retried ? html`<small part="retried">${retryWords(retried, zone, english, i18n)}</small>` : nothing}
        </div>
      </li>`;
    })}
  </ol>`;
}
