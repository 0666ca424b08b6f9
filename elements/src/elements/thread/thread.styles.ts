import { css } from 'lit';
import { filled } from '../../styles/filled.ts';

export const styles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100%;
    min-height: 0;
    max-height: 100dvh;
    /* on a phone it looks like one also without an inbox around it */
    container-type: inline-size;
    background: var(--_surface);
    --_read: var(--pb-read, light-dark(#1a6fd4, #74b4ff));
  }
  .root {
    display: flex;
    flex: 1;
    flex-direction: column;
    ${filled}
  }
  .logarea {
    position: relative;
    flex: 1;
    min-height: 0;
    display: flex;
    flex-direction: column;
  }
  .scroller {
    position: relative;
    flex: 1;
    min-height: 0;
    overflow-y: auto;
    overflow-anchor: none;
    overscroll-behavior: contain;
    contain: layout paint style;
    display: flex;
    flex-direction: column;
  }
  .scroller:focus-visible {
    outline-offset: -2px;
  }
  /* A short thread stands at the bottom, where the composer is. */
  .scroller::before {
    content: '';
    margin-block-start: auto;
  }
  .scroller > * {
    flex: none;
  }
  .rows {
    padding: 0 24px 6px;
  }
  .line {
    display: flow-root;
    contain: layout style;
  }
  .day {
    padding: 18px 0 14px;
    text-align: center;
    color: var(--_text-faint);
    font-size: var(--_text-xs);
    letter-spacing: 0.02em;
  }
  .message {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    gap: 3px;
    padding-bottom: 3px;
  }
  .message.out {
    align-items: flex-end;
  }
  .message.end {
    padding-bottom: calc(12px * var(--_density));
  }
  .bubble {
    max-width: min(64%, 560px);
    padding: 8px 13px;
    border-radius: var(--_radius-bubble);
    background: var(--_bubble-in);
    color: var(--_on-bubble-in);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    unicode-bidi: plaintext;
  }
  .out .bubble {
    background: var(--_bubble-out);
    color: var(--_on-bubble-out);
  }
  .bubble.tail {
    border-end-start-radius: 5px;
  }
  .out .bubble.tail {
    border-end-start-radius: var(--_radius-bubble);
    border-end-end-radius: 5px;
  }
  .failed .bubble {
    background: var(--_bad-soft);
    color: var(--_text);
  }
  .canceled .bubble {
    background: var(--_surface-hover);
    color: var(--_text-muted);
    text-decoration: line-through;
  }
  .found .bubble {
    outline: 2px solid var(--_warn);
    outline-offset: 2px;
  }
  .meta {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px;
    margin: 0 4px;
    color: var(--_text-faint);
    font-size: var(--_text-xs);
  }
  .out .meta {
    justify-content: flex-end;
  }
  .meta .icon {
    width: 14px;
    height: 14px;
    stroke-width: 2.1;
  }
  .meta .read {
    color: var(--_read);
  }
  .meta .bad {
    color: var(--_bad);
  }
  .meta .link {
    min-height: 24px;
    color: var(--_bad);
    font-weight: 650;
  }
  .tick {
    display: inline-flex;
  }
  .media {
    display: block;
    max-width: min(64%, 320px);
    border-radius: var(--_radius-bubble);
    overflow: hidden;
    background: var(--_surface-hover);
  }
  .media img,
  .media video {
    display: block;
    width: 100%;
    max-height: 320px;
    object-fit: cover;
  }
  .media img {
    min-height: 80px;
  }
  figure.media {
    margin: 0;
    width: min(64%, 320px);
    background: light-dark(#10151c, #0b0e12);
    color: #fff;
  }
  /* Its height is known before its picture is: what is read does not move. */
  figure.media video {
    aspect-ratio: 16 / 9;
    object-fit: contain;
  }
  figcaption {
    display: grid;
    padding: 8px 12px 9px;
    font-size: var(--_text-s);
  }
  figcaption b {
    font-size: 13px;
    font-weight: 600;
  }
  figcaption span {
    color: #c3cad4;
  }
  .file > span {
    display: grid;
    min-width: 0;
  }
  .file small {
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .file.gone {
    border-style: dashed;
    color: var(--_text-muted);
  }
  .file.arriving {
    color: var(--_text-muted);
  }
  .file.arriving .icon {
    animation: breathe 1.6s ease-in-out infinite alternate;
  }
  audio {
    width: min(100%, 280px);
    height: 40px;
  }
  .file {
    display: flex;
    align-items: center;
    gap: 10px;
    max-width: min(64%, 320px);
    padding: 10px 13px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-l);
    text-decoration: none;
    background: var(--_surface);
    font-size: 13px;
  }
  .file:hover {
    background: var(--_surface-hover);
  }
  .file .icon {
    color: var(--_accent-text);
  }
  .pill {
    display: flex;
    justify-content: center;
    padding: 6px 0 14px;
  }
  .pill > span {
    display: inline-flex;
    align-items: center;
    gap: 7px;
    max-width: 100%;
    padding: 4px 12px;
    border: 1px solid var(--_line);
    border-radius: 99px;
    color: var(--_text-muted);
    font-size: var(--_text-s);
    text-align: center;
  }
  .pill .icon {
    width: 14px;
    height: 14px;
  }
  .pill.bad > span {
    border-color: transparent;
    background: var(--_bad-soft);
    color: var(--_bad);
  }
  .newer {
    position: absolute;
    inset-block-end: 14px;
    inset-inline: 0;
    margin-inline: auto;
    width: fit-content;
    min-height: 34px;
    display: flex;
    align-items: center;
    gap: 6px;
    padding: 0 14px;
    border: 1px solid var(--_line);
    border-radius: 99px;
    background: var(--_surface-raised);
    box-shadow: var(--_shadow-float);
    font-size: 13px;
    font-weight: 600;
    animation: pop var(--_motion) ease-out;
  }
  .newer.some {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .newer .icon {
    width: 16px;
    height: 16px;
  }
  .top {
    padding: 12px 16px;
    text-align: center;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .banner {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 12px;
    padding: 10px 16px 10px 20px;
    border-bottom: 1px solid var(--_line);
    background: var(--_warn-soft);
    font-size: 13px;
  }
  .banner .grow {
    min-width: 180px;
  }
  .ghosts {
    display: flex;
    flex-direction: column;
    gap: 10px;
    padding: 24px;
    margin-top: auto;
  }
  .ghosts .bones {
    width: 46%;
    height: 36px;
    border-radius: var(--_radius-bubble);
  }
  .ghosts .bones:nth-child(3n + 2) {
    width: 34%;
    align-self: flex-end;
  }
  @container (max-width: 639.9px) {
    .rows {
      padding-inline: 14px;
    }
    .bubble,
    .media,
    .file {
      max-width: 80%;
    }
    figure.media {
      width: min(80%, 320px);
    }
    .bubble {
      padding: 9px 14px;
      font-size: 16px;
      line-height: 1.35;
    }
  }
`;

export const headerStyles = css`
  .head {
    position: relative;
    z-index: 2;
    display: flex;
    align-items: center;
    gap: 12px;
    min-height: 66px;
    padding: 8px 14px 8px 20px;
    border-bottom: 1px solid var(--_line);
  }
  [dir='rtl'] .head {
    padding: 8px 20px 8px 14px;
  }
  .head.back {
    padding-inline: 8px 4px;
    /* three tools leave room for the sender's number on a phone of 390 px */
    gap: 4px;
  }
  .head.back .avatar {
    margin-inline-end: 4px;
    width: 36px;
    height: 36px;
    font-size: 13px;
  }
  .title {
    font-size: 15.5px;
    font-weight: 600;
    line-height: 1.35;
  }
  /* Chips that find no room wrap out of sight: the name is never cut for them. */
  .who {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    height: 22px;
    overflow: hidden;
  }
  .title {
    max-width: 100%;
  }
  .who .chip {
    max-width: 140px;
  }
  /*
   * Of the lines that it wraps into, the last one is seen: the contact's number leaves first, then the sender's, each
   * as a whole. The empty end makes a line of its own where the sender's has no room.
   */
  .number {
    display: flex;
    flex-wrap: wrap-reverse;
    align-content: flex-end;
    column-gap: 0.35em;
    height: 1.45em;
    overflow: hidden;
    color: var(--_text-muted);
    font-size: var(--_text-s);
    white-space: nowrap;
  }
  .number i {
    width: 0;
    height: 1.45em;
    margin-inline-start: -0.35em;
  }
  .backward {
    width: 44px;
    height: 44px;
    color: var(--_accent-text);
  }
  .backward .icon {
    width: 24px;
    height: 24px;
  }
  .menu {
    position: relative;
    display: flex;
    align-items: center;
  }
  .menu .avatar {
    width: 26px;
    height: 26px;
    font-size: 10.5px;
  }
  .menu .pop {
    inset-block-start: calc(100% + 6px);
    inset-inline-end: 0;
  }
  .wide {
    display: inline-flex;
  }
  @container (max-width: 639.9px) {
    .wide {
      display: none;
    }
    .tool {
      width: 44px;
      height: 44px;
    }
  }
`;
