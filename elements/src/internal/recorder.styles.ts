import { css } from 'lit';

export const recorderStyles = css`
  dialog[part='recorder'] {
    width: min(560px, calc(100vw - 24px));
  }
  .stage {
    position: relative;
    display: grid;
    place-items: center;
    aspect-ratio: 16 / 10;
    overflow: hidden;
    border-radius: var(--_radius-l);
    background: light-dark(#10151c, #0b0e12);
    color: #cfd4dc;
    text-align: center;
  }
  .stage video {
    width: 100%;
    height: 100%;
    object-fit: contain;
  }
  .stage video.live {
    transform: scaleX(-1);
  }
  .stage p {
    max-width: 300px;
    padding: 16px;
  }
  .stage .time {
    position: absolute;
    inset-block-start: 12px;
    inset-inline-start: 12px;
    display: flex;
    align-items: center;
    gap: 7px;
    padding: 3px 10px;
    border-radius: 99px;
    background: rgb(10 14 20 / 0.72);
    color: #fff;
    font-size: var(--_text-s);
    font-weight: 600;
  }
  .stage .time::before {
    content: '';
    width: 9px;
    height: 9px;
    border-radius: 50%;
    background: #ff5a52;
  }
  .stage + .end {
    justify-content: center;
    margin-top: 14px;
  }
  .stage + .end .button {
    min-height: 40px;
  }
`;
