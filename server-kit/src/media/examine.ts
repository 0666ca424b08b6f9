/** What a file is, found by its content, and whether it may be used. What the sender said of it decides nothing. */
import { createHash } from 'node:crypto';
import type { Asset, AssetKind } from '../contract/index.ts';
import { ProblemError } from '../errors.ts';
import { inspect, type RandomReader } from './inspect/index.ts';
import type { MediaContext } from './options.ts';
import { runScan } from './scan.ts';
import type { ByteRange, UploadPlace } from './storage/storage.ts';

export interface Found {
  kind: AssetKind | 'captions';
  content_type: string;
  extension: string;
  width: number | null;
  height: number | null;
  duration_ms: number | null;
  video_codec: string | null;
  audio_codec: string | null;
  plays: Asset['plays'];
  /** In hexadecimal. */
  sha256: string;
  size: number;
}

/** Where a file stands that is looked at: an upload that is not finished, or whole under its key. */
export interface Standing {
  key: string;
  place: UploadPlace;
  size: number;
  name: string;
  /** Already computed over these very bytes. */
  sha256?: string | undefined;
}

/** What the file is for decides what it may be. */
export interface Wanted {
  limits: Record<AssetKind, number>;
  /** Left out: any kind. */
  kind?: AssetKind | 'captions' | undefined;
  /** The sender’s own, in hexadecimal. */
  sha256?: string | undefined;
}

export const LARGEST_CAPTIONS = 1024 ** 2;

const KINDS: Record<string, AssetKind> = {
  ...named('video', 'mp4 m4v mov webm mkv 3gp qt'),
  ...named('picture', 'jpg jpeg png gif webp heic heif avif'),
  ...named('document', 'pdf'),
  ...named('audio', 'mp3 m4a wav ogg aac opus'),
};

function named(kind: AssetKind, extensions: string): Record<string, AssetKind> {
  return Object.fromEntries(extensions.split(' ').map((extension) => [extension, kind]));
}

/** What the name claims; undefined where it claims nothing that we know. */
export function kindOfName(name: string): AssetKind | undefined {
  return KINDS[extensionOf(name)];
}

/** Short and plain, for keys; `bin` for a name without one. */
export function extensionOf(name: string): string {
  return /\.([a-z0-9]{1,8})$/i.exec(name.trim())?.[1]?.toLowerCase() ?? 'bin';
}

const A_KIND: Record<AssetKind | 'captions', string> = {
  video: 'a video',
  picture: 'a picture',
  document: 'a document',
  audio: 'a sound recording',
  captions: 'a caption file',
};

/** Throws `file_refused`, `payload_too_large`, with words for whoever chose the file. */
export async function examine(media: MediaContext, file: Standing, wanted: Wanted): Promise<Found> {
  const { storage, options } = media;
  if (file.size === 0) throw refused('The file is empty. Choose it again.');
  const read = (range?: ByteRange) => storage.readUpload(file.key, file.place, range);
  const sha256 = file.sha256 ?? (await hashOf(await read()));
  if (wanted.sha256 !== undefined && wanted.sha256 !== sha256) {
    throw refused('What arrived is not what was sent: the checksum differs. Send the file again.');
  }
  if (wanted.kind === 'captions') return await captions(file, await read(), sha256);

  const reader: RandomReader = async (start, length) =>
    start >= file.size || length <= 0
      ? new Uint8Array()
      : bytesOf(await read({ start, end: Math.min(start + length, file.size) - 1 }));
  const seen = await inspect(reader, file.size, file.name);
  if (!seen.ok) throw refused(seen.reason);
  if (wanted.kind !== undefined && seen.kind !== wanted.kind) {
    throw refused(`This file is ${A_KIND[seen.kind]}. Choose ${A_KIND[wanted.kind]}.`);
  }
  checkSize(file.size, wanted.limits[seen.kind], seen.kind);
  const scanned = await runScan(options.scan, {
    name: file.name,
    contentType: seen.contentType,
    size: file.size,
    path: storage.uploadPath(file.key, file.place),
    stream: () => read(),
  });
  if (!scanned.ok && scanned.again) throw new ProblemError('unavailable', scanned.reason);
  if (!scanned.ok) throw refused(scanned.reason);
  return {
    kind: seen.kind,
    content_type: seen.contentType,
    extension: seen.extension,
    width: seen.width,
    height: seen.height,
    duration_ms: seen.durationMs,
    video_codec: seen.videoCodec,
    audio_codec: seen.audioCodec,
    plays: seen.plays,
    sha256,
    size: file.size,
  };
}

/** Throws `payload_too_large`. */
export function checkSize(size: number, limit: number, kind?: AssetKind): void {
  if (size <= limit) return;
  throw new ProblemError(
    'payload_too_large',
    `The file has ${inWords(size)}. ${kind ? `${A_KIND[kind][0]!.toUpperCase()}${A_KIND[kind].slice(1)}` : 'It'} may have at most ${inWords(limit)}.`,
    'size',
  );
}

function inWords(bytes: number): string {
  const gib = bytes / 1024 ** 3;
  if (gib >= 1) return `${round(gib)} GB`;
  const mib = bytes / 1024 ** 2;
  return mib >= 0.1 ? `${round(mib)} MB` : `${bytes} bytes`;
}

const round = (value: number) => Math.round(value * 10) / 10;

async function captions(file: Standing, body: ReadableStream<Uint8Array>, sha256: string): Promise<Found> {
  if (file.size > LARGEST_CAPTIONS) {
    await body.cancel();
    throw new ProblemError('payload_too_large', 'Captions may have at most 1 MB.', 'size');
  }
  const bytes = await bytesOf(body);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notCaptions();
  }
  // WebVTT, 4.1: the word, then a space, a tab or the line's end; and one cue at least, or there is nothing to show
  const cue = /^(\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}[ \t]+-->[ \t]+(\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}/m;
  if (!/^WEBVTT([ \t].*)?(\r\n|\r|\n|$)/.test(text) || !cue.test(text) || text.includes('\0')) {
    throw notCaptions();
  }
  return {
    kind: 'captions',
    content_type: 'text/vtt',
    extension: 'vtt',
    width: null,
    height: null,
    duration_ms: null,
    video_codec: null,
    audio_codec: null,
    plays: 'everywhere',
    sha256,
    size: file.size,
  };
}

function notCaptions(): ProblemError {
  return refused('Captions must be a WebVTT file (.vtt) in UTF-8: the first line says WEBVTT.');
}

export function refused(why: string): ProblemError {
  return new ProblemError('file_refused', why);
}

async function hashOf(body: ReadableStream<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of body) hash.update(piece);
  return hash.digest('hex');
}

async function bytesOf(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(body).arrayBuffer());
}
