/** The bytes behind a message's media: fetched from a MediaUrl, or handed over by a phone as a data URL. */
import type { Journal } from './journal.ts';
import { TransportError, type IncomingResponse, type Transport } from './http-transport.ts';
import { checkMedia } from './media-check.ts';
import type { Media } from './records.ts';

/** More than any message holds: further is not read. */
const MAX_MEDIA_BYTES = 20 * 1024 * 1024;

export interface MediaStore {
  put(sid: string, bytes: Uint8Array): void;
  get(sid: string): Uint8Array | undefined;
  /** Fetches what the MediaUrls of a message name; the error code, and of which, when one cannot be had or is not taken. */
  fetchAll(media: Media[]): Promise<{ code: number; url: string } | null>;
  /** Fetches what a call is to play; why it cannot be played, or null. */
  listen(url: string): Promise<string | null>;
  clear(): void;
}

export function createMediaStore(options: {
  transport: Transport;
  journal: Journal | undefined;
  /** Bytes that carriers take of files that are not resized. */
  carrierLimit: () => number;
}): MediaStore {
  const { transport, journal, carrierLimit } = options;
  const held = new Map<string, Uint8Array>();

  function put(sid: string, bytes: Uint8Array): void {
    held.set(sid, bytes);
    journal?.media(sid, bytes);
  }

  /** Twilio looks before it fetches; redirects are followed as by any browser. */
  async function ask(method: 'GET' | 'HEAD', address: string): Promise<IncomingResponse> {
    let url = address;
    for (let hop = 0; ; hop++) {
      const answer = await transport({
        method,
        url,
        headers: { 'user-agent': 'TwilioProxy/1.1', accept: '*/*' },
        body: '',
        connectTimeoutMs: 5000,
        readTimeoutMs: 15_000,
        totalTimeoutMs: 15_000,
        maxBytes: MAX_MEDIA_BYTES,
      });
      if (answer.status < 300 || answer.status > 399 || answer.location === null || hop === 5) return answer;
      url = new URL(answer.location, url).href;
    }
  }

  return {
    put,
    get: (sid) => held.get(sid) ?? journal?.readMedia(sid),
    async fetchAll(all) {
      let taken = 0;
      for (const media of all) {
        if (media.url === null) continue;
        const { url } = media;
        try {
          const head = await ask('HEAD', url);
          const answer = await ask('GET', url);
          if (head.status > 299 || answer.status > 299) return { code: 63019, url };
          const type = typeOf(answer.contentType) || media.contentType;
          const headType = typeOf(head.contentType) || type;
          const code = checkMedia({ headType, type, bytes: answer.body }, taken, carrierLimit());
          if (code !== null) return { code, url };
          taken += answer.body.length;
          put(media.sid, answer.body);
          media.contentType = type;
        } catch (error) {
          return { code: error instanceof TransportError && error.stage === 'size' ? 11751 : 63019, url };
        }
      }
      return null;
    },
    async listen(url) {
      try {
        const answer = await ask('GET', url);
        if (answer.status > 299) return `it answered ${answer.status}`;
        const type = typeOf(answer.contentType);
        return /^audio\/(mpeg|mp3|wav|wave|x-wav|vnd\.wave|aiff|x-aiff|x-aifc|gsm|x-gsm|ulaw)$/.test(type)
          ? null
          : `${type} cannot be played on a call`;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    clear: () => held.clear(),
  };
}

const typeOf = (header: string): string => (header.split(';')[0] ?? '').trim().toLowerCase();

const TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  heic: 'image/heic',
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
