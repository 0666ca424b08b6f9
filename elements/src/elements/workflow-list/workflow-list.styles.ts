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
  .ghosts {
    display: grid;
    gap: 14px;
    padding: 20px 16px;
  }
  .ghosts .bones {
    height: 64px;
    border-radius: var(--_radius-l);
  }
  .drop {
    position: absolute;
    inset: 8px;
    z-index: 6;
    display: grid;
    place-content: center;
    border: 2px dashed var(--_accent);
    border-radius: var(--_radius-l);
    background: color-mix(in oklab, var(--_accent-soft) 92%, transparent);
    color: var(--_accent-text);
    pointer-events: none;
  }
`;
