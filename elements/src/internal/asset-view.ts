/** How a file looks, small and large: in the library, before it is sent, and wherever one is named. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { Asset } from '@patchbay/server-kit/contract';
import type { AssetKind } from '@patchbay/server-kit/contract/names';
import type { I18n } from '../words/i18n.ts';
import { clock } from './amounts.ts';
import { outline } from './icons.ts';
import { safeUrl } from './text.ts';

const MARKS: Record<AssetKind, string> = {
  video: 'M4 6h11v12H4zM15 10.500 20 7v10l-5-3.500z',
  picture: 'M4 5h16v14H4zM8.5 10.5h.01M4 17l5-4.5 3.5 3L16 12l4 4',
  document: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 15.500h6',
  audio: 'M5 10v4M8.500 7v10M12 4v16M15.500 8v8M19 10.500v3',
};

export const thumbStyles = css`
  .thumb {
    position: relative;
    display: grid;
    place-items: center;
    aspect-ratio: 16 / 9;
    overflow: hidden;
    border-radius: var(--_radius-l);
    background: var(--_surface-hover);
    color: var(--_text-faint);
  }
  .thumb img {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: cover;
  }
  .thumb > .icon {
    width: 30px;
    height: 30px;
    stroke-width: 1.4;
  }
  .length {
    position: absolute;
    inset-block-end: 8px;
    inset-inline-end: 8px;
    padding: 1px 6px;
    border-radius: 5px;
    background: rgb(10 14 20 / 0.78);
    color: #fff;
    font-size: var(--_text-xs);
    font-weight: 600;
  }
`;

export const previewStyles = css`
  .preview {
    display: grid;
    place-items: center;
    min-height: 160px;
    overflow: hidden;
    border-radius: var(--_radius-l);
    background: light-dark(#10151c, #0b0e12);
    color: #cfd4dc;
  }
  .preview video,
  .preview img {
    display: block;
    width: 100%;
    max-height: 46dvh;
    object-fit: contain;
  }
  .preview .thumb {
    background: none;
    width: 100%;
    color: inherit;
  }
  .preview audio {
    width: calc(100% - 32px);
  }
`;

export function thumb({ kind, poster_url, file_url, duration_ms }: Asset): TemplateResult {
  const picture = safeUrl(poster_url ?? (kind === 'picture' ? file_url : '')) ?? '';
  const shown = poster_url !== null || kind === 'picture';
  return html`<span class="thumb ${kind}"
    >${shown ? html`<img src=${picture} alt="" loading="lazy" decoding="async" />` : outline(MARKS[kind])}${
      duration_ms === null ? nothing : html`<span class="length num">${clock(duration_ms)}</span>`
    }</span
  >`;
}

/** Large, and played in place. */
export function preview(asset: Asset, i18n: I18n): TemplateResult {
  const { kind, name, captions_url } = asset;
  const file = safeUrl(asset.file_url) ?? '';
  if (kind === 'video') {
    const captions =
      captions_url === null
        ? nothing
        : html`<track
            kind="captions"
            src=${safeUrl(captions_url) ?? ''}
            srclang=${i18n.locale}
            label=${i18n.t('media.captions')}
            default
          />`;
    return html`<div class="preview">
      <video
        src=${file}
        poster=${asset.poster_url === null ? nothing : (safeUrl(asset.poster_url) ?? nothing)}
        controls
        playsinline
        preload="metadata"
        aria-label=${name}
      >
        ${captions}
      </video>
    </div>`;
  }
  if (kind === 'picture') return html`<div class="preview"><img src=${file} alt=${name} /></div>`;
  if (kind === 'audio')
    return html`<div class="preview">
      <audio src=${file} controls preload="metadata" aria-label=${name}></audio>
    </div>`;
  return html`<a
    class="preview"
    href=${file}
    target="_blank"
    rel="noopener noreferrer"
    aria-label=${i18n.t('media.open', { name })}
    >${thumb(asset)}</a
  >`;
}
