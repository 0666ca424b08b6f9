import type { Asset } from '@patchbay/server-kit/contract';
import type { I18n } from '../../words/i18n.ts';

/** "Sent 214 times in 3 workflows". */
export function usageWords({ usage: { sent, workflows } }: Asset, i18n: I18n): string {
  if (sent + workflows === 0) return i18n.t('media.usage.none');
  const often = i18n.t('media.usage.sent', { count: sent });
  if (workflows === 0) return i18n.t('media.usageBare', { sent: often });
  return i18n.t('media.usage', {
    sent: often,
    workflows: i18n.t('media.usage.workflows', { count: workflows }),
  });
}
