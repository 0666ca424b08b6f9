import { css } from 'lit';
import { mark } from '../../styles/mark.ts';

/** Of what comes with the entries. */
export const styles = css`
  ${mark}
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
  /* before the thread */
  .mark {
    position: relative;
  }
  .out .mark {
    background: var(--_accent-soft);
    color: var(--_accent-text);
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
