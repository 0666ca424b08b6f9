import { css } from 'lit';
import { modalStyles } from '../../internal/modal.ts';
import { checkLine } from '../../styles/check.ts';

export const styles = [
  modalStyles,
  css`
    dialog[part='import'] {
      width: min(640px, calc(100vw - 32px));
    }
    .steps {
      display: flex;
      gap: 4px;
      margin: 0 0 14px;
      padding: 0;
      list-style: none;
      color: var(--_text-muted);
      font-size: var(--_text-s);
    }
    .steps li {
      flex: 1;
      padding-top: 6px;
      border-top: 2px solid var(--_line);
    }
    .steps li[aria-current] {
      border-color: var(--_accent);
      color: var(--_text);
      font-weight: 600;
    }
    .drop {
      display: grid;
      justify-items: center;
      gap: 10px;
      padding: 32px 16px;
      border: 1px dashed var(--_line-strong);
      border-radius: var(--_radius-l);
      text-align: center;
    }
    dialog label.drop {
      color: var(--_text);
      font-size: var(--_text-m);
      cursor: pointer;
    }
    .drop:focus-within {
      outline: 2px solid var(--_focus);
      outline-offset: 2px;
    }
    .drop > .icon {
      width: 28px;
      height: 28px;
      color: var(--_text-muted);
    }
    dialog p {
      margin: 8px 0;
    }
    dialog .scrolls {
      max-height: min(360px, 45dvh);
      overflow: auto;
      border: 1px solid var(--_line);
      border-radius: var(--_radius-m);
    }
    dialog table {
      width: 100%;
      border-collapse: collapse;
      font-size: var(--_text-s);
    }
    dialog th,
    dialog td {
      padding: 6px 10px;
      border-bottom: 1px solid var(--_line);
      text-align: start;
      vertical-align: top;
      font-weight: 400;
    }
    dialog thead th {
      position: sticky;
      top: 0;
      background: var(--_surface-raised);
      color: var(--_text-muted);
    }
    dialog tbody th {
      font-weight: 600;
    }
    dialog tr:has(select) > * {
      vertical-align: middle;
    }
    dialog tbody tr:last-child > * {
      border-bottom: 0;
    }
    dialog tr.out > th {
      color: var(--_text-muted);
      font-weight: 400;
    }
    dialog td.samples {
      max-width: 180px;
    }
    dialog td.samples bdi {
      display: block;
    }
    dialog td .field {
      width: 100%;
      min-width: 130px;
    }
    dialog fieldset {
      display: grid;
      gap: 10px;
      margin: 0 0 14px;
      padding: 0;
      border: 0;
    }
    dialog legend {
      margin-bottom: 8px;
      padding: 0;
      font-weight: 600;
    }
    ${checkLine}
    dialog fieldset p {
      margin: 0;
    }
    /* What goes on is always in reach, however long the page is. */
    dialog[part='import'] > .end {
      position: sticky;
      inset-block-end: -20px;
      z-index: 1;
      margin: 6px -20px -20px;
      padding: 12px 20px;
      border-top: 1px solid var(--_line);
      background: var(--_surface-raised);
    }
    dialog textarea.field {
      resize: vertical;
    }
    @media (max-width: 520px) {
      dialog .samples {
        display: none;
      }
    }
  `,
];
