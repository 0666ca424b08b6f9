/** Bytes into the storage, in slices, so that a killed process loses little and a connection that breaks off nothing. */
import type { MediaStorage, UploadPlace } from './storage/storage.ts';

/**
 * Slices end at its multiples, wherever they began: four parts of S3. Each one waits for the disk, and with 8 MiB a gigabyte took
 * half as long again.
 */
const SLICE = 32 * 1024 * 1024;
/** What has come is safe after this many milliseconds, so this is what a killed process costs the sender. */
const SLICE_MS = 1_000;

export interface Progress {
  place: UploadPlace | null;
  received: number;
}

export interface Reception extends Progress {
  /** What ended it before its end. All up to `received` is safe. */
  error?: unknown;
}

interface Options {
  storage: MediaStorage;
  key: string;
  contentType: string;
  from: Progress;
  bytes: AsyncIterable<Uint8Array>;
  /** Asked with what is safe, after each slice; false: stop here. */
  save: (progress: Progress) => Promise<boolean>;
  seen?: (bytes: Uint8Array) => void;
  /** Beyond this many it ends, with `TooLong`. */
  largest?: number;
}

export class TooLong extends Error {}

/** Goes on at `from`. Throws only what the storage or `save` throw. */
export async function receive({
  storage,
  key,
  contentType,
  from,
  bytes,
  save,
  seen,
  largest = Infinity,
}: Options): Promise<Reception> {
  let { place, received } = from;
  const source = bytes[Symbol.asyncIterator]();
  let held: Uint8Array | undefined;
  let over = false;
  let error: unknown;

  /** Never throws: what ends the source is kept, and what came before it is written. */
  async function* slice(): AsyncGenerator<Uint8Array> {
    let room = SLICE - (received % SLICE);
    let total = received;
    const end = performance.now() + SLICE_MS;
    while (room > 0 && !over) {
      let piece = held;
      held = undefined;
      if (!piece) {
        try {
          const next = await source.next();
          if (next.done === true) {
            over = true;
            return;
          }
          piece = next.value;
        } catch (reason) {
          error = reason;
          over = true;
          return;
        }
      }
      if (piece.length > room) {
        held = piece.subarray(room);
        piece = piece.subarray(0, room);
      }
      if (piece.length > largest - total) {
        error = new TooLong();
        over = true;
        return;
      }
      room -= piece.length;
      total += piece.length;
      seen?.(piece);
      yield piece;
      if (performance.now() > end) return;
    }
  }

  let saving: Promise<boolean> = Promise.resolve(true);
  try {
    if (place === null) {
      place = await storage.begin(key, contentType);
      if (!(await save({ place, received }))) return { place, received };
    }
    while (!over) {
      const before = received;
      const appended = await storage.append(key, place, received, slice());
      ({ place, received } = appended);
      error ??= appended.error;
      // the end came right behind a slice: there is nothing new to store
      if (received === before && over) break;
      // the last place is stored while the next slice is written, and no third one is begun before
      const goOn = await saving;
      saving = save({ place, received });
      saving.catch(() => undefined);
      if (!goOn || error !== undefined) break;
    }
    await saving;
    return error === undefined ? { place, received } : { place, received, error };
  } finally {
    // not waited for: what hangs would hang here too
    source.return?.()?.catch(() => undefined);
    await saving.catch(() => undefined);
  }
}
