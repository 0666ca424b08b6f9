/** What can be done with the files of a library, and what is open over them. */
import { nothing, type LitElement } from 'lit';
import type { Asset, UpdateAsset } from '@patchbay/server-kit/contract';
import { ApiError } from '../../client/errors.ts';
import { Dismiss } from '../../internal/dismiss.ts';
import { Lazy } from '../../internal/lazy.ts';
import { why } from '../../internal/parts.ts';
import { assetsOf, type AssetsStore } from '../../stores/assets.ts';
import type { Stores } from '../../stores/stores.ts';
import type { UploadsStore } from '../../stores/uploads.ts';
import type { I18n } from '../../words/i18n.ts';
import type { CardContext } from './card.ts';

export const ACCEPT = 'video/*,image/*,audio/*,application/pdf,.mov,.heic';

type Open = { what: 'details' | 'delete'; id: string } | { what: 'record' };

export interface ActContext {
  i18n: I18n;
  stores: Stores;
  store: AssetsStore;
  selectable: boolean;
  readOnly: boolean;
  /** The host asks to whom. */
  sendable: boolean;
  /** A file was pressed; true: it shall open. */
  press: (asset: Asset) => boolean;
  send: (asset: Asset) => void;
  chooseFiles: () => void;
}

export class Acts {
  /** To be said, and to be seen. */
  said = '';
  problem = '';
  readonly #host: LitElement;
  readonly #extras;
  readonly #queue;
  readonly #dismiss;
  #open: Open | null = null;
  #menu: string | null = null;
  #renaming: string | null = null;

  constructor(host: LitElement) {
    this.#host = host;
    this.#extras = new Lazy(host, () => import('./extras.ts'));
    this.#queue = new Lazy(host, () => import('../../internal/upload-queue.ts'));
    this.#dismiss = new Dismiss(host, () => this.#set(() => (this.#menu = null)));
  }

  /** Once something is, or was, on its way. */
  uploads(stores: Stores): UploadsStore | undefined {
    return this.#queue.now?.uploadsOf(stores);
  }

  async upload(context: ActContext, files: readonly (File | Blob)[], recorded: boolean): Promise<string[]> {
    const { stores, store } = context;
    const { uploadsOf } = await this.#queue.load();
    const uploads = uploadsOf(stores);
    return files.map((file) => {
      const id = uploads.add(file, { recorded });
      void uploads.settled(id).then((ended) => ended?.asset && store.put(ended.asset));
      return id;
    });
  }

  record(): void {
    this.#set(() => (this.#open = { what: 'record' }));
  }

  card(context: ActContext, asset: Asset): CardContext {
    const { i18n, selectable, readOnly, sendable, press } = context;
    const { id, name } = asset;
    const menuOpen = this.#menu === id;
    return {
      i18n,
      selectable,
      readOnly,
      menuOpen,
      renaming: this.#renaming === id,
      press: () => press(asset) && this.#set(() => (this.#open = { what: 'details', id })),
      toggle: () => this.#set(() => (this.#menu = menuOpen ? null : id)),
      rename: (to) => {
        if (this.#renaming !== id) return;
        this.#set(() => (this.#renaming = null));
        if (to !== null && to !== name) void this.#change(context, id, { name: to });
      },
      menu: menuOpen
        ? this.#extras.now?.assetMenu({
            i18n,
            asset,
            sendable,
            act: (what) => this.#act(what, asset, context),
          })
        : nothing,
    };
  }

  renderQueue({ i18n, stores, chooseFiles }: ActContext): unknown {
    const queue = this.#queue.value;
    return queue?.uploadQueue({ i18n, store: queue.uploadsOf(stores), choose: chooseFiles }) ?? nothing;
  }

  renderOpen(context: ActContext): unknown {
    const open = this.#open;
    const menu = this.#menu;
    this.#dismiss.open(
      menu === null
        ? null
        : () => this.#host.renderRoot.querySelector(`[data-id="${CSS.escape(menu)}"] .menu`),
    );
    const extras = open && this.#extras.now;
    if (!extras) return nothing;
    const { i18n, store, stores, readOnly } = context;
    const host = this.#host;
    const close = () => this.#set(() => (this.#open = null));
    if (open.what === 'record')
      return extras.recorder({ i18n, close, host, use: (video) => void this.upload(context, [video], true) });
    const asset = store.get(open.id);
    if (!asset) return nothing;
    if (open.what === 'delete') return extras.deleteDialog({ i18n, stores, store, asset, close });
    return extras.details({
      host,
      i18n,
      stores,
      store,
      asset,
      readOnly,
      close,
      say: (words) => this.#set(() => (this.said = words)),
      remove: () => this.#set(() => (this.#open = { what: 'delete', id: asset.id })),
      upload: (file, purpose) => void this.#uploadFor(context, asset, file, purpose),
    });
  }

  #act(
    what: 'details' | 'rename' | 'copy' | 'replace' | 'delete' | 'send',
    asset: Asset,
    context: ActContext,
  ): void {
    this.#set(() => (this.#menu = null));
    if (what === 'rename') this.#set(() => (this.#renaming = asset.id));
    else if (what === 'details' || what === 'delete') this.#set(() => (this.#open = { what, id: asset.id }));
    else if (what === 'send') context.send(asset);
    else if (what === 'copy') void this.#copy(asset.url, context.i18n);
    else {
      const input = document.createElement('input');
      Object.assign(input, { type: 'file', accept: ACCEPT });
      input.addEventListener('change', () => {
        const file = input.files?.[0];
        if (file) void this.#uploadFor(context, asset, file, 'replace');
      });
      input.click();
    }
  }

  async #change({ store, i18n }: ActContext, id: string, patch: UpdateAsset): Promise<void> {
    let problem = '';
    try {
      await store.update(id, patch);
    } catch (cause) {
      problem = `${i18n.t('error.mediaChange')} ${why(i18n, ApiError.fromUnknown(cause))}`;
    }
    this.#set(() => (this.problem = problem));
  }

  async #uploadFor(
    { stores }: ActContext,
    asset: Asset,
    file: File,
    purpose: 'replace' | 'captions' | 'poster',
  ): Promise<void> {
    const uploads = (await this.#queue.load()).uploadsOf(stores);
    this.#host.requestUpdate();
    const ended = await uploads.settled(uploads.add(file, { purpose, assetId: asset.id }));
    if (ended?.asset) assetsOf(stores).put(ended.asset);
  }

  async #copy(url: string, i18n: I18n): Promise<void> {
    const words = await this.#extras.value!.copyLink(url, i18n);
    this.#set(() => (this.said = words));
  }

  #set(change: () => void): void {
    change();
    this.#host.requestUpdate();
  }
}
