/**
 * Conversion by the host's ffmpeg, where there is one: what only some phones and browsers play becomes an MP4 that all of them
 * do. It reads what strangers sent, so it is told which container to expect (no playlists that name other files), opens
 * nothing but files, and is killed when it takes too long or nobody waits any more.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { constants as system, setPriority } from 'node:os';
import { delimiter, join } from 'node:path';
import { SetupError } from '../errors.ts';
import type { FileFacts } from './inspect/index.ts';

export type VideoFacts = Pick<FileFacts, 'contentType' | 'durationMs' | 'videoCodec' | 'audioCodec'>;

export interface ConvertOptions {
  signal?: AbortSignal;
  /** From 0 to 1. Not called where the length is unknown. */
  progress?: (share: number) => void;
  /** Default an hour. */
  timeoutMs?: number;
  /** Of the result. Default 2 GiB; what becomes larger is refused. */
  maxSize?: number;
}

export interface Converter {
  /** From a file to a file, which is there only when it is whole. Throws `ConversionError`. */
  toMp4(source: string, target: string, facts: VideoFacts, options?: ConvertOptions): Promise<void>;
  /** A JPEG of what is seen after a second, at most 1280 pixels wide. Throws `ConversionError`. */
  poster(source: string, target: string, facts: VideoFacts, options?: ConvertOptions): Promise<void>;
}

/** The message is for whoever sent the file. */
export class ConversionError extends Error {
  readonly reason: 'failed' | 'slow' | 'large' | 'stopped';
  constructor(reason: ConversionError['reason'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ConversionError';
    this.reason = reason;
  }
}

const HOUR_MS = 3_600_000;
const POSTER_MS = 60_000;
const MAX_SIZE = 2 * 2 ** 30;
/** What ffmpeg says of its troubles is kept to this end of it. */
const SAID = 2000;

/**
 * Default: the `ffmpeg` of the PATH; null where there is none, or with `false`. Throws `SetupError` for a given one that
 * cannot be run.
 */
export function converter(ffmpeg?: string | false): Converter | null {
  if (ffmpeg === false) return null;
  const program = ffmpeg ?? inPath();
  if (program === null) return null;
  if (ffmpeg !== undefined && !isProgram(ffmpeg)) {
    throw new SetupError(`media.ffmpeg: there is no program at ${ffmpeg}. Give its path, or false for none.`);
  }
  return {
    async toMp4(source, target, facts, options = {}) {
      const maxSize = options.maxSize ?? MAX_SIZE;
      const args = [...input(source, facts), ...MP4, ...codecs(facts), '-fs', String(maxSize)];
      await run(program, [...args, '-f', 'mp4', target], target, facts.durationMs, options);
      // ffmpeg ends quietly where it may not write on
      if ((await stat(target)).size < maxSize * 0.99) return;
      await rm(target, { force: true });
      throw new ConversionError(
        'large',
        'The video becomes too large when it is converted. Make it shorter, or smaller.',
      );
    },
    async poster(source, target, facts, options = {}) {
      const at = Math.min(1000, (facts.durationMs ?? 0) / 2) / 1000;
      const picture = ['-frames:v', '1', '-vf', "scale='min(1280,iw)':-2", '-q:v', '4', '-f', 'mjpeg'];
      const args = ['-ss', at.toFixed(3), ...input(source, facts), '-map', '0:v:0', ...picture, target];
      await run(program, args, target, null, { timeoutMs: POSTER_MS, ...options });
    },
  };
}

function input(source: string, { contentType }: VideoFacts): string[] {
  const container = contentType === 'video/webm' ? 'matroska' : 'mov';
  return ['-protocol_whitelist', 'file', '-f', container, '-i', `file:${source}`];
}

/** With its head first, so that it plays while it comes; and without what phones write into it, such as the place. */
const MP4 = ['-map', '0:v:0', '-map', '0:a:0?', '-map_metadata', '-1', '-movflags', '+faststart'];

/** H.264 and AAC as they are, out of a MOV for one; everything else is encoded. */
function codecs({ videoCodec, audioCodec }: VideoFacts): string[] {
  const video = /^avc1\.(42|4D|58|64)/.test(videoCodec ?? '')
    ? ['-c:v', 'copy']
    : [
        ...[
          '-c:v',
          'libx264',
          '-preset',
          'veryfast',
          '-crf',
          '23',
          '-profile:v',
          'high',
          '-pix_fmt',
          'yuv420p',
        ],
        // sides must be even, and no phone shows more
        ...['-vf', "scale='trunc(min(1,1920/max(iw,ih))*iw/2)*2':'trunc(min(1,1920/max(iw,ih))*ih/2)*2'"],
      ];
  const audio = audioCodec?.startsWith('mp4a.40')
    ? ['-c:a', 'copy']
    : ['-c:a', 'aac', '-b:a', '128k', '-ac', '2'];
  return [...video, ...audio];
}

async function run(
  program: string,
  args: string[],
  target: string,
  durationMs: number | null,
  options: ConvertOptions,
): Promise<void> {
  const { signal, progress, timeoutMs = HOUR_MS } = options;
  let ended: ConversionError | undefined;
  let said = '';
  try {
    if (signal?.aborted === true) throw stopped();
    await new Promise<void>((resolve, reject) => {
      const common = [
        '-nostdin',
        '-hide_banner',
        '-loglevel',
        'error',
        '-y',
        '-progress',
        'pipe:1',
        '-nostats',
      ];
      const child = spawn(program, [...common, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      const end = (error: ConversionError) => {
        ended ??= error;
        child.kill('SIGKILL');
      };
      const abort = () => end(stopped());
      signal?.addEventListener('abort', abort, { once: true });
      const timer = setTimeout(
        () => end(new ConversionError('slow', 'The video takes too long to convert. Make it shorter.')),
        timeoutMs,
      );
      child.on('spawn', () => yieldTo(child.pid));
      child.stderr.on('data', (bytes: Buffer) => (said = (said + String(bytes)).slice(-SAID)));
      child.stdout.on('data', (bytes: Buffer) => {
        // microseconds, whatever it is called
        const at = /out_time_ms=(\d+)(?![\s\S]*out_time_ms=)/.exec(String(bytes))?.[1];
        if (at !== undefined && durationMs) progress?.(Math.min(1, Number(at) / 1000 / durationMs));
      });
      child.on('error', (error) => {
        said ||= error.message;
        done(false);
      });
      child.on('close', (code) => done(code === 0));
      function done(well: boolean): void {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        if (well && !ended) resolve();
        else reject(ended ?? failed(said));
      }
    });
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
}

const stopped = () => new ConversionError('stopped', 'The conversion was stopped.');
const failed = (said: string) =>
  new ConversionError(
    'failed',
    'The video could not be converted. Export it as MP4 (H.264), and upload that.',
    new Error(said.trim()),
  );

/** Requests go before it. */
function yieldTo(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, system.priority.PRIORITY_LOW);
  } catch {
    // it has ended, or the host may not say so
  }
}

function inPath(): string | null {
  const names = process.platform === 'win32' ? ['ffmpeg.exe'] : ['ffmpeg'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram);
  return found ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
