import type { BlobKeeper } from './kept-blobs.ts';
import type { SafeStorage } from './storage.ts';
import type { Transfer } from './transfer.ts';

/** What their names begin with. A library that finds one loads what restores it. */
const REMEMBERED = 'pb:upload:';

export type Remembered = Pick<Transfer, 'id' | 'name' | 'size' | 'kind' | 'purpose' | 'assetId'> & {
  /** Made here: its bytes are kept too, as nobody can choose them again. */
  recorded: boolean;
};

interface Keepers {
  storage: SafeStorage;
  blobs: BlobKeeper;
  /** Under whose name; empty while it is not known, and then nothing is kept. */
  scope: () => string;
}

/** What the browser keeps of files on their way, so that they go on after a reload. */
export class RememberedUploads {
  readonly #keepers: Keepers;

  constructor(keepers: Keepers) {
    this.#keepers = keepers;
  }

  list(): Remembered[] {
    const { storage } = this.#keepers;
    return storage.keys(this.#key('')).flatMap((key) => parse(storage.get(key)) ?? []);
  }

  keep({ id, name, size, kind, purpose, assetId }: Transfer, file: Blob, recorded: boolean): void {
    const { storage, blobs, scope } = this.#keepers;
    const remembered: Remembered = { id, name, size, kind, purpose, assetId, recorded };
    if (scope() !== '') storage.set(this.#key(id), JSON.stringify(remembered));
    if (recorded) void blobs.put(this.#key(id), file);
  }

  fileOf({ id, recorded }: Remembered): Promise<Blob | null> {
    return recorded ? this.#keepers.blobs.get(this.#key(id)).catch(() => null) : Promise.resolve(null);
  }

  forget(id: string, recorded: boolean): void {
    this.#keepers.storage.set(this.#key(id), null);
    if (recorded) void this.#keepers.blobs.delete(this.#key(id));
  }

  #key(id: string): string {
    return `${REMEMBERED}${this.#keepers.scope()}:${id}`;
  }
}

function parse(text: string | null): Remembered | null {
  try {
    return text === null ? null : (JSON.parse(text) as Remembered);
  } catch {
    return null;
  }
}
