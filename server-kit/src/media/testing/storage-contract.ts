/** What every storage keeps. Each of them runs through this. */
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StorageError, type MediaStorage, type UploadPlace } from '../storage/storage.ts';

export interface StorageUnderTest {
  storage: MediaStorage;
  /** The same files, as another process finds them. */
  again(): Promise<MediaStorage>;
  close(): Promise<void>;
}

const MIB = 1 << 20;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const utf8 = new TextEncoder();

export async function* piecesOf(bytes: Uint8Array, size = 64 << 10): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The connection is cut after so many bytes. */
export async function* cutAfter(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  yield* piecesOf(bytes.subarray(0, length));
  throw new Error('the line was cut');
}

export async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  return Buffer.from(await new Response(stream).arrayBuffer());
}

export const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export async function reasonOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(StorageError);
  return (error as StorageError).reason;
}

export function storageContract(name: string, make: () => Promise<StorageUnderTest>): void {
  // megabytes through a busy machine
  describe(`${name} keeps files`, { timeout: 60_000 }, () => {
    let under: StorageUnderTest;
    let storage: MediaStorage;
    let count = 0;
    const newKey = (folder = 'videos/acme') => `${folder}/${(count++).toString(36)}-${name.length}.mp4`;
    beforeAll(async () => {
      under = await make();
      storage = under.storage;
    });
    afterAll(() => under.close());

    const text = async (key: string, start?: number, end?: number) =>
      String(await bytesOf(await storage.read(key, start === undefined ? undefined : { start, end: end! })));
    const begin = async (key: string) => ({ key, place: await storage.begin(key, 'video/mp4') });
    const append = (
      key: string,
      place: UploadPlace,
      received: number,
      bytes: Uint8Array | AsyncIterable<Uint8Array>,
    ) => storage.append(key, place, received, bytes instanceof Uint8Array ? piecesOf(bytes) : bytes);

    describe('whole ones', () => {
      it('are read as they were put, and asked for by size', async () => {
        const key = newKey();
        await storage.put(key, utf8.encode('hello world'), 'text/plain');
        expect(await text(key)).toBe('hello world');
        expect(await storage.stat(key)).toEqual({ size: 11 });
      });

      it('are replaced whole', async () => {
        const key = newKey();
        await storage.put(key, utf8.encode('a longer one'), 'text/plain');
        expect(await text(key)).toBe('a longer one');
        await storage.put(key, piecesOf(utf8.encode('short')), 'text/plain');
        expect(await text(key)).toBe('short');
      });

      it('may be put in pieces, also large ones', async () => {
        const key = newKey();
        const bytes = randomBytes(9 * MIB + 17);
        await storage.put(key, piecesOf(bytes), 'video/mp4');
        expect(hashOf(await bytesOf(await storage.read(key)))).toBe(hashOf(bytes));
      });

      it.each([10, 9 * MIB])('are not there when their source broke off after %i bytes', async (length) => {
        const key = newKey();
        const source = cutAfter(randomBytes(length), length);
        await expect(storage.put(key, source, 'video/mp4')).rejects.toThrow('the line was cut');
        expect(await storage.stat(key)).toBeNull();
        expect(await reasonOf(storage.read(key).then(bytesOf))).toBe('missing');
      });

      it('are given in ranges, whichever', async () => {
        const key = newKey();
        await storage.put(key, utf8.encode('0123456789'), 'text/plain');
        expect(await text(key, 0, 0)).toBe('0');
        expect(await text(key, 0, 1)).toBe('01');
        expect(await text(key, 3, 6)).toBe('3456');
        expect(await text(key, 9, 9)).toBe('9');
        expect(await text(key, 8, 100)).toBe('89');
        expect(await text(key, 10, 20)).toBe('');
        expect(await text(key, 0, 9)).toBe('0123456789');
      });

      it('are read by many at once, each at its own place', async () => {
        const key = newKey();
        const bytes = randomBytes(3 * MIB);
        await storage.put(key, bytes, 'video/mp4');
        const ranges = Array.from({ length: 20 }, (_, index) => ({
          start: index * 100_003,
          end: index * 100_003 + 900_000,
        }));
        const parts = await Promise.all(ranges.map(async (range) => bytesOf(await storage.read(key, range))));
        for (const [index, { start, end }] of ranges.entries()) {
          expect(parts[index]!.equals(bytes.subarray(start, end + 1))).toBe(true);
        }
      });

      it('may be left in the middle of reading', async () => {
        const key = newKey();
        const bytes = randomBytes(2 * MIB);
        await storage.put(key, bytes, 'video/mp4');
        for (let index = 0; index < 20; index++) {
          const reader = (await storage.read(key)).getReader();
          if (index % 2) await reader.read();
          await reader.cancel();
        }
        expect(hashOf(await bytesOf(await storage.read(key)))).toBe(hashOf(bytes));
      });

      it('are removed, twice too', async () => {
        const key = newKey();
        await storage.put(key, utf8.encode('x'), 'text/plain');
        await text(key);
        await storage.remove(key);
        await storage.remove(key);
        expect(await storage.stat(key)).toBeNull();
        expect(await reasonOf(storage.read(key))).toBe('missing');
      });

      it('are listed by folder, with size and time', async () => {
        const keys = ['files/beta/1.pdf', 'files/beta/2.pdf', 'files/beta2/3.pdf'];
        for (const key of keys) await storage.put(key, utf8.encode(key), 'application/pdf');
        const listed = async (prefix: string) => {
          const found = [];
          for await (const file of storage.list(prefix)) found.push(file);
          return found.sort((a, b) => (a.key < b.key ? -1 : 1));
        };
        const found = await listed('files/beta/');
        expect(found.map(({ key, size }) => [key, size])).toEqual([
          ['files/beta/1.pdf', 16],
          ['files/beta/2.pdf', 16],
        ]);
        expect(Math.abs(found[0]!.modified.getTime() - Date.now())).toBeLessThan(600_000);
        expect((await listed('files')).map(({ key }) => key)).toEqual(expect.arrayContaining(keys));
        expect(await listed('nobody/')).toEqual([]);
      });

      it.each([
        '../secret',
        'videos/../../x',
        '/etc/passwd',
        'a//b',
        '',
        '.',
        'a/./b',
        'a\\..\\b',
        'a/b\0',
        'videos/.x',
        'a...',
      ])('are not found outside: %j', async (key) => {
        for (const work of [
          () => storage.put(key, utf8.encode('x'), 'text/plain'),
          () => storage.read(key),
          () => storage.stat(key),
          () => storage.remove(key),
          () => storage.begin(key, 'text/plain'),
        ]) {
          await expect((async () => work())()).rejects.toThrow(TypeError);
        }
      });
    });

    describe('that arrive bit by bit', () => {
      it('stand under their key once they are finished, and not before', async () => {
        const { key, place } = await begin(newKey());
        const first = await append(key, place, 0, utf8.encode('hello '));
        expect(first).toMatchObject({ received: 6 });
        const second = await append(key, first.place, 6, utf8.encode('world'));
        expect(second).toMatchObject({ received: 11 });
        expect(await storage.stat(key)).toBeNull();
        await storage.finish(key, second.place, 11, 'video/mp4');
        expect(await text(key)).toBe('hello world');
      });

      const leftovers = async () => {
        const keys = [];
        for await (const { key } of storage.list('uploads/')) keys.push(key);
        return keys.sort();
      };

      it('leave nothing behind', async () => {
        const before = await leftovers();
        const { key, place } = await begin(newKey());
        const { place: next } = await append(key, place, 0, utf8.encode('x'));
        expect((await leftovers()).length).toBe(before.length + 1);
        await storage.finish(key, next, 1, 'video/mp4');
        expect(await leftovers()).toEqual(before);
      });

      it('go on after their source broke off, in another process too', async () => {
        const bytes = randomBytes(20 * MIB + 5);
        const { key, place } = await begin(newKey());
        let current = await append(key, place, 0, cutAfter(bytes, 9 * MIB + 1));
        expect(current).toMatchObject({ received: 9 * MIB + 1, error: new Error('the line was cut') });
        const other = await under.again();
        // what is stored between two calls is JSON
        const stored = JSON.parse(JSON.stringify(current.place)) as UploadPlace;
        expect(await other.received(key, stored)).toBe(9 * MIB + 1);
        current = await other.append(key, stored, 9 * MIB + 1, cutAfter(bytes.subarray(9 * MIB + 1), 3));
        current = await other.append(
          key,
          current.place,
          current.received,
          piecesOf(bytes.subarray(9 * MIB + 4)),
        );
        expect(current.received).toBe(bytes.length);
        await other.finish(key, current.place, bytes.length, 'video/mp4');
        await other.close();
        expect(hashOf(await bytesOf(await storage.read(key)))).toBe(hashOf(bytes));
      });

      it('arrive whole in whatever slices, of which each last place but one is known', async () => {
        const bytes = randomBytes(18 * MIB + 1);
        const { key, place } = await begin(newKey());
        let [now, before] = [
          { place, received: 0 },
          { place, received: 0 },
        ];
        const slices = [1, 5 * MIB, 5 * MIB, 100, 0, 7 * MIB, MIB + 1];
        for (const size of slices) {
          before = now;
          now = await append(key, now.place, now.received, bytes.subarray(now.received, now.received + size));
          // a caller that was killed has stored only the place before
          now = await append(
            key,
            before.place,
            before.received,
            bytes.subarray(before.received, now.received),
          );
        }
        now = await append(key, now.place, now.received, bytes.subarray(now.received));
        await storage.finish(key, now.place, bytes.length, 'video/mp4');
        expect(hashOf(await bytesOf(await storage.read(key)))).toBe(hashOf(bytes));
      });

      it('write over what a killed call wrote and nobody knows of', async () => {
        const { key, place } = await begin(newKey());
        await append(key, place, 0, utf8.encode('lost and never told'));
        const told = await append(key, place, 0, utf8.encode('told'));
        expect(told.received).toBe(4);
        expect(await storage.received(key, told.place)).toBe(4);
        const { place: last } = await append(key, told.place, 4, utf8.encode(' again'));
        await storage.finish(key, last, 10, 'video/mp4');
        expect(await text(key)).toBe('told again');
      });

      it('may be finished twice, and twice at once', async () => {
        const { key, place } = await begin(newKey());
        const { place: next } = await append(key, place, 0, utf8.encode('once'));
        await Promise.all([1, 2].map(() => storage.finish(key, next, 4, 'video/mp4')));
        await storage.finish(key, next, 4, 'video/mp4');
        expect(await text(key)).toBe('once');
      });

      it('are not finished before they are whole', async () => {
        const { key, place } = await begin(newKey());
        const { place: next } = await append(key, place, 0, utf8.encode('half'));
        expect(await reasonOf(storage.finish(key, next, 8, 'video/mp4'))).toBe('missing');
        expect(await storage.stat(key)).toBeNull();
        const { place: whole } = await append(key, next, 4, utf8.encode(' way'));
        await storage.finish(key, whole, 8, 'video/mp4');
        expect(await text(key)).toBe('half way');
      });

      it.each([11, 9 * MIB])(
        'may be looked at before they are finished, and after (%i bytes)',
        async (size) => {
          const bytes = randomBytes(size);
          const { key, place } = await begin(newKey());
          const { place: next } = await append(key, place, 0, bytes);
          const look = async (start: number, end: number) =>
            (await bytesOf(await storage.readUpload(key, next, { start, end }))).equals(
              bytes.subarray(start, end + 1),
            );
          expect(await look(2, 4)).toBe(true);
          const atPath = async () => {
            const path = storage.uploadPath(key, next);
            // on another machine there is none
            return path === null || (await readFile(path)).equals(bytes);
          };
          expect(await atPath()).toBe(true);
          expect(await look(0, size - 1)).toBe(true);
          await storage.finish(key, next, size, 'video/mp4');
          expect(await look(5, 9)).toBe(true);
          expect(await atPath()).toBe(true);
          expect(hashOf(await bytesOf(await storage.read(key)))).toBe(hashOf(bytes));
        },
      );

      it.each([4, 9 * MIB])('are gone when they are given up, looked at or not (%i bytes)', async (size) => {
        const before = await leftovers();
        for (const looked of [false, true]) {
          const { key, place } = await begin(newKey());
          const { place: next } = await append(key, place, 0, randomBytes(size));
          if (looked) await bytesOf(await storage.readUpload(key, next, { start: 0, end: 3 }));
          await storage.abandon(key, next);
          await storage.abandon(key, next);
          expect(await storage.stat(key)).toBeNull();
          expect(await reasonOf(storage.finish(key, next, size, 'video/mp4'))).toBe('missing');
        }
        expect(await leftovers()).toEqual(before);
      });

      it('stay when they are given up after they were finished', async () => {
        const { key, place } = await begin(newKey());
        const { place: next } = await append(key, place, 0, utf8.encode('kept'));
        await bytesOf(await storage.readUpload(key, next));
        await storage.finish(key, next, 4, 'video/mp4');
        await storage.abandon(key, next);
        expect(await text(key)).toBe('kept');
      });

      it('are never whole in memory', async () => {
        const [piece, count] = [randomBytes(64 << 10), 1024];
        const { key, place } = await begin(newKey());
        const start = process.memoryUsage().arrayBuffers;
        let most = 0;
        // what is garbage already does not count
        const watch = () => {
          collect();
          most = Math.max(most, process.memoryUsage().arrayBuffers - start);
        };
        async function* source() {
          for (let index = 0; index < count; index++) {
            if (index % 64 === 0) watch();
            // as a connection brings it: each piece a buffer of its own
            yield Buffer.from(piece);
            if (index % 64 === 0) await turn();
          }
        }
        const { place: next, received } = await storage.append(key, place, 0, source());
        expect(received).toBe(64 * MIB);
        await storage.finish(key, next, received, 'video/mp4');
        let [size, pieces] = [0, 0];
        for await (const read of (await storage.read(key)) as unknown as AsyncIterable<Uint8Array>) {
          size += read.length;
          if (++pieces % 64 === 0) watch();
        }
        expect(size).toBe(64 * MIB);
        expect(most).toBeLessThan(40 * MIB);
        await storage.remove(key);
      });
    });
  });
}
