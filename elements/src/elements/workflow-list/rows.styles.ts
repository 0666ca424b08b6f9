import { css } from 'lit';
import { modalStyles } from '../../internal/modal.ts';
import { controls } from '../../styles/controls.ts';

const own = css`
  .top {
    flex: none;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    padding: 12px 16px;
    border-bottom: 1px solid var(--_line);
  }
  .top h2 {
    flex: 1;
    min-width: 0;
    font-size: var(--_text-l);
    font-weight: 650;
  }
  .scroller {
    flex: 1;
    min-height: 0;
    overflow-y: auto;
    padding: calc(14px * var(--_density)) 16px 24px;
  }
  .workflows {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: calc(10px * var(--_density));
  }
  .workflow {
    border: 1px solid var(--_line);
    border-radius: var(--_radius-l);
  }
  .workflow.open {
    border-color: var(--_line-strong);
  }
  .head {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 4px 12px;
    align-items: start;
    padding: calc(12px * var(--_density)) 14px;
  }
  .title {
    display: flex;
    align-items: start;
    gap: 8px;
    min-width: 0;
    min-height: 24px;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .title .icon {
    width: 16px;
    height: 16px;
    margin-top: 2px;
    color: var(--_text-muted);
  }
  .title:hover span {
    text-decoration: underline;
  }
  .meta {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
  }
  .line {
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .acts {
    grid-row: 1 / 4;
    grid-column: 2;
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 6px;
  }
  .acts .button {
    padding: 0 10px;
  }
  .details {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 18px;
    padding: 4px 14px 16px;
    border-top: 1px solid var(--_line);
  }
  .details h3 {
    margin: 12px 0 6px;
    font-size: 13px;
    font-weight: 650;
  }
  .wide {
    overflow-x: auto;
  }
  .wide:focus-visible {
    outline-offset: -2px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 13px;
  }
  th {
    padding: 4px 8px;
    color: var(--_text-muted);
    font-size: var(--_text-s);
    font-weight: 550;
    text-align: end;
    white-space: nowrap;
  }
  td {
    padding: 5px 8px;
    border-top: 1px solid var(--_line);
    text-align: end;
  }
  th:first-child,
  td:first-child {
    padding-inline-start: 0;
    text-align: start;
    overflow-wrap: anywhere;
  }
  td.bad {
    color: var(--_bad);
  }
  .zero {
    color: var(--_text-faint);
  }
  .problems {
    display: grid;
    gap: 8px;
  }
  .problems li {
    display: flex;
    gap: 9px;
    font-size: 13px;
  }
  .problems .icon {
    width: 16px;
    height: 16px;
    margin-top: 2px;
    color: var(--_warn);
  }
  .problems .error .icon {
    color: var(--_bad);
  }
  .problems small {
    display: block;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .problems b {
    font-weight: 550;
  }
  pre {
    max-height: 320px;
    margin: 0;
    padding: 12px;
    overflow: auto;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-m);
    background: var(--_surface-sunken);
    font:
      12px/1.5 ui-monospace,
      SFMono-Regular,
      Menlo,
      Consolas,
      monospace;
    text-align: left;
    direction: ltr;
    tab-size: 2;
  }
  .bits {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  .bits h3 {
    flex: 1;
  }
  .failures h3:focus-visible {
    outline-offset: 3px;
  }
  .alike {
    display: grid;
    gap: 3px;
    padding-block: 10px;
    border-top: 1px solid var(--_line);
  }
  .alike .row {
    flex-wrap: wrap;
    justify-content: space-between;
  }
  .alike .title {
    flex: 1 1 120px;
    font-size: 13px;
    text-align: start;
  }
  .reason {
    font-size: 13px;
    overflow-wrap: anywhere;
  }
  .said {
    display: flex;
    gap: 6px;
    align-items: center;
    margin-bottom: 8px;
    color: var(--_good);
  }
  .said .icon {
    width: 15px;
    height: 15px;
  }
  .people {
    margin-top: 4px;
  }
  .people li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 10px;
    padding-block: 7px;
    font-size: 13px;
  }
  .people .avatar {
    width: 30px;
    height: 30px;
    font-size: 11px;
  }
  .people .grow {
    flex: 1 1 140px;
  }
  .people b {
    font-weight: 550;
  }
  .people small {
    display: block;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  button.chip {
    font: inherit;
    font-size: var(--_text-s);
    font-weight: 550;
  }
  button.chip:hover {
    text-decoration: underline;
  }
  .hook {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 6px;
    padding-block: 10px;
    border-top: 1px solid var(--_line);
    font-size: 13px;
  }
  .hook .bits {
    flex-wrap: wrap;
  }
  .hook code {
    overflow-wrap: anywhere;
    font:
      12px/1.5 ui-monospace,
      SFMono-Regular,
      monospace;
  }
  .hook summary {
    cursor: pointer;
  }
  .hook pre,
  .bits + pre {
    margin-top: 6px;
  }
  .versions li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 10px;
    min-height: 38px;
    padding-block: 4px;
    border-top: 1px solid var(--_line);
    font-size: 13px;
  }
  .library li {
    display: flex;
    align-items: center;
    gap: 12px;
    padding-block: 10px;
    border-top: 1px solid var(--_line);
  }
  .choice {
    display: grid;
    gap: 8px;
    margin-top: 12px;
  }
  .choice .button {
    display: grid;
    justify-content: start;
    justify-items: start;
    gap: 1px;
    padding: 8px 12px;
    text-align: start;
    white-space: normal;
  }
  .choice small {
    font-size: var(--_text-s);
    font-weight: 400;
  }
  dialog ul {
    margin-block: 8px;
  }
  .notice {
    flex: none;
  }
  @container (max-width: 519.9px) {
    pre {
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
    .top h2 {
      flex-basis: 100%;
    }
    .head {
      grid-template-columns: minmax(0, 1fr);
    }
    .acts {
      grid-row: auto;
      grid-column: 1;
      justify-content: flex-start;
      margin-top: 4px;
    }
    .acts .button,
    .alike .button,
    .bits .button,
    .top .button,
    .title {
      min-height: 44px;
    }
    /* as tall for a finger, and no taller to look at */
    button.chip {
      position: relative;
    }
    button.chip::after {
      content: '';
      position: absolute;
      inset: -12px 0;
    }
    .title {
      align-items: center;
    }
    .head .title {
      margin-block-start: -8px;
    }
    .title .icon {
      margin-top: 0;
    }
  }
`;

export const styles = [controls, modalStyles, own];
