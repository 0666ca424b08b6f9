import { html, nothing, type TemplateResult } from 'lit';
import type { Asset } from '@patchbay/server-kit/contract';
import { ApiError } from '../../client/errors.ts';
import { modal } from '../../internal/modal.ts';
import { why } from '../../internal/parts.ts';
import type { AssetsStore } from '../../stores/assets.ts';
import type { Stores } from '../../stores/stores.ts';
import type { I18n } from '../../words/i18n.ts';
import { usageWords } from './usage.ts';

export interface DeleteContext {
  i18n: I18n;
  stores: Stores;
  store: AssetsStore;
  asset: Asset;
  close: () => void;
}

/** The question before a file is gone. What sends it is named; and then only a manager may. */
export function deleteDialog({ i18n, stores, store, asset, close }: DeleteContext): TemplateResult {
  const { sent, workflows } = asset.usage;
  const used = sent + workflows > 0;
  const may = !used || stores.session.me?.member.role === 'manager';
  const remove = async (event: Event) => {
    const button = event.currentTarget as HTMLButtonElement;
    const wrong = button.closest('dialog')!.querySelector('.wrong')!;
    button.disabled = true;
    try {
      await store.remove(asset.id, used);
      close();
    } catch (cause) {
      wrong.textContent = `${i18n.t('error.mediaDelete')} ${why(i18n, ApiError.fromUnknown(cause))}`;
      button.disabled = false;
    }
  };
  return modal({
    i18n,
    name: 'confirm-delete',
    title: i18n.t('media.deleteTitle', { name: asset.name }),
    close,
    body: html`<p class="muted">
        ${used ? i18n.t('media.deleteUsed', { usage: usageWords(asset, i18n) }) : i18n.t('media.deleteUnused')}
      </p>
      ${may ? nothing : html`<p>${i18n.t('media.deleteNotYou')}</p>`}
      <p class="wrong" role="alert"></p>
      <div class="end">
        <button class="button" @click=${close}>${i18n.t('media.cancel')}</button>
        ${
          may
            ? html`<button class="button danger" @click=${remove}>
                ${i18n.t(used ? 'media.deleteAnyway' : 'media.delete')}
              </button>`
            : nothing
        }
      </div>`,
  });
}
