import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '../client/errors.ts';
import { createFakeClient, type FakeOptions } from '../testing/index.ts';
import type { BlobKeeper } from './kept-blobs.ts';
import { safeStorage } from './storage.ts';
import { kindOf } from './transfer.ts';
import { UploadsStore, type AddOptions, type UploadsOptions } from './uploads.ts';

const file = (name = 'tour.mp4', size = 1000, text = '\0') =>
  Object.assign(new Blob([text.padEnd(size, '\0')], { type: 'video/mp4' }), { name });

function memoryBlobs(): BlobKeeper & { kept: Map<string, Blob> } {
  const kept = new Map<string, Blob>();
  return {
    kept,
    put: async (key, blob) => void kept.set(key, blob),
    get: async (key) => kept.get(key) ?? null,
    delete: async (key) => void kept.delete(key),
  };
}

let ids = 0;
function made(more: Partial<UploadsOptions> = {}, options: FakeOptions = {}) {
  const client = createFakeClient(options);
  const given: UploadsOptions = {
    client,
    storage: safeStorage(() => undefined),
    blobs: memoryBlobs(),
    scope: () => 'acme:ana',
    newId: () => `00000000-0000-4000-8000-${String((ids += 1)).padStart(12, '0')}`,
    wait: () => Promise.resolve(),
    ...more,
  };
  return { client, options: given, store: new UploadsStore(given) };
}
const until = (is: () => boolean) => vi.waitFor(() => expect(is()).toBe(true));
/** Tries without a connection would go on for ever here: waiting never ends. */
const patient = { wait: () => new Promise<void>(() => undefined) };

describe('an upload', () => {
  it('goes from a file to an asset', async () => {
    const { store, client } = made();
    const ended = await store.settled(store.add(file()));
    expect(ended).toMatchObject({ state: 'done', sent: 1000, asset: { name: 'tour', kind: 'video' } });
    expect(client.calls.map(({ method }) => method)).toEqual(['createUpload', 'sendBytes', 'getUpload']);
  });

  it('is refused for what it is, with the words of the server', async () => {
    const { store } = made();
    const ended = await store.settled(store.add(file('tour.mp4', 100, '<html><script>')));
    expect(ended).toMatchObject({ state: 'refused', error: { code: 'file_refused' } });
    expect(ended?.error?.detail).toContain('This is a web page');
  });

  it('is refused before the first byte when it is too large, or empty', async () => {
    const { store, client } = made();
    const huge = Object.defineProperty(file(), 'size', { value: 3 * 1024 ** 3 });
    expect(await store.settled(store.add(huge))).toMatchObject({ error: { code: 'payload_too_large' } });
    expect(await store.settled(store.add(file('none.mp4', 0, '')))).toMatchObject({ state: 'refused' });
    expect(client.calls.map(({ method }) => method)).toEqual(['createUpload']);
  });

  it('stops at a pause, keeps what has arrived, and goes on', async () => {
    const { store, client } = made();
    client.fail('sendBytes', 'hang', 1);
    const id = store.add(file());
    await until(() => store.get(id)?.sent === 400);
    store.pause(id);
    expect(store.get(id)).toMatchObject({ state: 'paused', sent: 400 });
    store.resume(id);
    expect(await store.settled(id)).toMatchObject({ state: 'done' });
  });

  it('waits without a connection and goes on by itself', async () => {
    const { store, client } = made(patient);
    client.fail('sendBytes', 'network', 1);
    const id = store.add(file());
    await until(() => store.get(id)?.state === 'offline');
    store.recover();
    await until(() => store.get(id)?.state === 'done');
  });

  it('asks the server how much it has, though the browser had handed over all of it', async () => {
    const { store, client } = made(patient);
    const real = client.sendBytes.bind(client);
    client.sendBytes = (_id, { size }, { onProgress } = {}) => {
      client.sendBytes = real;
      onProgress?.(size);
      return Promise.reject(new ApiError('network', 0, ''));
    };
    const id = store.add(file());
    await until(() => store.get(id)?.state === 'offline');
    store.recover();
    await until(() => store.get(id)?.state === 'done');
  });

  it('can be tried again after the server failed', async () => {
    const { store, client } = made();
    client.fail('createUpload', new ApiError('unavailable', 503, 'Busy.'), 1);
    const id = store.add(file());
    await until(() => store.get(id)?.state === 'failed');
    store.resume(id);
    expect(await store.settled(id)).toMatchObject({ state: 'done' });
  });

  it('is dropped on the server too when it is cancelled', async () => {
    const { store, client, options } = made();
    client.fail('sendBytes', 'hang');
    const id = store.add(file());
    await until(() => store.get(id)?.sent === 400);
    await store.cancel(id);
    expect(store.items).toEqual([]);
    expect(client.calls.at(-1)).toMatchObject({ method: 'cancelUpload', args: [id] });
    expect(options.storage.keys('pb:upload:')).toEqual([]);
  });

  it('tells its speed and the time that is left', async () => {
    let now = 0;
    let progress!: (sent: number) => void;
    const { store, client } = made({ now: () => now });
    client.sendBytes = (_id, _bytes, { onProgress } = {}) =>
      new Promise(() => (progress = (sent) => onProgress?.(sent)));
    const id = store.add(file('tour.mp4', 10_000));
    await until(() => progress !== undefined);
    progress(4_000);
    expect(store.get(id)).toMatchObject({ sent: 4_000, speed: null });
    now = 2_000;
    progress(6_000);
    expect(store.get(id)).toMatchObject({ speed: 1_000, secondsLeft: 4 });
  });
});

describe('the queue', () => {
  it('sends two at once', async () => {
    const { store, client } = made();
    client.fail('sendBytes', 'hang', 2);
    const ids = [1, 2, 3].map((n) => store.add(file(`${n}.mp4`)));
    await until(() => store.get(ids[1]!)?.sent === 400);
    expect(ids.map((id) => store.get(id)?.state)).toEqual(['uploading', 'uploading', 'waiting']);
    store.pause(ids[0]!);
    expect(await store.settled(ids[2]!)).toMatchObject({ state: 'done' });
  });
});

describe('after a reload', () => {
  const stopped = async (more: Partial<UploadsOptions> = {}, options: AddOptions = {}) => {
    const first = made({ ...patient, ...more });
    first.client.fail('sendBytes', 'network', 1);
    const id = first.store.add(file(), options);
    await until(() => first.store.get(id)?.state === 'offline');
    return { id, again: new UploadsStore(first.options), ...first };
  };

  it('an upload asks for the same file, and goes on with it', async () => {
    const { id, again, client } = await stopped();
    await again.restore();
    expect(again.get(id)).toMatchObject({ state: 'away', sent: 400, name: 'tour.mp4' });
    expect(again.add(file('other.mp4'))).not.toBe(id);
    expect(again.add(file())).toBe(id);
    expect(await again.settled(id)).toMatchObject({ state: 'done', resumed: true });
    expect(client.calls.filter(({ method, args }) => method === 'cancelUpload' && args[0] === id)).toEqual(
      [],
    );
  });

  it('a recording goes on by itself, and is not kept afterwards', async () => {
    const { id, again, options } = await stopped({}, { recorded: true });
    expect((options.blobs as ReturnType<typeof memoryBlobs>).kept.size).toBe(1);
    await again.restore();
    expect(await again.settled(id)).toMatchObject({ state: 'done', resumed: true });
    expect((options.blobs as ReturnType<typeof memoryBlobs>).kept.size).toBe(0);
  });

  it('a recording that is canceled is not kept', async () => {
    const { id, again, options } = await stopped({}, { recorded: true });
    await again.restore();
    await again.cancel(id);
    expect((options.blobs as ReturnType<typeof memoryBlobs>).kept.size).toBe(0);
  });

  it('nobody finds what somebody else was uploading', async () => {
    const { options } = await stopped();
    const other = new UploadsStore({ ...options, scope: () => 'acme:bob' });
    await other.restore();
    expect(other.items).toEqual([]);
  });

  it('what the server has dropped is forgotten', async () => {
    const { id, again, client, options } = await stopped();
    await client.cancelUpload(id);
    await again.restore();
    expect([again.items, options.storage.keys('pb:upload:')]).toEqual([[], []]);
  });
});

describe('a poster', () => {
  const poster = new Blob(['jpeg'], { type: 'image/jpeg' });

  it('follows its video', async () => {
    const { store, client } = made({ look: async () => ({ poster, plays: true }) });
    const ended = await store.settled(store.add(file()));
    expect(ended?.asset?.poster_url).not.toBeNull();
    expect(
      client.calls.filter(({ method }) => method === 'createUpload').map(({ args }) => args[0]),
    ).toMatchObject([{ purpose: 'asset' }, { purpose: 'poster', asset_id: ended?.asset?.id }]);
  });

  it('that cannot be sent does not fail the video', async () => {
    const { store, client } = made({ look: async () => ({ poster, plays: true }) });
    const real = client.createUpload.bind(client);
    client.createUpload = (upload) =>
      upload.purpose === 'poster' ? Promise.reject(new ApiError('internal', 500, '')) : real(upload);
    expect(await store.settled(store.add(file()))).toMatchObject({
      state: 'done',
      asset: { poster_url: null },
    });
  });

  it('that no browser can make is said', async () => {
    const { store } = made({ look: async () => ({ poster: null, plays: false }) });
    expect(await store.settled(store.add(file()))).toMatchObject({ state: 'done', plays: false });
  });
});

describe('the kind of a file', () => {
  it.each([
    ['video/quicktime', 'IMG_1.MOV', 'video'],
    ['', 'IMG_1.MOV', 'video'],
    ['image/heic', 'a.heic', 'picture'],
    ['application/pdf', 'a', 'document'],
    ['', 'voice.m4a', 'audio'],
    ['text/html', 'a.html', null],
  ])('of %s %s is %s', (type, name, kind) => expect(kindOf(type, name)).toBe(kind));
});
