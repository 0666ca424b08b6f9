/**
 * Files of the library that go with a text: chosen, uploaded or recorded while it is written. Held by conversation, as the text is,
 * until they are sent. Whoever wants them to outlive the page keeps their ids and names (`changed`), and gives them back (`adopt`).
 */
import { css, html, nothing, type TemplateResult } from 'lit';
import { html as staticHtml, unsafeStatic } from 'lit/static-html.js';
import type { Asset, SendMessage } from '@patchbay/server-kit/contract';
import type { AssetKind } from '@patchbay/server-kit/contract/names';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import type { DraftFile } from '../stores/drafts.ts';
import { register } from '../register.ts';
import type { Stores } from '../stores/stores.ts';
import { uploadsOf } from '../stores/uploading.ts';
import { enMediaMore } from '../words/en-media-more.ts';
import { addEnglish, type I18n } from '../words/i18n.ts';
import { fileSize } from './amounts.ts';
import { thumb, thumbStyles } from './asset-view.ts';
import type { BaseElement } from './base-element.ts';
import type { ElementEvent } from './events.ts';
import { icon } from './icons-more.ts';
import { Lazy } from './lazy.ts';
import { modal, modalStyles } from './modal.ts';
import { why } from './parts.ts';
import { recorder } from './recorder.ts';
import { recorderStyles } from './recorder.styles.ts';
import { StoreController } from './store-controller.ts';
import { styles as queueStyles, transferRow } from './upload-queue.ts';

addEnglish(enMediaMore);

interface Attached {
  key: string;
  /** Null while it is on its way. */
  asset: Asset | null;
  transfer: string | null;
  /** Of one that was kept, until it is found in the library: its name, and what came between. */
  name?: string;
  error?: ApiError | null;
}

export interface AttachContext {
  i18n: I18n;
  stores: Stores;
  client: PatchbayClient | null;
  /** The library's tag under the prefix of whoever asks. */
  tag: string;
  /** What belongs together: the conversation. */
  of: string;
}

export interface AttachmentsOptions {
  /** A single file: another one takes its place. */
  single?: boolean;
  kind?: AssetKind | null;
  /** Other files belong to a text now. */
  changed?: (of: string) => void;
  /** One that was kept is in the library no more. */
  lost?: (of: string, name: string) => void;
}

export type AttachWay = 'library' | 'upload' | 'record';

/** What every carrier takes in a message itself, in bytes; the server knows them better and has the last word. */
const ATTACHED = { picture: 5_000_000, video: 500_000 } as const;

/** How a file will go, as far as can be told here. */
export function goesAs({ kind, size, content_type, video_codec }: Asset): 'attachment' | 'link' {
  if (kind === 'picture' && /jpe?g|png|gif/.test(content_type) && size <= ATTACHED.picture)
    return 'attachment';
  const plays = content_type === 'video/mp4' && /avc|h264/.test(video_codec ?? '');
  return kind === 'video' && plays && size <= ATTACHED.video ? 'attachment' : 'link';
}

export function goesWords(asset: Asset, i18n: I18n): string {
  if (goesAs(asset) === 'attachment') return i18n.t('send.attached');
  const large = (asset.kind === 'picture' || asset.kind === 'video') && asset.size > ATTACHED[asset.kind];
  return large
    ? i18n.t('send.asLink', { size: fileSize(asset.size, i18n.locale) })
    : i18n.t('send.asLinkKind');
}

export class Attachments {
  readonly #options: AttachmentsOptions;
  readonly #host: BaseElement;
  readonly #watch: StoreController;
  readonly #library;
  readonly #of = new Map<string, readonly Attached[]>();
  #open: { what: 'library' | 'record'; of: string } | null = null;

  constructor(host: BaseElement, options: AttachmentsOptions = {}) {
    this.#host = host;
    this.#options = options;
    this.#watch = new StoreController(host);
    this.#library = new Lazy(host, () => import('../elements/media-library/media-library.ts'));
  }

  items(of: string): readonly Attached[] {
    return this.#of.get(of) ?? [];
  }
  /** Those that are ready. */
  assets(of: string): Asset[] {
    return this.items(of).flatMap(({ asset }) => asset ?? []);
  }
  /** As a message takes them. */
  sent(of: string): NonNullable<SendMessage['assets']> {
    return this.assets(of).map(({ id }) => ({ id }));
  }
  /** Something is still on its way. */
  busy(of: string): boolean {
    return this.items(of).some(({ asset }) => asset === null);
  }
  /** What is to be kept of them: those that are in the library. */
  kept(of: string): DraftFile[] {
    return this.items(of).flatMap(({ key, asset, name }) =>
      asset ? { id: asset.id, name: asset.name } : name === undefined ? [] : { id: key, name },
    );
  }
  /** What the links add to the text, as it will be counted; some may stand in it already. */
  links(of: string, within: readonly string[] = []): string {
    return this.assets(of)
      .filter((asset) => goesAs(asset) === 'link' && !within.includes(asset.id))
      .map(({ url }) => `\n${url}`)
      .join('');
  }

  add(of: string, asset: Asset): void {
    this.#put(of, { key: asset.id, asset, transfer: null });
  }

  /** Takes over what was kept: what another tab has added or taken away; after a reload, everything. */
  adopt(of: string, files: readonly DraftFile[], client: PatchbayClient): void {
    const known = this.kept(of);
    const added = files.filter(({ id }) => !known.some((each) => each.id === id));
    const stays = ({ asset, key, name }: Attached) =>
      (asset === null && name === undefined) || files.some(({ id }) => id === (asset?.id ?? key));
    const items = this.items(of).filter(stays);
    if (added.length === 0 && items.length === this.items(of).length) return;
    const fresh = added.map(({ id, name }) => ({ key: id, asset: null, transfer: null, name, error: null }));
    this.#set(of, [...items, ...fresh]);
    for (const { key } of fresh) void this.#find(of, key, client);
  }

  async #find(of: string, key: string, client: PatchbayClient): Promise<void> {
    this.#change(of, key, { error: null });
    try {
      this.#change(of, key, { asset: await client.getAsset(key) });
    } catch (cause) {
      const error = ApiError.fromUnknown(cause);
      if (error.status !== 404) return this.#change(of, key, { error });
      const gone = this.items(of).find((each) => each.key === key);
      this.remove(of, key);
      if (gone) this.#options.lost?.(of, gone.name ?? '');
    }
  }

  #change(of: string, key: string, change: Partial<Attached>): void {
    const items = this.items(of);
    if (items.some((each) => each.key === key))
      this.#set(
        of,
        items.map((each) => (each.key === key ? { ...each, ...change } : each)),
      );
  }

  remove(of: string, key: string): void {
    this.#set(
      of,
      this.items(of).filter((each) => each.key !== key),
    );
  }

  clear(of: string): void {
    this.#set(of, []);
  }

  /** Opens what a way asks for. */
  choose(way: AttachWay, { of, stores }: AttachContext): void {
    if (way !== 'upload' && !(way === 'record' && 'capture' in document.createElement('input'))) {
      this.#open = { what: way, of };
      return this.#host.requestUpdate();
    }
    const input = document.createElement('input');
    input.type = 'file';
    input.accept =
      this.#options.kind === 'video' || way === 'record'
        ? 'video/*,.mov'
        : 'video/*,image/*,audio/*,application/pdf';
    if (way === 'record') input.setAttribute('capture', 'environment');
    input.addEventListener('change', () => this.upload(of, stores, input.files ?? []));
    input.click();
  }

  upload(of: string, stores: Stores, files: Iterable<File>, recorded = false): void {
    const uploads = uploadsOf(stores);
    this.#watch.use(uploads);
    for (const file of files) {
      const transfer = uploads.add(file, { recorded });
      this.#put(of, { key: transfer, asset: null, transfer });
      void uploads.settled(transfer).then((ended) => {
        if (!ended?.asset) return this.#host.requestUpdate();
        this.#change(of, transfer, { asset: ended.asset });
      });
    }
  }

  /** A line for each: how it goes, or how far it is. */
  render({ i18n, stores, of, client }: AttachContext): TemplateResult | typeof nothing {
    const items = this.items(of);
    if (items.length === 0) return nothing;
    const uploads = uploadsOf(stores);
    return html`<div class="attached" part="attached">
      ${items.map((item) => {
        const { key, asset, transfer, name } = item;
        if (asset) return this.#line(of, key, asset.name, goesWords(asset, i18n), i18n, thumb(asset));
        if (name !== undefined) return this.#kept(of, item, i18n, client ?? stores.client);
        const going = transfer === null ? undefined : uploads.get(transfer);
        // cancelled in its own row
        if (!going) queueMicrotask(() => this.remove(of, key));
        const again = () => this.choose('upload', { i18n, stores, of, client: null, tag: '' });
        return going ? transferRow(going, { i18n, store: uploads, choose: again }) : nothing;
      })}
    </div>`;
  }

  /** One that was kept, until it is found. */
  #kept(of: string, { key, name = '', error }: Attached, i18n: I18n, client: PatchbayClient): TemplateResult {
    const how = error
      ? html`${why(i18n, error)}
          <button class="link" @click=${() => void this.#find(of, key, client)}>
            ${i18n.t('tryAgain')}
          </button>`
      : i18n.t('send.finding');
    return this.#line(of, key, name, how, i18n);
  }

  #line(
    of: string,
    key: string,
    name: string,
    how: unknown,
    i18n: I18n,
    picture: unknown = nothing,
  ): TemplateResult {
    return html`<div class="one" part="attached-file" data-id=${key}>
      ${picture}
      <span class="grow"
        ><span class="ell name"><bdi>${name}</bdi></span
        ><span class="how">${how}</span></span
      >
      <button
        class="tool"
        aria-label=${i18n.t('send.remove', { name })}
        title=${i18n.t('send.remove', { name })}
        @click=${() => this.remove(of, key)}
      >
        ${icon('x')}
      </button>
    </div>`;
  }

  /** The library or the recorder, while one of them is open. */
  renderOpen(context: AttachContext): unknown {
    const open = this.#open;
    if (open?.of !== context.of) return nothing;
    const { i18n, stores, client, of } = context;
    const close = () => {
      this.#open = null;
      this.#host.requestUpdate();
    };
    if (open.what === 'record')
      return recorder({
        i18n,
        host: this.#host,
        close,
        use: (video) => this.upload(of, stores, [video], true),
      });
    const library = this.#library.now;
    if (!library) return nothing;
    register(context.tag.slice(0, -'-media-library'.length), [library.MediaLibrary]);
    const tag = unsafeStatic(context.tag);
    return modal({
      i18n,
      name: 'picker',
      title: i18n.t('send.choose'),
      close,
      body: staticHtml`<${tag} selectable read-only .client=${client} .kind=${this.#options.kind ?? null} .locale=${i18n.locale}
        @asset-select=${(event: ElementEvent<'asset-select'>) => {
          event.stopPropagation();
          this.add(of, event.detail.asset);
          close();
        }}></${tag}>`,
    });
  }

  #put(of: string, item: Attached): void {
    const others = this.#options.single ? [] : this.items(of).filter(({ key }) => key !== item.key);
    this.#set(of, [...others, item]);
  }

  #set(of: string, items: readonly Attached[]): void {
    if (items.length > 0) this.#of.set(of, items);
    else this.#of.delete(of);
    this.#options.changed?.(of);
    this.#host.requestUpdate();
  }
}

export const attachedStyles = [
  modalStyles,
  recorderStyles,
  queueStyles,
  thumbStyles,
  css`
    .attached {
      display: grid;
      gap: 6px;
      margin-bottom: 8px;
    }
    .attached .one,
    .attached .transfer {
      padding: 6px;
      border: 1px solid var(--_line);
      border-radius: var(--_radius-m);
    }
    .attached .transfer {
      padding-inline-start: 12px;
    }
    .attached .one {
      display: flex;
      align-items: center;
      gap: 10px;
    }
    .attached .thumb {
      flex: none;
      width: 72px;
      border-radius: var(--_radius-s);
    }
    .attached .thumb > .icon {
      width: 20px;
      height: 20px;
    }
    .attached .length {
      inset-block-end: 3px;
      inset-inline-end: 3px;
      padding: 0 4px;
      font-size: 10px;
    }
    .attached .name {
      display: block;
      font-weight: 550;
    }
    .attached .how {
      display: block;
      color: var(--_text-muted);
      font-size: var(--_text-s);
    }
    dialog[part='picker'] {
      width: min(760px, calc(100vw - 24px));
      height: min(640px, calc(100dvh - 32px));
      padding: 0;
      overflow: hidden;
    }
    dialog[part='picker'][open] {
      display: flex;
      flex-direction: column;
    }
    dialog[part='picker'] .title {
      margin: 0;
      padding: 14px 20px 4px;
    }
    dialog[part='picker'] > :last-child {
      flex: 1;
      min-height: 0;
    }
  `,
];
