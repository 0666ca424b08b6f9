import { css } from 'lit';

/** Of the dialog that asks what becomes of what came due. */
export const dueStyles = css`
  .due {
    margin-block: 10px;
    padding: 0;
    list-style: none;
  }
  .due li {
    padding-block: 6px;
    font-size: 13px;
  }
  .due small {
    display: block;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .choice {
    display: grid;
    gap: 8px;
    margin-top: 12px;
  }
  .choice .button {
    display: grid;
    justify-content: start;
    justify-items: start;
    gap: 1px;
    padding: 8px 12px;
    text-align: start;
    white-space: normal;
  }
  .choice small {
    font-size: var(--_text-s);
    font-weight: 400;
  }
`;
