import { css } from 'lit';

export const styles = css`
  :host {
    display: inline-block;
    vertical-align: middle;
  }
  .root {
    position: relative;
    width: auto;
  }
  .bell {
    position: relative;
    width: 40px;
    height: 40px;
  }
  .bell .icon {
    width: 20px;
    height: 20px;
  }
  .badge {
    position: absolute;
    inset-block-start: 1px;
    inset-inline-end: 0;
    display: inline-grid;
    place-items: center;
    min-width: 17px;
    height: 17px;
    padding: 0 4px;
    border-radius: 99px;
    background: var(--_accent);
    color: var(--_on-accent);
    font-size: 10.5px;
    font-weight: 650;
    line-height: 1;
  }
  @media (pointer: coarse) {
    .bell {
      width: 44px;
      height: 44px;
    }
  }
`;
