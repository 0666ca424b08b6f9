import { keptBlobs } from './kept-blobs.ts';
import { lookAtVideo } from './look-at-video.ts';
import type { Attached, Stores } from './stores.ts';
import { UploadsStore } from './uploads.ts';

class Uploading implements Attached {
  readonly store: UploadsStore;

  constructor(stores: Stores) {
    const { client, storage } = stores;
    this.store = new UploadsStore({
      client,
      storage,
      blobs: keptBlobs(),
      scope: () => stores.scope,
      look: lookAtVideo,
    });
    stores.attach(this);
    if (typeof window !== 'undefined') {
      window.addEventListener('beforeunload', (event) => {
        if (this.store.busy) event.preventDefault();
      });
    }
  }

  take(): void {}
  reload(): void {
    this.store.recover();
  }
  recover(): void {
    this.store.recover();
  }
}

const known = new WeakMap<Stores, Uploading>();

/** Files on their way: the same queue for everybody on the page. It outlives the element that began it. */
export function uploadsOf(stores: Stores): UploadsStore {
  let uploading = known.get(stores);
  if (!uploading) known.set(stores, (uploading = new Uploading(stores)));
  return uploading.store;
}
