/** What opens over a library: a file's menu, its details, the question before it is deleted, the recorder. */
import { html, type TemplateResult } from 'lit';
import type { Asset } from '@patchbay/server-kit/contract';
import { menuKeys } from '../../internal/dismiss.ts';
import { icon, type IconName } from '../../internal/icons-more.ts';
import { enMediaMore } from '../../words/en-media-more.ts';
import type { WordKey } from '../../words/en.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';
import { styles as detailStyles } from './details.styles.ts';
import { recorderStyles } from '../../internal/recorder.styles.ts';

export { copyLink } from './copy-link.ts';
export { details } from './details.ts';
export { deleteDialog } from './delete-dialog.ts';
export { recorder } from '../../internal/recorder.ts';

addEnglish(enMediaMore);

export const styles = [...detailStyles, recorderStyles];

type Act = 'details' | 'rename' | 'copy' | 'replace' | 'delete' | 'send';

const ITEMS: readonly [Act, WordKey, IconName][] = [
  ['send', 'media.send', 'send'],
  ['copy', 'media.copyLink', 'link'],
  ['details', 'media.details', 'panel'],
  ['rename', 'media.rename', 'edit'],
  ['replace', 'media.replace', 'upload'],
  ['delete', 'media.delete', 'trash'],
];

export interface MenuContext {
  i18n: I18n;
  asset: Asset;
  sendable: boolean;
  act: (what: Act) => void;
}

export function assetMenu({ i18n, asset, sendable, act }: MenuContext): TemplateResult {
  return html`<div
    class="pop asset-menu"
    role="menu"
    aria-label=${i18n.t('media.options', { name: asset.name })}
    @keydown=${menuKeys}
  >
    ${ITEMS.filter(([what]) => sendable || what !== 'send').map(
      ([what, word, picture]) =>
        html`<button class="item" role="menuitem" @click=${() => act(what)}>
          ${icon(picture)}${i18n.t(word)}
        </button>`,
    )}
  </div>`;
}
