/**
 * The page behind a link: a film, a sound, a picture or a document, in the business's looks. Rendered here, and whole without
 * script; the script only adds the large button and tells what was played. Its addresses are relative, so that it works under
 * any mount path and on a link domain.
 */
import { html } from 'hono/html';
import { pageIn, type Html, type Look } from '../../tenancy/page.ts';
import type { FoundLink, StoredFile } from '../serve/find.ts';
import { fill, languageOf, type Language } from './words.ts';

export interface PlayPage {
  look: Look;
  link: FoundLink;
  /** The page's own absolute address: previews want one. */
  url: string;
  /** What stands after `/m/`: the page's own addresses begin with it. */
  text: string;
  /** What the script needs to tell of this visit; null for machines. */
  visit: string | null;
  script: string;
}

export function playPage(page: PlayPage): Html {
  const { look, link } = page;
  const language = languageOf(look.locale);
  return pageIn(look, {
    title: link.name,
    language: language.code,
    direction: language.direction,
    head: html`${preview(page, language)}${page.visit === null ? '' : html`<script src="${page.script}" type="module"></script>`}`,
    body: html`<h1 dir="auto">${link.name}</h1>
      <div
        class="stage ${link.kind}"
        ${page.visit === null ? '' : html`data-visit="${page.visit}" data-views="${page.text}/views"`}
      >
        ${stage(page, language)}
      </div>
      ${download(page, language)}`,
  });
}

function stage({ link, text }: PlayPage, language: Language): Html {
  const { words } = language;
  const { file, poster, kind, name } = link;
  const source = `${text}/file`;
  const keepable = link.download ? '' : html`controlslist="nodownload"`;
  if (kind === 'video') {
    return html`<video
        src="${source}"
        controls
        playsinline
        preload="metadata"
        ${sizeOf(file)}
        ${poster ? html`poster="${text}/poster"` : ''}
        ${keepable}
        aria-label="${name}"
      >
        ${captions(link, text, words.captions)}
      </video>
      <button type="button" class="play" hidden aria-label="${fill(words.play, { title: name })}">
        ${ARROW}
      </button>
      <p class="trouble" role="alert" hidden>${words.unplayable}</p>`;
  }
  if (kind === 'audio') {
    return html`${poster ? html`<img src="${text}/poster" alt="" ${sizeOf(poster)} />` : ''}
      <audio src="${source}" controls preload="metadata" ${keepable} aria-label="${name}"></audio>
      <p class="trouble" role="alert" hidden>${words.unplayable}</p>`;
  }
  if (kind === 'picture') {
    return html`<a href="${source}" data-opens aria-label="${fill(words.openPicture, { title: name })}"
      ><img src="${source}" alt="${name}" ${sizeOf(file)}
    /></a>`;
  }
  return html`<a class="button" href="${source}" target="_blank" rel="noopener" data-opens>${words.open}</a>
    <span class="facts">${factsOf(file, language)}</span>`;
}

/** Space is kept before anything is loaded. */
function sizeOf({ width, height }: StoredFile): Html | '' {
  return width && height ? html`width="${width}" height="${height}"` : '';
}

function captions({ captions: file, account }: FoundLink, text: string, label: string): Html | '' {
  if (!file) return '';
  const language = account.brand.locale ?? 'en';
  return html`<track
    kind="captions"
    src="${text}/captions"
    srclang="${language}"
    label="${label}"
    default
  />`;
}

function download({ link, text }: PlayPage, language: Language): Html | '' {
  if (!link.download) return '';
  return html`<p class="keep">
    <a class="button quiet" href="${text}/file?download" download data-opens>${language.words.download}</a>
    ${link.kind === 'document' ? '' : html`<span class="facts">${factsOf(link.file, language)}</span>`}
  </p>`;
}

/** "PDF, 1.2 MB". */
function factsOf({ type, size }: StoredFile, { code }: Language): string {
  const [unit, by] = size < 1e6 ? (['kilobyte', 1e3] as const) : (['megabyte', 1e6] as const);
  const amount = new Intl.NumberFormat(code, {
    style: 'unit',
    unit,
    maximumFractionDigits: by === 1e3 ? 0 : 1,
  });
  const name = type.split('/')[1]!.replace('quicktime', 'mov').replace('jpeg', 'jpg').toUpperCase();
  return `${name}, ${amount.format(Math.max(size / by, 0.1))}`;
}

/** What messengers show instead of a bare address: https://ogp.me, and Twitter's names for the same. */
function preview({ link, look, url }: PlayPage, { words, code }: Language): Html {
  const said = fill(words.from[link.kind], { business: look.name });
  const picture = pictureOf(link, url) ?? (look.logoUrl ? { url: look.logoUrl, file: null } : null);
  const video = link.kind === 'video' ? link.file : null;
  return html`<meta name="description" content="${said}" />
    <meta property="og:type" content="${video ? 'video.other' : 'website'}" />
    <meta property="og:title" content="${link.name}" />
    <meta property="og:description" content="${said}" />
    <meta property="og:site_name" content="${look.name}" />
    <meta property="og:locale" content="${(look.locale ?? code).replace('-', '_')}" />
    <meta property="og:url" content="${url}" />
    ${
      picture
        ? html`<meta property="og:image" content="${picture.url}" />
            <meta property="og:image:alt" content="${link.name}" />
            ${picture.file ? facts('og:image', picture.file) : ''}
            <meta name="twitter:image" content="${picture.url}" />`
        : ''
    }
    ${video ? html`<meta property="og:video" content="${url}/file" />${facts('og:video', video)}` : ''}
    <meta name="twitter:card" content="${picture?.file ? 'summary_large_image' : 'summary'}" />
    <meta name="twitter:title" content="${link.name}" />
    <meta name="twitter:description" content="${said}" />`;
}

function facts(property: string, { type, width, height }: StoredFile): Html {
  return html`<meta property="${property}:type" content="${type}" /> ${
      width && height
        ? html`<meta property="${property}:width" content="${width}" />
            <meta property="${property}:height" content="${height}" />`
        : ''
    }`;
}

function pictureOf({ poster, kind, file }: FoundLink, url: string) {
  if (poster) return { url: `${url}/poster`, file: poster };
  return kind === 'picture' ? { url: `${url}/file`, file } : null;
}

export type Dead = 'ended' | 'preparing' | 'lost' | 'busy';

/** Nothing to see, in the business's looks; without one where the link is nobody's: it must not tell whose it would be. */
export function deadPage(look: Look | { style: string }, why: Dead | 'invalid'): Html {
  const name = 'name' in look ? look.name : '';
  const { words, code, direction } = languageOf('locale' in look ? look.locale : null);
  return pageIn(look, {
    title: words[`${why}Title`],
    language: code,
    direction,
    body: html`<h1>${words[`${why}Title`]}</h1>
      <p>${fill(words[why], { business: name })}</p>`,
  });
}

const ARROW = html`<svg viewBox="0 0 24 24" width="40" height="40" aria-hidden="true">
  <path d="M8 5.5v13l10.5-6.5z" fill="currentColor" />
</svg>`;
