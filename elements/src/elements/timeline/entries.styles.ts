import { css } from 'lit';

/** Of what comes with the entries. */
export const styles = css`
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
