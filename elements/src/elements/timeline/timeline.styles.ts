import { css } from 'lit';
import { filled } from '../../styles/base.ts';

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
  .filters {
    flex: none;
    display: flex;
    gap: 6px;
    padding: 10px 16px;
    border-bottom: 1px solid var(--_line);
    overflow-x: auto;
    scrollbar-width: none;
  }
  .filters .chip {
    flex: none;
    min-height: 28px;
    padding-inline: 11px;
  }
  .filters .chip:hover {
    color: var(--_text);
  }
  .filters .chip:focus-visible {
    outline-offset: -2px;
  }
  .scroller {
    position: relative;
    flex: 1;
    min-height: 0;
    padding: 0 16px;
    overflow: auto;
    overflow-anchor: none;
    overscroll-behavior: contain;
  }
  .scroller:focus-visible {
    outline-offset: -2px;
  }
  .ghosts {
    display: grid;
    gap: 22px;
    padding: 22px 0;
  }
  .ghost {
    display: flex;
    align-items: center;
    gap: 12px;
  }
  .ghost i {
    width: 28px;
    height: 28px;
    border-radius: 50%;
    background: var(--_line);
  }
  .ghost .bones {
    width: 60%;
  }
  .ghost:nth-child(odd) .bones {
    width: 42%;
  }
`;

/** Of what comes with the entries. */
export const entryStyles = css`
  .line {
    display: flow-root;
  }
  .day {
    padding: 16px 0 4px;
    color: var(--_text-faint);
    font-size: var(--_text-s);
    font-weight: 600;
  }
  .entry {
    position: relative;
    display: flex;
    align-items: flex-start;
    gap: 12px;
    padding: calc(8px * var(--_density)) 0;
  }
  /* One thread through the day, behind the marks. */
  .line:not(:last-child) .entry::before {
    content: '';
    position: absolute;
    inset-block: 24px calc(-14px * var(--_density));
    inset-inline-start: 13.5px;
    border-inline-start: 1px solid var(--_line);
  }
  .mark {
    position: relative;
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
  .out .mark {
    background: var(--_accent-soft);
    color: var(--_accent-text);
  }
  .good .mark {
    background: var(--_good-soft);
    color: var(--_good);
  }
  .bad .mark {
    background: var(--_bad-soft);
    color: var(--_bad);
  }
  .entry .words {
    padding-top: 4px;
  }
  .words {
    overflow-wrap: anywhere;
  }
  .words.quote {
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 4;
    white-space: pre-line;
  }
  .by {
    color: var(--_text-faint);
    font-size: var(--_text-s);
    overflow-wrap: anywhere;
  }
  .bad .by {
    color: var(--_bad);
  }
  time {
    flex: none;
    padding-top: 5px;
    color: var(--_text-faint);
    font-size: var(--_text-s);
  }
  .rim {
    padding: 14px 0 18px;
    text-align: center;
    color: var(--_text-faint);
    font-size: var(--_text-s);
  }
`;
