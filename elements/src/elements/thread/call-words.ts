import type { I18n } from '../../words/i18n.ts';

/** How a call went: in our words where it was ours, else in the host's own. */
export function callWords({ missed, disposition }: Record<string, unknown>, i18n: I18n): string {
  if (missed === true) return i18n.t('call.missed');
  if (typeof disposition !== 'string' || disposition === '') return i18n.t('call.answered');
  const key = `call.${disposition}`;
  return i18n.has(key) ? i18n.t(key, {}) : i18n.t('call.other', { name: disposition });
}
