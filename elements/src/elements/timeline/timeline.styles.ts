import { css } from 'lit';
import { filled } from '../../styles/filled.ts';

export const styles = css`
  :host {
    height: 100%;
    min-height: 0;
    background: var(--_surface);
  }
  .root {
    ${filled}
    display: flex;
    flex-direction: column;
    min-height: 0;
  }
  .filters {
    flex: none;
    display: flex;
    gap: 6px;
    padding: 10px 16px;
    border-bottom: 1px solid var(--_line);
    overflow-x: auto;
    scrollbar-width: none;
  }
  .filters .chip {
    flex: none;
    min-height: 28px;
    padding-inline: 11px;
  }
  .filters .chip:hover {
    color: var(--_text);
  }
  .filters .chip:focus-visible {
    outline-offset: -2px;
  }
  .scroller {
    position: relative;
    flex: 1;
    min-height: 0;
    padding: 0 16px;
    overflow: auto;
    overflow-anchor: none;
    overscroll-behavior: contain;
  }
  .scroller:focus-visible {
    outline-offset: -2px;
  }
  .ghosts {
    display: grid;
    gap: 22px;
    padding: 22px 0;
  }
  .ghost {
    display: flex;
    align-items: center;
    gap: 12px;
  }
  .ghost i {
    width: 28px;
    height: 28px;
    border-radius: 50%;
    background: var(--_line);
  }
  .ghost .bones {
    width: 60%;
  }
  .ghost:nth-child(odd) .bones {
    width: 42%;
  }
`;
