import { css } from 'lit';

/** What every element draws alike: text, buttons, chips, states. Sizes in px: the host owns the rem. */
export const core = css`
  :host {
    display: block;
    box-sizing: border-box;
    min-width: 0;
    color: var(--_text);
    font-family: var(--_font);
    font-size: var(--_text-m);
    line-height: 1.45;
    text-align: start;
    -webkit-text-size-adjust: 100%;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  /* Also where a page makes a flex container of the element. */
  .root {
    inline-size: 100%;
  }
  h2,
  h3,
  p,
  ul,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  ul {
    list-style: none;
  }
  button,
  input,
  textarea,
  select {
    margin: 0;
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
  }
  button {
    border: 0;
    padding: 0;
    background: none;
    cursor: pointer;
    text-align: inherit;
  }
  button:disabled {
    cursor: default;
    opacity: 0.5;
  }
  a {
    color: inherit;
  }
  :focus {
    outline: none;
  }
  :focus-visible {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  .icon {
    width: 18px;
    height: 18px;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  [dir='rtl'] .flip {
    transform: scaleX(-1);
  }
  .num {
    font-variant-numeric: tabular-nums;
  }
  .muted {
    color: var(--_text-muted);
  }
  .ell {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .grow {
    flex: 1;
    min-width: 0;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 7px;
    min-height: 32px;
    padding: 0 13px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-m);
    background: var(--_surface);
    font-size: 13px;
    font-weight: 550;
    white-space: nowrap;
    transition: background var(--_motion-quick);
  }
  .button:hover:not(:disabled) {
    background: var(--_surface-hover);
  }
  .button .icon {
    width: 15px;
    height: 15px;
  }
  .button.primary {
    background: var(--_accent);
    border-color: var(--_accent);
    color: var(--_on-accent);
  }
  .button.primary:disabled {
    background: var(--_surface-hover);
    border-color: var(--_line-strong);
    color: var(--_text-muted);
    opacity: 1;
  }
  .button.primary:hover:not(:disabled) {
    background: var(--_accent-hover);
  }
  .link {
    min-height: 24px;
    color: var(--_accent-text);
    font-weight: 550;
  }
  .link:hover {
    text-decoration: underline;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    min-height: 21px;
    padding: 0 8px;
    border-radius: 99px;
    background: var(--_surface-hover);
    color: var(--_text-muted);
    font-size: var(--_text-s);
    white-space: nowrap;
  }
  .chip.accent {
    background: var(--_accent-soft);
    color: var(--_accent-text);
  }
  .chip .icon {
    width: 13px;
    height: 13px;
    stroke-width: 2.2;
  }
  .state {
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 6px;
    padding: 32px 24px;
    text-align: center;
    color: var(--_text-muted);
    font-size: 13px;
    text-wrap: balance;
  }
  .state b {
    color: var(--_text);
    font-size: 15px;
    font-weight: 600;
  }
  .state > .icon {
    width: 30px;
    height: 30px;
    margin-bottom: 6px;
    color: var(--_text-faint);
    stroke-width: 1.4;
  }
  .state .button {
    margin-top: 10px;
    color: var(--_text);
  }
  .bones {
    display: block;
    height: 11px;
    border-radius: 6px;
    background: var(--_line);
    animation: breathe 1.6s ease-in-out infinite alternate;
  }
  @keyframes breathe {
    to {
      opacity: 0.45;
    }
  }
  .notice {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 7px 16px;
    background: var(--_warn-soft);
    color: var(--_warn);
    font-size: var(--_text-s);
  }
  .notice.bad {
    background: var(--_bad-soft);
    color: var(--_bad);
  }
  .notice .icon {
    width: 15px;
    height: 15px;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
      scroll-behavior: auto !important;
    }
  }
  @media (forced-colors: active) {
    .button,
    .chip,
    .pop {
      border: 1px solid;
    }
  }
`;
