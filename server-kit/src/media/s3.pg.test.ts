/** The kit on a bucket: what members and viewers do, over HTTP and S3's protocol, and what happens when the bucket goes down. */
import { readFile, writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../db/client.ts';
import { getTestKit, TEST_URL, type TestKit } from '../testing/kit.ts';
import type { Converter } from './convert.ts';
import { createMediaKeeper, type Keeper } from './keeper.ts';
import { checkedMedia } from './options.ts';
import { s3Media } from './storage/s3.ts';
import type { MediaStorage } from './storage/storage.ts';
import { ffmpegOfTests } from './testing/ffmpeg.ts';
import { fixture } from './testing/fixtures.ts';
import { startS3, type S3Server } from './testing/s3-server.ts';
import { begin, pdf, send, sha256, tus } from './testing/sending.ts';

const MIB = 1024 ** 2;
const DAY = 24 * 3_600_000;

const ffmpeg = await ffmpegOfTests();
let s3: S3Server;
let kit: TestKit;
/** A look into the bucket that no fault meets. */
let bucket: MediaStorage;
/** As the kit reaches it. */
let proxied: MediaStorage;
let database: Database;
let keeper: Keeper;
let later = 0;
const clock = () => new Date(Date.now() + later);

/** Makes of anything what it is told, if it is given the whole of it. */
const converter: Converter = {
  async toMp4(source, target) {
    expect(sha256(await readFile(source))).toBe(sha256(fixture('vp9.webm')));
    await writeFile(target, fixture('h264.mp4'));
  },
  async poster(source, target) {
    expect(sha256(await readFile(source))).toBe(sha256(fixture('h264.mp4')));
    await writeFile(target, fixture('picture.jpg'));
  },
};

beforeAll(async () => {
  s3 = await startS3();
  kit = await getTestKit({ media: { storage: s3.options, ffmpeg: false } });
  bucket = await s3Media({ ...s3.options, endpoint: s3.direct });
  database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 2, clock });
  proxied = await s3Media(s3.options);
  const media = { storage: proxied, options: { ...checkedMedia({ ffmpeg: false }), converter } };
  keeper = createMediaKeeper({ database, clock, log: pino({ level: 'silent' }), media });
});
afterAll(async () => {
  await database.close();
  await kit.close();
  await bucket.close();
  await proxied.close();
  await s3.close();
});
beforeEach(() => {
  s3.fault = () => null;
  later = 0;
});

const stateOf = async (id: string) => (await kit.request('GET', `/v1/media/uploads/${id}/state`)).body;
const assetOf = async (id: string) => (await kit.request('GET', `/v1/assets/${id}`)).body;
async function keys(): Promise<string[]> {
  const all: string[] = [];
  for await (const { key } of bucket.list('')) all.push(key);
  return all.sort();
}
const get = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  kit.kit.fetch(new Request(new URL(url, TEST_URL), { method, headers }));
const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());
/** The bytes as whoever has the link gets them. */
const hashAt = async (url: string) => sha256(await bytesOf(await get(`${url}/file`)));

function form(bytes: Uint8Array, name: string): Request {
  const body = new FormData();
  body.set('file', new Blob([Buffer.from(bytes)]), name);
  const headers = { authorization: `Bearer ${kit.a.agent}` };
  return new Request(`${TEST_URL}/v1/media/upload`, { method: 'POST', headers, body });
}

/** Down from the request on for which this holds, until `s3.fault` says otherwise. */
function downFrom(isLast: (name: string) => boolean): void {
  let down = false;
  s3.fault = () => {
    down ||= isLast(s3.seen.at(-1)!);
    return down ? 'busy' : null;
  };
}

describe('an upload', () => {
  it('comes in pieces, is cut in the middle, goes on, and leaves nothing beside it', async () => {
    const before = await keys();
    const bytes = pdf(21 * MIB, 1);
    const { body } = await begin(kit, { name: 'long.pdf', size: bytes.length, sha256: sha256(bytes) });
    let at = 0;
    for (const piece of [1, 9 * MIB, 100]) {
      const answer = await tus(kit, 'PATCH', body.id, { offset: at, body: bytes.subarray(at, at + piece) });
      at += piece;
      expect(answer).toMatchObject({ status: 204, offset: at });
    }
    let pieces = 0;
    const torn = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (pieces++ < 4) controller.enqueue(bytes.subarray(at + (pieces - 1) * MIB, at + pieces * MIB));
        else controller.error(new Error('the line is cut'));
      },
    });
    await tus(kit, 'PATCH', body.id, { offset: at, body: torn });
    const { offset } = await tus(kit, 'HEAD', body.id);
    expect(offset).toBeGreaterThanOrEqual(at);
    const last = await tus(kit, 'PATCH', body.id, { offset: offset!, body: bytes.subarray(offset!) });
    expect(last).toMatchObject({ status: 204, offset: bytes.length });
    const { state, asset } = await stateOf(body.id);
    expect(state).toBe('done');
    expect(await hashAt(asset.url)).toBe(sha256(bytes));
    // the file alone
    expect(await keys()).toHaveLength(before.length + 1);
  });

  it('may be a form, and the same bytes are stored once', async () => {
    const bytes = pdf(9 * MIB, 2);
    const made = await kit.kit.fetch(form(bytes, 'Price list.pdf'));
    expect(made.status).toBe(201);
    const one = await made.json();
    const before = await keys();
    const { upload } = await send(kit, bytes, { name: 'again.pdf' });
    const again = await (await kit.kit.fetch(form(bytes, 'once more.pdf'))).json();
    expect(new Set([one.id, upload.asset.id, again.id]).size).toBe(3);
    for (const { url } of [one, upload.asset, again]) expect(await hashAt(url)).toBe(sha256(bytes));
    expect(await keys()).toEqual(before);
    const [{ count }] = await kit.admin(`select count(*)::int from files where sha256 = $1`, [
      Buffer.from(sha256(bytes), 'hex'),
    ]);
    expect(count).toBe(1);
  });

  it('that is refused leaves nothing in the bucket', async () => {
    const before = await keys();
    const { answer } = await send(kit, Buffer.from('<!doctype html><script>1</script>'), { name: 'a.pdf' });
    expect(answer.problem).toMatchObject({ status: 422, code: 'file_refused' });
    const page = form(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), 'a.svg');
    expect((await kit.kit.fetch(page)).status).toBe(422);
    expect(await keys()).toEqual(before);
  });
});

describe('a file in a bucket', () => {
  it('is served whole, in ranges and by HEAD, by its link and by a member’s', async () => {
    const bytes = pdf(9 * MIB + 7, 3);
    const { upload } = await send(kit, bytes);
    for (const url of [`${upload.asset.url}/file`, upload.asset.file_url]) {
      const whole = await get(url);
      expect(whole.status).toBe(200);
      expect(sha256(await bytesOf(whole))).toBe(sha256(bytes));
      for (const [range, start, end] of [
        ['bytes=0-1', 0, 2],
        [`bytes=${8 * MIB - 3}-${8 * MIB + 4}`, 8 * MIB - 3, 8 * MIB + 5],
        ['bytes=-5', bytes.length - 5, bytes.length],
        [`bytes=${bytes.length - 9}-`, bytes.length - 9, bytes.length],
      ] as const) {
        const part = await get(url, { range });
        expect(part.status).toBe(206);
        expect(part.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${bytes.length}`);
        expect((await bytesOf(part)).equals(bytes.subarray(start, end))).toBe(true);
      }
      expect((await get(url, { range: `bytes=${bytes.length}-` })).status).toBe(416);
      s3.seen.length = 0;
      const head = await get(url, {}, 'HEAD');
      expect(head.status).toBe(200);
      expect(head.headers.get('content-length')).toBe(String(bytes.length));
      expect((await get(url, { 'if-none-match': head.headers.get('etag')! })).status).toBe(304);
      // the row knows it all
      expect(s3.seen).toEqual([]);
    }
  });

  it('is replaced while its link stays, and the one before goes a day later', async () => {
    const [first, second] = [pdf(50_000, 4), pdf(8 * MIB + 1, 5)];
    const { upload } = await send(kit, first);
    const { url, id } = upload.asset;
    const before = await keys();
    const replaced = await send(kit, second, { purpose: 'replace', asset_id: id });
    expect(replaced.upload.asset).toMatchObject({ id, url, version: 2, size: second.length });
    expect(await hashAt(url)).toBe(sha256(second));
    later = DAY + 60_000;
    expect((await keeper.collect()).files).toBe(1);
    expect(await keys()).toHaveLength(before.length);
    expect(await hashAt(url)).toBe(sha256(second));
  });

  it('that was deleted is gone for viewers at once, and from the bucket after thirty days', async () => {
    const { upload } = await send(kit, pdf(60_000, 6));
    const { url, id } = upload.asset;
    const before = await keys();
    expect((await kit.request('DELETE', `/v1/assets/${id}`)).status).toBeLessThan(300);
    expect((await get(`${url}/file`)).status).toBe(410);
    later = 29 * DAY;
    expect((await keeper.collect()).files).toBe(0);
    expect(await keys()).toEqual(before);
    later = 30 * DAY + 60_000;
    expect(await keeper.collect()).toMatchObject({ files: 1, missing: [] });
    expect(await keys()).toHaveLength(before.length - 1);
  });

  it('that is a video is brought here to be converted, and its picture is made of that', async () => {
    const { upload } = await send(kit, fixture('vp9.webm'), { name: 'walk.webm' });
    const { id, url } = upload.asset;
    // as they are when the kit has a converter, too
    await kit.admin(`update assets set state = 'processing' where asset_id = $1`, [id]);
    await kit.admin(`update upload_alarms set due_at = now() where upload_id = $1`, [upload.id]);
    later = 1_000;
    await keeper.look();
    await keeper.idle();
    const now = await assetOf(id);
    expect(now).toMatchObject({ state: 'ready', url, sha256: sha256(fixture('h264.mp4')) });
    expect(sha256(await bytesOf(await get(now.poster_url)))).toBe(sha256(fixture('picture.jpg')));
    expect((await keeper.collect()).missing).toEqual([]);
  });

  it.skipIf(ffmpeg === null)(
    'that an iPhone recorded is converted by a real ffmpeg, with its picture',
    async () => {
      const film = fixture('hevc.mov');
      const { upload } = await send(kit, film, { name: 'Birthday.mov' });
      const { id, url } = upload.asset;
      await kit.admin(`update assets set state = 'processing' where asset_id = $1`, [id]);
      await kit.admin(`update upload_alarms set due_at = now() where upload_id = $1`, [upload.id]);
      const media = { storage: proxied, options: checkedMedia({ ffmpeg: ffmpeg! }) };
      const real = createMediaKeeper({ database, clock, log: pino({ level: 'silent' }), media });
      later = 1_000;
      await real.look();
      await real.idle();
      await real.stop();
      const now = await assetOf(id);
      expect(now).toMatchObject({ state: 'ready', content_type: 'video/mp4', plays: 'everywhere', url });
      expect(now.video_codec).toMatch(/^avc1/);
      expect(await hashAt(url)).toBe(now.sha256);
      expect((await get(now.poster_url)).headers.get('content-type')).toBe('image/jpeg');
      const [original] = await kit.admin(
        `select o.storage_key from files f join files o on o.file_id = f.converted_from
       join assets a on a.file_id = f.file_id where a.asset_id = $1`,
        [id],
      );
      const kept = Buffer.from(await new Response(await bucket.read(original.storage_key)).arrayBuffer());
      expect(sha256(kept)).toBe(sha256(film));
    },
  );

  it('that no row names is collected when it is a day old', async () => {
    const before = await keys();
    await bucket.put('files/alpha/orphan.pdf', pdf(100), 'application/pdf');
    await bucket.put('videos/beta/orphan.mp4', pdf(100), 'video/mp4');
    later = DAY - 60_000;
    expect((await keeper.collect()).orphans).toBe(0);
    later = DAY + 60_000;
    expect(await keeper.collect()).toMatchObject({ orphans: 2, missing: [] });
    expect(await keys()).toEqual(before);
  });
});

describe('a bucket that is down', () => {
  it('in the middle of a form leaves parts that nobody knows, for three days', async () => {
    const before = s3.open.size;
    // as is an upload that goes on, however old: its row names its key
    const open = await begin(kit, { name: 'long.pdf', size: 20 * MIB });
    await tus(kit, 'PATCH', open.body.id, { offset: 0, body: pdf(9 * MIB, 60) });
    for (const seed of [61, 62, 63]) {
      let parts = 0;
      downFrom((name) => name === 'PUT part' && ++parts === 2);
      expect((await kit.kit.fetch(form(pdf(20 * MIB, seed), 'Price list.pdf'))).status).toBe(503);
    }
    s3.fault = () => null;
    expect(s3.open.size).toBe(before + 4);
    later = 3 * DAY - 60_000;
    expect((await keeper.collect()).uploads).toBe(0);
    later = 3 * DAY + 60_000;
    expect((await keeper.collect()).uploads).toBe(3);
    expect(s3.open.size).toBe(before + 1);
    expect(await tus(kit, 'HEAD', open.body.id)).toMatchObject({ status: 200, offset: 9 * MIB });
  });

  it('in the middle of an upload is a 503; nothing that came is lost, and it goes on when it is back', async () => {
    const bytes = pdf(20 * MIB, 7);
    const { body } = await begin(kit, { name: 'long.pdf', size: bytes.length });
    let parts = 0;
    downFrom((name) => name === 'PUT part' && ++parts === 2);
    const answer = await tus(kit, 'PATCH', body.id, { offset: 0, body: bytes });
    expect(answer.problem).toMatchObject({ status: 503, code: 'unavailable' });
    expect(answer.problem?.detail).toMatch(/storage.*Try again/);
    // how far it is stands in the row: it can be asked while the bucket is still down
    expect(await tus(kit, 'HEAD', body.id)).toMatchObject({ status: 200, offset: 8 * MIB });
    const again = await tus(kit, 'PATCH', body.id, { offset: 8 * MIB, body: bytes.subarray(8 * MIB) });
    expect(again.problem).toMatchObject({ status: 503, code: 'unavailable' });
    expect(await stateOf(body.id)).toMatchObject({ state: 'open', received: 8 * MIB });
    s3.fault = () => null;
    const rest = await tus(kit, 'PATCH', body.id, { offset: 8 * MIB, body: bytes.subarray(8 * MIB) });
    expect(rest.status).toBe(204);
    expect(await hashAt((await stateOf(body.id)).asset.url)).toBe(sha256(bytes));
  });

  it.each(['PUT part', 'POST complete', 'PUT piece', 'GET object'])(
    'at the end of one, from its %s on, is a 503, and whoever asks next finishes it',
    async (name) => {
      const bytes = pdf(9 * MIB, 8 + name.length);
      const { body } = await begin(kit, { name: 'end.pdf', size: bytes.length });
      const half = 8 * MIB + 10;
      await tus(kit, 'PATCH', body.id, { offset: 0, body: bytes.subarray(0, half) });
      downFrom((seen) => seen === name);
      const answer = await tus(kit, 'PATCH', body.id, { offset: half, body: bytes.subarray(half) });
      expect(answer.problem).toMatchObject({ status: 503, code: 'unavailable' });
      s3.fault = () => null;
      const { offset } = await tus(kit, 'HEAD', body.id);
      if (offset! < bytes.length) {
        await tus(kit, 'PATCH', body.id, { offset: offset!, body: bytes.subarray(offset!) });
      }
      const now = await stateOf(body.id);
      expect(now.state).toBe('done');
      expect(await hashAt(now.asset.url)).toBe(sha256(bytes));
    },
  );

  it('in the middle of a form is a 503, and the next try is taken', async () => {
    const bytes = pdf(20 * MIB, 30);
    const before = await keys();
    let parts = 0;
    downFrom((name) => name === 'PUT part' && ++parts === 2);
    const answer = await kit.kit.fetch(form(bytes, 'form.pdf'));
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'unavailable' });
    s3.fault = () => null;
    expect(await keys()).toEqual(before);
    const made = await kit.kit.fetch(form(bytes, 'form.pdf'));
    expect(made.status).toBe(201);
    expect(await hashAt((await made.json()).url)).toBe(sha256(bytes));
  });

  it('while somebody watches is a 503 for the next request, and the file is there again after', async () => {
    const bytes = pdf(70_000, 31);
    const { upload } = await send(kit, bytes);
    s3.fault = () => 'reset';
    expect((await get(`${upload.asset.url}/file`)).status).toBe(503);
    expect((await get(upload.asset.file_url)).status).toBe(503);
    expect((await assetOf(upload.asset.id)).state).toBe('ready');
    expect((await keeper.collect()).missing).toEqual([]);
    s3.fault = () => null;
    expect(await hashAt(upload.asset.url)).toBe(sha256(bytes));
  });
});
