/** The kit with a real ffmpeg: what a phone records plays everywhere, and every video has a picture. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../db/client.ts';
import { getTestKit, TEST_URL, type TestKit } from '../testing/kit.ts';
import { createMediaKeeper, type Keeper } from './keeper.ts';
import { checkedMedia, type MediaOptions } from './options.ts';
import { localMedia } from './storage/local.ts';
import { ffmpegOfTests } from './testing/ffmpeg.ts';
import { fixture } from './testing/fixtures.ts';
import { send, sha256 } from './testing/sending.ts';

const binary = await ffmpegOfTests();
let folder: string;
let kit: TestKit;
let database: Database;
let keeper: Keeper;
let later = 0;
const clock = () => new Date(Date.now() + later);
/** While a poster of ours is looked at. */
let meanwhile: (() => Promise<void>) | null = null;
const refusedNames = new Set<string>();

describe.skipIf(binary === null)('with ffmpeg (skipped where @ffmpeg-installer’s does not run)', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'patchbay-ffmpeg-'));
    const options: MediaOptions = {
      storage: { folder },
      ffmpeg: binary!,
      scan: async ({ name }) => {
        if (name === 'poster.jpg') {
          const now = meanwhile;
          meanwhile = null;
          await now?.();
        }
        return refusedNames.has(name) ? { refused: 'Not this one.' } : 'clean';
      },
    };
    kit = await getTestKit({ media: options });
    database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 2, clock });
    const storage = localMedia({ folder });
    const media = { storage, options: checkedMedia(options) };
    keeper = createMediaKeeper({ database, clock, log: pino({ level: 'silent' }), media });
  });
  afterAll(async () => {
    await keeper.stop();
    await database.close();
    await kit.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    later = 0;
    refusedNames.clear();
  });

  const assetOf = async (id: string) => (await kit.request('GET', `/v1/assets/${id}`)).body;
  const get = (url: string) => kit.kit.fetch(new Request(new URL(url, TEST_URL)));
  const alarms = async (id: string) =>
    kit.admin(
      `select a.due_at = u.expires_at as rests from upload_alarms a join uploads u using (tenant_id, upload_id)
       where asset_id = $1 and purpose in ('asset', 'replace')`,
      [id],
    );
  /** What is due after this many milliseconds, until it is done. */
  async function work(after: number): Promise<void> {
    later = after;
    await keeper.look();
    await keeper.idle();
  }

  it('a recording of an iPhone becomes an MP4 behind the same link, with a picture; the original is kept', async () => {
    const film = fixture('hevc.mov');
    const { upload } = await send(kit, film, { name: 'Birthday.mov' });
    const { id, url } = upload.asset;
    expect(upload.asset).toMatchObject({ state: 'processing', content_type: 'video/quicktime' });
    // not to be seen before everybody can
    expect((await get(`${url}/file`)).status).toBe(503);
    await work(1_000);
    const now = await assetOf(id);
    expect(now).toMatchObject({ state: 'ready', content_type: 'video/mp4', plays: 'everywhere', url });
    expect(now.video_codec).toMatch(/^avc1/);
    expect(Math.abs(now.duration_ms - upload.asset.duration_ms)).toBeLessThan(250);
    // another process keeps for a second what it has found behind a link
    await expect.poll(async () => (await get(`${url}/file`)).status, { timeout: 50_000 }).toBe(200);
    const shown = await get(`${url}/file`);
    expect(shown.headers.get('content-type')).toBe('video/mp4');
    expect(sha256(Buffer.from(await shown.arrayBuffer()))).toBe(now.sha256);
    const [before] = await kit.admin(
      `select encode(o.sha256, 'hex') as sha256 from files f join files o on o.file_id = f.converted_from
       join assets a on a.file_id = f.file_id where a.asset_id = $1`,
      [id],
    );
    expect(before.sha256).toBe(sha256(film));
    const poster = await get(now.poster_url);
    expect(poster.headers.get('content-type')).toBe('image/jpeg');
    expect((await get(`${url}/poster`)).status).toBe(200);
    // and nothing is left to do
    expect(await alarms(id)).toEqual([{ rests: true }]);
    await work(120_000);
    expect((await assetOf(id)).version).toBe(now.version);
  });

  it('a video that plays gets a picture a while after, once, and stays as it is', async () => {
    const film = fixture('h264.mp4');
    const { upload } = await send(kit, film, { name: 'walk.mp4' });
    const { id } = upload.asset;
    expect(upload.asset).toMatchObject({ state: 'ready', poster_url: null });
    // the browser's comes first, if there is one
    await work(10_000);
    expect((await assetOf(id)).poster_url).toBeNull();
    await work(21_000);
    const now = await assetOf(id);
    expect(now).toMatchObject({ state: 'ready', version: 2, sha256: sha256(film) });
    expect((await get(now.poster_url)).headers.get('content-type')).toBe('image/jpeg');
    expect(await alarms(id)).toEqual([{ rests: true }]);
    // an alarm that rings again all the same
    await kit.admin(`update upload_alarms set due_at = now()`);
    await work(180_000);
    expect((await assetOf(id)).version).toBe(2);
  });

  it('a picture that somebody has set stays, also when it comes while ours is made', async () => {
    const posterOf = async (id: string) => {
      const [row] = await kit.admin(
        `select encode(sha256, 'hex') as sha256 from assets a join files f on f.file_id = a.poster_id where asset_id = $1`,
        [id],
      );
      return row?.sha256;
    };
    const set = (id: string, name: string) =>
      send(kit, fixture(name), { name, purpose: 'poster', asset_id: id });
    const one = (await send(kit, fixture('upright.mp4'), { name: 'one.mp4' })).upload.asset;
    await set(one.id, 'picture.png');
    await work(21_000);
    expect(await posterOf(one.id)).toBe(sha256(fixture('picture.png')));

    const two = (await send(kit, fixture('h264-tail.mp4'), { name: 'two.mp4' })).upload.asset;
    // ours is scanned when it is made, and not yet put there
    meanwhile = async () => void (await set(two.id, 'picture.jpg'));
    await work(45_000);
    expect(meanwhile).toBeNull();
    expect(await posterOf(two.id)).toBe(sha256(fixture('picture.jpg')));
  });

  it('a video that replaces another has no picture of the one before, and gets its own', async () => {
    const { upload } = await send(kit, fixture('fragments.mp4'), { name: 'old.mp4' });
    const { id } = upload.asset;
    await send(kit, fixture('picture.gif'), { name: 'x.gif', purpose: 'poster', asset_id: id });
    const before = await assetOf(id);
    expect(before.poster_url).not.toBeNull();
    await send(kit, fixture('twelve-seconds.mp4'), { name: 'new.mp4', purpose: 'replace', asset_id: id });
    expect((await assetOf(id)).poster_url).toBeNull();
    await work(21_000);
    const now = await assetOf(id);
    expect((await get(now.poster_url)).headers.get('content-type')).toBe('image/jpeg');
    // the same bytes again show the same
    await send(kit, fixture('twelve-seconds.mp4'), { name: 'new.mp4', purpose: 'replace', asset_id: id });
    expect((await assetOf(id)).poster_url).toBe(now.poster_url);
  });

  it('a video sent in one go is converted too, and shown with a picture', async () => {
    const answer = await kit.request('POST', '/v1/media/upload-video?name=clip.webm', {
      body: fixture('vp9.webm'),
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(answer).toMatchObject({ status: 201, body: { state: 'processing', content_type: 'video/webm' } });
    await work(1_000);
    const now = await assetOf(answer.body.id);
    expect(now).toMatchObject({ state: 'ready', content_type: 'video/mp4', url: answer.body.url });
    expect(now.poster_url).not.toBeNull();
    expect(await alarms(now.id)).toEqual([{ rests: true }]);
  });

  it('a conversion that is refused leaves the video as it came, instead of trying for ever', async () => {
    refusedNames.add('bad.mp4').add('poster.jpg');
    const { upload } = await send(kit, fixture('av1.mp4'), { name: 'bad.mov' });
    await work(1_000);
    const now = await assetOf(upload.asset.id);
    expect(now).toMatchObject({ state: 'ready', sha256: upload.asset.sha256, poster_url: null });
    expect(await alarms(now.id)).toEqual([{ rests: true }]);
    const dropped = 2 * 24 * 3_600_000 + 60_000;
    await work(dropped);
    expect(await alarms(now.id)).toEqual([]);
    expect((await assetOf(now.id)).state).toBe('ready');
  });
});
