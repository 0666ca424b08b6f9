/** The bytes behind a message's media: fetched from a MediaUrl, or handed over by a phone as a data URL. */
import type { Journal } from './journal.ts';
import { TransportError, type Transport } from './http-transport.ts';
import type { Media } from './records.ts';

const MAX_MEDIA_BYTES = 5 * 1024 * 1024;

export interface MediaStore {
  put(sid: string, bytes: Uint8Array): void;
  get(sid: string): Uint8Array | undefined;
  /** Fetches what a MediaUrl names; the error code when it cannot be had. */
  fetch(media: Media): Promise<number | null>;
  clear(): void;
}

export function createMediaStore(options: {
  transport: Transport;
  journal: Journal | undefined;
}): MediaStore {
  const { transport, journal } = options;
  const held = new Map<string, Uint8Array>();

  function put(sid: string, bytes: Uint8Array): void {
    held.set(sid, bytes);
    journal?.media(sid, bytes);
  }

  return {
    put,
    get: (sid) => held.get(sid) ?? journal?.readMedia(sid),
    async fetch(media) {
      if (media.url === null) return null;
      try {
        const answer = await transport({
          method: 'GET',
          url: media.url,
          headers: { 'user-agent': 'TwilioProxy/1.1', accept: '*/*' },
          body: '',
          connectTimeoutMs: 5000,
          readTimeoutMs: 15_000,
          totalTimeoutMs: 15_000,
          maxBytes: MAX_MEDIA_BYTES,
        });
        if (answer.status < 200 || answer.status > 299) return 63019;
        put(media.sid, answer.body);
        media.contentType = (answer.contentType.split(';')[0] ?? '').trim() || media.contentType;
        return null;
      } catch (error) {
        return error instanceof TransportError && error.stage === 'size' ? 11751 : 63019;
      }
    },
    clear: () => held.clear(),
  };
}

const TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  mp4: 'video/mp4',
  mp3: 'audio/mpeg',
  pdf: 'application/pdf',
  vcf: 'text/vcard',
  txt: 'text/plain',
};

/** What the name of a file says it is, until it was fetched. */
export function guessType(url: string): string {
  const extension = /\.([a-z0-9]+)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  return TYPES[extension] ?? 'application/octet-stream';
}

/** `data:image/png;base64,…` taken apart; undefined for anything else. */
export function readDataUrl(url: string): { contentType: string; bytes: Uint8Array } | undefined {
  const parts = /^data:([\w.+-]+\/[\w.+-]+)?((?:;[\w=.-]+)*?)(;base64)?,([\s\S]*)$/.exec(url);
  if (!parts) return undefined;
  const text = parts[4] ?? '';
  const bytes = parts[3] ? Buffer.from(text, 'base64') : Buffer.from(unescape(text));
  return { contentType: parts[1] ?? 'text/plain', bytes };
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
