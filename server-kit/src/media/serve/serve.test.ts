/** The bytes that go out, and what is said about them. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { localMedia } from '../storage/local.ts';
import { StorageError, type MediaStorage } from '../storage/storage.ts';
import { disposition, fileName, serveFile, type ServedFile } from './serve.ts';
import { BASE_SEED } from '../../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

const folder = mkdtempSync(join(tmpdir(), 'patchbay-serve-'));
const storage = localMedia({ folder });
// beyond the pieces in which a file is read
const BYTES = randomBytes(600_000);
const FILE: ServedFile = {
  storageKey: 'videos/a/1.mp4',
  size: BYTES.length,
  sha256: createHash('sha256').update(BYTES).digest('hex'),
  contentType: 'video/mp4',
  name: 'film.mp4',
  download: false,
  modified: new Date('2026-11-22T12:00:00.900Z'),
};
const log = pino({ level: 'silent' });
beforeAll(() => storage.put(FILE.storageKey, BYTES, FILE.contentType));
afterAll(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

const ask = (
  headers: Record<string, string> = {},
  {
    method = 'GET',
    file = {},
    from = storage,
  }: { method?: string; file?: Partial<ServedFile>; from?: MediaStorage } = {},
) =>
  serveFile({ media: { storage: from }, log }, new Request('https://x.example/f', { method, headers }), {
    ...FILE,
    ...file,
  });
const bodyOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

describe('bytes', () => {
  it('are those that were asked for, wherever a range begins and ends', async () => {
    const place = fc.oneof(
      fc.nat(BYTES.length + 10),
      fc.constantFrom(0, 1, 262_143, 262_144, BYTES.length - 1),
    );
    const end = fc.oneof(place, fc.constant('' as const));
    await fc.assert(
      fc.asyncProperty(end, end, async (first, last) => {
        const answer = await ask({ range: `bytes=${first}-${last}` });
        const body = await bodyOf(answer);
        if (answer.status === 416) {
          expect(answer.headers.get('content-range')).toBe(`bytes */${BYTES.length}`);
          expect(body.length).toBe(0);
          return;
        }
        const slow =
          first === '' && last !== ''
            ? BYTES.subarray(Math.max(0, BYTES.length - last))
            : BYTES.subarray(Number(first), last === '' ? undefined : last + 1);
        const whole = answer.status === 200;
        expect(body.equals(whole ? BYTES : slow)).toBe(true);
        expect(answer.headers.get('content-length')).toBe(String(body.length));
        if (!whole) {
          const from = BYTES.length - (first === '' ? body.length : BYTES.length - first);
          expect(answer.headers.get('content-range')).toBe(
            `bytes ${from}-${from + body.length - 1}/${BYTES.length}`,
          );
        }
      }),
      { numRuns: 150 },
    );
  });

  it('begin with two, as Safari asks for them', async () => {
    const answer = await ask({ range: 'bytes=0-1' });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe('bytes 0-1/600000');
    expect(await bodyOf(answer)).toEqual(BYTES.subarray(0, 2));
  });

  it('stay in the storage for HEAD, for what is known already, and for what is not there', async () => {
    const read = vi.spyOn(storage, 'read');
    const etag = (await ask({}, { method: 'HEAD' })).headers.get('etag')!;
    const head = await ask({ range: 'bytes=0-1' }, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '600000']);
    const known = await ask({ 'if-none-match': etag });
    expect([known.status, known.headers.get('content-length'), known.headers.get('etag')]).toEqual([
      304,
      null,
      etag,
    ]);
    expect((await ask({ range: 'bytes=600000-' })).status).toBe(416);
    expect((await ask({ 'if-match': '"x"' })).status).toBe(412);
    expect(read).not.toHaveBeenCalled();
  });

  it('are let go when the viewer goes', async () => {
    const answer = await ask();
    const reader = answer.body!.getReader();
    expect((await reader.read()).value!.length).toBeGreaterThan(0);
    await reader.cancel();
    expect(await bodyOf(await ask({ range: 'bytes=5-9' }))).toEqual(BYTES.subarray(5, 10));
  });

  it('that are not there are an error with a reason, and a line in the log', async () => {
    await expect(ask({}, { file: { storageKey: 'videos/a/none.mp4' } })).rejects.toMatchObject({
      reason: 'missing',
    });
    const broken = { ...storage, read: () => Promise.reject(new Error('no answer')) };
    await expect(ask({}, { from: broken })).rejects.toBeInstanceOf(StorageError);
  });
});

describe('what is said about them', () => {
  it('lets a browser keep them, not change them, and run nothing', async () => {
    const { headers } = await ask();
    expect(Object.fromEntries(headers)).toEqual({
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-transform, max-age=300',
      'content-disposition': 'inline; filename="film.mp4"',
      'content-length': '600000',
      'content-security-policy': "sandbox; default-src 'none'",
      'content-type': 'video/mp4',
      'cross-origin-resource-policy': 'same-site',
      etag: `"${FILE.sha256.slice(0, 32)}"`,
      'last-modified': 'Sun, 22 Nov 2026 12:00:00 GMT',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
    });
  });

  it.each([
    ['image/svg+xml', 'application/octet-stream', 'attachment'],
    ['text/html', 'application/octet-stream', 'attachment'],
    ['application/xhtml+xml', 'application/octet-stream', 'attachment'],
    ['application/javascript', 'application/octet-stream', 'attachment'],
    ['application/zip', 'application/octet-stream', 'attachment'],
    ['video/mp4; codecs="x"', 'application/octet-stream', 'attachment'],
    ['image/png', 'image/png', 'inline'],
    ['audio/mpeg', 'audio/mpeg', 'inline'],
    ['application/pdf', 'application/pdf', 'inline'],
  ])('%s goes out as %s, %s', async (contentType, type, way) => {
    const { headers } = await ask({}, { file: { contentType } });
    expect(headers.get('content-type')).toBe(type);
    expect(headers.get('content-disposition')).toMatch(new RegExp(`^${way};`));
  });

  it('leaves a PDF outside the sandbox, in which browsers draw none', async () => {
    const { headers } = await ask({}, { file: { contentType: 'application/pdf' } });
    expect(headers.get('content-security-policy')).not.toContain('sandbox');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it.each([
    ['film.mp4', 'inline; filename="film.mp4"'],
    ['Añejo.mp4', `inline; filename="Anejo.mp4"; filename*=UTF-8''A%C3%B1ejo.mp4`],
    ['誕生日.mp4', `inline; filename="___.mp4"; filename*=UTF-8''%E8%AA%95%E7%94%9F%E6%97%A5.mp4`],
    ['a"b\\c/d.mp4', 'inline; filename="a_b_c_d.mp4"'],
    ["it's 100%.pdf", `inline; filename="it_s 100_.pdf"; filename*=UTF-8''it%27s%20100%25.pdf`],
    ['../../etc/passwd', 'inline; filename=".._.._etc_passwd"'],
    ['x\r\nset-cookie: a=b', 'inline; filename="x__set-cookie_ a=b"'],
    ['cod\u202Efdp.exe', 'inline; filename="cod_fdp.exe"'],
    ['', 'inline; filename="file"'],
    ['..', 'inline; filename="file"'],
    ['\u{11c2f}', `inline; filename="file"; filename*=UTF-8''%F0%91%B0%AF`],
    ['.\u0301', `inline; filename="file"; filename*=UTF-8''.%CC%81`],
    ['\uD800x', `inline; filename="_x"; filename*=UTF-8''%EF%BF%BDx`],
  ])('names %j so that every client understands it: %s', (name, expected) => {
    expect(disposition('inline', name)).toBe(expected);
  });

  it('names are always a header, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const value = disposition('attachment', name);
        expect(value).toMatch(
          /^attachment; filename="[\x20-\x21\x23-\x5b\x5d-\x7e]+"(; filename\*=UTF-8''[\w%.!#$&+^`|~-]+)?$/,
        );
        expect(new Headers({ 'content-disposition': value }).get('content-disposition')).toBe(value);
      }),
      { numRuns: 1_000, examples: [['\u{11c2f}'], [' \u0301 '], ['.\u0301']] },
    );
  });

  it.each([
    ['Birthday', 'video/mp4', 'Birthday.mp4'],
    ['Birthday.MP4', 'video/mp4', 'Birthday.MP4'],
    ['v1.2', 'application/pdf', 'v1.2.pdf'],
    ['x', 'application/x-unknown', 'x'],
  ])('%s of type %s is kept as %s', (name, type, expected) => {
    expect(fileName(name, type)).toBe(expected);
  });
});
