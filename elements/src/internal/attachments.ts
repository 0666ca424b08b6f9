/**
 * Files of the library that go with a text: chosen, uploaded or recorded while it is written. Kept by conversation, as the text is,
 * until they are sent or the page is left.
 */
import { css, html, nothing, type TemplateResult } from 'lit';
import { html as staticHtml, unsafeStatic } from 'lit/static-html.js';
import type { Asset, SendMessage } from '@patchbay/server-kit/contract';
import type { AssetKind } from '@patchbay/server-kit/contract/names';
import type { PatchbayClient } from '../client/types.ts';
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
  /** A single file: another one takes its place. */
  readonly #single: boolean;
  readonly #kind: AssetKind | null;
  readonly #host: BaseElement;
  readonly #watch: StoreController;
  readonly #library;
  readonly #of = new Map<string, readonly Attached[]>();
  #open: { what: 'library' | 'record'; of: string } | null = null;

  constructor(
    host: BaseElement,
    { single = false, kind = null }: { single?: boolean; kind?: AssetKind | null } = {},
  ) {
    this.#host = host;
    this.#single = single;
    this.#kind = kind;
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
  /** What the links add to the text, as it will be counted. */
  links(of: string): string {
    return this.assets(of)
      .filter((asset) => goesAs(asset) === 'link')
      .map(({ url }) => `\n${url}`)
      .join('');
  }

  add(of: string, asset: Asset): void {
    this.#put(of, { key: asset.id, asset, transfer: null });
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
      this.#kind === 'video' || way === 'record' ? 'video/*,.mov' : 'video/*,image/*,audio/*,application/pdf';
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
        const { asset } = ended;
        this.#set(
          of,
          this.items(of).map((each) => (each.key === transfer ? { ...each, asset } : each)),
        );
      });
    }
  }

  /** A line for each: how it goes, or how far it is. */
  render({ i18n, stores, of }: AttachContext): TemplateResult | typeof nothing {
    const items = this.items(of);
    if (items.length === 0) return nothing;
    const uploads = uploadsOf(stores);
    return html`<div class="attached" part="attached">
      ${items.map(({ key, asset, transfer }) => {
        if (asset) return this.#line(of, key, asset, i18n);
        const going = transfer === null ? undefined : uploads.get(transfer);
        // cancelled in its own row
        if (!going) queueMicrotask(() => this.remove(of, key));
        const again = () => this.choose('upload', { i18n, stores, of, client: null, tag: '' });
        return going ? transferRow(going, { i18n, store: uploads, choose: again }) : nothing;
      })}
    </div>`;
  }

  #line(of: string, key: string, asset: Asset, i18n: I18n): TemplateResult {
    const { name } = asset;
    return html`<div class="one" part="attached-file" data-id=${asset.id}>
      ${thumb(asset)}
      <span class="grow"
        ><span class="ell name"><bdi>${name}</bdi></span
        ><span class="how">${goesWords(asset, i18n)}</span></span
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
      body: staticHtml`<${tag} selectable read-only .client=${client} .kind=${this.#kind} .locale=${i18n.locale}
        @asset-select=${(event: ElementEvent<'asset-select'>) => {
          event.stopPropagation();
          this.add(of, event.detail.asset);
          close();
        }}></${tag}>`,
    });
  }

  #put(of: string, item: Attached): void {
    const others = this.#single ? [] : this.items(of).filter(({ key }) => key !== item.key);
    this.#set(of, [...others, item]);
  }

  #set(of: string, items: readonly Attached[]): void {
    if (items.length > 0) this.#of.set(of, items);
    else this.#of.delete(of);
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
