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
    /* nothing can be pointed at: there for good, beside the others where there is room */
    .card {
      display: flex;
      flex-wrap: wrap;
      align-items: end;
    }
    .card > .line:not(.foot),
    .card > .person {
      flex: 1 0 100%;
    }
    .card > .foot {
      display: contents;
    }
    .card .facts {
      flex: 1 0 96px;
      align-self: center;
    }
    .card .acts {
      order: 2;
    }
    .quick {
      position: static;
      order: 1;
      margin-inline-start: auto;
      background: none;
      box-shadow: none;
      opacity: 1;
    }
  }
`;
