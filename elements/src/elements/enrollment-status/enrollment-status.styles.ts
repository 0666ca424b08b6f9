import { css } from 'lit';

export const styles = css`
  :host {
    background: var(--_surface);
  }
  .ghosts {
    display: grid;
    gap: 14px;
    padding-block: 6px;
  }
  .ghosts .bones:nth-child(even) {
    width: 62%;
  }
`;
