import { css } from 'lit';
import { filled } from '../../styles/filled.ts';

export const styles = css`
  :host {
    height: 100%;
    min-height: 0;
    background: var(--_surface);
  }
  .root {
    ${filled}
    display: flex;
    flex-direction: column;
    min-height: 0;
  }
  .tree {
    flex: 1;
    min-height: 0;
    padding: 12px 16px;
    overflow: auto;
  }
  .group .group {
    padding: 8px 10px 10px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-m);
    background: var(--_surface-sunken);
  }
  .group:focus-visible,
  .clause:focus-visible {
    outline-offset: -2px;
  }
  ul {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 8px;
    margin: 8px 0;
  }
  .clause {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    gap: 2px 6px;
    padding: 6px 4px 6px 10px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-m);
    background: var(--_surface);
  }
  .clause.bad {
    border-color: var(--_bad);
  }
  .words {
    flex: 1 1 200px;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 5px;
    min-width: 0;
  }
  .values {
    display: inline-flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 5px;
    min-width: 0;
  }
  .field {
    width: auto;
    max-width: 100%;
    /* As wide as what it says, where browsers can: so a row reads as a sentence. */
    field-sizing: content;
    min-height: 30px;
    padding: 3px 8px;
    font-size: 13.5px;
  }
  select.field {
    text-overflow: ellipsis;
  }
  .subject {
    border-color: transparent;
    background: var(--_surface-hover);
    font-weight: 600;
  }
  input.number {
    width: 76px;
    field-sizing: fixed;
  }
  .list .field {
    /* as wide as its hint, which is larger on phones */
    width: 10.4em;
    field-sizing: fixed;
  }
  .list .chip button {
    display: grid;
    place-items: center;
    min-width: 20px;
    min-height: 24px;
    color: inherit;
  }
  .not {
    color: var(--_bad);
  }
  .tickbox {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    min-height: 26px;
    font-size: 13.5px;
  }
  .tickbox input {
    accent-color: var(--_accent);
  }
  .tools {
    display: inline-flex;
    flex: none;
    margin-inline-start: auto;
  }
  .tools .tool {
    width: 28px;
    height: 28px;
  }
  .tools .tool .icon {
    width: 15px;
    height: 15px;
  }
  .tool[aria-pressed='true'] {
    background: var(--_bad-soft);
    color: var(--_bad);
  }
  .wrong,
  .hint {
    flex-basis: 100%;
    padding: 2px 0;
    font-size: var(--_text-s);
  }
  .wrong {
    color: var(--_bad);
  }
  .hint {
    color: var(--_text-faint);
  }
  .found[aria-busy='true'] b {
    color: var(--_text-faint);
  }
  .found {
    flex: none;
    padding: 10px 16px;
    border-top: 1px solid var(--_line);
    background: var(--_surface-sunken);
  }
  .found[aria-busy='true'] b {
    opacity: 0.6;
  }
  .people {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 14px;
    margin: 6px 0 0;
  }
  .people li {
    display: flex;
    align-items: center;
    gap: 6px;
    max-width: 170px;
    font-size: 13px;
  }
  .people .avatar {
    width: 24px;
    height: 24px;
    font-size: 10px;
  }
  .save {
    flex: none;
    display: grid;
    gap: 8px;
    padding: 10px 16px calc(12px + env(safe-area-inset-bottom, 0px));
    border-top: 1px solid var(--_line);
  }
  .save .field {
    flex: 1;
    min-width: 0;
    min-height: 34px;
  }
  .save .tool {
    margin-inline-start: auto;
  }
  .button.danger {
    border-color: var(--_bad);
    color: var(--_bad);
  }
  .ghosts {
    display: grid;
    gap: 20px;
    padding: 24px 16px;
  }
  @media (pointer: coarse) {
    .tools .tool {
      width: 36px;
      height: 36px;
    }
    .field {
      min-height: 36px;
      font-size: 16px;
    }
  }
`;
