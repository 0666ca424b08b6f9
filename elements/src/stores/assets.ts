import type { Asset, FeedEvent, UpdateAsset } from '@patchbay/server-kit/contract';
import type { AssetKind } from '@patchbay/server-kit/contract/names';
import type { PatchbayClient } from '../client/types.ts';
import { PagedStore } from './paged.ts';
import type { Stores } from './stores.ts';

export interface AssetView {
  q: string;
  kind: AssetKind | null;
}

/** The account's files as one view of them shows: by kind and by words, newest first. */
export class AssetsStore extends PagedStore<Asset> {
  view: AssetView = { q: '', kind: null };
  readonly #client: PatchbayClient;
  readonly #pageSize: number;

  constructor(client: PatchbayClient, pageSize = 30) {
    super();
    this.#client = client;
    this.#pageSize = pageSize;
  }

  get(id: string): Asset | undefined {
    return this.items.find((each) => each.id === id);
  }

  async show(view: Partial<AssetView>): Promise<void> {
    this.view = { ...this.view, ...view };
    this.changed();
    await this.refresh(true);
  }

  /** Throws an `ApiError`. */
  async update(id: string, patch: UpdateAsset): Promise<Asset> {
    const asset = await this.#client.updateAsset(id, patch, this.get(id)?.version);
    this.put(asset);
    return asset;
  }

  /** Throws an `ApiError`: `asset_in_use` while something sends it. */
  async remove(id: string, force = false): Promise<void> {
    await this.#client.deleteAsset(id, force);
    this.items = this.items.filter((each) => each.id !== id);
    this.changed();
  }

  /** What came from elsewhere: an upload that is done, or a newer version. */
  put(asset: Asset): void {
    const known = this.get(asset.id);
    if (known && known.version > asset.version) return;
    const { q, kind } = this.view;
    const fits = (kind === null || kind === asset.kind) && asset.name.toLowerCase().includes(q.toLowerCase());
    if (known) this.items = this.items.map((each) => (each.id === asset.id ? asset : each));
    else if (fits && this.status === 'ready') this.items = [asset, ...this.items];
    this.changed();
  }

  take({ type, data }: FeedEvent): void {
    if (this.status !== 'ready' || !type.startsWith('asset.')) return;
    const id = typeof data['asset_id'] === 'string' ? data['asset_id'] : '';
    if (type === 'asset.deleted') {
      this.items = this.items.filter((each) => each.id !== id);
      this.changed();
    } else if (type === 'asset.created') void this.refresh();
    else if (this.get(id))
      void this.#client.getAsset(id).then(
        (asset) => this.put(asset),
        () => undefined,
      );
  }
  protected ask(after?: string) {
    const { q, kind } = this.view;
    return this.#client.listAssets({
      limit: this.#pageSize,
      ...(q !== '' && { q }),
      ...(kind !== null && { kind }),
      ...(after !== undefined && { after }),
    });
  }
}

const known = new WeakMap<Stores, Map<string, AssetsStore>>();

/** The files as one place shows them: a library and a picker on the same page search apart. */
export function assetsOf(stores: Stores, place = 'library'): AssetsStore {
  let places = known.get(stores);
  if (!places) known.set(stores, (places = new Map()));
  let store = places.get(place);
  if (!store) {
    places.set(place, (store = new AssetsStore(stores.client)));
    stores.attach(store);
  }
  return store;
}
