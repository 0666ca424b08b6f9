/** What the board asks in dialogs. Each is made when it is opened, and keeps what is typed until it is closed. */
import { css } from 'lit';
import { modalStyles } from '../../internal/modal.ts';
import { enBoard } from '../../words/en-board.ts';
import { addEnglish } from '../../words/i18n.ts';
import { CardDialog } from './card-dialog.ts';
import type { Asked, DialogContext } from './lazy-dialogs.ts';
import { PipelineDialog, StagesDialog } from './stages-dialog.ts';

addEnglish(enBoard);

export interface DialogHandle {
  close: () => void;
  update: () => void;
}

export function dialogFor(asked: Asked, context: DialogContext, handle: DialogHandle) {
  if (asked.about === 'stages') return new StagesDialog(context, handle);
  if (asked.about === 'pipeline') return new PipelineDialog(context, handle);
  return new CardDialog(asked, context, handle);
}

export const styles = css`
  ${modalStyles}
  dialog {
    font-size: var(--_text-m);
  }
  dialog .two {
    display: grid;
    grid-template-columns: 1fr 104px;
    gap: 8px;
  }
  dialog .found {
    display: grid;
    max-height: 220px;
    overflow: auto;
  }
  dialog .item {
    min-height: 44px;
  }
  dialog .item .avatar {
    width: 28px;
    height: 28px;
    font-size: 11px;
  }
  dialog .end .start {
    margin-inline-end: auto;
  }
  dialog .end {
    flex-wrap: wrap;
  }
  dialog .stage {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 6px;
    padding-block: 5px;
    border-bottom: 1px solid var(--_line);
  }
  dialog .stage .field {
    width: auto;
    flex: 0 1 auto;
    min-width: 0;
  }
  dialog .stage .title {
    flex: 1 1 120px;
    margin: 0;
  }
  dialog .stage .dot {
    flex: none;
  }
  dialog .stage .tool .icon {
    width: 16px;
    height: 16px;
  }
  @media (pointer: coarse) {
    dialog .field,
    dialog .button {
      min-height: 44px;
      font-size: 16px;
    }
    dialog .stage .tool {
      width: 44px;
      height: 44px;
    }
  }
`;
