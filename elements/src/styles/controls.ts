import { css } from 'lit';

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
