import { css } from 'lit';
import { previewStyles } from '../../internal/asset-view.ts';
import { modalStyles } from '../../internal/modal.ts';
import { checkLine } from '../../styles/check.ts';

export const styles = [
  modalStyles,
  previewStyles,
  css`
    .asset-menu {
      inset-block-start: calc(100% + 2px);
      inset-inline-end: 0;
    }
    dialog[part='details'] {
      width: min(860px, calc(100vw - 24px));
    }
    .sides {
      display: grid;
      grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr);
      gap: 20px;
    }
    .sides h3 {
      margin: 4px 0 6px;
      font-size: var(--_text-s);
      font-weight: 600;
    }
    .facts-line {
      margin-block: 8px;
      color: var(--_text-muted);
      font-size: var(--_text-s);
    }
    .sides > div > form {
      margin-top: 10px;
    }
    .linkline {
      display: flex;
      gap: 6px;
    }
    .linkline .field {
      min-width: 0;
      color: var(--_text-muted);
    }
    .sides .note {
      padding: 8px 12px;
      border-radius: var(--_radius-m);
      background: var(--_warn-soft);
      color: var(--_warn);
      font-size: var(--_text-s);
    }
    ${checkLine}
    .hint {
      color: var(--_text-muted);
      font-size: var(--_text-s);
    }
    .people li {
      display: flex;
      align-items: center;
      gap: 10px;
      min-height: 34px;
      border-bottom: 1px solid var(--_line);
      font-size: 13px;
    }
    .people meter {
      width: 56px;
      height: 6px;
    }
    .detail-ends {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
      margin-top: 14px;
      padding-top: 14px;
      border-top: 1px solid var(--_line);
    }
    .detail-ends .grow {
      min-width: 8px;
    }
    @media (max-width: 640px) {
      .sides {
        grid-template-columns: minmax(0, 1fr);
      }
      .detail-ends .grow {
        display: none;
      }
      .detail-ends .button {
        flex: 1 1 auto;
        min-height: 44px;
      }
    }
  `,
];
