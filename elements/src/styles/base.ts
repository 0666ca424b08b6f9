import { css } from 'lit';

/**
 * For the root of an element that fills its height: as tall as the host element, whatever `display` a page gives that,
 * and within its limits where the page gives no height.
 */
export const filled = css`
  block-size: 100%;
  min-block-size: inherit;
  max-block-size: inherit;
`;

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

/** What people work with, and people themselves: fields, menus, tools, avatars. */
export const controls = css`
  mark {
    background: var(--_warn-soft);
    color: var(--_text);
    border-radius: 3px;
  }
  .row {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .tool {
    display: grid;
    place-items: center;
    flex: none;
    width: 34px;
    height: 34px;
    border-radius: var(--_radius-m);
    color: var(--_text-muted);
    transition: background var(--_motion-quick);
  }
  .tool:hover:not(:disabled),
  .tool[aria-expanded='true'] {
    background: var(--_surface-hover);
    color: var(--_text);
  }
  .chip.good {
    background: var(--_good-soft);
    color: var(--_good);
  }
  .chip.bad {
    background: var(--_bad-soft);
    color: var(--_bad);
  }
  .chip.warn {
    background: var(--_warn-soft);
    color: var(--_warn);
  }
  .avatar {
    display: grid;
    place-items: center;
    flex: none;
    width: 40px;
    height: 40px;
    border-radius: 50%;
    background: light-dark(#dfe3fb, #2b335c);
    color: light-dark(#3442b8, #b9c2ff);
    font-size: 14px;
    font-weight: 600;
    letter-spacing: 0;
    user-select: none;
  }
  .avatar.h1 {
    background: light-dark(#d9f0e6, #16382b);
    color: light-dark(#0b6145, #6fdcb3);
  }
  .avatar.h2 {
    background: light-dark(#fbe6d4, #3d2a17);
    color: light-dark(#8a4b0b, #f0b67a);
  }
  .avatar.h3 {
    background: light-dark(#f6dbe6, #40202f);
    color: light-dark(#932152, #f3a0c0);
  }
  .avatar.h4 {
    background: light-dark(#dcebf8, #1b3047);
    color: light-dark(#1b5784, #94c8f2);
  }
  .pop {
    position: absolute;
    z-index: 5;
    min-width: 190px;
    max-height: 320px;
    overflow: auto;
    padding: 5px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-l);
    background: var(--_surface-raised);
    box-shadow: var(--_shadow-float);
    font-size: 13px;
    font-weight: 400;
    color: var(--_text);
    animation: pop var(--_motion-quick) ease-out;
  }
  @keyframes pop {
    from {
      opacity: 0;
      transform: translateY(4px);
    }
  }
  .item {
    display: flex;
    align-items: center;
    gap: 9px;
    width: 100%;
    min-height: 34px;
    padding: 5px 10px;
    border-radius: calc(var(--_radius-l) - 5px);
  }
  .item:hover,
  .item.on {
    background: var(--_surface-hover);
  }
  .item .icon {
    width: 16px;
    height: 16px;
    color: var(--_text-muted);
  }
  .item:focus-visible {
    outline-offset: -2px;
  }
  .field {
    width: 100%;
    min-height: 34px;
    padding: 5px 10px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-m);
    background: var(--_surface);
  }
  .field:focus-visible {
    outline-offset: 0;
    border-color: var(--_accent);
  }
`;

export const base = [core, controls];
