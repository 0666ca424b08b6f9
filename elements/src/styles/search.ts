import { css } from 'lit';

/** A search field with its glass. How tall and how wide is for the element to say. */
export const searchField = css`
  .search {
    position: relative;
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
    height: 34px;
    padding-inline: 34px 10px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-m);
    background: var(--_surface-sunken);
    color: var(--_text);
  }
  .search input::placeholder {
    color: var(--_text-faint);
    opacity: 1;
  }
`;
