import { chmod, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SetupError } from '../errors.ts';
import { ConversionError, converter, type Converter, type VideoFacts } from './convert.ts';
import { inspect } from './inspect/index.ts';
import { fixture, readerOf } from './testing/fixtures.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchbay-convert-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function place(name: string): Promise<{ source: string; facts: VideoFacts }> {
  const bytes = fixture(name);
  const found = await inspect(readerOf(bytes), bytes.length);
  if (!found.ok) throw new Error(found.reason);
  const source = join(folder, name);
  await writeFile(source, bytes);
  return { source, facts: found };
}

async function factsOf(path: string) {
  const bytes = await readFile(path);
  return inspect(readerOf(bytes), bytes.length);
}

async function reasonOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ConversionError);
  return (error as ConversionError).reason;
}

/** A stand-in for what ffmpeg does when it does not do its work. */
async function program(name: string, script: string): Promise<Converter> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return converter(path)!;
}

describe('a converter', () => {
  it('is none where the host wants none, or has none', () => {
    expect(converter(false)).toBeNull();
    const before = process.env['PATH'];
    process.env['PATH'] = folder;
    expect(converter()).toBeNull();
    process.env['PATH'] = before;
  });

  it('has to be a program', () => {
    expect(() => converter(join(folder, 'nothing'))).toThrow(SetupError);
    expect(() => converter(folder)).toThrow(/media\.ffmpeg/);
  });
});

describe.skipIf(process.platform === 'win32')('a conversion that goes wrong', () => {
  it('is killed when it takes too long, with nothing left behind', async () => {
    const { source, facts } = await place('hevc.mov');
    const slow = await program('slow', 'for target; do :; done; echo half > "$target"; exec sleep 600');
    const target = join(folder, 'slow.mp4');
    expect(await reasonOf(slow.toMp4(source, target, facts, { timeoutMs: 300 }))).toBe('slow');
    expect(await readdir(folder)).not.toContain('slow.mp4');
  });

  it('is killed when nobody waits any more', async () => {
    const { source, facts } = await place('hevc.mov');
    const started = join(folder, 'started');
    const endless = await program(
      'endless',
      `mkfifo '${started}' 2>/dev/null; echo > '${started}'; exec sleep 600`,
    );
    const stop = new AbortController();
    const work = reasonOf(endless.toMp4(source, join(folder, 'x.mp4'), facts, { signal: stop.signal }));
    await readWhenThere(started);
    stop.abort();
    expect(await work).toBe('stopped');
    expect(await reasonOf(endless.toMp4(source, join(folder, 'x.mp4'), facts, { signal: stop.signal }))).toBe(
      'stopped',
    );
  });

  it('says what to do, and keeps the end of what ffmpeg said for the log', async () => {
    const { source, facts } = await place('hevc.mov');
    const loud = await program('loud', 'yes error | head -c 5000000 >&2; echo last words >&2; exit 1');
    const error: unknown = await loud
      .toMp4(source, join(folder, 'x.mp4'), facts)
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ reason: 'failed', message: expect.stringMatching(/Export it as MP4/) });
    const said = ((error as ConversionError).cause as Error).message;
    expect(said).toMatch(/last words$/);
    expect(said.length).toBeLessThanOrEqual(2000);
  });

  /** The other end of a pipe opens when the program has come that far. */
  async function readWhenThere(path: string): Promise<void> {
    await expect.poll(() => readdir(folder)).toContain('started');
    const pipe = await open(path, 'r');
    await pipe.close();
  }
});

const binary = await ffmpegOfTests();
describe.skipIf(binary === null)(
  'ffmpeg (skipped where @ffmpeg-installer has no binary for the machine)',
  () => {
    const ffmpeg = () => converter(binary!)!;

    it.each(['hevc.mov', 'vp9.webm', 'live.webm', 'mpeg4.mp4', 'phone.3gp', 'av1.mp4'])(
      'makes an MP4 of %s that plays everywhere',
      async (name) => {
        const { source, facts } = await place(name);
        const target = join(folder, `${name}.mp4`);
        await ffmpeg().toMp4(source, target, facts);
        const found = await factsOf(target);
        expect(found).toMatchObject({ ok: true, contentType: 'video/mp4', plays: 'everywhere' });
        expect(found.ok && Math.abs(found.durationMs! - facts.durationMs!)).toBeLessThan(250);
        // its head first
        const bytes = await readFile(target);
        expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
      },
    );

    it('copies what is right already, and keeps it upright', async () => {
      const { source, facts } = await place('upright.mp4');
      const target = join(folder, 'copied.mp4');
      await ffmpeg().toMp4(source, target, facts);
      expect(await factsOf(target)).toMatchObject({
        ok: true,
        width: 120,
        height: 160,
        videoCodec: facts.videoCodec,
      });
    });

    it.each(['h264.mp4', 'upright.mp4', 'vp8.webm', 'hevc.mov'])('makes a picture of %s', async (name) => {
      const { source, facts } = await place(name);
      const target = join(folder, `${name}.jpg`);
      await ffmpeg().poster(source, target, facts);
      const size = name === 'upright.mp4' ? { width: 120, height: 160 } : { width: 160, height: 120 };
      expect(await factsOf(target)).toMatchObject({ ok: true, contentType: 'image/jpeg', ...size });
    });

    it('tells how far it is', async () => {
      const { source, facts } = await place('hevc.mov');
      const shares: number[] = [];
      await ffmpeg().toMp4(source, join(folder, 'told.mp4'), facts, {
        progress: (share) => shares.push(share),
      });
      expect(shares.length).toBeGreaterThan(0);
      expect(shares.at(-1)).toBeGreaterThan(0.9);
      for (const share of shares) expect(share >= 0 && share <= 1).toBe(true);
    });

    it('refuses what becomes too large', async () => {
      const { source, facts } = await place('mpeg4.mp4');
      const target = join(folder, 'large.mp4');
      expect(await reasonOf(ffmpeg().toMp4(source, target, facts, { maxSize: 2000 }))).toBe('large');
      expect(await readdir(folder)).not.toContain('large.mp4');
    });

    it('opens no other files that a file names, and leaves nothing of a broken one', async () => {
      const facts: VideoFacts = {
        contentType: 'video/mp4',
        durationMs: 1000,
        videoCodec: 'mp4v',
        audioCodec: null,
      };
      const playlist = join(folder, 'playlist.mp4');
      await writeFile(playlist, `#EXTM3U\n#EXTINF:1,\nfile://${join(folder, 'h264.mp4')}\n#EXT-X-ENDLIST\n`);
      expect(await reasonOf(ffmpeg().toMp4(playlist, join(folder, 'out.mp4'), facts))).toBe('failed');
      const cut = join(folder, 'cut.mp4');
      await writeFile(cut, fixture('h264-tail.mp4').subarray(0, 3000));
      expect(await reasonOf(ffmpeg().toMp4(cut, join(folder, 'out.mp4'), facts))).toBe('failed');
      expect(await readdir(folder)).not.toContain('out.mp4');
    });
  },
);

async function ffmpegOfTests(): Promise<string | null> {
  try {
    const { path } = await import('@ffmpeg-installer/ffmpeg');
    // its own install script would do this, and is not run
    await chmod(path, 0o755);
    return path;
  } catch {
    return null;
  }
}
