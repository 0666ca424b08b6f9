import { css } from 'lit';

export const styles = css`
  :host {
    background: var(--_surface);
  }
  .root {
    position: relative;
    padding: 12px 20px 14px;
    border-top: 1px solid var(--_line);
  }
  .box {
    position: relative;
    display: grid;
    grid-template-columns: 1fr auto;
    grid-template-areas: 'text text' 'tools send';
    align-items: end;
    gap: 8px 10px;
    padding: 9px 8px 6px 8px;
    border: 1px solid var(--_line-strong);
    border-radius: 14px;
    transition:
      border-color var(--_motion-quick),
      box-shadow var(--_motion-quick);
  }
  .box:focus-within {
    border-color: var(--_accent);
    box-shadow: 0 0 0 3px var(--_accent-soft);
  }
  textarea {
    grid-area: text;
    display: block;
    width: 100%;
    min-height: 22px;
    max-height: 180px;
    padding: 1px 7px;
    border: 0;
    background: none;
    resize: none;
    line-height: 1.45;
    overflow-y: auto;
  }
  textarea:focus-visible {
    outline: none;
  }
  textarea::placeholder {
    color: var(--_text-faint);
    opacity: 1;
  }
  .tools {
    grid-area: tools;
    display: flex;
    align-items: center;
    min-width: 0;
  }
  .count {
    margin-inline-start: auto;
    padding-block: 8px;
    color: var(--_text-faint);
    font-size: var(--_text-xs);
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .count.over {
    color: var(--_bad);
    font-weight: 600;
  }
  .send {
    grid-area: send;
    min-height: 34px;
    border-radius: 11px;
  }
  .send .icon {
    width: 16px;
    height: 16px;
  }
  .plus {
    display: none;
  }
  .note {
    padding: 6px 8px 0;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .note.bad {
    color: var(--_bad);
  }
  .files {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    padding: 0 2px 8px;
  }
  .files .chip {
    max-width: 260px;
    padding-inline-end: 2px;
  }
  .files button {
    display: grid;
    place-items: center;
    width: 24px;
    height: 24px;
  }
  .block {
    padding: 12px 14px;
    border-radius: 14px;
    background: var(--_bad-soft);
    font-size: 13.5px;
  }
  .block.soft {
    background: var(--_warn-soft);
  }
  .block b {
    font-weight: 600;
  }
  .block p {
    color: var(--_text-muted);
  }
  .block .row {
    flex-wrap: wrap;
    margin-top: 10px;
  }
  @container (max-width: 639.9px) {
    .root {
      padding: 8px 10px calc(8px + env(safe-area-inset-bottom, 0px));
    }
    .box {
      grid-template-columns: auto 1fr auto;
      grid-template-areas: 'plus text send' 'tools tools tools';
      gap: 0 8px;
      padding: 0;
      border: 0;
      box-shadow: none !important;
    }
    .plus {
      grid-area: plus;
      display: grid;
      width: 42px;
      height: 42px;
    }
    .plus .icon {
      transition: transform var(--_motion-quick);
    }
    .plus[aria-expanded='true'] .icon {
      transform: rotate(45deg);
    }
    textarea {
      min-height: 42px;
      max-height: 132px;
      padding: 9px 14px;
      border: 1px solid var(--_line-strong);
      border-radius: 21px;
      /* Below 16px, Safari on a phone zooms into the field. */
      font-size: 16px;
    }
    textarea:focus {
      border-color: var(--_accent);
    }
    .send {
      width: 42px;
      height: 42px;
      padding: 0;
      border-radius: 50%;
    }
    .send span {
      position: absolute;
      clip-path: inset(50%);
    }
    .tools {
      display: none;
    }
    .open .tools,
    .long .tools {
      display: flex;
    }
    .long:not(.open) .tool:not(.plus) {
      display: none;
    }
    .open .tool {
      width: 44px;
      height: 44px;
    }
    .block {
      font-size: 14px;
    }
    .field {
      font-size: 16px;
    }
  }
`;
