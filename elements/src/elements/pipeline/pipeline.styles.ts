import { css } from 'lit';
import { filled } from '../../styles/filled.ts';
import { quickStyles } from './card.styles.ts';

export const styles = css`
  :host {
    display: block;
    min-height: 320px;
    height: 100%;
    background: var(--_surface-sunken);
    /* Each colour of a stage is a token of its own: --pb-stage-blue and so on. */
    --_stage-gray: var(--pb-stage-gray, light-dark(#8a93a1, #8a93a1));
    --_stage-blue: var(--pb-stage-blue, light-dark(#4453d6, #7f8cf8));
    --_stage-teal: var(--pb-stage-teal, light-dark(#0d8f94, #4cc5ca));
    --_stage-green: var(--pb-stage-green, light-dark(#12875d, #4ccf9d));
    --_stage-amber: var(--pb-stage-amber, light-dark(#c07a0a, #f0b75a));
    --_stage-red: var(--pb-stage-red, light-dark(#c93a3a, #ff8a8a));
    --_stage-violet: var(--pb-stage-violet, light-dark(#8a4bd0, #c19af0));
  }
  .root {
    ${filled}
    position: relative;
    display: flex;
    flex-direction: column;
    container-type: inline-size;
    overflow: hidden;
  }
  .bar {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 10px 16px;
    border-block-end: 1px solid var(--_line);
    background: var(--_surface);
  }
  .bar h2 {
    font-size: var(--_text-l);
    font-weight: 650;
  }
  .bar .field {
    width: auto;
    min-width: 0;
  }
  .bar .pick {
    font-weight: 600;
  }
  .bar .find {
    flex: 0 1 240px;
    margin-inline-start: auto;
  }
  .stages {
    display: none;
    gap: 6px;
    padding: 8px 12px;
    overflow-x: auto;
    scrollbar-width: none;
    border-block-end: 1px solid var(--_line);
    background: var(--_surface);
  }
  .stages button {
    display: flex;
    align-items: center;
    gap: 6px;
    flex: none;
    min-height: 36px;
    padding: 0 12px;
    border: 1px solid var(--_line);
    border-radius: 99px;
    font-size: 13px;
    font-weight: 550;
    color: var(--_text-muted);
  }
  .stages button[aria-current='true'] {
    border-color: transparent;
    background: var(--_accent-soft);
    color: var(--_accent-text);
  }
  .board {
    flex: 1;
    min-height: 0;
    display: flex;
    gap: 12px;
    padding: 12px 16px;
    overflow: auto hidden;
    overscroll-behavior-x: contain;
  }
  .column {
    display: flex;
    flex-direction: column;
    flex: 1 0 248px;
    max-width: 360px;
    min-height: 0;
    border-radius: var(--_radius-l);
    background: color-mix(in oklab, var(--_surface-sunken) 55%, var(--_line));
  }
  .column.target {
    box-shadow: inset 0 0 0 2px var(--_accent);
  }
  .head {
    display: grid;
    grid-template-columns: auto 1fr auto auto;
    align-items: center;
    gap: 1px 8px;
    padding: 11px 14px 9px;
  }
  .dot {
    width: 9px;
    height: 9px;
    border-radius: 50%;
    background: var(--_stage-gray);
  }
  .dot.blue {
    background: var(--_stage-blue);
  }
  .dot.teal {
    background: var(--_stage-teal);
  }
  .dot.green {
    background: var(--_stage-green);
  }
  .dot.amber {
    background: var(--_stage-amber);
  }
  .dot.red {
    background: var(--_stage-red);
  }
  .dot.violet {
    background: var(--_stage-violet);
  }
  .head h3 {
    margin: 0;
    font-size: 13.5px;
    font-weight: 650;
  }
  .head .num,
  .sum {
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .head .tool {
    grid-area: 1 / 4 / span 2;
    width: 28px;
    height: 28px;
  }
  .head .tool .icon {
    width: 15px;
    height: 15px;
  }
  .sum {
    grid-column: 2 / 4;
    min-height: 18px;
  }
  .cards {
    flex: 1;
    min-height: 72px;
    overflow: hidden auto;
    padding: 2px 8px 10px;
    overscroll-behavior-y: contain;
  }
  .card {
    position: relative;
    margin-block-end: 8px;
    padding: 10px 12px 8px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-m);
    background: var(--_surface-raised);
    cursor: grab;
    user-select: none;
    -webkit-touch-callout: none;
    transition:
      border-color var(--_motion-quick),
      background var(--_motion-quick);
  }
  .card:hover {
    border-color: var(--_line-strong);
  }
  .card.lifted {
    border-style: dashed;
    border-color: var(--_accent);
    background: transparent;
  }
  .marker {
    height: 5px;
    margin-block: -2px 5px;
    border-radius: 3px;
    background: var(--_accent);
  }
  .line {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 10px;
  }
  .name {
    min-width: 0;
    min-height: 24px;
    font-weight: 600;
    cursor: inherit;
  }
  .name:hover {
    color: var(--_accent-text);
  }
  .value {
    flex: none;
    font-size: 13px;
    font-weight: 600;
  }
  .person {
    display: flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
    margin-block: 1px 2px;
    color: var(--_text-muted);
    font-size: 13px;
  }
  .person .avatar {
    width: 18px;
    height: 18px;
    font-size: 8px;
  }
  .foot {
    align-items: end;
    margin-block-start: 3px;
  }
  .facts {
    display: flex;
    flex-direction: column;
    min-width: 0;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .fact {
    display: flex;
    align-items: center;
    gap: 4px;
  }
  .fact .icon {
    width: 13px;
    height: 13px;
  }
  .overdue {
    color: var(--_bad);
    font-weight: 550;
  }
  .acts {
    display: flex;
    align-items: center;
    gap: 2px;
    margin-inline-end: -4px;
  }
  .act {
    display: grid;
    place-items: center;
    width: 30px;
    height: 30px;
    border-radius: 50%;
    color: var(--_text-muted);
  }
  .act:hover:not(:disabled) {
    background: var(--_accent-soft);
    color: var(--_accent-text);
  }
  .act .icon {
    width: 16px;
    height: 16px;
  }
  .owner {
    display: grid;
    place-items: center;
    width: 24px;
    height: 24px;
    margin-inline: 4px;
    border-radius: 50%;
    background: var(--_surface-hover);
    color: var(--_text-muted);
    font-size: 10px;
    font-weight: 650;
  }
  ${quickStyles}
  .none,
  .tail {
    padding: 14px 8px;
    color: var(--_text-muted);
    font-size: 13px;
    text-align: center;
  }
  .drag-ghost {
    position: fixed;
    inset-block-start: 0;
    /* from the left in either direction: the pointer's place is told from there */
    left: 0;
    z-index: 20;
    width: 260px;
    margin: 0;
    pointer-events: none;
    box-shadow: var(--_shadow-float);
    rotate: 1.5deg;
  }
  .root.dragging,
  .root.dragging .card {
    cursor: grabbing;
  }
  .root.dragging .board {
    scroll-snap-type: none;
  }
  .ghost-column .bones {
    margin: 12px;
    height: 64px;
    border-radius: var(--_radius-m);
  }
  .ghost-column .bones:first-child {
    height: 14px;
    width: 50%;
  }
  @container (max-width: 639px) {
    .stages {
      display: flex;
    }
    .bar {
      padding: 8px 12px;
      flex-wrap: wrap;
    }
    .bar .field {
      min-height: 40px;
    }
    .bar .find {
      flex: 1 1 90px;
      margin: 0;
    }
    .bar .pick {
      flex: 0 1 auto;
    }
    .bar .primary {
      padding-inline: 10px;
    }
    .bar .primary .said {
      display: none;
    }
    .board {
      gap: 0;
      padding: 0;
      scroll-snap-type: x mandatory;
    }
    .bar h2,
    .head h3,
    .head .dot,
    .head .num:not(.sum) {
      /* the page's title and the stages above say it */
      display: none;
    }
    .head {
      padding-block: 8px 4px;
    }
    .sum {
      min-height: 0;
      grid-column: 1 / -1;
    }
    .column {
      flex: 0 0 100%;
      max-width: none;
      scroll-snap-align: start;
      scroll-snap-stop: always;
      border-radius: 0;
      background: none;
    }
    .cards {
      padding-inline: 12px;
    }
    .act {
      width: 38px;
      height: 40px;
    }
    .head .tool {
      width: 44px;
      height: 36px;
    }
    .act .icon {
      width: 20px;
      height: 20px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .drag-ghost {
      rotate: none;
    }
  }
  @media (forced-colors: active) {
    .marker,
    .dot {
      forced-color-adjust: none;
      background: Highlight;
    }
  }
`;
