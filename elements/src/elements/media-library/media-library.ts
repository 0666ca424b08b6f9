import { html, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { Asset } from '@patchbay/server-kit/contract';
import type { AssetKind } from '@patchbay/server-kit/contract/names';
import { BaseElement } from '../../internal/base-element.ts';
import { icon, outline } from '../../internal/icons.ts';
import { Lazy } from '../../internal/lazy.ts';
import { feedNotice } from '../../internal/parts.ts';
import type { AssetsStore } from '../../stores/assets.ts';
import { core } from '../../styles/core.ts';
import { tokens } from '../../styles/tokens.ts';
import { enMedia } from '../../words/en-media.ts';
import { addEnglish } from '../../words/i18n.ts';
import type { ActContext, Acts } from './acts.ts';
import { styles } from './media-library.styles.ts';

addEnglish(enMedia);

/** By name: the table of the kinds brings the others of its file along. */
const KINDS: readonly AssetKind[] = ['video', 'picture', 'document', 'audio'];
const ACCEPT = 'video/*,image/*,audio/*,application/pdf,.mov,.heic';
// Seen at first, and here alone: not worth a place among the icons that every element brings.
const UPLOAD = 'M12 15.500V4.500M7 9l5-5 5 5M5 20h14';
const CAMERA = 'M4 6h11v12H4zM15 10.500 20 7v10l-5-3.500z';
const LAYOUTS = {
  grid: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  list: 'M4 6h16M4 12h16M4 18h16',
} as const;
type Layout = keyof typeof LAYOUTS;
/** Names of uploads that a reload has interrupted begin so: `stores/uploads.ts` is loaded only for them. */
const REMEMBERED = 'pb:upload:';
const KEPT_LAYOUT = 'pb:media:layout';

/**
 * @summary The account's videos, pictures and documents: uploads, finds, names, replaces and hands them out.
 *
 * @slot actions - More buttons beside Upload.
 * @event asset-select - A file was chosen, with `selectable`.
 * @event asset-open - A file was opened. Cancelable: show it yourself.
 * @event asset-send - Someone wants to send a file, with `sendable`.
 * @csspart search - The search field.
 * @csspart kind - One choice of what is shown.
 * @csspart record - The button that records.
 * @csspart upload - The button that uploads.
 * @csspart uploads - Files on their way.
 * @csspart transfer - One of them.
 * @csspart assets - What scrolls.
 * @csspart asset - One file.
 * @csspart drop - Over everything, while files are dragged.
 */
export class MediaLibrary extends BaseElement {
  static override readonly elementName: string = 'media-library';
  static override styles = [tokens, core, styles];

  @query('.files') private files!: HTMLInputElement | null;
  @query('.camera') private camera!: HTMLInputElement | null;

  /** A press chooses a file (`asset-select`) instead of opening it. */
  @property({ type: Boolean }) selectable = false;
  /** Nothing can be changed, nor uploaded. */
  @property({ type: Boolean, attribute: 'read-only' }) readOnly = false;
  /** Offers to send a file: listen to `asset-send`. */
  @property({ type: Boolean }) sendable = false;
  /** Only files of this kind. Default: all, and a choice. */
  @property() kind: AssetKind | null = null;
  /** Pictures or lines. Default: what was chosen last. */
  @property() layout: Layout | undefined;

  @state() private shownAs: Layout | null = null;
  @state() private dragging = false;

  /** The store, and what draws its files: loaded beside the client. */
  readonly #drawing = new Lazy(this, () => import('./drawing.ts'));
  #acts: Acts | undefined;
  #uploading = false;
  #searching: ReturnType<typeof setTimeout> | undefined;

  /** The store that is drawn; null also until its code is there. */
  get store(): AssetsStore | null {
    const place = this.selectable ? `picker ${this.kind ?? ''}` : 'library';
    return (this.stores && this.#drawing.value?.assetsOf(this.stores, place)) ?? null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const { stores } = this;
    const code = stores ? this.#drawing.now : undefined;
    if (code) this.#acts ??= new code.Acts(this);
    const { store } = this;
    if (stores?.scope && stores.storage.keys(REMEMBERED + stores.scope).length > 0) this.#uploading = true;
    const uploads = this.#uploading && stores ? this.#acts?.uploads(stores) : undefined;
    if (uploads) void uploads.restore();
    this.watch(store, stores?.session, uploads);
    if (store?.status !== 'idle') return;
    if (this.kind !== null) store.view = { ...store.view, kind: this.kind };
    void store.load();
  }

  /** Takes files into the queue, as if they had been chosen. Resolves with their ids in it. */
  async upload(files: Iterable<File | Blob>, recorded = false): Promise<string[]> {
    const chosen = [...files];
    const { Acts } = await this.#drawing.load();
    this.#acts ??= new Acts(this);
    const context = this.#context;
    if (!context) return [];
    this.#uploading = true;
    return this.#acts.upload(context, chosen, recorded);
  }

  /** Opens the recorder, or the phone's own camera. */
  record(): void {
    const { camera } = this;
    if (camera && 'capture' in camera) camera.click();
    else this.#acts?.record();
  }

  protected override render() {
    const { i18n, store, stores } = this;
    const acts = this.#acts;
    const context = this.#context;
    return html`<div
      class="root"
      part="base"
      dir=${i18n.dir}
      lang=${i18n.locale}
      @dragover=${this.#onDragOver}
      @dragleave=${() => (this.dragging = false)}
      @drop=${(event: DragEvent) => this.#take(event, event.dataTransfer)}
      @paste=${(event: ClipboardEvent) => this.#take(event, event.clipboardData)}
    >
      ${this.#renderTop(store)} ${feedNotice(i18n, stores?.session.feed ?? 'idle')}
      ${
        acts?.problem
          ? html`<div class="notice bad" role="alert">${icon('alert')}<span>${acts.problem}</span></div>`
          : nothing
      }
      ${context ? acts?.renderQueue(context) : nothing}
      <div class="scroller" part="assets">${this.#renderBody(context) ?? this.#ghosts()}</div>
      ${
        this.dragging
          ? html`<div class="drop" part="drop">${outline(UPLOAD)}<b>${this.t('media.drop')}</b></div>`
          : nothing
      }
      <span class="hidden" role="status">${acts?.said ?? ''}</span>
      ${context ? acts?.renderOpen(context) : nothing}
    </div>`;
  }

  #renderTop(store: AssetsStore | null) {
    const shown = store?.view.kind ?? null;
    const layout = this.#layout;
    const tab = (kind: AssetKind | null) =>
      html`<button
        class="tab"
        part="kind"
        aria-pressed=${shown === kind}
        @click=${() => void store?.show({ kind })}
      >
        ${this.t(kind === null ? 'media.all' : `media.kind.${kind}`)}
      </button>`;
    const look = (value: Layout) => {
      const label = this.t(`media.${value}`);
      return html`<button
        class="look"
        aria-label=${label}
        title=${label}
        aria-pressed=${layout === value}
        @click=${() => this.#show(value)}
      >
        ${outline(LAYOUTS[value])}
      </button>`;
    };
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
        ${look('grid')}${look('list')}
        <slot name="actions"></slot>
        ${this.readOnly ? nothing : this.#renderAdd()}
      </div>
      ${
        this.kind === null
          ? html`<div class="tabs" role="group" aria-label=${this.t('media.kinds')}>
              ${tab(null)} ${KINDS.map(tab)}
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
    const button = (name: 'record' | 'upload', path: string, press: () => void) =>
      html`<button
        class="button ${name === 'upload' ? 'primary' : ''}"
        part=${name}
        aria-label=${this.t(`media.${name}`)}
        @click=${press}
      >
        ${outline(path)}<span class="label">${this.t(`media.${name}`)}</span>
      </button>`;
    return html`<input
        class="camera"
        type="file"
        accept="video/*"
        capture="environment"
        hidden
        @change=${take}
      />
      <input class="files" type="file" accept=${ACCEPT} multiple hidden @change=${take} />
      ${button('record', CAMERA, () => this.record())} ${button('upload', UPLOAD, () => this.files?.click())}`;
  }

  #renderBody(context: ActContext | null) {
    const { i18n, store } = this;
    const acts = this.#acts;
    if (!context || !store || !acts) return null;
    const { q, kind } = store.view;
    return this.#drawing.value?.body({
      i18n,
      store,
      layout: this.#layout,
      narrowed: q !== '' || kind !== this.kind,
      card: (asset) => acts.card(context, asset),
    });
  }

  #ghosts() {
    return html`<div class="ghosts" part="loading" role="status" aria-label=${this.t('loading')}>
      ${[1, 2, 3, 4, 5, 6].map(() => html`<span class="bones"></span>`)}
    </div>`;
  }

  get #context(): ActContext | null {
    const { stores, store, i18n, selectable, readOnly, sendable } = this;
    return (
      stores &&
      store && {
        i18n,
        stores,
        store,
        selectable,
        readOnly,
        sendable,
        press: (asset: Asset) =>
          selectable ? (this.emit('asset-select', { asset }), false) : this.emit('asset-open', { asset }),
        send: (asset: Asset) => void this.emit('asset-send', { asset }),
        chooseFiles: () => this.files?.click(),
      }
    );
  }

  get #layout(): Layout {
    const kept = this.stores?.storage.get(KEPT_LAYOUT) === 'list' ? 'list' : 'grid';
    return this.shownAs ?? this.layout ?? kept;
  }

  #show(layout: Layout): void {
    this.shownAs = layout;
    this.stores?.storage.set(KEPT_LAYOUT, layout);
  }

  #take(event: Event, data: DataTransfer | null): void {
    this.dragging = false;
    if (this.readOnly || !data?.files.length) return;
    event.preventDefault();
    void this.upload(data.files);
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
}
