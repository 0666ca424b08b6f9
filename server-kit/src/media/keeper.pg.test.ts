import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../db/client.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import type { Converter } from './convert.ts';
import { createMediaKeeper, type Keeper } from './keeper.ts';
import { checkedMedia } from './options.ts';
import { localMedia } from './storage/local.ts';
import { StorageError, type MediaStorage } from './storage/storage.ts';
import { begin, pdf, send, tus } from './testing/sending.ts';

const DAY = 24 * 3_600_000;

let kit: TestKit;
let inner: MediaStorage;
let instead: Partial<MediaStorage> = {};
let later = 0;
let converter: Converter | null = null;
let database: Database;
let keeper: Keeper;
const clock = () => new Date(Date.now() + later);
beforeAll(async () => {
  const storage: MediaStorage = new Proxy({} as MediaStorage, {
    has: () => true,
    get: (_, name: keyof MediaStorage) => instead[name] ?? (inner as MediaStorage | undefined)?.[name],
  });
  kit = await getTestKit({ media: { storage } });
  inner = localMedia({ folder: kit.folder });
  database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 2, clock });
  const log = pino({ level: 'silent' });
  const options = { ...checkedMedia({ ffmpeg: false }) };
  Object.defineProperty(options, 'converter', { get: () => converter });
  keeper = createMediaKeeper({ database, clock, log, media: { storage, options } });
});
afterAll(async () => {
  await database.close();
  await kit.close();
});
beforeEach(() => {
  instead = {};
  later = 0;
});

const stateOf = async (id: string) => (await kit.request('GET', `/v1/media/uploads/${id}/state`)).body;
const keys = async () => {
  const all: string[] = [];
  for await (const { key } of inner.list('')) all.push(key);
  return all.sort();
};

/** All bytes are here, and the process went before the end. */
async function unfinished(bytes: Uint8Array, dies: Partial<MediaStorage>) {
  const { body } = await begin(kit, { name: 'left.pdf', size: bytes.length });
  instead = dies;
  await tus(kit, 'PATCH', body.id, { offset: 0, body: bytes });
  instead = {};
  expect((await stateOf(body.id)).state).toBe('finishing');
  return body.id as string;
}
const goesAway = () => Promise.reject(new StorageError('unavailable', 'away'));

describe('an upload that nobody asks about any more', () => {
  it.each([
    ['before it was put in its place', () => ({ finish: goesAway })],
    [
      'after it was put in its place, and before its row',
      () => ({
        finish: async (...given: Parameters<MediaStorage['finish']>) => {
          await inner.finish(...given);
          throw new StorageError('unavailable', 'the answer is lost');
        },
      }),
    ],
  ])('is finished when its process died %s', async (when, dies) => {
    const id = await unfinished(pdf(40_000, when.length), dies());
    await keeper.look();
    expect((await stateOf(id)).state).toBe('finishing');
    later = 60_000;
    await keeper.look();
    expect(await stateOf(id)).toMatchObject({ state: 'done', asset: { size: 40_000, state: 'ready' } });
  });

  it('is dropped after two days, with its bytes', async () => {
    const before = await keys();
    const { body } = await begin(kit, { name: 'given up.pdf', size: 50_000 });
    await tus(kit, 'PATCH', body.id, { offset: 0, body: pdf(50_000).subarray(0, 9_000) });
    later = DAY;
    await keeper.look();
    expect((await stateOf(body.id)).received).toBe(9_000);
    later = 2 * DAY + 1_000;
    await keeper.look();
    expect((await stateOf(body.id)).code).toBe('not_found');
    expect(await keys()).toEqual(before);
  });
});

describe('what nobody names', () => {
  it('is collected when it is a day old, and nothing else is', async () => {
    const { upload } = await send(kit, pdf(30_000, 3));
    const open = await begin(kit, { name: 'open.pdf', size: 50_000 });
    await tus(kit, 'PATCH', open.body.id, { offset: 0, body: pdf(50_000).subarray(0, 9_000) });
    const left = await unfinished(pdf(31_000, 4), {
      finish: async (...given) => {
        await inner.finish(...given);
        throw new StorageError('unavailable', 'the answer is lost');
      },
    });
    const before = await keys();
    await inner.put('files/alpha/orphan.pdf', pdf(100), 'application/pdf');
    await inner.put('files/no!2esuch/orphan.pdf', pdf(100), 'application/pdf');
    expect(await keeper.collect()).toMatchObject({ orphans: 0, missing: [] });
    later = DAY + 60_000;
    expect(await keeper.collect()).toMatchObject({ orphans: 2, files: 0, missing: [] });
    expect(await keys()).toEqual(before);
    await keeper.look();
    expect((await stateOf(left)).state).toBe('done');
    expect((await stateOf(upload.id)).state).toBe('done');
  });

  it('is a replaced file a day after, unless a message shows it', async () => {
    const file = async (id: string) =>
      (await kit.admin('select file_id from assets where asset_id = $1', [id]))[0].file_id;
    const [one, two] = [
      (await send(kit, pdf(10_000, 5))).upload.asset.id,
      (await send(kit, pdf(10_000, 6))).upload.asset.id,
    ];
    const [gone, shown] = [await file(one), await file(two)];
    const { messageId } = await kit.receive(kit.a, {});
    await kit.admin(`insert into message_files values ('alpha', $1, $2)`, [messageId, shown]);
    await send(kit, pdf(11_000, 7), { purpose: 'replace', asset_id: one });
    await send(kit, pdf(11_000, 8), { purpose: 'replace', asset_id: two });
    later = DAY - 60_000;
    expect((await keeper.collect()).files).toBe(0);
    later = DAY + 60_000;
    expect((await keeper.collect()).files).toBe(1);
    const left = await kit.admin('select file_id from files where file_id = any($1::uuid[])', [
      [gone, shown],
    ]);
    expect(left).toEqual([{ file_id: shown }]);
    expect((await keeper.collect()).missing).toEqual([]);
  });

  it('are the bytes of an asset thirty days after it was deleted', async () => {
    const { upload } = await send(kit, pdf(10_000, 9));
    await kit.request('DELETE', `/v1/assets/${upload.asset.id}`);
    later = 29 * DAY;
    expect((await keeper.collect()).files).toBe(0);
    later = 30 * DAY + 60_000;
    expect((await keeper.collect()).files).toBe(1);
    const link = await kit.kit.fetch(new Request(upload.asset.url));
    expect([404, 410]).toContain(link.status);
  });
});

describe('bytes that somebody has removed by hand', () => {
  it('are reported, and their rows stay', async () => {
    const { upload } = await send(kit, pdf(12_000, 10));
    const [{ storage_key: key }] = await kit.admin(
      'select storage_key from files join assets using (tenant_id, file_id) where asset_id = $1',
      [upload.asset.id],
    );
    await rm(join(kit.folder, key));
    expect((await keeper.collect()).missing).toEqual([key]);
    expect((await kit.request('GET', `/v1/assets/${upload.asset.id}`)).status).toBe(200);
  });
});

describe('a video that not everything plays', () => {
  it('is converted, keeps its links and the picture that it had, and the original stays behind it', async () => {
    const film = await readFile(new URL('testing/fixtures/vp9.webm', import.meta.url));
    const mp4 = await readFile(new URL('testing/fixtures/h264.mp4', import.meta.url));
    const { upload } = await send(kit, film, { name: 'walk.webm' });
    const { id } = upload.asset;
    const picture = await readFile(new URL('testing/fixtures/picture.png', import.meta.url));
    await send(kit, picture, { name: 'p.png', purpose: 'poster', asset_id: id });
    const { poster_url } = (await kit.request('GET', `/v1/assets/${id}`)).body;
    // as it is when there was a converter
    await kit.admin(`update assets set state = 'processing' where asset_id = $1`, [id]);
    await kit.admin(`update upload_alarms set due_at = now() where upload_id = $1`, [upload.id]);
    converter = {
      toMp4: async (_source, target) => writeFile(target, mp4),
      // ffmpeg ends well and writes nothing where there is no picture
      poster: async () => undefined,
    };
    later = 1_000;
    await keeper.look();
    await keeper.idle();
    const { body } = await kit.request('GET', `/v1/assets/${id}`);
    expect(body).toMatchObject({
      state: 'ready',
      content_type: 'video/mp4',
      plays: 'everywhere',
      url: upload.asset.url,
      version: 3,
    });
    expect(body.poster_url).toBe(poster_url);
    const [file] = await kit.admin(
      `select o.content_type from files f join files o on o.file_id = f.converted_from
       join assets a on a.file_id = f.file_id where a.asset_id = $1`,
      [id],
    );
    expect(file.content_type).toBe('video/webm');
  });
});
