import type { Asset, Upload } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import type { BlobKeeper } from './kept-blobs.ts';
import type { SafeStorage } from './storage.ts';
import { Pace } from './pace.ts';
import { RememberedUploads, type Remembered } from './remembered-uploads.ts';
import { Store } from './store.ts';
import { BUSY, ENDED, ENDS, FRESH, kindOf, nameOf, type Transfer } from './transfer.ts';

/** What a browser finds out about a file before it goes. */
export type LookAt = (file: Blob) => Promise<{ poster: Blob | null; plays: boolean }>;

export interface UploadsOptions {
  client: PatchbayClient;
  storage: SafeStorage;
  /** Keeps what was recorded, which nobody can choose again. */
  blobs: BlobKeeper;
  /** Under whose name uploads are remembered; empty while it is not known. */
  scope: () => string;
  look?: LookAt;
  now?: () => number;
  newId?: () => string;
  /** Waits so many ms. */
  wait?: (ms: number) => Promise<void>;
}

export interface AddOptions {
  /** Instead of the file's own. */
  name?: string;
  purpose?: Transfer['purpose'];
  assetId?: string;
  /** Made here: it cannot be chosen again. */
  recorded?: boolean;
}

/** So many go at once; more would only make each of them slower. */
const AT_ONCE = 2;
/** Between two questions whether the server has looked, in ms; the last for as long as it takes. */
const LOOKS = [200, 400, 800, 1_600, 3_000];
/** Until the next attempt without a connection, in ms. */
const AGAIN = 5_000;

type Change = Partial<{ -readonly [K in keyof Transfer]: Transfer[K] }>;
interface Running {
  file: Blob | null;
  recorded: boolean;
  abort: AbortController | null;
  pace: Pace;
}

/** Files on their way to the server: they wait their turn, can be stopped, and survive a lost connection and a reload. */
export class UploadsStore extends Store {
  /** In the order that they were added. */
  items: readonly Transfer[] = [];
  readonly #options: UploadsOptions;
  readonly #remembered: RememberedUploads;
  readonly #running = new Map<string, Running>();
  readonly #waiting = new Map<string, (transfer: Transfer) => void>();
  #restored = '';

  constructor(options: UploadsOptions) {
    super();
    this.#options = options;
    this.#remembered = new RememberedUploads(options);
  }

  get(id: string): Transfer | undefined {
    return this.items.find((each) => each.id === id);
  }

  /** Files that the browser would lose with the page. */
  get busy(): boolean {
    return this.items.some(({ state }) => BUSY.includes(state));
  }

  /** Takes a file into the queue and answers with its id. One that was begun before a reload goes on instead. */
  add(file: Blob & { name?: string }, options: AddOptions = {}): string {
    const name = (options.name ?? file.name ?? 'file').slice(-200);
    const begun = this.items.find(
      (each) =>
        each.state === 'away' &&
        each.name === name &&
        each.size === file.size &&
        each.purpose === (options.purpose ?? 'asset') &&
        each.assetId === (options.assetId ?? null),
    );
    if (begun) {
      this.#prepare(begun.id, file, false);
      this.#set(begun.id, { state: 'waiting', resumed: true });
      this.#next();
      return begun.id;
    }
    const transfer: Transfer = {
      ...FRESH,
      id: (this.#options.newId ?? (() => crypto.randomUUID()))(),
      name,
      size: file.size,
      kind: kindOf(file.type, name),
      purpose: options.purpose ?? 'asset',
      assetId: options.assetId ?? null,
    };
    this.items = [...this.items, transfer];
    this.#prepare(transfer.id, file, options.recorded ?? false);
    if (file.size === 0) {
      const empty = new ApiError('file_refused', 422, '');
      this.#set(transfer.id, { state: 'refused', error: empty });
      return transfer.id;
    }
    this.#remembered.keep(transfer, file, options.recorded ?? false);
    this.changed();
    this.#next();
    return transfer.id;
  }

  /** Resolves when it is done, refused, or taken out. */
  settled(id: string): Promise<Transfer | undefined> {
    const known = this.get(id);
    if (!known || ENDED.includes(known.state)) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  pause(id: string): void {
    const { state } = this.get(id) ?? {};
    if (state !== 'uploading' && state !== 'waiting' && state !== 'offline') return;
    this.#set(id, { state: 'paused', speed: null, secondsLeft: null });
    this.#running.get(id)?.abort?.abort();
    this.#next();
  }

  /** Goes on after a pause, or tries again. */
  resume(id: string): void {
    const { state } = this.get(id) ?? {};
    if (state !== 'paused' && state !== 'failed' && state !== 'offline') return;
    this.#set(id, { state: 'waiting', error: null });
    this.#next();
  }

  /** Takes it out of the queue; what has arrived of it is dropped. */
  async cancel(id: string): Promise<void> {
    const transfer = this.get(id);
    if (!transfer) return;
    const begun = transfer.state !== 'done' && transfer.state !== 'refused';
    this.#running.get(id)?.abort?.abort();
    this.#drop(id);
    this.#next();
    // the server sweeps it in any case
    if (begun) await this.#options.client.cancelUpload(id).catch(() => undefined);
  }

  /** Takes away what is done or refused. */
  clear(): void {
    for (const { id, state } of this.items) if (ENDED.includes(state)) this.#drop(id);
  }

  /** Brings back what was on its way before a reload. To be called when it is known who looks. */
  async restore(): Promise<void> {
    const scope = this.#options.scope();
    if (scope === '' || this.#restored === scope) return;
    this.#restored = scope;
    for (const remembered of this.#remembered.list())
      if (!this.get(remembered.id)) await this.#bringBack(remembered);
  }

  /** The server can be reached again. */
  recover(): void {
    for (const { id, state } of this.items) if (state === 'offline') this.#set(id, { state: 'waiting' });
    this.#next();
  }

  async #bringBack(kept: Remembered): Promise<void> {
    const { recorded, ...remembered } = kept;
    const { id } = remembered;
    const [upload, file] = await Promise.all([
      this.#options.client.getUpload(id).catch((cause: unknown) => ApiError.fromUnknown(cause)),
      this.#remembered.fileOf(kept),
    ]);
    const over =
      upload instanceof ApiError ? [404, 410].includes(upload.status) : ENDS.includes(upload.state);
    // done while nobody looked is in the library; one that the server has swept can only be begun anew
    if (over && (!file || !(upload instanceof ApiError))) return this.#remembered.forget(id, recorded);
    const sent = upload instanceof ApiError ? 0 : upload.received;
    const all = sent === remembered.size;
    this.items = [
      ...this.items,
      { ...FRESH, ...remembered, sent, resumed: true, state: file || all ? 'waiting' : 'away' },
    ];
    this.#prepare(id, file, recorded);
    this.changed();
    this.#next();
  }

  #prepare(id: string, file: Blob | null, recorded: boolean): void {
    this.#running.set(id, { file, recorded, abort: null, pace: new Pace() });
    const { look } = this.#options;
    const transfer = this.get(id);
    if (!file || !look || transfer?.kind !== 'video' || transfer.purpose === 'poster') return;
    void look(file).then(
      (seen) => this.#set(id, seen),
      () => undefined,
    );
  }

  /** Starts as many as may go at once. */
  #next(): void {
    const going = this.items.filter(({ state }) => state === 'uploading').length;
    for (const { id } of this.items.filter(({ state }) => state === 'waiting').slice(0, AT_ONCE - going))
      void this.#run(id);
  }

  async #run(id: string): Promise<void> {
    const { client } = this.#options;
    const running = this.#running.get(id);
    const transfer = this.get(id);
    if (!running || !transfer) return;
    const abort = (running.abort = new AbortController());
    running.pace = new Pace();
    this.#set(id, { state: 'uploading', error: null, speed: null, secondsLeft: null });
    const mine = () => running.abort === abort && !abort.signal.aborted && this.get(id) !== undefined;
    try {
      const { name, size, purpose, assetId } = transfer;
      const file = running.file;
      // also when all seems to be gone: a browser counts what it has handed over, and a lost line takes that along
      if (file) {
        await client.createUpload({
          id,
          name: nameOf(name),
          size,
          purpose,
          ...(assetId !== null && { asset_id: assetId }),
        });
        if (!mine()) return;
        await client.sendBytes(id, file, {
          signal: abort.signal,
          onProgress: (bytes) => mine() && this.#progress(id, bytes),
        });
      }
      if (!mine()) return;
      this.#set(id, { state: 'checking', sent: size, speed: null, secondsLeft: null });
      this.#next();
      const upload = await this.#looked(id, mine);
      if (upload && mine()) await this.#finish(id, upload);
    } catch (cause) {
      if (mine()) this.#fail(id, ApiError.fromUnknown(cause));
    }
    this.#next();
  }

  #progress(id: string, sent: number): void {
    const now = (this.#options.now ?? Date.now)();
    const { size } = this.get(id)!;
    this.#set(id, { sent, ...this.#running.get(id)!.pace.at(now, sent, size) });
  }

  /** Asks until the server has looked at what it is. */
  async #looked(id: string, mine: () => boolean): Promise<Upload | null> {
    for (let n = 0; mine(); n += 1) {
      const upload = await this.#options.client.getUpload(id);
      if (ENDS.includes(upload.state)) return upload;
      await this.#pause(LOOKS[Math.min(n, LOOKS.length - 1)]!);
    }
    return null;
  }

  async #finish(id: string, { state, asset, problem }: Upload): Promise<void> {
    this.#forget(id);
    if (state === 'refused') {
      const error = new ApiError(
        problem?.code ?? 'file_refused',
        problem?.status ?? 422,
        problem?.detail ?? '',
      );
      return this.#set(id, { state: 'refused', error });
    }
    const { poster, purpose } = this.get(id)!;
    const wanted = poster && asset?.kind === 'video' && asset.poster_url === null && purpose !== 'poster';
    const shown = wanted ? await this.#sendPoster(asset, poster) : asset;
    this.#set(id, { state: 'done', asset: shown });
  }

  /** A video without a picture is still a video: whatever goes wrong here is left at that. */
  async #sendPoster(asset: Asset, poster: Blob): Promise<Asset> {
    const { client, newId } = this.#options;
    const id = (newId ?? (() => crypto.randomUUID()))();
    const upload = {
      id,
      name: 'poster.jpg',
      size: poster.size,
      purpose: 'poster',
      asset_id: asset.id,
    } as const;
    try {
      await client.createUpload(upload);
      await client.sendBytes(id, poster);
      await this.#looked(id, () => true);
      return await client.getAsset(asset.id);
    } catch {
      return asset;
    }
  }

  #fail(id: string, error: ApiError): void {
    const { code, status } = error;
    if (code === 'network') {
      this.#set(id, { state: 'offline', error, speed: null, secondsLeft: null });
      void this.#pause(AGAIN).then(() => {
        if (this.get(id)?.state !== 'offline') return;
        this.#set(id, { state: 'waiting' });
        this.#next();
      });
      return;
    }
    const final = [404, 410, 413, 415, 422].includes(status);
    if (final) this.#forget(id);
    this.#set(id, { state: final ? 'refused' : 'failed', error, speed: null, secondsLeft: null });
  }

  #pause(ms: number): Promise<void> {
    return (this.#options.wait ?? ((time) => new Promise((done) => setTimeout(done, time))))(ms);
  }

  #set(id: string, change: Change): void {
    this.items = this.items.map((each) => (each.id === id ? { ...each, ...change } : each));
    const now = this.get(id);
    if (now && ENDED.includes(now.state)) this.#tell(id, now);
    this.changed();
  }

  #drop(id: string): void {
    const gone = this.get(id);
    this.items = this.items.filter((each) => each.id !== id);
    this.#forget(id);
    this.#running.delete(id);
    if (gone) this.#tell(id, gone);
    this.changed();
  }

  #tell(id: string, transfer: Transfer): void {
    this.#waiting.get(id)?.(transfer);
    this.#waiting.delete(id);
  }

  #forget(id: string): void {
    this.#remembered.forget(id, this.#running.get(id)?.recorded ?? false);
  }
}
