import { css } from 'lit';
import { filled } from '../../styles/filled.ts';

export const styles = css`
  :host {
    height: 100%;
    min-height: 0;
    background: var(--_surface);
    container-type: inline-size;
  }
  .root {
    ${filled}
    position: relative;
    display: flex;
    flex-direction: column;
    min-height: 0;
    overflow: hidden;
  }
  .top {
    flex: none;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    padding: 12px 16px 8px;
  }
  .search {
    position: relative;
    flex: 1 1 160px;
    display: flex;
    align-items: center;
    color: var(--_text-faint);
  }
  .search > .icon {
    position: absolute;
    inset-inline-start: 11px;
    width: 16px;
    height: 16px;
    pointer-events: none;
  }
  .search input {
    width: 100%;
    max-width: 360px;
    min-height: 34px;
    padding: 5px 10px 5px 34px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-m);
    background: var(--_surface-sunken);
    color: var(--_text);
  }
  [dir='rtl'] .search input {
    padding: 5px 34px 5px 10px;
  }
  .looks {
    gap: 0;
  }
  .tool[aria-pressed='true'] {
    color: var(--_accent-text);
    background: var(--_accent-soft);
  }
  .top .button {
    min-height: 34px;
  }
  .tabs {
    flex: none;
    display: flex;
    gap: 4px;
    padding: 0 12px;
    overflow-x: auto;
    scrollbar-width: none;
    border-bottom: 1px solid var(--_line);
  }
  .tab {
    min-height: 38px;
    padding: 0 8px;
    border-bottom: 2px solid transparent;
    color: var(--_text-muted);
    white-space: nowrap;
  }
  .tab[aria-pressed='true'] {
    border-color: var(--_accent);
    color: var(--_text);
    font-weight: 600;
  }
  .tab:focus-visible {
    outline-offset: -2px;
  }
  .scroller {
    flex: 1;
    min-height: 0;
    overflow-y: auto;
    padding: calc(16px * var(--_density)) 16px 24px;
  }
  .grid,
  .ghosts {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(190px, 100%), 1fr));
    gap: calc(20px * var(--_density)) 16px;
  }
  .ghosts .bones {
    height: auto;
    aspect-ratio: 16 / 9;
    border-radius: var(--_radius-l);
  }
  li {
    position: relative;
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: start;
  }
  .face {
    grid-column: 1 / -1;
    border-radius: var(--_radius-l);
  }
  .thumb {
    position: relative;
    display: grid;
    place-items: center;
    aspect-ratio: 16 / 9;
    overflow: hidden;
    border-radius: var(--_radius-l);
    background: var(--_surface-hover);
    color: var(--_text-faint);
  }
  .thumb img {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: cover;
  }
  .thumb > .icon {
    width: 30px;
    height: 30px;
    stroke-width: 1.4;
  }
  .face:hover .thumb::after {
    content: '';
    position: absolute;
    inset: 0;
    background: rgb(10 14 20 / 0.08);
  }
  .length {
    position: absolute;
    inset-block-end: 8px;
    inset-inline-end: 8px;
    padding: 1px 6px;
    border-radius: 5px;
    background: rgb(10 14 20 / 0.78);
    color: #fff;
    font-size: var(--_text-xs);
    font-weight: 600;
  }
  .words {
    display: grid;
    justify-items: start;
    gap: 1px;
    min-width: 0;
    padding-block-start: 8px;
  }
  .words b {
    max-width: 100%;
    font-weight: 600;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    font-size: var(--_text-s);
  }
  .facts span + span::before {
    content: '·';
    margin-inline: 5px;
  }
  .grid .wide {
    display: none;
  }
  .words .chip {
    margin-block-start: 4px;
    white-space: normal;
  }
  .menu {
    position: relative;
    padding-block-start: 4px;
  }
  .list li {
    grid-template-columns: 84px minmax(0, 1fr) auto;
    align-items: center;
    gap: 12px;
    padding-block: calc(8px * var(--_density));
    border-bottom: 1px solid var(--_line);
  }
  .list .face {
    grid-column: auto;
    border-radius: var(--_radius-s);
  }
  .list .thumb {
    border-radius: var(--_radius-s);
  }
  .list .thumb > .icon {
    width: 22px;
    height: 22px;
  }
  .list .length {
    inset-block-end: 3px;
    inset-inline-end: 3px;
    padding: 0 4px;
  }
  .list .words,
  .list .menu {
    padding-block-start: 0;
  }
  .tail {
    padding-block: 20px 0;
    text-align: center;
  }
  .drop {
    position: absolute;
    inset: 8px;
    z-index: 6;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 8px;
    border: 2px dashed var(--_accent);
    border-radius: var(--_radius-l);
    background: color-mix(in oklab, var(--_accent-soft) 92%, transparent);
    color: var(--_accent-text);
    pointer-events: none;
  }
  .drop .icon {
    width: 30px;
    height: 30px;
  }
  @container (max-width: 519.9px) {
    .grid {
      grid-template-columns: repeat(2, minmax(0, 1fr));
      gap: 16px 12px;
    }
    .top .label {
      display: none;
    }
    .top .button {
      min-width: 44px;
      min-height: 44px;
    }
    .search input {
      min-height: 44px;
      font-size: 16px;
    }
    .looks .tool {
      width: 40px;
      height: 44px;
    }
    .tab {
      min-height: 44px;
    }
  }
`;
