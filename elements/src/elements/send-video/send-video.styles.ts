import { css } from 'lit';

export const styles = css`
  :host {
    display: inline-block;
    vertical-align: middle;
  }
  .root {
    inline-size: auto;
  }
  @media (pointer: coarse) {
    .button {
      min-height: 44px;
    }
    .root > .tool {
      width: 44px;
      height: 44px;
    }
  }
`;
