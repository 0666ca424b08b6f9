/** The answer to whoever asks for a file's bytes: a browser that seeks, a carrier, a scanner. */
import type { Logger } from 'pino';
import { select, type Representation } from './ranges.ts';
import { StorageError, type ByteRange, type MediaStorage } from '../storage/storage.ts';

export interface ServingContext {
  media: { storage: MediaStorage };
  log: Logger;
}

/** Not to be changed once it was served. */
export interface ServedFile {
  storageKey: string;
  /** In bytes. */
  size: number;
  /** In hexadecimal. */
  sha256: string;
  /** As it was found by content. */
  contentType: string;
  /** For people, without path: what a download is called. */
  name: string;
  /** True: to be kept, not shown. What a browser must not show is kept either way. */
  download: boolean;
  /** Since when these bytes are what is served. */
  modified?: Date;
  /** For how many seconds a browser may ask nobody. Default 300: that long a revoked link still plays where it has been played. */
  maxAge?: number;
  /** Who may embed it: this host's pages, or anybody's who has the address. Default `same-site`. */
  embeddable?: 'same-site' | 'cross-origin';
}

/** Never SVG or HTML: on the host's origin they could run script. */
const SHOWN =
  /^(image\/(png|jpeg|gif|webp|avif|bmp|heic|heif|tiff)|video\/[\w.+-]+|audio\/[\w.+-]+|application\/pdf|text\/vtt)$/;

export interface Asked {
  method: string;
  header: (name: string) => string | null | undefined;
}

export interface Served {
  status: number;
  headers: Record<string, string>;
  /** Null: nothing follows, as for HEAD, which opens nothing. */
  body: ReadableStream<Uint8Array> | null;
}

/** Throws `StorageError`: `missing` where the storage has lost the bytes. */
export async function serveFile(
  context: ServingContext,
  { method, headers }: Pick<Request, 'method' | 'headers'>,
  file: ServedFile,
): Promise<Response> {
  const served = await answerWith(context, { method, header: (name) => headers.get(name) }, file);
  return new Response(served.body, { status: served.status, headers: served.headers });
}

/** The same, not yet a web Response. */
export async function answerWith(context: ServingContext, asked: Asked, file: ServedFile): Promise<Served> {
  const said = saidOf(file);
  const { status, range } = select(asked.method, asked.header, said.representation);
  const headers = { ...said.always };
  if (status === 304) return { status, headers, body: null };
  if (status === 412 || status === 416) {
    headers['content-length'] = '0';
    headers['cache-control'] = 'no-store';
    if (status === 416) headers['content-range'] = `bytes */${file.size}`;
    return { status, headers, body: null };
  }
  Object.assign(headers, said.names);
  const part = range ?? { start: 0, end: file.size - 1 };
  headers['content-length'] = String(part.end - part.start + 1);
  if (range) headers['content-range'] = `bytes ${range.start}-${range.end}/${file.size}`;
  const nothing = asked.method === 'HEAD' || file.size === 0;
  return { status, headers, body: nothing ? null : await bytesOf(context, file, part) };
}

interface Said {
  representation: Representation;
  always: Record<string, string>;
  names: Record<string, string>;
}

/** What every answer says of a file. A player asks for one file in a hundred ranges, mostly by the same object. */
const said = new WeakMap<ServedFile, Said>();

function saidOf(file: ServedFile): Said {
  let known = said.get(file);
  if (known) return known;
  // 128 bits of it: no two files of one name will ever share them
  const etag = `"${file.sha256.slice(0, 32)}"`;
  const modified = file.modified ? new Date(Math.floor(file.modified.getTime() / 1000) * 1000) : null;
  const always = {
    etag,
    'accept-ranges': 'bytes',
    // no-transform: a compressing proxy would make other bytes of them, and ranges of nothing
    'cache-control': `private, no-transform, max-age=${file.maxAge ?? 300}`,
    ...(modified && { 'last-modified': modified.toUTCString() }),
    ...rulesFor(file),
  };
  known = { representation: { size: file.size, etag, modified }, always, names: namesOf(file) };
  said.set(file, known);
  return known;
}

/** From the storage, as the viewer takes it. */
async function bytesOf({ media, log }: ServingContext, { storageKey, size }: ServedFile, range: ByteRange) {
  const whole = range.start === 0 && range.end === size - 1;
  try {
    return await media.storage.read(storageKey, whole ? undefined : range);
  } catch (error) {
    const reason = error instanceof StorageError ? error.reason : 'unavailable';
    log.error({ key: storageKey, reason, err: (error as Error).message }, 'a file could not be served');
    throw error instanceof StorageError ? error : new StorageError(reason, (error as Error).message, error);
  }
}

/** What a browser may do with it: show it, run nothing of it, guess nothing. */
function rulesFor({ contentType, embeddable = 'same-site' }: ServedFile): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    // browsers draw no PDF in a sandbox, nor without styles of their own; it runs no script of our origin without one either
    'content-security-policy':
      contentType === 'application/pdf'
        ? "default-src 'none'; style-src 'unsafe-inline'"
        : "sandbox; default-src 'none'",
    'cross-origin-resource-policy': embeddable,
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex',
  };
}

function namesOf({ contentType, name, download }: ServedFile): Record<string, string> {
  const shown = SHOWN.test(contentType);
  return {
    'content-type':
      contentType === 'text/vtt'
        ? 'text/vtt; charset=utf-8'
        : shown
          ? contentType
          : 'application/octet-stream',
    'content-disposition': disposition(shown && !download ? 'inline' : 'attachment', name),
  };
}

/** RFC 6266: the name in ASCII for old clients, and as it is (RFC 8187) for the others. */
export function disposition(type: 'inline' | 'attachment', name: string): string {
  const clean = name
    // what would name another folder or end the header, and what turns the reading direction to hide an extension
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029/\\:*?"<>|]/gu, '_')
    .toWellFormed()
    .slice(0, 150)
    .trim();
  const whole = orFile(clean);
  // again, because a name may be nothing but marks, of which ASCII keeps none
  const ascii = orFile(
    whole
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/[^\x20-\x7e]/g, '_')
      .replace(/[%;']/g, '_')
      .trim(),
  );
  const encoded = encodeURIComponent(whole.toWellFormed()).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return ascii === whole
    ? `${type}; filename="${ascii}"`
    : `${type}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** Nothing at all, and names that are folders, are no names of files. */
const orFile = (name: string): string => (/^\.*$/.test(name) ? 'file' : name);

const EXTENSIONS: Record<string, string> = {
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/heic': 'heic',
  'image/avif': 'avif',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/wav': 'wav',
  'audio/ogg': 'ogg',
  'application/pdf': 'pdf',
  'text/vtt': 'vtt',
};

/** "Birthday" is "Birthday.mp4" once it is kept: names are members' own and need not end like files. */
export function fileName(name: string, contentType: string): string {
  const extension = EXTENSIONS[contentType];
  return extension === undefined || name.toLowerCase().endsWith(`.${extension}`)
    ? name
    : `${name}.${extension}`;
}
