import { css } from 'lit';

export const cardStyles = css`
  li {
    position: relative;
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: start;
  }
  .face {
    grid-column: 1 / -1;
    border-radius: var(--_radius-l);
  }
  .face:hover .thumb::after {
    content: '';
    position: absolute;
    inset: 0;
    background: rgb(10 14 20 / 0.08);
  }
  .words {
    display: grid;
    justify-items: start;
    gap: 1px;
    min-width: 0;
    padding-block-start: 8px;
  }
  .words b {
    max-width: 100%;
    font-weight: 600;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    font-size: var(--_text-s);
  }
  .facts span + span::before {
    content: '·';
    margin-inline: 5px;
  }
  .grid .wide {
    display: none;
  }
  .words .chip {
    margin-block-start: 4px;
    white-space: normal;
  }
  .menu {
    position: relative;
    padding-block-start: 4px;
  }
  .list li {
    grid-template-columns: 84px minmax(0, 1fr) auto;
    align-items: center;
    gap: 12px;
    padding-block: calc(8px * var(--_density));
    border-bottom: 1px solid var(--_line);
  }
  .list .face {
    grid-column: auto;
    border-radius: var(--_radius-s);
  }
  .list .thumb {
    border-radius: var(--_radius-s);
  }
  .list .thumb > .icon {
    width: 22px;
    height: 22px;
  }
  .list .length {
    inset-block-end: 3px;
    inset-inline-end: 3px;
    padding: 0 4px;
  }
  .list .words,
  .list .menu {
    padding-block-start: 0;
  }
  .tail {
    padding-block: 20px 0;
    text-align: center;
  }
`;
