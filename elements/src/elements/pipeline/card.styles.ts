import { css } from 'lit';

/** What can be done with a card by one press. */
export const quickStyles = css`
  .quick {
    position: absolute;
    inset-block-start: 5px;
    inset-inline-end: 6px;
    display: flex;
    border-radius: 99px;
    background: var(--_surface-raised);
    box-shadow: 0 0 0 1px var(--_line);
    opacity: 0;
  }
  .card:hover .quick,
  .card:focus-within .quick {
    opacity: 1;
  }
  .dragging .quick {
    visibility: hidden;
  }
  @media (hover: none) {
    /* nothing can be pointed at: there for good, in a row of its own */
    .quick {
      position: static;
      justify-content: end;
      margin-block-start: 4px;
      background: none;
      box-shadow: none;
      opacity: 1;
    }
  }
`;
