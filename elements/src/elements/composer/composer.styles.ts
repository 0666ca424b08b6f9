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
  .pop {
    inset-block-end: calc(100% + 8px);
    inset-inline-start: 0;
    width: min(340px, 100%);
  }
  .pop.wide {
    width: min(420px, 100%);
  }
  .quick b {
    font-weight: 600;
  }
  .quick .item {
    display: block;
    padding-block: 7px;
  }
  .quick code {
    float: inline-end;
    color: var(--_text-faint);
    font: inherit;
    font-size: var(--_text-xs);
  }
  .pad {
    display: grid;
    gap: 8px;
    padding: 8px;
  }
  .pad label {
    display: grid;
    gap: 4px;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .pad .field {
    color: var(--_text);
  }
  .emoji {
    display: grid;
    grid-template-columns: repeat(8, 1fr);
    gap: 2px;
    padding: 4px;
  }
  .emoji button {
    display: grid;
    place-items: center;
    aspect-ratio: 1;
    min-width: 32px;
    border-radius: var(--_radius-s);
    font-size: 20px;
    line-height: 1;
  }
  .emoji button:hover {
    background: var(--_surface-hover);
  }
  .scheduled {
    margin-bottom: 10px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-l);
    font-size: 13px;
    overflow: hidden;
  }
  .scheduled > button {
    display: flex;
    align-items: center;
    gap: 8px;
    width: 100%;
    min-height: 36px;
    padding: 0 12px;
    color: var(--_text-muted);
  }
  .scheduled > button:hover {
    background: var(--_surface-hover);
  }
  .scheduled .icon {
    width: 15px;
    height: 15px;
  }
  .scheduled li {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 8px 12px;
    border-top: 1px solid var(--_line);
  }
  .scheduled li .muted {
    display: block;
    font-size: var(--_text-xs);
  }
  .scheduled ul {
    max-height: 200px;
    overflow: auto;
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
