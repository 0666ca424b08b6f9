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
    position: relative;
    display: flex;
    flex-direction: column;
    min-height: 0;
    overflow: hidden;
  }
  .top {
    flex: none;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    padding: 12px 16px 8px;
  }
  .search {
    position: relative;
    flex: 1 1 220px;
    max-width: 360px;
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
    text-overflow: ellipsis;
  }
  .search input::placeholder {
    color: var(--_text-faint);
    opacity: 1;
  }
  .count {
    margin-inline-end: auto;
    font-size: var(--_text-s);
  }
  .button.set {
    border-color: var(--_accent);
    color: var(--_accent-text);
  }
  .views {
    flex: none;
    display: flex;
    gap: 18px;
    padding: 0 16px;
    border-bottom: 1px solid var(--_line);
    overflow-x: auto;
    scrollbar-width: none;
  }
  .tab {
    flex: none;
    max-width: 220px;
    padding: 7px 0 8px;
    border-bottom: 2px solid transparent;
    color: var(--_text-muted);
    font-size: 13.5px;
    font-weight: 550;
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .tab:hover {
    color: var(--_text);
  }
  .tab:focus-visible {
    outline-offset: -2px;
  }
  .tab[aria-pressed='true'] {
    color: var(--_text);
    border-bottom-color: var(--_accent);
  }
  .tab .num {
    margin-inline-start: 5px;
    color: var(--_text-faint);
    font-weight: 450;
  }
  .middle {
    position: relative;
    flex: 1;
    display: flex;
    min-height: 0;
  }
  .scroller {
    position: relative;
    flex: 1;
    min-width: 0;
    overflow: auto;
    overflow-anchor: none;
    overscroll-behavior: contain;
    contain: strict;
  }
  .scroller:focus-visible {
    outline-offset: -2px;
  }
  .table {
    min-width: max(100%, var(--_wide, 100%));
  }
  .narrow .table {
    min-width: 0;
  }
  .heads {
    position: sticky;
    top: 0;
    z-index: 3;
  }
  .sizer {
    position: relative;
    overflow: clip;
    contain: layout;
  }
  .window {
    position: absolute;
    inset-inline: 0;
    top: 0;
  }
  .tr {
    display: grid;
    grid-template-columns: var(--_cols, 44px);
    height: calc(30px + 14px * var(--_density));
    border-bottom: 1px solid var(--_line);
    background: var(--_surface);
    contain: strict;
  }
  .head {
    contain: layout;
  }
  /* Somebody is on the way: a texture, and what was drawn before keeps its nodes unseen. */
  .wait {
    content-visibility: hidden;
    background:
      repeating-linear-gradient(90deg, var(--_line) 0 120px, transparent 120px 190px) 60px 50% / 100% 10px
        no-repeat,
      var(--_surface);
  }
  .tr:not(.head, .chosen):hover,
  .card:not(.chosen):hover {
    background: var(--_surface-hover);
  }
  .tr:not(.head),
  .card {
    cursor: pointer;
  }
  .tr.chosen,
  .card.chosen {
    background: var(--_surface-selected);
  }
  /* on their own colour chips would be words without a shape */
  .chosen .chip,
  .tr:hover .chip:not(.good, .bad),
  .card:hover .chip:not(.good, .bad) {
    background: var(--_surface);
  }
  .scroller:focus-visible .active {
    box-shadow: inset 3px 0 var(--_focus);
  }
  [dir='rtl'] .scroller:focus-visible .active {
    box-shadow: inset -3px 0 var(--_focus);
  }
  .td {
    position: relative;
    display: flex;
    align-items: center;
    gap: 9px;
    min-width: 0;
    padding-inline: 10px;
    overflow: hidden;
    font-size: 13.5px;
  }
  .td.name {
    font-weight: 550;
  }
  .head {
    height: 40px;
    background: var(--_surface-sunken);
    color: var(--_text-muted);
  }
  .head .td {
    overflow: visible;
    font-size: var(--_text-s);
    font-weight: 600;
  }
  .sort {
    display: flex;
    align-items: center;
    gap: 4px;
    min-width: 0;
    min-height: 24px;
    font-weight: inherit;
  }
  .sort:hover {
    color: var(--_text);
  }
  .sort .icon {
    width: 14px;
    height: 14px;
  }
  .grip {
    position: absolute;
    inset-block: 8px;
    inset-inline-end: -5px;
    z-index: 2;
    width: 10px;
    cursor: col-resize;
    touch-action: none;
  }
  .grip::after {
    content: '';
    position: absolute;
    inset-block: 0;
    inset-inline-start: 4px;
    border-inline-start: 1px solid var(--_line-strong);
  }
  .tick {
    justify-content: center;
    padding: 0;
  }
  .tickall {
    display: grid;
    place-items: center;
    width: 32px;
    height: 32px;
  }
  .box {
    display: grid;
    place-items: center;
    width: 17px;
    height: 17px;
    border: 1.5px solid var(--_text-faint);
    border-radius: 5px;
    background: var(--_surface);
  }
  .box.on,
  .box.mixed {
    border-color: var(--_accent);
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .box.mixed::after {
    content: '';
    width: 8px;
    border-top: 2px solid;
  }
  .box .icon {
    width: 13px;
    height: 13px;
    stroke-width: 3;
  }
  .rim {
    position: sticky;
    inset-block-end: 0;
    inset-inline-start: 0;
  }
  .narrow .label {
    display: none;
  }
  .narrow .top .button {
    min-width: 40px;
    min-height: 40px;
    padding: 0 10px;
  }
  .narrow .search {
    flex-basis: 100%;
    max-width: none;
  }
  .narrow .search input {
    height: 40px;
    font-size: 16px;
  }
  .field.order {
    width: auto;
    min-height: 40px;
  }
  @media (forced-colors: active) {
    .box.on,
    .chosen {
      forced-color-adjust: none;
    }
  }
`;
