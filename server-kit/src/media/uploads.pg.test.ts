import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { localMedia } from './storage/local.ts';
import { StorageError, type MediaStorage } from './storage/storage.ts';
import { begin, pdf, send, sha256, tus } from './testing/sending.ts';

const MIB = 1024 ** 2;

let kit: TestKit;
let folder: string;
let inner: MediaStorage;
/** What the storage does instead, for a while. */
let instead: Partial<MediaStorage> = {};
let scanned: string[] = [];
let atPath: ((path: string | null) => Promise<void>) | undefined;
let verdict: 'clean' | { refused: string } = 'clean';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchbay-uploads-'));
  inner = localMedia({ folder });
  const storage = new Proxy(inner, {
    get: (target, name: keyof MediaStorage) => instead[name] ?? target[name],
  });
  kit = await getTestKit({
    media: {
      storage,
      limits: { document: 64 * MIB },
      scan: async ({ name, path }) => {
        scanned.push(name);
        await atPath?.(path);
        return verdict;
      },
    },
  });
});
afterAll(async () => {
  await kit.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  instead = {};
  verdict = 'clean';
  scanned = [];
  atPath = undefined;
});

const stateOf = async (id: string, as = kit.a.agent) =>
  (await kit.request('GET', `/v1/media/uploads/${id}/state`, { as })).body;
const stored = async () => {
  const names: string[] = [];
  for await (const { key } of inner.list('')) names.push(key);
  return names;
};
const hashOf = async (assetId: string) => {
  const [row] = await kit.admin(
    `select f.storage_key from assets a join files f using (tenant_id, file_id) where asset_id = $1`,
    [assetId],
  );
  return sha256(Buffer.from(await new Response(await inner.read(row.storage_key)).arrayBuffer()));
};

describe('an upload', () => {
  it('becomes an asset, with what it is found out from its bytes', async () => {
    const bytes = pdf(3 * MIB, 11);
    const { answer, upload } = await send(kit, bytes, { key: 'welcome', download: true });
    expect(answer).toMatchObject({ status: 204, offset: bytes.length });
    expect(upload).toMatchObject({
      state: 'done',
      received: bytes.length,
      problem: null,
      asset: {
        kind: 'document',
        name: 'Welcome.pdf',
        key: 'welcome',
        content_type: 'application/pdf',
        size: bytes.length,
        sha256: sha256(bytes),
        download: true,
        state: 'ready',
        usage: { sent: 0, workflows: 0, views: 0, viewers: 0 },
        author: { id: 'alpha-agent' },
      },
    });
    expect(upload.asset.url).toMatch(/^https:\/\/portal\.example\.com\/crm\/m\/\w+$/);
    expect(await hashOf(upload.asset.id)).toBe(sha256(bytes));
    expect(scanned).toEqual(['Welcome.pdf']);
    const [event] = await kit.admin(`select data, actor from events where type = 'asset.created'`);
    expect(event.data).toMatchObject({ asset_id: upload.asset.id, name: 'Welcome.pdf', kind: 'document' });
  });

  it('is where its scanner is told, whichever way it came', async () => {
    const bytes = pdf(3 * MIB, 51);
    const seen: string[] = [];
    atPath = async (path) => void seen.push(sha256(await readFile(path!)));
    await send(kit, bytes);
    const headers = { 'content-type': 'application/octet-stream' };
    const whole = await kit.request('POST', '/v1/media/upload?name=a.pdf', { body: pdf(5_000, 52), headers });
    expect(whole.status).toBe(201);
    expect(seen).toEqual([sha256(bytes), sha256(pdf(5_000, 52))]);
  });

  it('goes on where it was cut, in pieces of any size', async () => {
    const bytes = pdf(20 * MIB, 12);
    const { body } = await begin(kit, { name: 'long.pdf', size: bytes.length, sha256: sha256(bytes) });
    let at = 0;
    for (const piece of [1, 5 * MIB, 8 * MIB, 100, 5 * MIB]) {
      const answer = await tus(kit, 'PATCH', body.id, { offset: at, body: bytes.subarray(at, at + piece) });
      at += piece;
      expect(answer).toMatchObject({ status: 204, offset: at });
      expect(await tus(kit, 'HEAD', body.id)).toMatchObject({ status: 200, offset: at });
    }
    const torn = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.subarray(at, at + MIB));
      },
      pull: (controller) => controller.error(new Error('the line is cut')),
    });
    await tus(kit, 'PATCH', body.id, { offset: at, body: torn });
    const { offset } = await tus(kit, 'HEAD', body.id);
    // what was still in the pipes may be lost, and nothing that was answered for
    expect(offset).toBeGreaterThanOrEqual(at);
    expect(offset).toBeLessThanOrEqual(at + MIB);
    const last = await tus(kit, 'PATCH', body.id, { offset: offset!, body: bytes.subarray(offset!) });
    expect(last.status).toBe(204);
    const { state, asset } = await stateOf(body.id);
    expect(state).toBe('done');
    expect(await hashOf(asset.id)).toBe(sha256(bytes));
  });

  it('may end where a slice ends', async () => {
    const { answer, upload } = await send(kit, pdf(32 * MIB, 10));
    expect([answer.status, upload.state]).toEqual([204, 'done']);
  });

  it('is the same one when it is begun again with its id', async () => {
    const id = newId();
    const wanted = { id, name: 'same.pdf', size: 5_000 };
    const first = await begin(kit, wanted);
    await tus(kit, 'PATCH', id, { offset: 0, body: pdf(5_000, 13).subarray(0, 4_000) });
    const second = await begin(kit, wanted);
    expect(second.body).toEqual({ ...first.body, received: 4_000 });
    expect((await begin(kit, { ...wanted, size: 6_000 })).body).toMatchObject({
      code: 'invalid_request',
      field: 'id',
    });
  });

  it('of bytes that are here already keeps no second copy, and has its own asset', async () => {
    const bytes = pdf(MIB, 14);
    const first = await send(kit, bytes, { name: 'one.pdf' });
    const before = await stored();
    const second = await send(kit, bytes, { name: 'two.pdf' });
    expect(second.upload.asset.id).not.toBe(first.upload.asset.id);
    expect(second.upload.asset.sha256).toBe(first.upload.asset.sha256);
    expect(await stored()).toEqual(before);
    const files = await kit.admin(`select 1 from files where sha256 = decode($1, 'hex')`, [sha256(bytes)]);
    expect(files).toHaveLength(1);
  });

  it('can be given up, and leaves nothing', async () => {
    const before = await stored();
    const { body } = await begin(kit, { name: 'x.pdf', size: MIB });
    await tus(kit, 'PATCH', body.id, { offset: 0, body: pdf(MIB, 15).subarray(0, 1000) });
    expect((await stored()).length).toBe(before.length + 1);
    expect((await tus(kit, 'DELETE', body.id)).status).toBe(204);
    expect(await stored()).toEqual(before);
    expect((await tus(kit, 'HEAD', body.id)).status).toBe(404);
  });

  it('is nobody’s but its member’s', async () => {
    const { body } = await begin(kit, { name: 'mine.pdf', size: MIB });
    const colleague = await kit.token('alpha', 'manager', { id: 'other', name: 'Other' });
    for (const as of [kit.b.agent, colleague]) {
      expect((await tus(kit, 'HEAD', body.id, { as })).status).toBe(404);
      expect((await tus(kit, 'PATCH', body.id, { as, offset: 0, body: pdf(MIB) })).problem?.code).toBe(
        'not_found',
      );
      expect((await tus(kit, 'DELETE', body.id, { as })).status).toBe(404);
      expect((await kit.request('GET', `/v1/media/uploads/${body.id}/state`, { as })).status).toBe(404);
    }
    expect((await stateOf(body.id)).received).toBe(0);
  });

  it('is not handed out half', async () => {
    const { body } = await begin(kit, { name: 'half.pdf', size: MIB });
    await tus(kit, 'PATCH', body.id, { offset: 0, body: pdf(MIB).subarray(0, 1000) });
    expect((await kit.request('GET', `/v1/media/uploads/${body.id}`)).status).toBe(404);
  });
});

describe('what is refused', () => {
  it('is a file without bytes', async () => {
    expect(await begin(kit, { name: 'empty.pdf', size: 0 })).toMatchObject({
      status: 422,
      body: { code: 'file_refused', detail: expect.stringMatching(/empty/) },
    });
  });

  it.each([
    ['5 GB of video', { name: 'film.mp4', size: 5 * 1024 ** 3 }, /5 GB.*A video may have at most 2 GB/],
    ['a large picture', { name: 'photo.jpg', size: 30 * MIB }, /A picture.*25 MB/],
    ['a large poster, whatever it is called', { name: 'x', size: 30 * MIB, purpose: 'poster' }, /25 MB/],
  ])('is %s, before a byte is sent', async (_what, wanted, words) => {
    const before = await stored();
    const answer = await begin(kit, { asset_id: newId(), ...wanted });
    expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
    expect(answer.body.detail).toMatch(words);
    expect(await stored()).toEqual(before);
  });

  it('is what the tenant’s own limit says, by what the file is', async () => {
    await kit.kit.tenants.upsert({
      id: 'alpha',
      name: 'Firm alpha',
      settings: { media: { limits: { document: 1000 } } },
    });
    expect((await begin(kit, { name: 'a.pdf', size: 2000 })).status).toBe(413);
    // a name that claims nothing
    const { answer } = await send(kit, pdf(2000, 16), { name: 'anything' });
    expect(answer.problem).toMatchObject({ status: 413, code: 'payload_too_large' });
    await kit.kit.tenants.upsert({ id: 'alpha', name: 'Firm alpha', settings: {} });
  });

  it('is more than was announced', async () => {
    const { body } = await begin(kit, { name: 'a.pdf', size: 1000 });
    const answer = await tus(kit, 'PATCH', body.id, { offset: 0, body: pdf(2000) });
    expect(answer.problem?.code).toBe('payload_too_large');
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(900)),
    });
    await tus(kit, 'PATCH', body.id, { offset: 0, body: endless });
    expect((await stateOf(body.id)).received).toBeLessThanOrEqual(1000);
  });

  it('is a piece that belongs elsewhere', async () => {
    const { body } = await begin(kit, { name: 'a.pdf', size: 1000 });
    const answer = await tus(kit, 'PATCH', body.id, { offset: 500, body: new Uint8Array(10) });
    expect(answer).toMatchObject({ status: 409, problem: { code: 'upload_moved' } });
  });

  it('is a wrong checksum', async () => {
    const before = await stored();
    const { answer, upload } = await send(kit, pdf(5000, 17), { sha256: sha256(pdf(5000, 18)) });
    expect(answer.problem).toMatchObject({ status: 422, code: 'file_refused' });
    expect(answer.problem?.detail).toMatch(/checksum/);
    expect(upload).toMatchObject({ state: 'refused', asset: null, problem: { code: 'file_refused' } });
    expect(await stored()).toEqual(before);
    // also for whoever asks later
    expect((await tus(kit, 'HEAD', upload.id)).status).toBe(422);
  });

  it.each([
    ['a page', 'page.html', Buffer.from('<!doctype html><script>alert(1)</script>')],
    [
      'a drawing with a script',
      'logo.svg',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
    ],
    ['a script with the head of a picture', 'cat.gif', Buffer.from('GIF89a/*<script>*/=1;alert(1)//')],
    ['a PDF that says it is a video', 'film.mp4', pdf(4000, 19)],
    ['half a PDF', 'half.pdf', pdf(4000, 20).subarray(0, 3900)],
    ['nothing that we know', 'x.bin', Buffer.alloc(3000, 7)],
  ])('is %s, with the reason', async (_what, name, bytes) => {
    const before = await stored();
    const { answer, upload } = await send(kit, bytes, { name });
    expect(answer.status).toBe(422);
    expect(upload.state).toBe('refused');
    expect(upload.problem?.detail.length).toBeGreaterThan(20);
    expect(await stored()).toEqual(before);
    expect(scanned).toEqual([]);
  });

  it('is what the virus scanner says', async () => {
    verdict = { refused: 'It holds Eicar-Test.' };
    const { answer } = await send(kit, pdf(3000, 21));
    expect(answer.problem).toMatchObject({ code: 'file_refused', detail: 'It holds Eicar-Test.' });
  });

  it('is another request than tus', async () => {
    const { body } = await begin(kit, { name: 'a.pdf', size: 1000 });
    const answer = await kit.request('PATCH', `/v1/media/uploads/${body.id}`, {
      headers: { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' },
      body: 'abc',
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
  });
});

describe('a storage that fails', () => {
  it('being full is said, loses nothing, and the upload goes on when there is room', async () => {
    const bytes = pdf(40 * MIB, 30);
    const { body } = await begin(kit, { name: 'big.pdf', size: bytes.length });
    let calls = 0;
    instead.append = async (...given) => {
      calls += 1;
      if (calls > 1) throw new StorageError('full', 'no room');
      return inner.append(...given);
    };
    const answer = await tus(kit, 'PATCH', body.id, { offset: 0, body: bytes });
    expect(answer.problem).toMatchObject({ status: 507, code: 'storage_full' });
    instead = {};
    const { offset } = await tus(kit, 'HEAD', body.id);
    expect(offset).toBe(32 * MIB);
    expect(await stateOf(body.id)).toMatchObject({ state: 'open', asset: null });
    await tus(kit, 'PATCH', body.id, { offset: offset!, body: bytes.subarray(offset!) });
    const { asset } = await stateOf(body.id);
    expect(await hashOf(asset.id)).toBe(sha256(bytes));
  });

  it('at the very end leaves the upload to whoever asks next', async () => {
    const bytes = pdf(2 * MIB, 31);
    const { body } = await begin(kit, { name: 'end.pdf', size: bytes.length });
    instead.finish = async () => {
      throw new StorageError('unavailable', 'gone for a while');
    };
    const answer = await tus(kit, 'PATCH', body.id, { offset: 0, body: bytes });
    expect(answer.problem).toMatchObject({ status: 503 });
    expect(await stateOf(body.id)).toMatchObject({ state: 'finishing', received: bytes.length });
    instead = {};
    expect(await tus(kit, 'HEAD', body.id)).toMatchObject({ status: 200, offset: bytes.length });
    expect((await stateOf(body.id)).state).toBe('done');
  });

  it('having lost what it had lets the upload begin again', async () => {
    const bytes = pdf(MIB, 32);
    const { body } = await begin(kit, { name: 'lost.pdf', size: bytes.length });
    await tus(kit, 'PATCH', body.id, { offset: 0, body: bytes.subarray(0, 5000) });
    for (const name of await readdir(join(folder, 'uploads'))) await rm(join(folder, 'uploads', name));
    expect(await tus(kit, 'HEAD', body.id)).toMatchObject({ status: 200, offset: 0 });
    expect((await tus(kit, 'PATCH', body.id, { offset: 0, body: bytes })).status).toBe(204);
  });
});

describe('two who send at once', () => {
  it('take turns: the one that hangs is ended, what it brought stays, and the other goes on there', async () => {
    const bytes = pdf(3 * MIB, 40);
    const { body } = await begin(kit, { name: 'twice.pdf', size: bytes.length });
    let brought!: () => void;
    const hangs = new Promise<void>((resolve) => (brought = resolve));
    let pulls = 0;
    const hanging = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (pulls++ === 0) controller.enqueue(bytes.subarray(0, MIB));
        else {
          brought();
          await new Promise(() => undefined);
        }
      },
    });
    const first = tus(kit, 'PATCH', body.id, { offset: 0, body: hanging });
    await hangs;
    const asked = await tus(kit, 'HEAD', body.id);
    // what was still in the pipes may be lost
    expect([0, MIB]).toContain(asked.offset);
    expect([204, 503]).toContain((await first).status);
    await tus(kit, 'PATCH', body.id, { offset: asked.offset!, body: bytes.subarray(asked.offset!) });
    const { asset } = await stateOf(body.id);
    expect(await hashOf(asset.id)).toBe(sha256(bytes));
  });

  it('take turns also when the first has not begun yet', async () => {
    const { body } = await begin(kit, { name: 'early.pdf', size: 5000 });
    let begun!: () => void;
    const beginning = new Promise<void>((resolve) => (begun = resolve));
    let goOn!: () => void;
    const waits = new Promise<void>((resolve) => (goOn = resolve));
    instead.begin = async (...given) => {
      begun();
      await waits;
      return inner.begin(...given);
    };
    const endless = new ReadableStream<Uint8Array>({ pull: () => new Promise<void>(() => undefined) });
    const first = tus(kit, 'PATCH', body.id, { offset: 0, body: endless });
    await beginning;
    const asked = tus(kit, 'HEAD', body.id);
    await vi.waitFor(async () => {
      const [row] = await kit.admin('select fence from uploads where upload_id = $1', [body.id]);
      expect(row.fence).toBe(2);
    }, 20_000);
    goOn();
    expect(await asked).toMatchObject({ status: 200, offset: 0 });
    await first;
    expect((await tus(kit, 'PATCH', body.id, { offset: 0, body: pdf(5000, 42) })).status).toBe(204);
  });

  it('who was taken for dead stores nothing any more', async () => {
    const bytes = pdf(3 * MIB, 41);
    const { body } = await begin(kit, { name: 'zombie.pdf', size: bytes.length });
    let woken!: () => void;
    const sleeps = new Promise<void>((resolve) => (woken = resolve));
    let begun!: () => void;
    const inAppend = new Promise<void>((resolve) => (begun = resolve));
    instead.append = async (key, place, received, source) => {
      begun();
      await sleeps;
      return inner.append(key, place, received, source);
    };
    const zombie = tus(kit, 'PATCH', body.id, { offset: 0, body: bytes.subarray(0, 2 * MIB) });
    await inAppend;
    // as if its process had stood still for longer than its lease
    await kit.admin(
      `update uploads set lease_until = now() - interval '1 minute', writer = 1000, fence = 1000 where upload_id = $1`,
      [body.id],
    );
    woken();
    expect((await zombie).problem).toMatchObject({ status: 503 });
    instead = {};
    expect((await stateOf(body.id)).received).toBe(0);
    await tus(kit, 'PATCH', body.id, { offset: 0, body: bytes });
    const { asset } = await stateOf(body.id);
    expect(await hashOf(asset.id)).toBe(sha256(bytes));
  });
});
