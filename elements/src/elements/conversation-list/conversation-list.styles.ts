import { css } from 'lit';
import { filled } from '../../styles/filled.ts';
import { searchField } from '../../styles/search.ts';

export const styles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100%;
    min-height: 0;
    max-height: 100dvh;
    background: var(--_surface);
  }
  .root {
    display: flex;
    flex: 1;
    flex-direction: column;
    ${filled}
  }
  .head {
    padding: 14px 16px 10px;
  }
  h2 {
    flex: 1;
    min-width: 0;
    font-size: var(--_text-xl);
    font-weight: 650;
    line-height: 34px;
  }
  ${searchField}
  .search {
    margin-top: 8px;
  }
  .search input {
    height: 36px;
    padding-inline: 34px;
    text-overflow: ellipsis;
  }
  .search input::-webkit-search-cancel-button {
    display: none;
  }
  .search input:focus-visible {
    outline-offset: 0;
    border-color: var(--_accent);
    background: var(--_surface);
  }
  .search kbd,
  .search .tool {
    position: absolute;
    inset-inline-end: 5px;
    width: 26px;
    height: 26px;
    font: inherit;
    font-size: var(--_text-s);
    display: grid;
    place-items: center;
  }
  .search .tool .icon {
    width: 15px;
    height: 15px;
  }
  .tabs {
    position: relative;
    display: flex;
    align-items: center;
    gap: 18px;
    padding: 0 16px;
    border-bottom: 1px solid var(--_line);
  }
  [role='tablist'] {
    gap: 14px;
  }
  .tab {
    padding: 8px 0 9px;
    color: var(--_text-muted);
    font-size: 13.5px;
    font-weight: 550;
    white-space: nowrap;
    border-bottom: 2px solid transparent;
    margin-bottom: -1px;
  }
  .tab:hover {
    color: var(--_text);
  }
  .tab[aria-selected='true'] {
    color: var(--_text);
    border-bottom-color: var(--_accent);
  }
  .tab span {
    margin-inline-start: 5px;
    color: var(--_text-faint);
    font-weight: 450;
  }
  .results {
    padding: 10px 0;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .filter {
    margin-inline-start: auto;
    display: flex;
    align-items: center;
    gap: 3px;
    min-height: 28px;
    min-width: 0;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .filter.set {
    color: var(--_accent-text);
    font-weight: 550;
  }
  .filter .icon {
    width: 14px;
    height: 14px;
  }
  .tabs .pop {
    inset-block-start: calc(100% + 4px);
    inset-inline-end: 10px;
  }
  .pop .field {
    margin: 5px 6px 6px;
    width: calc(100% - 12px);
  }
  .scroller {
    position: relative;
    flex: 1;
    min-height: 0;
    overflow-y: auto;
    overflow-anchor: none;
    overscroll-behavior: contain;
  }
  .entry {
    position: relative;
    display: flex;
    align-items: center;
    gap: 12px;
    width: 100%;
    padding: calc(12px * var(--_density)) 16px;
  }
  .entry:hover {
    background: var(--_surface-hover);
  }
  .entry[aria-current='true'] {
    background: var(--_surface-selected);
  }
  .entry:focus-visible {
    outline-offset: -2px;
  }
  .face {
    position: relative;
  }
  .face .mark {
    position: absolute;
    inset-block-end: -2px;
    inset-inline-end: -3px;
    display: grid;
    place-items: center;
    width: 18px;
    height: 18px;
    border-radius: 50%;
    background: var(--_surface);
    color: var(--_text-muted);
  }
  .mark .icon {
    width: 12px;
    height: 12px;
  }
  .line {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    gap: 8px;
  }
  .name {
    font-weight: 600;
  }
  .time {
    flex: none;
    color: var(--_text-faint);
    font-size: var(--_text-xs);
  }
  .time.late {
    display: inline-flex;
    align-items: center;
    gap: 3px;
    color: var(--_warn);
    font-weight: 600;
  }
  .time .icon {
    width: 11px;
    height: 11px;
    stroke-width: 2.4;
  }
  .second {
    display: flex;
    align-items: center;
    gap: 7px;
    min-height: 20px;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .second .icon {
    width: 14px;
    height: 14px;
    margin-inline-end: 3px;
    vertical-align: -2px;
  }
  .preview {
    display: flex;
    flex: 1;
    gap: 4px;
    min-width: 0;
  }
  .preview .ell {
    text-align: match-parent;
  }
  .ours {
    flex: none;
  }
  .bad {
    color: var(--_bad);
  }
  .unread .name,
  .unread .preview {
    font-weight: 650;
    color: var(--_text);
  }
  .dot {
    flex: none;
    width: 9px;
    height: 9px;
    border-radius: 50%;
    background: var(--_accent);
  }
  .owner {
    flex: none;
    display: grid;
    place-items: center;
    width: 18px;
    height: 18px;
    border-radius: 50%;
    background: var(--_surface-hover);
    color: var(--_text-muted);
    font-size: 9px;
    font-weight: 600;
  }
  .entry:hover .owner,
  .entry[aria-current='true'] .owner {
    background: var(--_surface);
  }
  .ghost {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: calc(12px * var(--_density)) 16px;
  }
  .ghost .avatar {
    background: var(--_line);
  }
  .ghost .grow {
    display: grid;
    gap: 9px;
  }
  .ghost .bones + .bones {
    width: 78%;
  }
  .ghost .bones:first-child {
    width: 46%;
  }
  .tail {
    padding: 10px 16px 14px;
    text-align: center;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  @container (max-width: 639.9px) {
    .one h2 {
      font-size: 28px;
      font-weight: 700;
      line-height: 44px;
    }
    .one .tool:not(.search *) {
      width: 44px;
      height: 44px;
    }
    .one .search input {
      height: 42px;
      /* Below 16px, Safari on a phone zooms into the field. */
      font-size: 16px;
      border-radius: 12px;
    }
    .one .search kbd {
      display: none;
    }
    .one .entry {
      min-height: 72px;
    }
    .one .avatar {
      width: 48px;
      height: 48px;
    }
    .one .name {
      font-size: 15px;
    }
    .one .second {
      font-size: 14px;
    }
  }
`;
