import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesOf, reasonOf, storageContract } from '../testing/storage-contract.ts';
import { mediaKey } from './keys.ts';
import { localMedia } from './local.ts';

const newFolder = () => mkdtemp(join(tmpdir(), 'patchbay-media-'));

storageContract('a folder', async () => {
  const folder = await newFolder();
  const storage = localMedia({ folder });
  return {
    storage,
    again: async () => localMedia({ folder }),
    async close() {
      await storage.close();
      await rm(folder, { recursive: true });
    },
  };
});

describe('a folder', () => {
  const utf8 = new TextEncoder();
  const KEY = 'videos/acme/1.mp4';
  async function* of(text: string) {
    yield utf8.encode(text);
  }

  it('ends a request that hangs when another one goes on with its upload', async () => {
    const folder = await newFolder();
    const storage = localMedia({ folder });
    const place = await storage.begin(KEY, 'video/mp4');
    let hangs: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => (hangs = resolve));
    async function* half() {
      yield utf8.encode('half');
      hangs();
      await new Promise(() => undefined);
    }
    const first = storage.append(KEY, place, 0, half());
    await hanging;
    const second = await storage.append(KEY, place, 0, of('whole'));
    expect(await first).toMatchObject({ received: 4, error: expect.any(Error) });
    expect(second).toEqual({ place, received: 5 });
    await storage.finish(KEY, place, 5, 'video/mp4');
    expect(String(await bytesOf(await storage.read(KEY)))).toBe('whole');
    await storage.close();
    await rm(folder, { recursive: true });
  });

  it('knows after a crash how many bytes it has', async () => {
    const folder = await newFolder();
    const storage = localMedia({ folder });
    const place = await storage.begin(KEY, 'video/mp4');
    await storage.append(KEY, place, 0, of('abc'));
    // the process was killed here: nobody has noted the three bytes
    expect(await localMedia({ folder }).received(KEY, place)).toBe(3);
    await rm(folder, { recursive: true });
  });

  it('says that a part is gone when somebody has tidied up', async () => {
    const folder = await newFolder();
    const storage = localMedia({ folder });
    const place = await storage.begin(KEY, 'video/mp4');
    await storage.append(KEY, place, 0, of('abc'));
    await rm(join(folder, 'uploads'), { recursive: true });
    expect(await reasonOf(storage.append(KEY, place, 3, of('def')))).toBe('missing');
    expect(await reasonOf(storage.finish(KEY, place, 3, 'video/mp4'))).toBe('missing');
    expect(await reasonOf(storage.received(KEY, place))).toBe('missing');
    await rm(folder, { recursive: true });
  });

  it('does not work where there is a file instead', async () => {
    const folder = await newFolder();
    const file = join(folder, 'file');
    await writeFile(file, '');
    const storage = localMedia({ folder: join(file, 'media') });
    expect(await reasonOf(storage.begin(KEY, 'video/mp4'))).toBe('unavailable');
    expect(await reasonOf(storage.put(KEY, utf8.encode('x'), 'video/mp4'))).toBe('unavailable');
    await rm(folder, { recursive: true });
  });

  // /dev/full takes every write as a disk does that has no room left
  it.runIf(process.platform === 'linux')('says that the disk is full, and keeps what was there', async () => {
    const folder = await newFolder();
    const storage = localMedia({ folder });
    const place = await storage.begin(KEY, 'video/mp4');
    const [spool] = await readdir(join(folder, 'uploads'));
    const path = join(folder, 'uploads', spool!);
    await rm(path);
    await symlink('/dev/full', path);
    expect(await reasonOf(storage.append(KEY, place, 0, of('abc')))).toBe('full');
    await storage.close();
    await rm(folder, { recursive: true });
  });

  it('has keys that hold any tenant, each its own', () => {
    expect(mediaKey('videos', 'acme', '1', 'mp4')).toBe('videos/acme/1.mp4');
    expect(mediaKey('files', 'a.b:c', '1', 'pdf')).toBe('files/a!2eb!3ac/1.pdf');
    expect(() => mediaKey('files', 'acme', '../1', 'pdf')).toThrow(TypeError);
  });
});
