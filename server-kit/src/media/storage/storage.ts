/** Where the bytes of files are. `local.ts` and `s3.ts` are two of them, and `contract.ts` says in tests what both keep. */

/** From a byte to a byte, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/** What a storage keeps about an upload between two calls, written down by the caller. JSON. */
export type UploadPlace = Readonly<Record<string, unknown>>;

export interface Appended {
  place: UploadPlace;
  /** How many bytes of the file are safe now. */
  received: number;
  /**
   * What ended it early: the sender's connection, for one; or a `StorageError`, where the storage failed after it had taken
   * some of the bytes. What came before it is kept.
   */
  error?: unknown;
}

export interface UnfinishedUpload {
  key: string;
  begun: Date;
  /** For one whose place nobody knows. Throws `StorageError`. */
  abandon(): Promise<void>;
}

export interface MediaStorage {
  /** A small file, whole or not at all. Throws `StorageError`. */
  put(key: string, bytes: AsyncIterable<Uint8Array> | Uint8Array, contentType: string): Promise<void>;
  /** Nothing is held in memory but what is being read. Throws `StorageError`, `missing` for what is not there. */
  read(key: string, range?: ByteRange): Promise<ReadableStream<Uint8Array>>;
  /** Null: there is nothing. */
  stat(key: string): Promise<{ size: number } | null>;
  /** What is not there is removed already. */
  remove(key: string): Promise<void>;
  list(prefix: string): AsyncIterable<{ key: string; size: number; modified: Date }>;

  /** Opens an upload that outlives this process. */
  begin(key: string, contentType: string): Promise<UploadPlace>;
  /**
   * Goes on at `received`. Bytes beyond it that an earlier, killed call wrote are written over. Ends with what is safe
   * also when the source breaks off; throws `StorageError` only when the storage itself does not work. The next call may
   * begin while this one's place is stored, but not before the last one's is: place and received of both are good until then.
   */
  append(
    key: string,
    place: UploadPlace,
    received: number,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<Appended>;
  /**
   * For whoever goes on with an upload whose last writer has fallen silent and may yet write: the first `received` bytes, where it
   * cannot reach them. The place before is the caller's to abandon. Left out where a late writer does no harm.
   */
  takeOver?(key: string, place: UploadPlace, received: number): Promise<UploadPlace>;
  /** How many bytes are safe, after a process was killed: at least what the last `append` that returned has said. */
  received(key: string, place: UploadPlace): Promise<number>;
  /** The file stands under its key from now on. May be asked again after a crash. */
  finish(key: string, place: UploadPlace, size: number, contentType: string): Promise<void>;
  /**
   * The bytes of an upload that has all of them, before it is finished, to look at what they are; and still after that.
   * Nothing can be appended any more (S3 reads no parts).
   */
  readUpload(key: string, place: UploadPlace, range?: ByteRange): Promise<ReadableStream<Uint8Array>>;
  /** What is finished stays. What a killed process left is listed under `uploads/`, and may be removed when it is old. */
  abandon(key: string, place: UploadPlace): Promise<void>;

  /**
   * Uploads that were begun and neither finished nor given up, as far as `list` does not show them. Left out, or empty where
   * the storage cannot tell.
   */
  unfinished?(): AsyncIterable<UnfinishedUpload>;

  /** Where a program of this machine finds the file; null where it is on another. */
  path(key: string): string | null;
  /** The same for what `readUpload` reads. */
  uploadPath(key: string, place: UploadPlace): string | null;
  close(): Promise<void>;
}

/** `missing`: no such file. `full`: no room left. `unavailable`: try again shortly. */
export class StorageError extends Error {
  readonly reason: 'missing' | 'full' | 'unavailable';
  constructor(reason: StorageError['reason'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StorageError';
    this.reason = reason;
  }
}
