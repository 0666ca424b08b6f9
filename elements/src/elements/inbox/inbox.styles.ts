import { css } from 'lit';

export const styles = css`
  :host {
    height: 100%;
    min-height: 320px;
    background: var(--_surface);
    /* Everything inside asks for this width, not for the window's. */
    container-type: inline-size;
  }
  .root {
    position: relative;
    display: grid;
    height: 100%;
    min-height: 0;
    grid-template-columns: minmax(0, 1fr);
    grid-template-rows: minmax(0, 1fr);
    overflow: hidden;
    padding-block: env(safe-area-inset-top, 0px) var(--_keyboard, 0px);
    padding-inline: env(safe-area-inset-left, 0px) env(safe-area-inset-right, 0px);
  }
  .cols-2 {
    grid-template-columns: clamp(264px, 36%, 328px) minmax(0, 1fr);
  }
  .cols-3 {
    grid-template-columns: clamp(272px, 23%, 328px) minmax(0, 1fr);
  }
  .cols-3.with-panel {
    grid-template-columns: clamp(272px, 23%, 328px) minmax(0, 1fr) clamp(264px, 21%, 300px);
  }
  .list,
  .middle,
  .panel {
    min-width: 0;
    min-height: 0;
  }
  .cols-2 > .middle,
  .cols-3 > .middle,
  .cols-3 > .panel {
    border-inline-start: 1px solid var(--_line);
  }
  .middle {
    display: flex;
    flex-direction: column;
  }
  .middle > .thread {
    flex: 1;
    height: auto;
  }
  .panel {
    position: relative;
    background: var(--_surface);
  }
  .cols-1 > .panel,
  .cols-2 > .panel {
    position: absolute;
    z-index: 4;
    inset-block: 0;
    inset-inline-end: 0;
    width: min(340px, 100%);
    border-inline-start: 1px solid var(--_line);
    box-shadow: var(--_shadow-float);
    animation: drawer var(--_motion) ease-out;
  }
  .cols-1 > .panel {
    width: 100%;
    border: 0;
  }
  @keyframes drawer {
    from {
      opacity: 0;
      transform: translateX(16px);
    }
  }
  .panel > .tool {
    position: absolute;
    z-index: 1;
    inset-block-start: 8px;
    inset-inline-end: 8px;
  }
  .nothing {
    display: grid;
    height: 100%;
  }
  .compose {
    display: flex;
    flex-direction: column;
    height: 100%;
  }
  .compose header {
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
  dialog {
    width: min(380px, calc(100% - 32px));
    padding: 18px 20px 20px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-l);
    background: var(--_surface-raised);
    color: var(--_text);
    box-shadow: var(--_shadow-float);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.4);
  }
  dialog h2 {
    flex: 1;
    font-size: 16px;
    font-weight: 600;
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
