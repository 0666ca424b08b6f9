import type { Asset, CreateUpload, Upload } from '@patchbay/server-kit/contract';
import type { AssetKind } from '@patchbay/server-kit/contract/names';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import type { BlobKeeper } from './kept-blobs.ts';
import type { SafeStorage } from './storage.ts';
import { Store } from './store.ts';

/**
 * `waiting`: others go first. `offline`: goes on by itself when the server can be reached. `away`: begun before a reload, and
 * goes on once the same file is chosen again. `checking`: all is there, the server looks at what it is. `refused`: it will not
 * be taken. `failed`: it may be tried again.
 */
export type TransferState =
  'waiting' | 'uploading' | 'paused' | 'offline' | 'away' | 'checking' | 'done' | 'refused' | 'failed';

/** One file on its way. */
export interface Transfer {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  /** As the browser takes it for; the server looks for itself. */
  readonly kind: AssetKind | null;
  readonly purpose: NonNullable<CreateUpload['purpose']>;
  readonly assetId: string | null;
  readonly state: TransferState;
  readonly sent: number;
  /** Bytes a second, over the last ten; null while it is not known. */
  readonly speed: number | null;
  readonly secondsLeft: number | null;
  readonly error: ApiError | null;
  /** When it is done. */
  readonly asset: Asset | null;
  /** A picture of it, made here. */
  readonly poster: Blob | null;
  /** False: this browser shows no picture of it, so others will not either. */
  readonly plays: boolean;
  /** It went on where an earlier one had stopped. */
  readonly resumed: boolean;
}

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
/** Over which time the speed is taken, in ms. */
const WINDOW = 10_000;
/** Between two questions whether the server has looked, in ms; the last for as long as it takes. */
const LOOKS = [200, 400, 800, 1_600, 3_000];
/** Until the next attempt without a connection, in ms. */
const AGAIN = 5_000;

type Change = Partial<{ -readonly [K in keyof Transfer]: Transfer[K] }>;
type Remembered = Pick<Transfer, 'id' | 'name' | 'size' | 'kind' | 'purpose' | 'assetId'> & {
  recorded: boolean;
};

interface Running {
  file: Blob | null;
  recorded: boolean;
  abort: AbortController | null;
  samples: { at: number; sent: number }[];
}

/** Files on their way to the server: they wait their turn, can be stopped, and survive a lost connection and a reload. */
export class UploadsStore extends Store {
  /** In the order that they were added. */
  items: readonly Transfer[] = [];
  readonly #options: UploadsOptions;
  readonly #running = new Map<string, Running>();
  readonly #waiting = new Map<string, (transfer: Transfer) => void>();
  #restored = '';

  constructor(options: UploadsOptions) {
    super();
    this.#options = options;
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
    this.#remember(transfer, options.recorded ?? false);
    if (options.recorded) void this.#options.blobs.put(this.#key(transfer.id), file);
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
    for (const key of this.#options.storage.keys(this.#key(''))) {
      const remembered = parse(this.#options.storage.get(key));
      if (!remembered || this.get(remembered.id)) continue;
      await this.#bringBack(remembered);
    }
  }

  /** The server can be reached again. */
  recover(): void {
    for (const { id, state } of this.items) if (state === 'offline') this.#set(id, { state: 'waiting' });
    this.#next();
  }

  async #bringBack({ recorded, ...remembered }: Remembered): Promise<void> {
    const { client, blobs } = this.#options;
    const { id } = remembered;
    const [upload, file] = await Promise.all([
      client.getUpload(id).catch((cause: unknown) => ApiError.fromUnknown(cause)),
      recorded ? blobs.get(this.#key(id)).catch(() => null) : null,
    ]);
    const over =
      upload instanceof ApiError ? [404, 410].includes(upload.status) : ENDS.includes(upload.state);
    // done while nobody looked is in the library; one that the server has swept can only be begun anew
    if (over && (!file || !(upload instanceof ApiError))) return this.#forget(id);
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
    this.#running.set(id, { file, recorded, abort: null, samples: [] });
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
    running.samples = [];
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
    const { samples } = this.#running.get(id)!;
    const { size } = this.get(id)!;
    samples.push({ at: now, sent });
    while (samples.length > 2 && now - samples[0]!.at > WINDOW) samples.shift();
    const { at, sent: before } = samples[0]!;
    // the first tells only where an earlier attempt had stopped
    const speed = now - at >= 500 && sent > before ? ((sent - before) * 1000) / (now - at) : null;
    this.#set(id, { sent, speed, secondsLeft: speed === null ? null : Math.ceil((size - sent) / speed) });
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
    this.#running.delete(id);
    this.#forget(id);
    if (gone) this.#tell(id, gone);
    this.changed();
  }

  #tell(id: string, transfer: Transfer): void {
    this.#waiting.get(id)?.(transfer);
    this.#waiting.delete(id);
  }

  #remember({ id, name, size, kind, purpose, assetId }: Transfer, recorded: boolean): void {
    if (this.#options.scope() === '') return;
    const remembered: Remembered = { id, name, size, kind, purpose, assetId, recorded };
    this.#options.storage.set(this.#key(id), JSON.stringify(remembered));
  }

  #forget(id: string): void {
    this.#options.storage.set(this.#key(id), null);
    if (this.#running.get(id)?.recorded) void this.#options.blobs.delete(this.#key(id));
  }

  #key(id: string): string {
    return `${REMEMBERED}${this.#options.scope()}:${id}`;
  }
}

/** What the names of remembered uploads begin with: whoever finds one has something to restore. */
export const REMEMBERED = 'pb:upload:';

const FRESH = {
  state: 'waiting',
  sent: 0,
  speed: null,
  secondsLeft: null,
  error: null,
  asset: null,
  poster: null,
  plays: true,
  resumed: false,
} as const satisfies Partial<Transfer>;
const BUSY: readonly TransferState[] = ['waiting', 'uploading', 'paused', 'offline'];
const ENDED: readonly TransferState[] = ['done', 'refused'];
const ENDS: readonly Upload['state'][] = ['done', 'refused'];

function parse(text: string | null): Remembered | null {
  try {
    return text === null ? null : (JSON.parse(text) as Remembered);
  } catch {
    return null;
  }
}

/** What a person would call it: without the ending. */
const nameOf = (file: string) => file.replace(/(.)\.\w{2,5}$/, '$1');

/** By type, and by the ending where the browser knows no type: QuickTime and HEIC are unknown to many. */
export function kindOf(type: string, name: string): AssetKind | null {
  const major = type.split('/')[0];
  if (major === 'video' || major === 'audio') return major;
  if (major === 'image') return 'picture';
  if (type === 'application/pdf' || /\.pdf$/i.test(name)) return 'document';
  if (/\.(mp4|m4v|mov|webm)$/i.test(name)) return 'video';
  if (/\.(jpe?g|png|gif|webp|heic)$/i.test(name)) return 'picture';
  if (/\.(mp3|m4a|ogg|wav)$/i.test(name)) return 'audio';
  return null;
}
