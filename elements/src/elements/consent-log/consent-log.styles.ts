import { css } from 'lit';

export const styles = css`
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
  .mark {
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
  .good .mark {
    background: var(--_good-soft);
    color: var(--_good);
  }
  .bad .mark {
    background: var(--_bad-soft);
    color: var(--_bad);
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
