import { css } from 'lit';
import { controls } from '../../styles/controls.ts';
import { dueStyles } from './resume.styles.ts';
import { modalStyles } from '../../internal/modal.ts';

const own = css`
  .runs {
    display: grid;
    gap: calc(14px * var(--_density));
  }
  .run {
    display: grid;
    gap: 6px;
    padding: 12px 14px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-l);
    background: var(--_surface);
  }
  .run .name {
    flex: 1;
    min-width: 0;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .bar {
    height: 4px;
    border-radius: 2px;
    background: var(--_line);
    overflow: hidden;
  }
  .bar span {
    display: block;
    height: 100%;
    border-radius: 2px;
    background: var(--_accent);
  }
  .paused .bar span {
    background: var(--_text-faint);
  }
  .line {
    color: var(--_text-muted);
    font-size: var(--_text-s);
    overflow-wrap: anywhere;
  }
  .line.strong {
    color: var(--_text);
    font-size: 13px;
  }
  .line.wait {
    display: flex;
    gap: 6px;
    align-items: start;
  }
  .line.wait .icon {
    width: 15px;
    height: 15px;
    margin-top: 1px;
  }
  .acts {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    margin-top: 4px;
  }
  .acts .button {
    padding: 0 10px;
  }
  .acts .link,
  summary.link {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    min-height: 32px;
    font-size: 13px;
  }
  .acts .link .icon {
    width: 14px;
    height: 14px;
  }
  .trace {
    display: grid;
    gap: 8px;
    margin: 4px 0 0;
    padding: 10px 0 0;
    border-top: 1px solid var(--_line);
    list-style: none;
    font-size: 13px;
  }
  .trace li {
    display: flex;
    gap: 9px;
  }
  .trace .icon {
    width: 15px;
    height: 15px;
    margin-top: 2px;
    color: var(--_good);
  }
  .trace .skipped .icon {
    color: var(--_text-faint);
  }
  .trace .failed .icon {
    color: var(--_bad);
  }
  .trace b {
    font-weight: 550;
    overflow-wrap: anywhere;
  }
  .trace small {
    display: block;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .earlier {
    display: grid;
    gap: 8px;
  }
  .earlier .run {
    margin-top: 8px;
  }
  summary {
    cursor: pointer;
  }
  .enroll {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    margin-top: 12px;
  }
  .enroll .field {
    flex: 1 1 150px;
    width: auto;
    font-size: 13px;
  }
  .none {
    color: var(--_text-muted);
    font-size: 13px;
  }
  .notice {
    margin-bottom: 10px;
    border-radius: var(--_radius-m);
  }
  @media (pointer: coarse) {
    .acts .button,
    .acts .link,
    .enroll .button,
    .enroll .field {
      min-height: 44px;
    }
  }
`;

export const styles = [controls, modalStyles, dueStyles, own];
