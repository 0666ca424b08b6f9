import type { I18n } from '../../words/i18n.ts';

/** Answers with what is to be said about it. */
export async function copyLink(url: string, i18n: I18n): Promise<string> {
  try {
    await navigator.clipboard.writeText(url);
    return i18n.t('media.copied');
  } catch {
    // not allowed on a page without HTTPS, nor in some frames
    return i18n.t('media.copyFailed', { url });
  }
}
