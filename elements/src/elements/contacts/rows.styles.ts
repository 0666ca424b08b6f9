import { css } from 'lit';

/** Of what comes with the rows. */
export const rowStyles = css`
  /* What <bdi> does, without a node more: words run their own way, and stand where the table's do. */
  .own {
    text-align: match-parent;
    unicode-bidi: plaintext;
  }
  b.own {
    unicode-bidi: isolate;
  }
  .text {
    display: block;
    align-self: center;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .aside .tick,
  .aside .td.name {
    position: sticky;
    z-index: 1;
    inset-inline-start: 0;
    background: inherit;
  }
  .aside .td.name {
    inset-inline-start: 44px;
  }
  .tr .avatar {
    width: 28px;
    height: 28px;
    font-size: 11px;
  }
  .tags {
    display: flex;
    gap: 4px;
    min-width: 0;
    overflow: hidden;
  }
  .tags .chip {
    display: block;
    flex: 0 1 auto;
    min-width: 34px;
    overflow: hidden;
    line-height: 21px;
    text-overflow: ellipsis;
  }
  .card {
    display: flex;
    align-items: center;
    gap: 4px;
    height: 84px;
    padding-inline: 6px 14px;
    border-bottom: 1px solid var(--_line);
    contain: strict;
    -webkit-touch-callout: none;
    user-select: none;
  }
  .card .tick {
    flex: none;
    width: 44px;
    height: 44px;
  }
  .card .muted {
    font-size: var(--_text-s);
  }
`;
