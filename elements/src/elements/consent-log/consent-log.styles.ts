import { css } from 'lit';
import { mark } from '../../styles/mark.ts';

export const styles = css`
  ${mark}
  :host {
    background: var(--_surface);
  }
  .root {
    padding: 16px;
  }
  .now {
    display: grid;
    gap: 10px;
  }
  .now li {
    display: flex;
    align-items: center;
    gap: 10px;
  }
  section + section {
    margin-top: 16px;
    padding-top: 4px;
    border-top: 1px solid var(--_line);
  }
  .title {
    margin-top: 12px;
    color: var(--_text-muted);
    font-size: var(--_text-s);
    font-weight: 600;
  }
  .fine {
    color: var(--_text-faint);
    font-size: var(--_text-xs);
  }
  .ghosts {
    display: grid;
    gap: 16px;
  }
  .ghosts .bones:nth-child(odd) {
    width: 60%;
  }
`;
