import { css } from 'lit';
import { filled } from '../../styles/filled.ts';

export const styles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100%;
    min-height: 320px;
    /* In a host that gives no height, the window's is the most that makes sense. */
    max-height: 100dvh;
    background: var(--_surface);
    /* Everything inside asks for this width, not for the window's. */
    container-type: inline-size;
  }
  .root {
    position: relative;
    display: grid;
    flex: 1;
    ${filled}
    grid-template-columns: minmax(0, 1fr);
    grid-template-rows: minmax(0, 1fr);
    overflow: hidden;
    padding-block: env(safe-area-inset-top, 0px) var(--_keyboard, 0px);
    padding-inline: env(safe-area-inset-left, 0px) env(safe-area-inset-right, 0px);
  }
  .cols-2 {
    grid-template-columns: clamp(288px, 38%, 328px) minmax(0, 1fr);
  }
  .cols-3 {
    grid-template-columns: clamp(288px, 23%, 328px) minmax(0, 1fr);
  }
  .cols-3.with-panel {
    grid-template-columns: clamp(288px, 23%, 328px) minmax(0, 1fr) clamp(264px, 21%, 300px);
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
    /* how wide the whole inbox is decides */
    container-type: normal;
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
`;
