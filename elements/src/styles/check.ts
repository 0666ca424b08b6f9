import { css } from 'lit';

/** A box to tick with its words, in a dialog. */
export const checkLine = css`
  dialog label.check {
    display: flex;
    align-items: center;
    gap: 8px;
    color: var(--_text);
    font-size: var(--_text-m);
  }
  dialog label.check input {
    width: 17px;
    height: 17px;
    margin: 0;
    accent-color: var(--_accent);
  }
`;
