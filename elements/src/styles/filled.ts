import { css } from 'lit';

/**
 * For the root of an element that fills its height: as tall as the host element, whatever `display` a page gives that,
 * and within its limits where the page gives no height.
 */
export const filled = css`
  block-size: 100%;
  min-block-size: inherit;
  max-block-size: inherit;
`;
