import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startS3, type Fault, type S3Server } from '../testing/s3-server.ts';
import {
  bytesOf,
  cutAfter,
  hashOf,
  piecesOf,
  reasonOf,
  storageContract,
} from '../testing/storage-contract.ts';
import { s3Media } from './s3.ts';
import type { MediaStorage, StorageError, UploadPlace } from './storage.ts';
import { BASE_SEED } from '../../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

const MIB = 1 << 20;

storageContract('a bucket', async () => {
  const server = await startS3();
  // past the proxy, which holds what it passes on
  const options = { ...server.options, endpoint: server.direct };
  const storage = await s3Media(options);
  return {
    storage,
    again: () => s3Media(options),
    async close() {
      await storage.close();
      await server.close();
    },
  };
});

describe('a bucket that fails', { timeout: 60_000 }, () => {
  let server: S3Server;
  let storage: MediaStorage;
  let count = 0;
  const newKey = () => `videos/acme/${(count++).toString()}.mp4`;
  beforeAll(async () => {
    server = await startS3();
    storage = await s3Media({ ...server.options, timeoutMs: 1_500, prefix: 'tenants' });
  });
  afterAll(async () => {
    await storage.close();
    await server.close();
  });
  beforeEach(() => {
    server.fault = () => null;
    server.seen = [];
  });

  /** Happens to the first so many of these requests. */
  function failing(what: Fault, times: number, method: string, field?: string): void {
    let left = times;
    server.fault = (request) =>
      request.method === method && (field === undefined || request.query.has(field)) && left-- > 0
        ? what
        : null;
  }

  async function upload(key: string, bytes: Uint8Array) {
    const place = await storage.begin(key, 'video/mp4');
    const sent = await storage.append(key, place, 0, piecesOf(bytes));
    if ('error' in sent) throw sent.error;
    await storage.finish(key, sent.place, bytes.length, 'video/mp4');
    return hashOf(await bytesOf(await storage.read(key)));
  }

  const bytes = randomBytes(9 * MIB);
  const hash = hashOf(bytes);

  it.each<Fault>(['busy', 'reset', 'lost', 'hang', 'damaged'])(
    'is asked again when a part ends in "%s"',
    async (fault) => {
      failing(fault, 2, 'PUT', 'partNumber');
      expect(await upload(newKey(), bytes)).toBe(hash);
      expect(server.seen.filter((name) => name === 'PUT part').length).toBe(4);
    },
  );

  it.each<Fault>(['busy', 'reset', 'lost', 'hang'])(
    'puts the parts together once, through "%s"',
    async (fault) => {
      failing(fault, 2, 'POST', 'uploadId');
      expect(await upload(newKey(), bytes)).toBe(hash);
    },
  );

  it.each<Fault>(['busy', 'hang', 'reset'])('is unavailable when it stays at "%s"', async (fault) => {
    const key = newKey();
    const storage = await s3Media({ ...server.options, timeoutMs: 200 });
    const place = await storage.begin(key, 'video/mp4');
    server.fault = () => fault;
    expect(await reasonOf(storage.append(key, place, 0, piecesOf(bytes.subarray(0, 5))))).toBe('unavailable');
    const others = [
      storage.read(key),
      storage.stat(key),
      storage.begin(key, 'video/mp4'),
      storage.put(key, bytes.subarray(0, 5), 'video/mp4'),
    ];
    expect(await Promise.all(others.map(reasonOf))).toEqual(Array(4).fill('unavailable'));
    await storage.close();
  });

  it('tells what it has when it goes down in the middle, and goes on from there', async () => {
    const key = newKey();
    const place = await storage.begin(key, 'video/mp4');
    server.fault = ({ key, method }) => (method === 'PUT' && key.includes('uploads/') ? 'busy' : null);
    const half = await storage.append(key, place, 0, piecesOf(bytes));
    expect(half.received).toBe(8 * MIB);
    expect(await reasonOf(Promise.reject(half.error))).toBe('unavailable');
    server.fault = () => null;
    const stored = JSON.parse(JSON.stringify(half.place)) as UploadPlace;
    const rest = await storage.append(key, stored, half.received, piecesOf(bytes.subarray(half.received)));
    await storage.finish(key, rest.place, bytes.length, 'video/mp4');
    expect(hashOf(await bytesOf(await storage.read(key)))).toBe(hash);
  });

  it('finishes what it could not when it was down', async () => {
    const key = newKey();
    const place = await storage.begin(key, 'video/mp4');
    const { place: whole } = await storage.append(key, place, 0, piecesOf(bytes));
    server.fault = ({ method }) => (method === 'POST' ? 'busy' : null);
    expect(await reasonOf(storage.finish(key, whole, bytes.length, 'video/mp4'))).toBe('unavailable');
    expect(await storage.stat(key)).toBeNull();
    server.fault = () => null;
    await storage.finish(key, whole, bytes.length, 'video/mp4');
    expect(hashOf(await bytesOf(await storage.read(key)))).toBe(hash);
  });

  it('is full', async () => {
    const key = newKey();
    const place = await storage.begin(key, 'video/mp4');
    server.fault = ({ method }) => (method === 'PUT' ? 'full' : null);
    expect(await reasonOf(storage.append(key, place, 0, piecesOf(bytes)))).toBe('full');
  });

  it('says so when what is read breaks off or stops coming, and does not mind what is slow', async () => {
    const key = newKey();
    await storage.put(key, bytes.subarray(0, 3 * MIB), 'video/mp4');
    for (const fault of ['broken', 'stalled'] as const) {
      failing(fault, 1, 'GET');
      // read by hand: Response would hide the error behind its own
      const reader = (await storage.read(key)).getReader();
      const readAll = async () => {
        while (!(await reader.read()).done);
      };
      expect(await reasonOf(readAll())).toBe('unavailable');
    }
    failing('slow', 1, 'GET');
    expect(hashOf(await bytesOf(await storage.read(key)))).toBe(hashOf(bytes.subarray(0, 3 * MIB)));
  });

  it('lists what was begun and not finished, page by page, and gives it up', async () => {
    const keys = Array.from({ length: 5 }, newKey);
    const places = await Promise.all(keys.map((key) => storage.begin(key, 'video/mp4')));
    await storage.finish(
      keys[0]!,
      (await storage.append(keys[0]!, places[0]!, 0, piecesOf(bytes))).place,
      bytes.length,
      'video/mp4',
    );
    const open = async () => {
      const found = [];
      for await (const upload of storage.unfinished!()) if (keys.includes(upload.key)) found.push(upload);
      return found;
    };
    const found = await open();
    expect(found.map(({ key }) => key).sort()).toEqual(keys.slice(1).sort());
    for (const upload of found) {
      expect(Math.abs(upload.begun.getTime() - Date.now())).toBeLessThan(60_000);
      await upload.abandon();
      // somebody else was first
      await upload.abandon();
    }
    expect(await open()).toEqual([]);
  });

  it('knows of none where the server does not tell, and says so where it is down', async () => {
    const all = async () => {
      for await (const { key } of storage.unfinished!()) throw new Error(key);
    };
    await storage.begin(newKey(), 'video/mp4');
    failing('unknown', 9, 'GET', 'uploads');
    await all();
    failing('busy', 9, 'GET', 'uploads');
    expect(await reasonOf(all())).toBe('unavailable');
  });

  it('never tells the type that a sender claims', async () => {
    const { S3Client, HeadObjectCommand } = await import('@aws-sdk/client-s3');
    const client = new S3Client({ ...server.options, region: 'us-east-1', forcePathStyle: true });
    const key = newKey();
    const place = await storage.begin(key, 'text/html');
    const { place: whole } = await storage.append(key, place, 0, piecesOf(bytes.subarray(0, 9)));
    await storage.finish(key, whole, 9, 'video/mp4');
    const head = await client.send(new HeadObjectCommand({ Bucket: 'media', Key: `tenants/${key}` }));
    expect(head.ContentType).toBe('application/octet-stream');
    client.destroy();
  });

  it('loses nothing, whatever fails and wherever the sender is cut off', async () => {
    const faults = fc.array(
      fc.option(fc.constantFrom<Fault>('busy', 'reset', 'lost', 'damaged', 'full'), { freq: 2 }),
      { minLength: 4, maxLength: 24 },
    );
    const cuts = fc.array(fc.integer({ min: 0, max: 6 * MIB }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(faults, cuts, async (planned, cutAt) => {
        server.fault = () => null;
        const key = newKey();
        let now = { place: await storage.begin(key, 'video/mp4'), received: 0 };
        let stored = now;
        let request = 0;
        server.fault = () => planned[request++] ?? null;
        for (const cut of [...cutAt, ...Array.from({ length: 20 }, () => Infinity)]) {
          const rest = bytes.subarray(now.received);
          const source = cut < rest.length ? cutAfter(rest, cut) : piecesOf(rest);
          try {
            const next = await storage.append(key, now.place, now.received, source);
            expect(next.received).toBeGreaterThanOrEqual(now.received);
            stored = now;
            now = next;
          } catch (error) {
            expect((error as StorageError).reason).toMatch(/^(unavailable|full)$/);
            // the process that knew better was killed
            now = stored;
          }
          if (now.received === bytes.length) break;
        }
        server.fault = () => null;
        await storage.finish(key, now.place, bytes.length, 'video/mp4');
        expect(hashOf(await bytesOf(await storage.read(key)))).toBe(hash);
        await storage.remove(key);
      }),
      { numRuns: 5 },
    );
    for await (const file of storage.list('uploads/')) expect(file.size).toBeLessThan(8 * MIB);
  });
});
