import { html, nothing, type TemplateResult } from 'lit';
import type { ApiError } from '../client/errors.ts';
import type { FeedState } from '../client/types.ts';
import type { I18n } from '../words/i18n.ts';
import type { WordKey } from '../words/en.ts';
import { icon, type FirstIcon } from './icons.ts';
import { hue, initials } from './text.ts';

interface Person {
  id: string;
  name: string | null;
  phone: string | null;
}

export function avatar({ id, name, phone }: Person): TemplateResult {
  return html`<span class="avatar h${hue(id)}" part="avatar" dir="ltr" aria-hidden="true"
    >${initials(name, phone)}</span
  >`;
}

/** Nothing to show: what it means, and what to do. */
export function emptyState(
  name: FirstIcon,
  title: string,
  hint: string,
  action: unknown = nothing,
): TemplateResult {
  return html`<div class="state" part="empty">
    ${icon(name)}<b>${title}</b><span>${hint}</span>${action}
  </div>`;
}

/** What happened, why, and the way on. Never a bare code. */
export function errorState(
  i18n: I18n,
  what: WordKey,
  error: ApiError | null,
  again: () => void,
): TemplateResult {
  const forbidden = error?.code === 'forbidden';
  return html`<div class="state" part="error" role="alert">
    ${icon('alert')}<b>${forbidden ? i18n.t('notAllowed') : i18n.t(what)}</b><span>${why(i18n, error)}</span>
    ${forbidden ? nothing : html`<button class="button" @click=${again}>${i18n.t('tryAgain')}</button>`}
  </div>`;
}

/** The reason in the reader's language where we have it, else the server's own words. */
export function why(i18n: I18n, error: { code: string; detail?: string; reason?: string } | null): string {
  if (!error) return '';
  const key = `why.${error.code}`;
  const said = error.detail ?? error.reason ?? '';
  if (i18n.has(key) && (said === '' || i18n.locale.split('-')[0] !== 'en' || error.code === 'network'))
    return i18n.t(key);
  return said || i18n.t('why.internal');
}

export function feedNotice(i18n: I18n, state: FeedState): TemplateResult | typeof nothing {
  if (state !== 'offline' && state !== 'reconnecting') return nothing;
  return html`<div class="notice" part="notice" role="status">
    ${icon('alert')}<span>${i18n.t(state)}</span>
  </div>`;
}

export function spinnerRows(count: number, row: (index: number) => unknown, label: string): TemplateResult {
  return html`<div part="loading" role="status" aria-label=${label}>
    ${Array.from({ length: count }, (_, index) => row(index))}
  </div>`;
}
