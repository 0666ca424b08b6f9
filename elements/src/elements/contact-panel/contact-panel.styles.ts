import { css } from 'lit';

export const styles = css`
  :host {
    height: 100%;
    min-height: 0;
    background: var(--_surface);
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  .root {
    padding: 18px;
  }
  .top {
    display: flex;
    align-items: center;
    gap: 12px;
  }
  .top .avatar {
    width: 48px;
    height: 48px;
    font-size: 16px;
  }
  h2 {
    font-size: 16px;
    font-weight: 600;
    line-height: 1.35;
    overflow-wrap: anywhere;
  }
  .sub {
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .tags {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    margin-top: 13px;
  }
  .tags .chip {
    min-height: 24px;
    max-width: 100%;
  }
  .tags li button {
    display: grid;
    place-items: center;
    width: 24px;
    height: 24px;
    margin-inline-end: -8px;
    border-radius: 50%;
    opacity: 0.55;
  }
  .tags li button:hover,
  .tags li button:focus-visible {
    opacity: 1;
  }
  .tags button .icon {
    width: 11px;
    height: 11px;
  }
  .tags button.chip:hover {
    color: var(--_text);
  }
  .tags .field {
    width: 130px;
    min-height: 26px;
    padding: 1px 9px;
    border-radius: 99px;
    font-size: var(--_text-s);
  }
  section {
    margin-top: 14px;
    padding-top: 14px;
    border-top: 1px solid var(--_line);
  }
  h3 {
    margin-bottom: 9px;
    color: var(--_text-muted);
    font-size: var(--_text-s);
    font-weight: 600;
  }
  dl {
    display: grid;
    grid-template-columns: minmax(72px, 86px) 1fr;
    align-items: center;
    gap: 1px 8px;
    font-size: 13px;
  }
  dt {
    color: var(--_text-muted);
    overflow-wrap: anywhere;
  }
  dd {
    min-width: 0;
  }
  .value {
    display: flex;
    align-items: center;
    gap: 6px;
    width: 100%;
    min-height: 26px;
    margin-inline: -6px;
    padding: 1px 6px;
    border-radius: var(--_radius-s);
    overflow-wrap: anywhere;
  }
  button.value:hover {
    background: var(--_surface-hover);
  }
  .value {
    position: relative;
  }
  .value .icon {
    position: absolute;
    inset-inline-end: 4px;
    width: 13px;
    height: 13px;
    background: var(--_surface-hover);
    color: var(--_text-faint);
    opacity: 0;
  }
  .value:hover .icon,
  .value:focus-visible .icon {
    opacity: 1;
  }
  .value .hidden {
    user-select: none;
  }
  .value.none {
    color: var(--_text-faint);
  }
  dl .field {
    min-height: 28px;
    padding: 2px 6px;
    margin-inline: -6px;
    border-radius: var(--_radius-s);
  }
  dl select.field {
    width: 100%;
    text-overflow: ellipsis;
  }
  .boxes {
    display: flex;
    flex-wrap: wrap;
    gap: 0 12px;
  }
  .box {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 26px;
  }
  .box input {
    width: 16px;
    height: 16px;
    accent-color: var(--_accent);
  }
  .consents {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
  }
  .fine {
    margin-top: 7px;
    color: var(--_text-faint);
    font-size: var(--_text-xs);
  }
  .acts {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 14px;
    margin-top: 8px;
    font-size: 13px;
  }
  form {
    display: grid;
    gap: 8px;
    margin-top: 10px;
  }
  .back {
    display: flex;
    align-items: center;
    gap: 4px;
    margin-bottom: 10px;
  }
  .back .icon {
    width: 15px;
    height: 15px;
  }
  .toggle {
    display: flex;
    align-items: center;
    width: 100%;
    min-height: 24px;
    color: var(--_text-muted);
    font-size: var(--_text-s);
    font-weight: 600;
  }
  .toggle:hover {
    color: var(--_text);
  }
  .toggle .icon {
    width: 15px;
    height: 15px;
  }
  /* As wide as the panel: it brings its own margin. */
  [part='timeline'] {
    height: 420px;
    margin: 8px -18px 0;
  }
  .problem {
    margin-top: 12px;
    border-radius: var(--_radius-m);
    padding-inline: 10px;
  }
  .ghosts {
    display: grid;
    gap: 14px;
  }
  .ghosts .bones:nth-child(odd) {
    width: 70%;
  }
`;
