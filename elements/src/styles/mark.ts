import { css } from 'lit';

/** The round sign before a line of a record, in the colour of what it means. */
export const mark = css`
  .mark {
    display: grid;
    place-items: center;
    flex: none;
    width: 28px;
    height: 28px;
    border-radius: 50%;
    background: var(--_surface-hover);
    color: var(--_text-muted);
  }
  .mark .icon {
    width: 15px;
    height: 15px;
  }
  .good .mark {
    background: var(--_good-soft);
    color: var(--_good);
  }
  .bad .mark {
    background: var(--_bad-soft);
    color: var(--_bad);
  }
`;
