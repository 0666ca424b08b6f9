import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixture, readerOf } from '../testing/fixtures.ts';
import { inspect, type FileFacts, type RandomReader } from './index.ts';
import { BASE_SEED } from '../../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

const look = (bytes: Uint8Array, name?: string) => inspect(readerOf(bytes), bytes.length, name);

async function reasonOf(bytes: Uint8Array, name?: string): Promise<string> {
  const found = await look(bytes, name);
  expect(found.ok).toBe(false);
  return found.ok ? '' : found.reason;
}

const box = (type: string, ...content: (Uint8Array | string)[]): Buffer => {
  const body = Buffer.concat(content.map((part) => Buffer.from(part as string, 'latin1')));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};
const words = (...numbers: number[]): Buffer => {
  const bytes = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, index) => bytes.writeUInt32BE(number >>> 0, index * 4));
  return bytes;
};

/** A phone's picture: a grid of tiles, turned. */
function heif(brand: string, quarterTurns: number): Buffer {
  const properties = box(
    'ipco',
    box('ispe', words(0, 512, 512)),
    box('ispe', words(0, 4032, 3024)),
    box('irot', Buffer.from([quarterTurns])),
  );
  return Buffer.concat([
    box('ftyp', brand, words(0), 'mif1', brand),
    box('meta', words(0), box('iprp', properties)),
    box('mdat', 'picture'),
  ]);
}

/** An EXIF segment behind the first two bytes. */
function withOrientation(jpeg: Buffer, orientation: number): Buffer {
  const entry = Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
  const tiff = Buffer.concat([Buffer.from('MM\0\x2a\0\0\0\x08\0\x01', 'latin1'), entry, words(0)]);
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}

const PDF = Buffer.from(
  '%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n',
);

describe('what a file is', () => {
  const VIDEO = { kind: 'video', width: 160, height: 120 } as const;
  const cases: [string, Partial<FileFacts>][] = [
    [
      'h264.mp4',
      {
        ...VIDEO,
        contentType: 'video/mp4',
        videoCodec: 'avc1.64000A',
        audioCodec: 'mp4a.40.2',
        plays: 'everywhere',
      },
    ],
    ['h264-tail.mp4', { ...VIDEO, contentType: 'video/mp4', plays: 'everywhere' }],
    ['upright.mp4', { kind: 'video', width: 120, height: 160 }],
    ['fragments.mp4', { ...VIDEO, contentType: 'video/mp4', videoCodec: 'avc1.64000A' }],
    ['hevc.mov', { ...VIDEO, contentType: 'video/quicktime', videoCodec: 'hvc1.1.6.L30.90', plays: 'some' }],
    ['av1.mp4', { ...VIDEO, contentType: 'video/mp4', videoCodec: 'av01.1.00M.08', plays: 'some' }],
    [
      'vp8.webm',
      { ...VIDEO, contentType: 'video/webm', videoCodec: 'vp8', audioCodec: 'opus', plays: 'some' },
    ],
    ['vp9.webm', { ...VIDEO, contentType: 'video/webm', videoCodec: 'vp9' }],
    ['live.webm', { ...VIDEO, contentType: 'video/webm' }],
    ['mpeg4.mp4', { ...VIDEO, videoCodec: 'mp4v', plays: 'download' }],
    ['phone.3gp', { kind: 'video', contentType: 'video/3gpp', width: 128, height: 96, plays: 'download' }],
    ['voice.m4a', { kind: 'audio', contentType: 'audio/mp4', audioCodec: 'mp4a.40.2', plays: 'everywhere' }],
    ['voice.mp3', { kind: 'audio', contentType: 'audio/mpeg', audioCodec: 'mp3' }],
    ['voice.ogg', { kind: 'audio', contentType: 'audio/ogg', audioCodec: 'opus' }],
    ['voice.wav', { kind: 'audio', contentType: 'audio/wav', audioCodec: 'pcm' }],
    ['voice.amr', { kind: 'audio', contentType: 'audio/amr', audioCodec: 'samr', plays: 'download' }],
    ['picture.png', { kind: 'picture', contentType: 'image/png', extension: 'png', width: 160, height: 120 }],
    [
      'picture.jpg',
      { kind: 'picture', contentType: 'image/jpeg', extension: 'jpg', width: 160, height: 120 },
    ],
    ['picture.gif', { kind: 'picture', contentType: 'image/gif', width: 160, height: 120 }],
    ['picture.webp', { kind: 'picture', contentType: 'image/webp', width: 160, height: 120 }],
  ];
  it.each(cases)('%s', async (name, facts) => {
    const found = await look(fixture(name), name);
    expect(found).toMatchObject({ ok: true, ...facts });
    if (!found.ok || found.kind === 'picture') return;
    // a second; ffmpeg fills up the last frame of sound, and gives B-frames room at the start
    expect(found.durationMs).toBeGreaterThanOrEqual(980);
    expect(found.durationMs).toBeLessThanOrEqual(1210);
  });

  it('a picture that was held on its side has the size it is shown in', async () => {
    expect(await look(withOrientation(fixture('picture.jpg'), 6))).toMatchObject({ width: 120, height: 160 });
    expect(await look(withOrientation(fixture('picture.jpg'), 3))).toMatchObject({ width: 160, height: 120 });
  });

  it("an iPhone's picture is as large as its grid, turned", async () => {
    const facts = {
      ok: true,
      kind: 'picture',
      contentType: 'image/heic',
      width: 3024,
      height: 4032,
      plays: 'some',
    };
    expect(await look(heif('heic', 1), 'IMG_0001.HEIC')).toMatchObject(facts);
    expect(await look(heif('avif', 0))).toMatchObject({
      contentType: 'image/avif',
      width: 4032,
      height: 3024,
    });
  });

  it('a PDF', async () => {
    expect(await look(PDF, 'welcome.pdf')).toMatchObject({
      ok: true,
      kind: 'document',
      contentType: 'application/pdf',
    });
  });

  it('a song with its cover, which is larger than what is looked at first', async () => {
    const song = fixture('voice.mp3');
    const cover = Buffer.alloc(20_000, 1);
    const size = Buffer.from([0, (cover.length >> 14) & 127, (cover.length >> 7) & 127, cover.length & 127]);
    const tag = Buffer.concat([Buffer.from('ID3\x03\0\0', 'latin1'), size, cover]);
    expect(await look(Buffer.concat([tag, song]))).toMatchObject({ ok: true, contentType: 'audio/mpeg' });
  });

  it('the name does not matter, unless it says another kind', async () => {
    expect(await look(fixture('picture.jpg'), 'holiday.png')).toMatchObject({ contentType: 'image/jpeg' });
    expect(await look(fixture('hevc.mov'), 'IMG_0002')).toMatchObject({ contentType: 'video/quicktime' });
    expect(await look(fixture('voice.m4a'), 'Recording 7.mp4')).toMatchObject({ ok: true, kind: 'audio' });
    expect(await reasonOf(PDF, 'birthday.mp4')).toMatch(/is called \.mp4, but holds a PDF/);
    expect(await reasonOf(fixture('h264.mp4'), 'portrait.jpg')).toMatch(/is called \.jpg, but holds a video/);
  });
});

describe('a recording that was cut off', () => {
  it('says so, wherever its head was lost', async () => {
    const tail = fixture('h264-tail.mp4');
    const moov = tail.indexOf('moov');
    for (const end of [20, 60, 1000, moov, moov + 10, tail.length - 1]) {
      expect(await reasonOf(tail.subarray(0, end))).toMatch(/cut off/);
    }
    expect(await reasonOf(fixture('h264.mp4').subarray(0, 6000))).toMatch(/cut off/);
    expect(await reasonOf(fixture('vp8.webm').subarray(0, 200))).toMatch(/cut off/);
  });

  it('plays up to there when it was written live', async () => {
    const live = fixture('live.webm');
    const half = await look(live.subarray(0, Math.floor(live.length / 2)));
    expect(half).toMatchObject({ ok: true, kind: 'video' });
    expect(half.ok && half.durationMs).toBeLessThan(800);
    const fragments = fixture('fragments.mp4');
    expect(await look(fragments.subarray(0, fragments.length - 300))).toMatchObject({
      ok: true,
      kind: 'video',
    });
  });

  it('is told of pictures and PDFs too', async () => {
    expect(await reasonOf(fixture('picture.png').subarray(0, 100))).toMatch(/missing|is none/);
    expect(await reasonOf(PDF.subarray(0, 40))).toMatch(/end of this PDF is missing/);
  });
});

describe('what is refused, and why', () => {
  const SCRIPT = '<script>alert(document.domain)</script>';
  const HTML = `<!DOCTYPE html><html><body>${SCRIPT}</body></html>`;
  const SVG = `<svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`;
  const zip = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(60), zipEnd()]);
  const [png, jpg, gif, mp4] = ['picture.png', 'picture.jpg', 'picture.gif', 'h264.mp4'].map(fixture) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const after = (head: Buffer | string, body: Buffer | string) =>
    Buffer.concat([Buffer.from(head as string, 'latin1'), Buffer.from(body as string, 'latin1')]);
  const comment = after(
    Buffer.from([0xff, 0xd8, 0xff, 0xfe, 0, SCRIPT.length + 2]),
    after(SCRIPT, jpg.subarray(2)),
  );

  /** R20: what pretends to be something harmless. */
  const cases: [string, Buffer, RegExp][] = [
    ['nothing', Buffer.alloc(0), /empty/],
    ['a single byte', Buffer.from('x'), /cannot be sent/],
    ['zeros', Buffer.alloc(5000), /cannot be sent/],
    ['text', Buffer.from('Dear customer, '.repeat(20)), /cannot be sent/],
    ['a program', after('MZ', Buffer.alloc(600, 3)), /cannot be sent/],
    ['a program of Linux', after('\x7fELF\x02\x01\x01', Buffer.alloc(600, 3)), /cannot be sent/],
    ['a shell script', Buffer.from('#!/bin/sh\nrm -rf /\n'), /cannot be sent/],
    ['HTML', Buffer.from(HTML), /web page/],
    ['HTML behind spaces', Buffer.from(`\n\n  ${HTML}`), /web page/],
    ['HTML with a byte order mark', after('\xef\xbb\xbf', HTML), /web page/],
    ['an SVG', Buffer.from(SVG), /SVG/],
    ['an SVG with an XML head', Buffer.from(`<?xml version="1.0"?>${SVG}`), /SVG/],
    ['XHTML', Buffer.from(`<?xml version="1.0"?><html xmlns="x">${SCRIPT}</html>`), /web page/],
    ['a ZIP', zip, /archive/],
    ['a ZIP that says it is a PDF', after(zip, '%PDF-1.7\n%%EOF'), /archive/],
    ['a PDF with a ZIP behind it', after(PDF, zip), /ZIP/],
    ['a gzip bomb', after('\x1f\x8b\x08\0\0\0\0\0', Buffer.alloc(600)), /archive/],
    ['a PDF that begins later', after('x'.repeat(20), PDF), /cannot be sent|no whole PDF/],
    ['a PDF that begins with HTML', after(`%PDF-1.4\n${HTML}\n`, PDF), /script/],
    ['a PDF without an end', Buffer.from('%PDF-1.7\n'.repeat(20)), /end of this PDF/],
    ['PostScript', Buffer.from('%!PS-Adobe-3.0\n'.repeat(10)), /PDF/],
    ['a GIF that is a script', Buffer.from('GIF89a/*'.padEnd(40) + '*/=1;alert(1)'), /what follows is none/],
    ['a GIF with a script behind it', after(gif, SCRIPT), /script/],
    ['a JPEG with HTML behind it', after(jpg, HTML), /script/],
    ['a JPEG with a script for a comment', comment, /script/],
    ['a JPEG with a ZIP behind it', after(jpg, zip), /ZIP/],
    ['a JPEG of three bytes', Buffer.from([0xff, 0xd8, 0xff]), /./],
    ['a PNG with a PDF behind it', after(png, PDF), /PDF/],
    ['a PNG head with PHP behind it', after(png.subarray(0, 33), '<?php system($_GET[0]); ?>'), /script/],
    ['a PNG without a picture', after(png.subarray(0, 33), Buffer.alloc(500)), /none|missing/],
    ['a PNG that would unpack to gigabytes', hugePng(png), /megapixels/],
    ['an MP4 head with HTML behind it', after(box('ftyp', 'isom', words(0)), HTML), /script/],
    ['an MP4 head with anything behind it', after(box('ftyp', 'isom', words(0)), Buffer.alloc(900, 65)), /./],
    [
      'an MP4 without tracks',
      Buffer.concat([box('ftyp', 'isom', words(0)), box('moov'), box('mdat')]),
      /neither/,
    ],
    ['an MP4 with a ZIP behind it', after(mp4, zip), /ZIP/],
    ['a Matroska video', fixture('h264.mkv'), /Matroska/],
    ['an AVI', after('RIFF\x24\0\0\0AVI ', Buffer.alloc(200)), /cannot be sent/],
    ['a WAV without sound', after('RIFF\x24\0\0\0WAVE', Buffer.alloc(28)), /none|cut off|cannot/],
    ['Flash', after('FWS\x05', Buffer.alloc(200, 1)), /cannot be sent/],
    ['a Windows icon', after('\0\0\x01\0\x01\0', Buffer.alloc(200)), /cannot be sent/],
    ['a document of Word', after('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', Buffer.alloc(600)), /cannot be sent/],
  ];
  it.each(cases)('%s', async (_name, bytes, reason) => {
    expect(await reasonOf(bytes)).toMatch(reason);
  });

  it('each reason says what to do', async () => {
    for (const [, bytes] of cases) expect(await reasonOf(bytes)).toMatch(/\. [A-Z].+\.$|can be sent\.$/);
  });

  it("a phone's picture that carries a short video is none of these", async () => {
    expect(await look(after(jpg, mp4))).toMatchObject({ ok: true, contentType: 'image/jpeg' });
  });

  function zipEnd(): Buffer {
    return Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);
  }
  function hugePng(png: Buffer): Buffer {
    const huge = Buffer.from(png);
    huge.writeUInt32BE(60_000, 16);
    huge.writeUInt32BE(60_000, 20);
    return huge;
  }
});

describe('whatever the file holds', () => {
  const names = [
    'h264.mp4',
    'fragments.mp4',
    'hevc.mov',
    'live.webm',
    'vp9.webm',
    'picture.png',
    'picture.jpg',
  ];
  const more = ['picture.gif', 'picture.webp', 'voice.mp3', 'voice.ogg', 'voice.wav', 'voice.amr'];
  const files = [...names, ...more].map(fixture).concat([heif('heic', 1), PDF]);

  /** Counts what is read, and holds it against the caps. */
  async function measured(bytes: Uint8Array, size = bytes.length) {
    let [reads, total] = [0, 0];
    const found = await inspect(async (start, length) => {
      reads++;
      total += length;
      expect(start).toBeGreaterThanOrEqual(0);
      expect(start + length).toBeLessThanOrEqual(size);
      const part = new Uint8Array(length);
      part.set(bytes.subarray(start, Math.min(bytes.length, start + length)));
      return part;
    }, size);
    expect(reads).toBeLessThanOrEqual(3000);
    expect(total).toBeLessThanOrEqual(48 << 20);
    if (found.ok) {
      for (const number of [found.width, found.height, found.durationMs]) {
        expect(number === null || (Number.isInteger(number) && number > 0 && number < 2 ** 31)).toBe(true);
      }
    } else {
      expect(found.reason.length).toBeGreaterThan(20);
    }
  }

  it('there is an answer within the caps for random bytes', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), (bytes) => measured(bytes)));
  });

  it('and for files in which something was changed, cut out, repeated or cut off', async () => {
    const change = fc.record({
      kind: fc.constantFrom('bytes', 'word', 'cut', 'repeat', 'end'),
      // the heads are where the numbers are
      at: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.1, noNaN: true })),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
      word: fc.constantFrom(0, 1, 8, 0x7fffffff, 0x80000000, 0xffffffff),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(files.length - 1),
        fc.array(change, { minLength: 1, maxLength: 5 }),
        async (index, changes) => {
          let file = Buffer.from(files[index]!);
          for (const { kind, at, bytes, word } of changes) {
            const place = Math.floor(at * Math.max(0, file.length - 13));
            if (kind === 'bytes')
              file = Buffer.concat([file.subarray(0, place), bytes, file.subarray(place + bytes.length)]);
            if (kind === 'word' && file.length > 4)
              file.writeUInt32BE(word, Math.min(place, file.length - 4));
            if (kind === 'cut')
              file = Buffer.concat([file.subarray(0, place), file.subarray(place + bytes.length * 7)]);
            if (kind === 'repeat') file = Buffer.concat([file.subarray(0, place), file]);
            if (kind === 'end') file = file.subarray(0, place);
          }
          await measured(file);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('and for huge ones that are a million empty boxes, elements or blocks', async () => {
    const size = 5 * 2 ** 30;
    const many = (head: Buffer, piece: Buffer) =>
      Buffer.concat([head, ...Array.from({ length: 200_000 }, () => piece)]);
    await measured(many(box('ftyp', 'isom', words(0)), box('free')), size);
    await measured(many(box('ftyp', 'isom', words(0)), box('moof')), size);
    await measured(many(Buffer.from('GIF89a\x01\0\x01\0\0\0\0!\xfe', 'latin1'), Buffer.from([1, 65])), size);
    await measured(many(fixture('picture.png').subarray(0, 33), box('tEXt', words(0))), size);
    await measured(many(Buffer.from([0xff, 0xd8]), Buffer.from([0xff, 0xe2, 0, 2])), size);
    await measured(
      many(fixture('live.webm').subarray(0, 3000), Buffer.from([0x1f, 0x43, 0xb6, 0x75, 0x80])),
      size,
    );
    await measured(many(Buffer.from('#!AMR\n'), Buffer.from([0x3c])), size);
  });

  it('and for one that goes on and on, where each step is allowed', async () => {
    const head = Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1');
    const block = Buffer.alloc(256, 65);
    block[0] = 255;
    const comment = [
      Buffer.from('!\xfe', 'latin1'),
      ...Array.from({ length: 900 }, () => block),
      Buffer.alloc(1),
    ];
    const period = Buffer.concat(comment);
    let reads = 0;
    const endless: RandomReader = async (start, length) => {
      reads++;
      const bytes = Buffer.alloc(length);
      for (let at = 0; at < length; at++) {
        const from = start + at - head.length;
        bytes[at] = from < 0 ? head[start + at]! : period[from % period.length]!;
      }
      return bytes;
    };
    expect(await inspect(endless, 2 ** 40)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/cannot be checked/),
    });
    expect(reads).toBeLessThanOrEqual(3000);
  });

  it('a storage that does not answer is no fault of the file', async () => {
    const down = new Error('down');
    await expect(inspect(() => Promise.reject(down), 1000)).rejects.toBe(down);
  });
});
