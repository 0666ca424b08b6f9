import { css } from 'lit';
import { modalStyles } from '../../internal/modal.ts';
import { enrollStyles } from './enroll-dialog.ts';
import { pickStyles } from '../../internal/person-dialogs.ts';

export const styles = css`
  ${modalStyles} ${pickStyles} ${enrollStyles}
  .bulk {
    flex: none;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
    padding: 8px 16px calc(8px + env(safe-area-inset-bottom, 0px));
    border-top: 1px solid var(--_line);
    background: var(--_surface-raised);
    box-shadow: 0 -4px 16px rgb(16 24 40 / 0.06);
  }
  .bulk .said {
    margin-inline-end: 6px;
    font-weight: 600;
  }
  .bulk form {
    display: contents;
  }
  .bulk .field {
    width: auto;
    min-width: 130px;
    max-width: 220px;
  }
  .narrow .bulk {
    flex-wrap: nowrap;
    overflow-x: auto;
  }
  .narrow .bulk .button {
    flex: none;
    min-height: 40px;
  }
  /* in reach at the end of what scrolls */
  .narrow .bulk > .tool {
    position: sticky;
    inset-inline-end: -16px;
    flex: none;
    min-width: 40px;
    height: 40px;
    border-radius: 0;
    background: var(--_surface-raised);
  }
  .narrow .bulk:has(form) > .link {
    display: none;
  }
  .bulk .link,
  .narrow .bulk .said {
    flex: none;
    white-space: nowrap;
  }
  .narrow .bulk .field {
    min-height: 40px;
    font-size: 16px;
  }
  .jobs {
    flex: none;
    border-top: 1px solid var(--_line);
    background: var(--_surface-raised);
  }
  .job {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    padding: 7px 16px;
    font-size: 13px;
  }
  .job progress {
    flex: 1 1 120px;
    max-width: 260px;
    height: 6px;
    accent-color: var(--_accent);
  }
  .job .grow {
    flex-basis: 200px;
  }
  .toast {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 8px 16px;
    border-top: 1px solid var(--_line);
    background: var(--_surface-raised);
    font-size: 13px;
  }
`;
