/** What a message carries: pictures, videos that play in place, sound, documents, and what is no longer there. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Media } from '@patchbay/server-kit/contract';
import { clock, fileSize } from '../../internal/amounts.ts';
import { icon } from '../../internal/icons-more.ts';
import { safeUrl } from '../../internal/text.ts';
import type { I18n } from '../../words/i18n.ts';

export function mediaPart(media: Media, i18n: I18n): TemplateResult | typeof nothing {
  const { url, content_type, name, gone, arriving } = media;
  const missing = gone ? i18n.t('media.gone') : media.not_shown;
  // until it is here its address leads to the carrier, which may not answer
  const instead = missing ?? (arriving ? i18n.t('media.arriving') : undefined);
  if (instead) {
    const state = missing ? 'gone' : 'arriving';
    return html`<div class="file ${state}" part="media ${state}">
      ${icon(missing ? 'alert' : 'clock')}<span
        ><bdi class="ell">${name ?? wordOf(media, i18n)}</bdi><small>${instead}</small></span
      >
    </div>`;
  }
  const href = safeUrl(url);
  if (href === null) return nothing;
  const kind = content_type.split('/')[0];
  if (kind === 'image') {
    return html`<a
      class="media"
      part="media image"
      href=${href}
      target="_blank"
      rel="noopener noreferrer"
      data-type=${content_type}
      ><img
        src=${href}
        alt=${name ?? i18n.t('image')}
        loading="lazy"
        decoding="async"
        referrerpolicy="no-referrer"
    /></a>`;
  }
  if (kind === 'video') return videoPart(media, href, i18n);
  if (kind === 'audio') {
    return html`<audio
      part="media audio"
      src=${href}
      controls
      preload="metadata"
      aria-label=${name ?? i18n.t('audio')}
    ></audio>`;
  }
  return html`<a
    class="file"
    part="media file"
    href=${href}
    target="_blank"
    rel="noopener noreferrer"
    data-type=${content_type}
  >
    ${icon('file')}<span><bdi class="ell">${name ?? i18n.t('file')}</bdi>${small(factsOf(media, i18n))}</span>
  </a>`;
}

/** With a picture nothing of it is loaded before somebody plays it. */
function videoPart(media: Media, href: string, i18n: I18n): TemplateResult {
  const { name, poster_url } = media;
  const poster = poster_url === undefined ? null : safeUrl(poster_url);
  const facts = factsOf(media, i18n);
  return html`<figure class="media" part="media video">
    <video
      src=${href}
      poster=${poster ?? nothing}
      controls
      preload=${poster === null ? 'metadata' : 'none'}
      playsinline
      aria-label=${name ?? i18n.t('video')}
    ></video>
    ${
      media.asset_id === undefined
        ? nothing
        : html`<figcaption>
            <b class="ell"><bdi>${name ?? i18n.t('video')}</bdi></b
            >${facts && html`<span class="num">${facts}</span>`}
          </figcaption>`
    }
  </figure>`;
}

function factsOf({ size, duration_ms, sent_as }: Media, i18n: I18n): string {
  const amount =
    duration_ms !== undefined ? clock(duration_ms) : size !== undefined ? fileSize(size, i18n.locale) : '';
  return [amount, sent_as === 'link' ? i18n.t('media.asLink') : ''].filter(Boolean).join(' · ');
}

const small = (text: string) => (text === '' ? nothing : html`<small class="num">${text}</small>`);

function wordOf({ content_type }: Media, i18n: I18n): string {
  const kind = content_type.split('/')[0];
  return i18n.t(kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'file');
}
