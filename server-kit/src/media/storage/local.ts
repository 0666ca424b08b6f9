/**
 * Files in a folder of this machine. An upload grows in `uploads/` and is renamed to its key when it is whole: a key that can
 * be read has all its bytes, also after a power cut.
 *
 * flydrive removes, lists and looks things up. Reading and writing are our own: flydrive 1 has no ranges, and writes straight
 * to the final name, where a source that breaks off leaves half a file. See docs/decisions/0011-media-storage.md.
 */
import { constants, createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdir, open, rename, rm, stat, truncate } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import { newId } from '../../ids.ts';
import { checkedKey, checkedPrefix, UPLOADS } from './keys.ts';
import { openFiles } from './open-files.ts';
import { StorageError, type ByteRange, type MediaStorage, type UploadPlace } from './storage.ts';

export interface LocalMediaOptions {
  /** Default `.patchbay/media` in the working directory. All files must be on one disk. */
  folder?: string;
}

/** A connection brings 64 KiB at a time, and each write is a trip to a thread. */
const WRITE_BUFFER = 1 << 20;

export function localMedia(options: LocalMediaOptions = {}): MediaStorage {
  const root = resolve(options.folder ?? join('.patchbay', 'media'));
  const disk = new Disk(new FSDriver({ location: root, visibility: 'private' }));
  const files = openFiles();
  const pathOf = (key: string) => join(root, checkedKey(key));
  /** Who appends to which upload: a request that hangs must not write on behind the one that replaced it. */
  const writers = new Map<string, { stop: AbortController; ended: Promise<unknown> }>();

  const spoolOf = (place: UploadPlace): string => {
    const { spool } = place as { spool?: unknown };
    if (typeof spool !== 'string' || !spool.startsWith(UPLOADS)) {
      throw new TypeError('This is not the place of an upload to a folder.');
    }
    return pathOf(spool);
  };

  async function makeSpool(): Promise<string> {
    const spool = `${UPLOADS}${newId()}`;
    const path = pathOf(spool);
    await mkdir(dirname(path), { recursive: true });
    await (await open(path, 'wx', 0o600)).close();
    return spool;
  }

  /** Both names are on one disk, so this happens or it does not. */
  async function moveTo(key: string, spool: string): Promise<void> {
    const path = pathOf(key);
    await mkdir(dirname(path), { recursive: true });
    await rename(spool, path);
    await syncFolder(dirname(path));
    files.forget(path);
  }

  async function appendNow(path: string, from: number, bytes: AsyncIterable<Uint8Array>, stop: AbortSignal) {
    const there = (await stat(path)).size;
    if (there < from) throw new StorageError('missing', 'A part of this upload is gone.');
    if (there > from) await truncate(path, from);
    return writeAll(path, from, bytes, stop);
  }

  const storage: MediaStorage = {
    async put(key, bytes) {
      checkedKey(key);
      const spool = pathOf(await asStorage(makeSpool));
      try {
        const written = await asStorage(() => appendNow(spool, 0, piecesOf(bytes), never));
        // the source's own error, as it is
        if ('error' in written) throw written.error;
        await asStorage(() => moveTo(key, spool));
      } catch (error) {
        await rm(spool, { force: true });
        throw error;
      }
    },

    read: (key, range) => asStorage(() => readRange(files, pathOf(key), range)),

    stat: (key) =>
      asStorage(async () => {
        try {
          return { size: (await disk.getMetaData(checkedKey(key))).contentLength };
        } catch (error) {
          if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
          throw error;
        }
      }),

    remove: (key) =>
      asStorage(async () => {
        files.forget(pathOf(key));
        await disk.delete(checkedKey(key));
      }),

    async *list(prefix) {
      const folder = checkedPrefix(prefix);
      const { objects } = await asStorage(() => disk.listAll(folder, { recursive: true }));
      for (const file of objects) {
        if (!file.isFile) continue;
        // it may have gone since
        const facts = await stat(pathOf(file.key)).catch(() => null);
        if (facts) yield { key: file.key, size: facts.size, modified: facts.mtime };
      }
    },

    begin: (key) =>
      asStorage(async () => {
        checkedKey(key);
        return { spool: await makeSpool() };
      }),

    append: (_key, place, received, bytes) =>
      asStorage(async () => {
        const path = spoolOf(place);
        const before = writers.get(path);
        before?.stop.abort();
        const stop = new AbortController();
        const ended = (async () => {
          await before?.ended.catch(() => undefined);
          return appendNow(path, received, bytes, stop.signal);
        })();
        const writer = { stop, ended };
        writers.set(path, writer);
        try {
          return { place, ...(await ended) };
        } finally {
          if (writers.get(path) === writer) writers.delete(path);
        }
      }),

    takeOver: (_key, place, received) =>
      asStorage(async () => {
        const from = spoolOf(place);
        const spool = `${UPLOADS}${newId()}`;
        const path = pathOf(spool);
        try {
          // at once where the file system can; else this is read and written once more
          await copyFile(from, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
          const file = await open(path, 'r+');
          try {
            if ((await file.stat()).size > received) await file.truncate(received);
            await file.sync();
          } finally {
            await file.close();
          }
        } catch (error) {
          await rm(path, { force: true });
          // `received` says so to who asks next
          if (codeOf(error) === 'ENOENT') return place;
          throw error;
        }
        return { spool };
      }),

    received: (_key, place) => asStorage(async () => (await stat(spoolOf(place))).size),

    finish: (key, place, size) =>
      asStorage(async () => {
        const spool = spoolOf(place);
        try {
          const file = await open(spool, 'r+');
          try {
            const there = (await file.stat()).size;
            if (there < size) {
              throw new StorageError('missing', `Of ${size} bytes of this upload, ${there} are here.`);
            }
            if (there > size) await file.truncate(size);
            await file.sync();
          } finally {
            await file.close();
          }
          await moveTo(key, spool);
        } catch (error) {
          // asked again after it was done, or twice at once
          if (codeOf(error) === 'ENOENT' && (await storage.stat(key))?.size === size) return;
          throw error;
        }
      }),

    readUpload: (key, place, range) =>
      asStorage(async () => {
        // one that is finished already stands under its key
        const spool = spoolOf(place);
        const once = openFiles(0);
        try {
          return await readRange(once, spool, range);
        } catch (error) {
          if (codeOf(error) !== 'ENOENT') throw error;
          return await readRange(files, pathOf(key), range);
        } finally {
          once.close();
        }
      }),

    abandon: (_key, place) =>
      asStorage(async () => {
        const path = spoolOf(place);
        writers.get(path)?.stop.abort();
        await rm(path, { force: true });
      }),

    path: pathOf,
    uploadPath(key, place) {
      const spool = spoolOf(place);
      // one that is finished already stands under its key
      return existsSync(spool) ? spool : pathOf(key);
    },
    async close() {
      for (const { stop } of writers.values()) stop.abort();
      await Promise.allSettled([...writers.values()].map(({ ended }) => ended));
      files.close();
    },
  };
  return storage;
}

type Files = ReturnType<typeof openFiles>;

function readRange(files: Files, path: string, range?: ByteRange): Promise<ReadableStream<Uint8Array>> {
  return files.read(path, range?.start ?? 0, range ? range.end - range.start + 1 : undefined);
}

const never = new AbortController().signal;

/** How far it came, and what the source ended with. Throws what the disk says. */
async function writeAll(
  path: string,
  from: number,
  bytes: AsyncIterable<Uint8Array>,
  stop: AbortSignal,
): Promise<{ received: number; error?: unknown }> {
  let cut: { error: unknown } | undefined;
  let received = from;
  // a source that breaks off is an end for the writer, who then writes what it still holds
  async function* kept(): AsyncGenerator<Uint8Array> {
    const pieces = bytes[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await nextOr(pieces, stop);
        if (next.done === true) return;
        received += next.value.length;
        yield next.value;
      }
    } catch (error) {
      cut = { error };
    } finally {
      // not waited for: what hangs would hang here too
      pieces.return?.().catch(() => undefined);
    }
  }
  // flushed before it ends: nothing is called safe that the disk does not have
  const writer = createWriteStream(path, {
    flags: 'r+',
    start: from,
    highWaterMark: WRITE_BUFFER,
    flush: true,
  });
  await pipeline(Readable.from(kept(), { highWaterMark: 16 }), writer);
  return { received, ...cut };
}

/** The next piece, or an error when `stop` comes first. (Promise.race would keep a listener for each piece.) */
function nextOr<T>(pieces: AsyncIterator<T>, stop: AbortSignal): Promise<IteratorResult<T>> {
  return new Promise((resolve, reject) => {
    const stopped = () => reject(new Error('Another request has taken over this upload.'));
    if (stop.aborted) {
      stopped();
      return;
    }
    if (stop !== never) stop.onabort = stopped;
    pieces.next().then(resolve, reject);
  });
}

async function* piecesOf(bytes: AsyncIterable<Uint8Array> | Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes instanceof Uint8Array) yield bytes;
  else yield* bytes;
}

/** A rename is on the disk only when its folder is. Windows does not open folders, and does not need it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function codeOf(error: unknown): string | undefined {
  const { code, cause } = error as { code?: string; cause?: unknown };
  // flydrive wraps what the file system said
  return code?.startsWith('E_') === true && cause !== undefined ? codeOf(cause) : code;
}

async function asStorage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StorageError || error instanceof TypeError) throw error;
    const code = codeOf(error);
    if (code === 'ENOENT') throw new StorageError('missing', 'There is no such file.', error);
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new StorageError('full', 'The disk for media is full.', error);
    }
    throw new StorageError(
      'unavailable',
      `The disk for media does not work: ${code ?? String(error)}`,
      error,
    );
  }
}
