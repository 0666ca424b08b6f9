/** Recordings that wait to be sent. localStorage holds no bytes; IndexedDB does, and outlives a reload. */
export interface BlobKeeper {
  put(key: string, blob: Blob): Promise<void>;
  get(key: string): Promise<Blob | null>;
  delete(key: string): Promise<void>;
}

/** Keeps what it can: in a private window, or with a full disk, a reload loses the recording and nothing else breaks. */
export function keptBlobs(name = 'pb-uploads'): BlobKeeper {
  const act = async <T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>) => {
    const database = await asked(opened(name));
    try {
      return await asked(use(database.transaction('blobs', mode).objectStore('blobs')));
    } finally {
      database.close();
    }
  };
  return {
    put: (key, blob) => act('readwrite', (store) => store.put(blob, key)).then(nothing, nothing),
    get: (key) =>
      act('readonly', (store) => store.get(key) as IDBRequest<unknown>).then(
        (found) => (found instanceof Blob ? found : null),
        () => null,
      ),
    delete: (key) => act('readwrite', (store) => store.delete(key)).then(nothing, nothing),
  };
}

const nothing = () => undefined;

function opened(name: string): IDBOpenDBRequest {
  const request = indexedDB.open(name, 1);
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore('blobs'));
  return request;
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB refused.')));
  });
}
