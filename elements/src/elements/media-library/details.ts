/** All about one file: what it is, its link, who watched, and what may be changed. */
import { html, nothing, type LitElement, type TemplateResult } from 'lit';
import { until } from 'lit/directives/until.js';
import { cache } from 'lit/directives/cache.js';
import type { Asset, AssetLink, AssetView, UpdateAsset } from '@patchbay/server-kit/contract';
import { ApiError } from '../../client/errors.ts';
import { fileSize } from '../../internal/amounts.ts';
import { preview } from '../../internal/asset-view.ts';
import { icon } from '../../internal/icons-more.ts';
import { modal } from '../../internal/modal.ts';
import { why } from '../../internal/parts.ts';
import type { AssetsStore } from '../../stores/assets.ts';
import type { Stores } from '../../stores/stores.ts';
import type { I18n } from '../../words/i18n.ts';
import { copyLink } from './copy-link.ts';
import { usageWords } from './usage.ts';

export interface DetailContext {
  host: LitElement;
  i18n: I18n;
  stores: Stores;
  store: AssetsStore;
  asset: Asset;
  readOnly: boolean;
  close: () => void;
  say: (words: string) => void;
  remove: () => void;
  upload: (file: File, purpose: 'replace' | 'captions' | 'poster') => void;
}

/** Lives of a link that are offered, in days. */
const LIVES = [7, 30, 90] as const;

export function details(context: DetailContext): TemplateResult {
  const { i18n, asset, close, readOnly } = context;
  return modal({
    i18n,
    name: 'details',
    title: asset.name,
    close,
    body: html`<div class="sides">
        <div>
          ${preview(asset, i18n)}
          <p class="facts-line num">${factsOf(asset, i18n)}</p>
          <p class="facts-line">${usageWords(asset, i18n)} · ${addedWords(asset, i18n)}</p>
          ${asset.plays === 'some' ? html`<p class="note">${i18n.t('media.playsSome')}</p>` : nothing}
          ${cache(html`<div>${watched(context)}</div>`)}
        </div>
        <div>
          ${linkLine(context)} ${readOnly ? nothing : form(context)}
          ${readOnly ? nothing : furtherLinks(context)}
        </div>
      </div>
      ${readOnly ? nothing : ends(context)}`,
  });
}

function factsOf({ size, width, height, content_type, video_codec }: Asset, i18n: I18n): string {
  const shown = width !== null && height !== null ? `${i18n.number(width)} × ${i18n.number(height)}` : '';
  const type = content_type.split('/')[1]?.toUpperCase().replace('QUICKTIME', 'MOV') ?? '';
  return [fileSize(size, i18n.locale), shown, type, codecName(video_codec)].filter(Boolean).join(' · ');
}

/** What people call it: codecs are told as RFC 6381 writes them. */
function codecName(codec: string | null): string {
  const found = CODECS.find(([pattern]) => pattern.test(codec ?? ''));
  return found?.[1] ?? codec ?? '';
}
const CODECS: readonly [RegExp, string][] = [
  [/^(avc|h264)/, 'H.264'],
  [/^(hvc|hev|h265)/, 'HEVC'],
  [/^vp0?9/, 'VP9'],
  [/^vp0?8/, 'VP8'],
  [/^av0?1/, 'AV1'],
];

function addedWords({ created_at, author }: Asset, i18n: I18n): string {
  const time = i18n.moment(created_at);
  return author ? i18n.t('media.added', { time, name: author.name }) : i18n.t('media.addedBare', { time });
}

function linkLine({ i18n, asset, say }: DetailContext): TemplateResult {
  return html`<label
    >${i18n.t('media.link')}<span class="linkline"
      ><input
        class="field"
        readonly
        dir="ltr"
        .value=${asset.url}
        @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
      /><button class="button" type="button" @click=${async () => say(await copyLink(asset.url, i18n))}>
        ${icon('copy')}${i18n.t('media.copyLink')}
      </button></span
    ></label
  >`;
}

function form(context: DetailContext): TemplateResult {
  const { i18n, asset } = context;
  const { name, key, download, link_days } = asset;
  const use = `{{ asset.${key ?? 'name'}.url }}`;
  const days =
    link_days !== null && !LIVES.some((each) => each === link_days) ? [link_days, ...LIVES] : LIVES;
  return html`<form class="stack" novalidate @submit=${(event: SubmitEvent) => void save(event, context)}>
    <label
      >${i18n.t('media.name')}<input class="field" name="name" maxlength="200" required .value=${name}
    /></label>
    <label
      >${i18n.t('media.key')}<input
        class="field"
        name="key"
        dir="ltr"
        autocomplete="off"
        pattern="[a-z][a-z0-9_]{0,62}"
        maxlength="63"
        .value=${key ?? ''}
      /><span class="hint">${i18n.t('media.keyHint', { use })}</span></label
    >
    <label
      >${i18n.t('media.life')}<select class="field" name="link_days">
        <option value="" ?selected=${link_days === null}>${i18n.t('media.life.always')}</option>
        ${days.map(
          (each) =>
            html`<option value=${each} ?selected=${each === link_days}>
              ${i18n.t('media.life.days', { count: each })}
            </option>`,
        )}
      </select></label
    >
    <label class="check"
      ><input type="checkbox" name="download" .checked=${download} />${i18n.t('media.download')}</label
    >
    <p class="wrong" role="alert"></p>
    <div class="end"><button class="button primary">${i18n.t('media.save')}</button></div>
  </form>`;
}

async function save(event: SubmitEvent, { i18n, store, asset, say, close }: DetailContext): Promise<void> {
  event.preventDefault();
  const fields = event.currentTarget as HTMLFormElement;
  const wrong = fields.querySelector('.wrong')!;
  const value = (name: string) => (fields.elements.namedItem(name) as HTMLInputElement).value.trim();
  const patch: UpdateAsset = {
    name: value('name') || asset.name,
    key: value('key').toLowerCase() || null,
    link_days: value('link_days') === '' ? null : Number(value('link_days')),
    download: (fields.elements.namedItem('download') as HTMLInputElement).checked,
  };
  wrong.textContent = '';
  try {
    await store.update(asset.id, patch);
    say(i18n.t('media.saved'));
    close();
  } catch (cause) {
    // what was typed stays
    wrong.textContent = `${i18n.t('error.mediaChange')} ${why(i18n, ApiError.fromUnknown(cause))}`;
  }
}

/** Asked once an opening: the lists are for looking, not for watching. */
const asked = new WeakMap<Asset, { views: Promise<AssetView[]>; links: Promise<AssetLink[]> }>();

function ask({ stores: { client }, asset }: DetailContext) {
  let found = asked.get(asset);
  if (!found) {
    const views = client.listAssetViews(asset.id, { by: 'human', limit: 20 }).then(({ items }) => items);
    const links = client
      .listAssetLinks(asset.id)
      .then(({ items }) => items.filter(({ url, contact_id }) => url !== asset.url && contact_id === null));
    // whoever draws them says so
    for (const each of [views, links]) each.catch(() => undefined);
    asked.set(asset, (found = { views, links }));
  }
  return found;
}

function watched(context: DetailContext): TemplateResult {
  const { i18n, asset } = context;
  const list = ask(context).views.then(
    (views) =>
      views.length === 0
        ? html`<p class="muted">${i18n.t('media.nobody')}</p>`
        : html`<ul class="people">
            ${views.map((view) => viewer(view, asset, i18n))}
          </ul>`,
    (cause: unknown) =>
      html`<p class="wrong" role="alert">
        ${i18n.t('error.mediaDetails')} ${why(i18n, ApiError.fromUnknown(cause))}
      </p>`,
  );
  return html`<h3>${i18n.t(asset.kind === 'video' ? 'media.watched' : 'media.opened')}</h3>
    ${until(list, html`<span class="bones"></span>`)}`;
}

function viewer({ contact_name, share, seen_at }: AssetView, { kind }: Asset, i18n: I18n): TemplateResult {
  const percent = new Intl.NumberFormat(i18n.locale, { style: 'percent' }).format(share);
  const name = contact_name ?? i18n.t('media.somebody');
  const timed = kind === 'video' || kind === 'audio';
  return html`<li part="viewer">
    <bdi class="grow ell">${/^\+\d{7,15}$/.test(name) ? i18n.phone(name) : name}</bdi>
    ${
      timed
        ? html`<meter max="1" .value=${share} aria-label=${i18n.t('media.share', { share: percent })}></meter
            ><span class="num">${percent}</span>`
        : nothing
    }
    <span class="muted">${i18n.relative(seen_at)}</span>
  </li>`;
}

function furtherLinks(context: DetailContext): TemplateResult {
  const { i18n, asset, stores, host, say } = context;
  const again = () => {
    asked.delete(asset);
    host.requestUpdate();
  };
  const act = (work: Promise<unknown>) =>
    work.then(again, (cause: unknown) => say(why(i18n, ApiError.fromUnknown(cause))));
  const lines = ask(context).links.then(
    (links) =>
      html`<ul class="people">
        ${links.map(
          (link) =>
            html`<li>
              <bdi class="grow ell" dir="ltr">${link.url}</bdi
              ><span class="muted"
                >${link.revoked_at ? i18n.t('media.linkEnded') : link.expires_at ? i18n.t('media.linkFor', { time: i18n.date(link.expires_at) }) : i18n.t('media.linkAlways')}</span
              >${
                link.revoked_at || link.id === asset.id
                  ? nothing
                  : html`<button
                      class="tool"
                      aria-label=${i18n.t('media.revoke')}
                      title=${i18n.t('media.revoke')}
                      @click=${() => void act(stores.client.revokeLink(link.id))}
                    >
                      ${icon('x')}
                    </button>`
              }
            </li>`,
        )}
      </ul>`,
    () => nothing,
  );
  return html`<h3>${i18n.t('media.links')}</h3>
    ${until(lines, nothing)}
    <button class="link" @click=${() => void act(stores.client.createAssetLink(asset.id))}>
      ${i18n.t('media.linkAdd')}
    </button>`;
}

function ends(context: DetailContext): TemplateResult {
  const { i18n, asset, remove, upload } = context;
  const fileButton = (words: string, accept: string, purpose: 'replace' | 'captions') =>
    html`<button
        class="button"
        @click=${(event: Event) => ((event.currentTarget as Element).nextElementSibling as HTMLInputElement).click()}
      >
        ${words}</button
      ><input
        type="file"
        hidden
        accept=${accept}
        @change=${({ target }: Event) => {
          const file = (target as HTMLInputElement).files?.[0];
          if (file) upload(file, purpose);
        }}
      />`;
  return html`<div class="detail-ends">
    <span title=${i18n.t('media.replaceHint')}
      >${fileButton(i18n.t('media.replace'), 'video/*,image/*,audio/*,application/pdf', 'replace')}</span
    >
    ${
      asset.kind === 'video'
        ? fileButton(
            i18n.t(asset.captions_url === null ? 'media.captionsAdd' : 'media.captionsReplace'),
            '.vtt,text/vtt',
            'captions',
          )
        : nothing
    }
    <span class="grow"></span>
    <button class="button danger" @click=${remove}>${icon('trash')}${i18n.t('media.delete')}</button>
  </div>`;
}
