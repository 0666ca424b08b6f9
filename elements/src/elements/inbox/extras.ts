import { css, html, type TemplateResult } from 'lit';
import { modal, modalStyles } from '../../internal/modal.ts';
import type { WordKey } from '../../words/en.ts';
import { enMore } from '../../words/en-more.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';

export { NewMessage } from './new-message.ts';

addEnglish(enMore);

const SHORTCUTS: readonly (readonly [string, WordKey])[] = [
  ['j', 'shortcut.next'],
  ['k', 'shortcut.previous'],
  ['r', 'shortcut.reply'],
  ['e', 'shortcut.close'],
  ['/', 'shortcut.search'],
  ['?', 'shortcut.help'],
];

export function shortcutsDialog(i18n: I18n, closed: () => void): TemplateResult {
  return modal({
    i18n,
    name: 'shortcuts',
    title: i18n.t('shortcuts'),
    close: closed,
    body: html`<dl>
      ${SHORTCUTS.map(
        ([key, word]) =>
          html`<dt>${i18n.t(word)}</dt>
            <dd><kbd>${key}</kbd></dd>`,
      )}
      <dt>${i18n.t('shortcut.quick')}</dt>
      <dd><kbd>/</kbd></dd>
    </dl>`,
  });
}

export const styles = css`
  ${modalStyles}
  .compose {
    display: flex;
    flex-direction: column;
    height: 100%;
  }
  .compose .head {
    position: relative;
    z-index: 2;
    display: flex;
    align-items: center;
    gap: 10px;
    min-height: 66px;
    padding: 8px 14px 8px 20px;
    border-bottom: 1px solid var(--_line);
  }
  .compose label {
    color: var(--_text-muted);
  }
  .compose input {
    flex: 1;
    min-width: 0;
    min-height: 40px;
    border: 0;
    background: none;
    font-size: 16px;
  }
  .compose input:focus-visible {
    outline: none;
  }
  .compose .pop {
    inset-block-start: calc(100% - 4px);
    inset-inline: 14px;
  }
  .compose .item b {
    font-weight: 600;
  }
  .compose .space {
    flex: 1;
  }
  .note {
    padding: 10px 20px;
    color: var(--_bad);
    font-size: 13px;
  }
  dialog dl {
    display: grid;
    grid-template-columns: 1fr auto;
    align-items: center;
    gap: 8px 16px;
    margin-top: 12px;
  }
  kbd {
    display: inline-grid;
    place-items: center;
    min-width: 26px;
    height: 26px;
    padding: 0 7px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-s);
    background: var(--_surface-sunken);
    font: inherit;
    font-size: var(--_text-s);
  }
`;
