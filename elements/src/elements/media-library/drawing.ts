/** What the library holds and how it looks: loaded beside the client, while ghosts stand for it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Asset } from '@patchbay/server-kit/contract';
import { thumbStyles } from '../../internal/asset-view.ts';
import { emptyState, errorState, why } from '../../internal/parts.ts';
import type { AssetsStore } from '../../stores/assets.ts';
import { controls } from '../../styles/controls.ts';
import { enMediaList } from '../../words/en-media-list.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';
import { card, type CardContext } from './card.ts';
import { cardStyles } from './card.styles.ts';

export { Acts } from './acts.ts';
export { assetsOf } from '../../stores/assets.ts';

addEnglish(enMediaList);

export const styles = [controls, thumbStyles, cardStyles];

export interface BodyContext {
  i18n: I18n;
  store: AssetsStore;
  layout: 'grid' | 'list';
  /** A choice of the person's, and not the host's, leaves things out. */
  narrowed: boolean;
  card: (asset: Asset) => CardContext;
}

export function body({ i18n, store, layout, narrowed, card: context }: BodyContext): TemplateResult | null {
  if (store.status === 'error') return errorState(i18n, 'error.media', store.error, () => void store.load());
  if (store.status !== 'ready') return null;
  if (store.items.length === 0) {
    return narrowed
      ? emptyState('search', i18n.t('media.noMatch'), i18n.t('media.noMatchHint'))
      : emptyState('plus', i18n.t('media.empty'), i18n.t('media.emptyHint'));
  }
  return html`<ul class=${layout} aria-label=${i18n.t('media')}>
      ${store.items.map((asset) => card(asset, context(asset)))}
    </ul>
    ${
      store.hasMore
        ? html`<div class="tail">
            ${store.moreError ? html`<p>${i18n.t('error.mediaMore')} ${why(i18n, store.moreError)}</p>` : nothing}
            <button class="button" ?disabled=${store.loadingMore} @click=${() => void store.loadMore()}>
              ${i18n.t('media.more')}
            </button>
          </div>`
        : nothing
    }`;
}
