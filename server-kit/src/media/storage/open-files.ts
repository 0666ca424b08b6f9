/**
 * Files that are read again and again stay open: a player asks for a hundred ranges of one video, and opening costs more than
 * reading 64 KiB. What a key holds never changes, so a file that somebody has removed meanwhile may still be read to its end.
 */
import { close, open, read } from 'node:fs';
import { promisify } from 'node:util';

const [openFd, closeFd] = [promisify(open), promisify(close)];
/** Larger ones read no faster; a viewer costs one of these at a time. */
const PIECE = 256 * 1024;

interface OpenFile {
  fd: Promise<number>;
  readers: number;
  dropped: boolean;
}

export interface OpenFiles {
  /** Reads `length` bytes from `start`, or to the end. Rejects with the file system's own error, `ENOENT` at once. */
  read(path: string, start: number, length?: number): Promise<ReadableStream<Uint8Array>>;
  /** Next time it is opened again. */
  forget(path: string): void;
  close(): void;
}

/** At most `keep` of them are open without being read. */
export function openFiles(keep = 64): OpenFiles {
  // in the order of their last use
  const files = new Map<string, OpenFile>();

  function take(path: string): OpenFile {
    let file = files.get(path);
    files.delete(path);
    file ??= { fd: openFd(path, 'r'), readers: 0, dropped: false };
    files.set(path, file);
    file.readers++;
    if (files.size > keep) evict();
    return file;
  }

  function evict(): void {
    for (const [path, file] of files) {
      if (files.size <= keep) return;
      if (file.readers === 0) drop(path, file);
    }
  }

  function drop(path: string, file: OpenFile): void {
    if (files.get(path) === file) files.delete(path);
    file.dropped = true;
    if (file.readers === 0) shut(file);
  }

  function done(file: OpenFile): void {
    file.readers--;
    if (file.readers === 0 && file.dropped) shut(file);
  }

  return {
    async read(path, start, length = Infinity) {
      const file = take(path);
      let fd: number;
      try {
        fd = await file.fd;
      } catch (error) {
        drop(path, file);
        done(file);
        throw error;
      }
      return piecesOf(fd, start, length, () => done(file));
    },
    forget(path) {
      const file = files.get(path);
      if (file) drop(path, file);
    },
    close() {
      for (const [path, file] of files) drop(path, file);
    },
  };
}

function shut(file: OpenFile): void {
  // one that could not be opened has nothing to close
  file.fd.then(closeFd).catch(() => undefined);
}

/** Nothing is read before somebody asks, and `ended` is called once, however it ends. */
function piecesOf(fd: number, start: number, length: number, ended: () => void): ReadableStream<Uint8Array> {
  let [position, left] = [start, length];
  let [reading, over] = [false, false];
  const end = () => {
    over = true;
    ended();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let piece: Uint8Array;
        reading = true;
        try {
          piece = left > 0 ? await readAt(fd, position, Math.min(PIECE, left)) : new Uint8Array();
        } catch (error) {
          end();
          throw error;
        } finally {
          reading = false;
        }
        // canceled meanwhile: a descriptor that is closed under a read may be somebody else's by then
        if (over) {
          ended();
          return;
        }
        position += piece.length;
        left -= piece.length;
        if (piece.length > 0) controller.enqueue(piece);
        if (piece.length === 0 || left <= 0) {
          end();
          controller.close();
        }
      },
      cancel() {
        if (over) return;
        over = true;
        if (!reading) ended();
      },
    },
    { highWaterMark: 0 },
  );
}

function readAt(fd: number, position: number, length: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    read(fd, Buffer.allocUnsafeSlow(length), 0, length, position, (error, count, buffer) => {
      if (error) reject(error);
      else resolve(count === length ? buffer : buffer.subarray(0, count));
    });
  });
}
