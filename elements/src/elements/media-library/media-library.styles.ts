import { css } from 'lit';
import { filled } from '../../styles/filled.ts';
import { searchField } from '../../styles/search.ts';

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
  ${searchField}
  .search {
    flex: 1 1 160px;
  }
  .search input {
    max-width: 360px;
  }
  .look {
    display: grid;
    place-items: center;
    width: 34px;
    height: 34px;
    border-radius: var(--_radius-m);
    color: var(--_text-muted);
  }
  .look + .look {
    margin-inline-start: -8px;
  }
  .look[aria-pressed='true'] {
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
    .search {
      flex-basis: 100%;
    }
    .files + .button {
      margin-inline-start: auto;
    }
    .search input {
      max-width: none;
      min-height: 44px;
      font-size: 16px;
    }
    .look {
      width: 40px;
      height: 44px;
    }
    .tab {
      min-height: 44px;
    }
  }
`;
