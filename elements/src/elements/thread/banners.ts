import { html, nothing, type TemplateResult } from 'lit';
import type { Conversation } from '@patchbay/server-kit/contract';
import type { ApiError } from '../../client/errors.ts';
import { icon } from '../../internal/icons.ts';
import { emptyState, why } from '../../internal/parts.ts';
import type { I18n } from '../../words/i18n.ts';

type Banner = TemplateResult | typeof nothing;

/** "Stop. Thank you" is an opt-out, "we must stop this bill" is not: a person decides. */
export function optOutBanner(
  conversation: Conversation | undefined,
  i18n: I18n,
  optOut: (conversation: Conversation) => void,
  dismiss: () => void,
): Banner {
  const flagged = conversation?.possible_opt_out;
  if (!flagged) return nothing;
  return html`<div class="banner" part="opt-out-banner" role="group">
    <span class="grow">${i18n.t('possibleOptOut', { text: flagged.text })}</span>
    <span class="row">
      <button class="button" @click=${() => optOut(conversation)}>${i18n.t('optOut')}</button>
      <button class="button" @click=${dismiss}>${i18n.t('notOptOut')}</button>
    </span>
  </div>`;
}

/** A change that was taken back, and why. */
export function changeRefused(error: ApiError | null, i18n: I18n, dismiss: () => void): Banner {
  if (!error) return nothing;
  return html`<div class="notice bad" part="notice" role="alert">
    ${icon('alert')}<span class="grow">${i18n.t('error.change')} ${why(i18n, error)}</span>
    <button class="link" @click=${dismiss}>${i18n.t('dismiss')}</button>
  </div>`;
}

export function nothingOpen(i18n: I18n, connected: boolean): TemplateResult {
  if (connected) return emptyState('chat', i18n.t('empty.pick'), i18n.t('empty.pickHint'));
  return emptyState('alert', i18n.t('noClient'), i18n.t('noClientHint'));
}
