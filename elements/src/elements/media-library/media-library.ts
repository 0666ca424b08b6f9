import { html, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { Asset, UpdateAsset } from '@patchbay/server-kit/contract';
import type { AssetKind } from '@patchbay/server-kit/contract/names';
import { ApiError } from '../../client/errors.ts';
import { BaseElement } from '../../internal/base-element.ts';
import { icon, outline } from '../../internal/icons.ts';
import { Lazy } from '../../internal/lazy.ts';
import { emptyState, errorState, feedNotice, why } from '../../internal/parts.ts';
import { assetsOf, type AssetsStore } from '../../stores/assets.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { enMedia } from '../../words/en-media.ts';
import { addEnglish } from '../../words/i18n.ts';
import { card, CAMERA, UPLOAD } from './card.ts';
import { styles } from './media-library.styles.ts';

addEnglish(enMedia);

/** By name: the table of the kinds brings the others of its file along. */
const KINDS: readonly AssetKind[] = ['video', 'picture', 'document', 'audio'];
const ACCEPT = 'video/*,image/*,audio/*,application/pdf,.mov,.heic';
const GRID = 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z';
const LIST = 'M4 6h16M4 12h16M4 18h16';
/** Names of uploads that a reload has interrupted begin so: `stores/uploads.ts` is loaded only for them. */
const REMEMBERED = 'pb:upload:';

type Open = { what: 'details' | 'delete'; id: string } | { what: 'record' };

/**
 * @summary The account's videos, pictures and documents: uploads, finds, names, replaces and hands them out.
 *
 * @slot actions - More buttons beside Upload.
 * @event asset-select - A file was chosen, with `selectable`.
 * @event asset-open - A file was opened. Cancelable: show it yourself.
 * @event asset-send - Someone wants to send a file. Cancelable: not canceled, a form asks to whom.
 * @csspart search - The search field.
 * @csspart upload - The button that uploads.
 * @csspart assets - What scrolls.
 * @csspart asset - One file.
 * @csspart uploads - Files on their way.
 * @csspart transfer - One of them.
 */
export class MediaLibrary extends BaseElement {
  static override readonly elementName: string = 'media-library';
  static override styles = [tokens, base, styles];

  @query('.files') private files!: HTMLInputElement | null;

  /** A press chooses a file (`asset-select`) instead of opening it. */
  @property({ type: Boolean }) selectable = false;
  /** Nothing can be changed, nor uploaded. */
  @property({ type: Boolean, attribute: 'read-only' }) readOnly = false;
  /** Only files of this kind. Default: all, and a choice. */
  @property() kind: AssetKind | null = null;
  /** Pictures or lines. Default: what was chosen last. */
  @property() layout: 'grid' | 'list' | undefined;

  @state() private shownAs: 'grid' | 'list' | null = null;
  @state() private open: Open | null = null;
  @state() private menu: string | null = null;
  @state() private renaming: string | null = null;
  @state() private dragging = false;
  @state() private said = '';
  @state() private problem = '';

  readonly #queue = new Lazy(this, () => import('./queue.ts'));
  readonly #extras = new Lazy(this, () => import('./extras.ts'));
  #uploading = false;
  #searching: ReturnType<typeof setTimeout> | undefined;

  /** The store that is drawn. */
  get store(): AssetsStore | null {
    return this.stores && assetsOf(this.stores, this.selectable ? `picker-${this.kind ?? ''}` : 'library');
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const { store, stores } = this;
    if (stores?.session.status === 'ready' && stores.storage.keys(REMEMBERED + stores.scope).length > 0)
      this.#uploading = true;
    const uploads = this.#uploading && stores ? this.#queue.now?.uploadsOf(stores) : undefined;
    if (uploads) void uploads.restore();
    this.watch(store, stores?.session, uploads);
    if (store && this.kind !== null && store.view.kind !== this.kind) store.view.kind = this.kind;
    if (store?.status === 'idle') void store.load();
  }

  /** Takes files into the queue, as if they had been chosen. Resolves with their ids in it. */
  async upload(files: Iterable<File | Blob>, recorded = false): Promise<string[]> {
    const { stores, store } = this;
    const chosen = [...files];
    if (!stores || chosen.length === 0) return [];
    this.#uploading = true;
    const { uploadsOf } = await this.#queue.load();
    const uploads = uploadsOf(stores);
    return chosen.map((file) => {
      const id = uploads.add(file, { recorded });
      void uploads.settled(id).then((ended) => ended?.asset && store?.put(ended.asset));
      return id;
    });
  }

  /** Opens the recorder, or the phone's own camera. */
  record(): void {
    const camera = this.renderRoot.querySelector<HTMLInputElement>('.camera');
    if (camera && 'capture' in camera) camera.click();
    else this.open = { what: 'record' };
  }

  protected override render() {
    const { i18n, store, stores } = this;
    return html`<div
      class="root"
      part="base"
      dir=${i18n.dir}
      lang=${i18n.locale}
      @dragover=${this.#onDragOver}
      @dragleave=${(event: DragEvent) => {
        if (!this.contains(event.relatedTarget as Node | null)) this.dragging = false;
      }}
      @drop=${this.#onDrop}
      @paste=${this.#onPaste}
    >
      ${this.#renderTop(store)} ${feedNotice(i18n, stores?.session.feed ?? 'idle')}
      ${
        this.problem
          ? html`<div class="notice bad" role="alert">${icon('alert')}<span>${this.problem}</span></div>`
          : nothing
      }
      ${this.#renderQueue()}
      <div class="scroller" part="assets">${this.#renderBody(store)}</div>
      ${
        this.dragging
          ? html`<div class="drop" part="drop">${outline(UPLOAD)}<b>${this.t('media.drop')}</b></div>`
          : nothing
      }
      <span class="hidden" role="status">${this.said}</span>
      ${this.#renderOpen(store)}
    </div>`;
  }

  #renderTop(store: AssetsStore | null) {
    const kind = store?.view.kind ?? null;
    const tab = (value: AssetKind | null, label: string) =>
      html`<button
        class="tab"
        part="kind"
        aria-pressed=${kind === value}
        @click=${() => void store?.show({ kind: value })}
      >
        ${label}
      </button>`;
    const look = (value: 'grid' | 'list', path: string) =>
      html`<button
        class="tool"
        aria-label=${this.t(`media.${value}`)}
        title=${this.t(`media.${value}`)}
        aria-pressed=${this.#layout === value}
        @click=${() => this.#show(value)}
      >
        ${outline(path)}
      </button>`;
    return html`<div class="top">
        <div class="search" part="search">
          ${icon('search')}
          <input
            type="search"
            aria-label=${this.t('media.search')}
            placeholder=${this.t('media.search')}
            @input=${this.#onSearch}
          />
        </div>
        <div class="row looks" role="group">${look('grid', GRID)}${look('list', LIST)}</div>
        <slot name="actions"></slot>
        ${this.readOnly ? nothing : this.#renderAdd()}
      </div>
      ${
        this.kind === null
          ? html`<div class="tabs" role="group" aria-label=${this.t('media.kinds')}>
              ${tab(null, this.t('media.all'))}
              ${KINDS.map((each) => tab(each, this.t(`media.kind.${each}`)))}
            </div>`
          : nothing
      }`;
  }

  #renderAdd() {
    const take = ({ target }: Event) => {
      const input = target as HTMLInputElement;
      void this.upload(input.files ?? []);
      // the same file may be chosen again
      input.value = '';
    };
    return html`<input
        class="camera"
        type="file"
        accept="video/*"
        capture="environment"
        hidden
        @change=${take}
      />
      <input type="file" class="files" accept=${ACCEPT} multiple hidden @change=${take} />
      <button class="button" part="record" aria-label=${this.t('media.record')} @click=${() => this.record()}>
        ${outline(CAMERA)}<span class="label">${this.t('media.record')}</span>
      </button>
      <button
        class="button primary"
        part="upload"
        aria-label=${this.t('media.upload')}
        @click=${() => this.files?.click()}
      >
        ${outline(UPLOAD)}<span class="label">${this.t('media.upload')}</span>
      </button>`;
  }

  #renderQueue() {
    const { stores, i18n } = this;
    const queue = this.#queue.value;
    if (!queue || !stores) return nothing;
    return queue.uploadQueue({
      i18n,
      store: queue.uploadsOf(stores),
      choose: () => this.files?.click(),
    });
  }

  #renderBody(store: AssetsStore | null) {
    const { i18n } = this;
    if (store?.status === 'error')
      return errorState(i18n, 'error.media', store.error, () => void store.load());
    if (store?.status !== 'ready') {
      return html`<div class="ghosts" part="loading" role="status" aria-label=${this.t('loading')}>
        ${[1, 2, 3, 4, 5, 6].map(() => html`<span class="bones"></span>`)}
      </div>`;
    }
    if (store.items.length === 0) {
      const narrowed = store.view.q !== '' || (store.view.kind !== null && this.kind === null);
      return narrowed
        ? emptyState('search', this.t('media.noMatch'), this.t('media.noMatchHint'))
        : emptyState('plus', this.t('media.empty'), this.t('media.emptyHint'));
    }
    return html`<ul class=${this.#layout} aria-label=${this.t('media')}>
        ${store.items.map((asset) => this.#renderCard(asset))}
      </ul>
      ${
        store.hasMore
          ? html`<div class="tail">
              ${store.moreError ? html`<p>${this.t('error.mediaMore')} ${why(i18n, store.moreError)}</p>` : nothing}
              <button class="button" ?disabled=${store.loadingMore} @click=${() => void store.loadMore()}>
                ${this.t('media.more')}
              </button>
            </div>`
          : nothing
      }`;
  }

  #renderCard(asset: Asset) {
    const { id, name } = asset;
    return card(asset, {
      i18n: this.i18n,
      selectable: this.selectable,
      renaming: this.renaming === id,
      menuOpen: this.menu === id,
      readOnly: this.readOnly,
      press: () => this.#press(asset),
      toggle: () => (this.menu = this.menu === id ? null : id),
      rename: (to) => {
        this.renaming = null;
        if (to !== null && to !== name) void this.change(id, { name: to });
      },
      menu:
        this.menu === id
          ? this.#extras.now?.assetMenu({
              i18n: this.i18n,
              asset,
              act: (what) => this.#act(what, asset),
              close: () => (this.menu = null),
            })
          : nothing,
    });
  }

  #renderOpen(store: AssetsStore | null) {
    const { open, i18n, stores } = this;
    if (!open || !stores || !store) return nothing;
    const extras = this.#extras.now;
    const close = () => (this.open = null);
    if (!extras) return nothing;
    if (open.what === 'record')
      return extras.recorder({ i18n, close, host: this, use: (video) => void this.upload([video], true) });
    const asset = store.get(open.id);
    if (!asset) return nothing;
    const context = { host: this, i18n, stores, store, asset, close, readOnly: this.readOnly };
    if (open.what === 'delete') return extras.deleteDialog(context);
    return extras.details({
      ...context,
      say: (words) => (this.said = words),
      remove: () => (this.open = { what: 'delete', id: asset.id }),
      upload: (file, purpose) => void this.#uploadFor(asset, file, purpose),
    });
  }

  get #layout(): 'grid' | 'list' {
    const kept = this.stores?.storage.get('pb:media:layout') === 'list' ? 'list' : 'grid';
    return this.shownAs ?? this.layout ?? kept;
  }

  #show(layout: 'grid' | 'list'): void {
    this.shownAs = layout;
    this.stores?.storage.set('pb:media:layout', layout);
  }

  /** Changes a file; false when it was refused, and why is on the screen. */
  protected async change(id: string, patch: UpdateAsset): Promise<boolean> {
    try {
      await this.store?.update(id, patch);
      this.problem = '';
      return true;
    } catch (cause) {
      this.problem = `${this.t('error.mediaChange')} ${why(this.i18n, ApiError.fromUnknown(cause))}`;
      return false;
    }
  }

  #press(asset: Asset): void {
    if (this.selectable) this.emit('asset-select', { asset });
    else if (this.emit('asset-open', { asset })) this.open = { what: 'details', id: asset.id };
  }

  #act(what: 'details' | 'rename' | 'copy' | 'replace' | 'delete' | 'send', asset: Asset): void {
    this.menu = null;
    if (what === 'rename') this.renaming = asset.id;
    else if (what === 'details' || what === 'delete') this.open = { what, id: asset.id };
    else if (what === 'send') this.emit('asset-send', { asset });
    else if (what === 'copy') void this.#copy(asset.url);
    else {
      const input = document.createElement('input');
      Object.assign(input, { type: 'file', accept: ACCEPT });
      input.addEventListener('change', () => {
        const file = input.files?.[0];
        if (file) void this.#uploadFor(asset, file, 'replace');
      });
      input.click();
    }
  }

  async #uploadFor(asset: Asset, file: File, purpose: 'replace' | 'captions' | 'poster'): Promise<void> {
    if (!this.stores) return;
    this.#uploading = true;
    const uploads = (await this.#queue.load()).uploadsOf(this.stores);
    const ended = await uploads.settled(uploads.add(file, { purpose, assetId: asset.id }));
    if (ended?.asset) this.store?.put(ended.asset);
  }

  async #copy(url: string): Promise<void> {
    const { copyLink } = await this.#extras.load();
    this.said = await copyLink(url, this.i18n);
  }

  readonly #onSearch = (event: InputEvent) => {
    const q = (event.target as HTMLInputElement).value.trim();
    clearTimeout(this.#searching);
    this.#searching = setTimeout(() => void this.store?.show({ q }), 200);
  };
  readonly #onDragOver = (event: DragEvent) => {
    if (this.readOnly || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dragging = true;
  };
  readonly #onDrop = (event: DragEvent) => {
    this.dragging = false;
    if (this.readOnly || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    void this.upload(event.dataTransfer.files);
  };
  readonly #onPaste = (event: ClipboardEvent) => {
    if (this.readOnly || !event.clipboardData?.files.length) return;
    event.preventDefault();
    void this.upload(event.clipboardData.files);
  };
}
