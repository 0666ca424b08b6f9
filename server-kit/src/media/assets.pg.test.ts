import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { fixture } from './testing/fixtures.ts';
import { begin, pdf, send, sha256, tus } from './testing/sending.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

const asManager = () => ({ as: kit.a.manager });

async function whole(path: string, bytes: Uint8Array, query: Record<string, string> = {}, as = kit.a.agent) {
  const form = new FormData();
  form.set('note', 'what else a form may hold');
  form.set('file', new File([bytes as never], query['name'] ?? 'Welcome.pdf'));
  const { kit: server } = kit;
  const search = new URLSearchParams(query);
  const answer = await server.fetch(
    new Request(`https://portal.example.com/crm/v1/media/${path}?${search}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${as}` },
      body: form,
    }),
  );
  return { status: answer.status, body: await answer.json(), headers: answer.headers };
}

const fileOf = async (asset: { file_url: string }) => {
  const answer = await kit.kit.fetch(new Request(`https://portal.example.com${asset.file_url}`));
  if (answer.status !== 200) throw new Error(`the file was answered with ${answer.status}`);
  return sha256(Buffer.from(await answer.arrayBuffer()));
};
const eventsOf = (id: string) =>
  kit.admin(`select type from events where data ->> 'asset_id' = $1 order by position`, [id]);

describe('a file in one go', () => {
  it('becomes an asset, from a form or as the body itself', async () => {
    const bytes = pdf(300_000, 50);
    const form = await whole('upload', bytes, { key: 'in_one_go', download: 'true', link_days: '30' });
    expect(form).toMatchObject({
      status: 201,
      body: {
        kind: 'document',
        name: 'Welcome.pdf',
        key: 'in_one_go',
        download: true,
        link_days: 30,
        size: bytes.length,
        version: 1,
      },
    });
    expect(form.headers.get('etag')).toBe('"1"');
    expect(await fileOf(form.body)).toBe(sha256(bytes));
    const plain = await kit.kit.fetch(
      new Request('https://portal.example.com/crm/v1/media/upload?name=photo.jpg', {
        method: 'POST',
        headers: { authorization: `Bearer ${kit.a.agent}`, 'content-type': 'application/octet-stream' },
        body: new Uint8Array(fixture('picture.jpg')),
      }),
    );
    expect([plain.status, await plain.json()]).toMatchObject([201, { kind: 'picture', name: 'photo.jpg' }]);
  });

  it('is the same asset when it is sent again with its id', async () => {
    const id = newId();
    const first = await whole('upload', pdf(5_000, 51), { id });
    const second = await whole('upload', pdf(5_000, 51), { id });
    expect(second.body).toEqual(first.body);
    expect(await eventsOf(id)).toEqual([{ type: 'asset.created' }]);
  });

  it('has what a video has', async () => {
    const { status, body } = await whole('upload-video', fixture('h264.mp4'), { name: 'birthday.mp4' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'video',
      width: expect.any(Number),
      duration_ms: expect.any(Number),
      video_codec: expect.stringMatching(/^avc1/),
      plays: 'everywhere',
    });
    const [file] = await kit.admin(
      `select storage_key from files f join assets a using (tenant_id, file_id) where asset_id = $1`,
      [body.id],
    );
    expect(file.storage_key).toMatch(/^videos\/alpha\/[0-9a-f-]{36}\.mp4$/);
  });

  it.each([
    ['no video', 'upload-video', () => pdf(5000, 52), {}, 'file_refused', /a document.*Choose a video/],
    ['empty', 'upload', () => Buffer.alloc(0), {}, 'file_refused', /empty/],
    ['a page', 'upload', () => Buffer.from('<html><script>1</script>'), {}, 'file_refused', /web page/],
  ])('is refused when it is %s', async (_what, path, bytes, query, code, words) => {
    const { status, body } = await whole(path, bytes(), query);
    expect([status, body.code]).toEqual([422, code]);
    expect(body.detail).toMatch(words);
  });

  it('is counted while it comes, and refused when it is too large', async () => {
    await kit.kit.tenants.upsert({
      id: 'alpha',
      name: 'Firm alpha',
      settings: { media: { limits: { document: 10_000 } } },
    });
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1000;
        controller.enqueue(Buffer.from('x'.repeat(1000)));
      },
    });
    const answer = await kit.kit.fetch(
      new Request('https://portal.example.com/crm/v1/media/upload?name=endless.pdf', {
        method: 'POST',
        headers: { authorization: `Bearer ${kit.a.agent}`, 'content-type': 'application/pdf' },
        body: endless,
        duplex: 'half',
      } as RequestInit),
    );
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      413,
      'payload_too_large',
    ]);
    expect(sent).toBeLessThan(1_000_000);
    await kit.kit.tenants.upsert({ id: 'alpha', name: 'Firm alpha', settings: {} });
  });
});

describe('assets', () => {
  it('are listed newest first, page by page, by kind and by a part of their name', async () => {
    const names = ['Spring walk', 'Summer walk', 'Price list 100%'];
    for (const [index, name] of names.entries()) await whole('upload', pdf(2000, 60 + index), { name });
    const list = async (query: string) =>
      (await kit.request('GET', `/v1/assets${query}`)).body.items.map((item: { name: string }) => item.name);
    expect((await list('?kind=document')).slice(0, 3)).toEqual(names.toReversed());
    expect(await list('?q=walk')).toEqual(['Summer walk', 'Spring walk']);
    expect(await list('?q=100%25')).toEqual(['Price list 100%']);
    expect(await list('?q=walk&kind=video')).toEqual([]);
    const first = await kit.request('GET', '/v1/assets?q=walk&limit=1');
    expect(first.body.items).toHaveLength(1);
    expect(await list(`?q=walk&limit=1&after=${first.body.next}`)).toEqual(['Spring walk']);
  });

  it('are renamed by whoever has seen them last', async () => {
    const { body } = await whole('upload', pdf(2000, 70));
    const path = `/v1/assets/${body.id}`;
    const change = (name: string, version: number) =>
      kit.request('PATCH', path, { body: { name }, headers: { 'if-match': `"${version}"` } });
    expect(await change('New', 1)).toMatchObject({ status: 200, body: { name: 'New', version: 2 } });
    expect((await change('Other', 1)).body.code).toBe('edited_elsewhere');
    expect((await change('New', 2)).body.version).toBe(2);
    expect(await eventsOf(body.id)).toEqual([{ type: 'asset.created' }, { type: 'asset.updated' }]);
  });

  it('have a key that no other has', async () => {
    const a = await whole('upload', pdf(2000, 71), { key: 'birthday' });
    const b = await whole('upload', pdf(2000, 72));
    expect((await whole('upload', pdf(2000, 73), { key: 'birthday' })).body.code).toBe('asset_key_taken');
    const taking = await kit.request('PATCH', `/v1/assets/${b.body.id}`, { body: { key: 'birthday' } });
    expect(taking.body).toMatchObject({ code: 'asset_key_taken', field: 'key' });
    await kit.request('PATCH', `/v1/assets/${a.body.id}`, { body: { key: null } });
    const now = await kit.request('PATCH', `/v1/assets/${b.body.id}`, { body: { key: 'birthday' } });
    expect(now.body.key).toBe('birthday');
  });

  it('in use are deleted by a manager only, who says so', async () => {
    const { body } = await whole('upload', pdf(2000, 74));
    const path = `/v1/assets/${body.id}`;
    for (const message of [newId(), newId(), newId()]) {
      await kit.admin(
        `insert into asset_links (tenant_id, link_id, asset_id, code, message_id) values ('alpha', $1, $2, $3, $4)`,
        [newId(), body.id, newId(), message],
      );
    }
    expect((await kit.request('GET', path)).body.usage.sent).toBe(3);
    const guarded = await kit.request('DELETE', path);
    expect(guarded).toMatchObject({ status: 409, body: { code: 'asset_in_use' } });
    expect(guarded.body.detail).toMatch(/sent 3 times, in 0 workflows/);
    expect((await kit.request('DELETE', `${path}?force=true`)).body.code).toBe('forbidden');
    expect((await kit.request('DELETE', `${path}?force=true`, asManager())).status).toBe(204);
    expect((await kit.request('GET', path)).status).toBe(404);
    expect((await kit.request('DELETE', path)).status).toBe(404);
    const link = await kit.kit.fetch(new Request(body.url));
    expect(link.status).toBe(410);
  });

  it('that nobody has used are deleted by anybody', async () => {
    const { body } = await whole('upload', pdf(2000, 75));
    expect((await kit.request('DELETE', `/v1/assets/${body.id}`)).status).toBe(204);
    expect(await eventsOf(body.id)).toEqual([{ type: 'asset.created' }, { type: 'asset.deleted' }]);
  });
});

describe('a file behind an asset', () => {
  it('is replaced while its links stay', async () => {
    const before = (await whole('upload', pdf(4000, 80), { key: 'price_list' })).body;
    const bytes = pdf(5000, 81);
    const { upload } = await send(kit, bytes, { purpose: 'replace', asset_id: before.id, name: 'new.pdf' });
    expect(upload).toMatchObject({ state: 'done', asset: { id: before.id, version: 2 } });
    expect(upload.asset).toMatchObject({
      name: 'Welcome.pdf',
      key: 'price_list',
      url: before.url,
      size: 5000,
    });
    expect(await fileOf(upload.asset)).toBe(sha256(bytes));
  });

  it('has no picture any more of what was there before', async () => {
    const film = fixture('h264.mp4');
    const { upload } = await send(kit, film, { name: 'one.mp4' });
    const { id } = upload.asset;
    const poster = async () => (await kit.request('GET', `/v1/assets/${id}`)).body.poster_url;
    await send(kit, fixture('picture.png'), { name: 'p.png', purpose: 'poster', asset_id: id });
    const first = await poster();
    expect(first).not.toBeNull();
    // the same bytes show the same
    await send(kit, film, { name: 'again.mp4', purpose: 'replace', asset_id: id });
    expect(await poster()).toBe(first);
    await kit.admin(`update files set wanted_at = now() - interval '2 days'`);
    const { upload: next } = await send(kit, fixture('mpeg4.mp4'), {
      name: 'two.mp4',
      purpose: 'replace',
      asset_id: id,
    });
    expect(next.asset).toMatchObject({ id, url: upload.asset.url, poster_url: null });
    // somebody may still be looking at either
    const kept = await kit.admin(
      `select content_type from files where wanted_at > now() - interval '1 day' order by 1`,
    );
    expect(kept.map((file) => file.content_type)).toEqual(['image/png', 'video/mp4', 'video/mp4']);
  });

  it('is replaced by its own kind only', async () => {
    const before = (await whole('upload', pdf(4000, 82))).body;
    const bytes = fixture('picture.png');
    const { answer } = await send(kit, bytes, { purpose: 'replace', asset_id: before.id, name: 'x.png' });
    expect(answer.problem).toMatchObject({
      code: 'file_refused',
      detail: expect.stringMatching(/replaced by another document/),
    });
    expect((await kit.request('GET', `/v1/assets/${before.id}`)).body).toMatchObject({
      version: 1,
      size: 4000,
    });
  });

  it('replaced twice at once is one of the two, whole, and the other is lost to nobody', async () => {
    const before = (await whole('upload', pdf(4000, 83))).body;
    const both = [pdf(5000, 84), pdf(6000, 85)];
    const begun = await Promise.all(
      both.map((bytes) =>
        begin(kit, { name: 'n.pdf', size: bytes.length, purpose: 'replace', asset_id: before.id }),
      ),
    );
    const ended = await Promise.all(
      begun.map(({ body }, index) => tus(kit, 'PATCH', body.id, { offset: 0, body: both[index]! })),
    );
    expect(ended.map(({ status }) => status)).toEqual([204, 204]);
    const now = (await kit.request('GET', `/v1/assets/${before.id}`)).body;
    expect(now.version).toBe(3);
    const [winner] = both.filter(({ length }) => length === now.size);
    expect(await fileOf(now)).toBe(sha256(winner!));
    // until the next day both can be found by their bytes
    const files = await kit.admin(`select size::int from files where size in (5000, 6000) order by size`);
    expect(files.map((row) => row.size)).toEqual(expect.arrayContaining([5000, 6000]));
  });

  it('has a poster and captions, which must be what they are', async () => {
    const video = (await whole('upload-video', fixture('vp9.webm'), { name: 'walk.webm' })).body;
    const poster = { purpose: 'poster', asset_id: video.id, name: 'poster.jpg' };
    const captions = { purpose: 'captions', asset_id: video.id, name: 'walk.vtt' };
    const vtt = Buffer.from('WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n');
    await send(kit, fixture('picture.jpg'), poster);
    const { upload } = await send(kit, vtt, captions);
    expect(upload.asset).toMatchObject({ id: video.id, kind: 'video', version: 3 });
    const read = await kit.kit.fetch(new Request(`https://portal.example.com${upload.asset.captions_url}`));
    expect(read.headers.get('content-type')).toMatch(/^text\/vtt/);
    expect(upload.asset.poster_url).toMatch(/\/v1\/media\/files\//);
    for (const [bytes, what] of [
      [pdf(1000, 86), poster],
      [Buffer.from('1\n00:00:00,000 --> 00:00:02,000\nSubRip'), captions],
      [Buffer.from('WEBVTT but no cues'), captions],
      [Buffer.from([0xff, 0xfe, 0x57]), captions],
    ] as const) {
      const { answer } = await send(kit, bytes, what);
      expect(answer.problem?.code).toBe('file_refused');
    }
  });

  it('of another tenant cannot be named', async () => {
    const theirs = (await whole('upload', pdf(1000, 87), {}, kit.b.agent)).body;
    const wanted = { name: 'x.pdf', size: 1000, purpose: 'replace', asset_id: theirs.id };
    expect((await begin(kit, wanted)).status).toBe(404);
    expect((await begin(kit, { ...wanted, asset_id: undefined })).body.field).toBe('asset_id');
  });
});
