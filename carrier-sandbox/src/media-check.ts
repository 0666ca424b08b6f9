/** What the carrier takes into a message: types, whether the bytes are of them, sizes. */

/** It makes these smaller itself until the receiving carrier takes them. */
const RESIZED = new Set(['image/jpeg', 'image/png', 'image/gif']);
/** https://www.twilio.com/docs/messaging/guides/accepted-mime-types */
const PASSED_ON =
  /^(image\/(webp|heic|heif|heic-sequence|heif-sequence|tiff|bmp|vnd\.wap\.wbmp|svg\+xml)|video\/(mp4|mpeg|quicktime|webm|3gpp|3gpp2|3gpp-tt|H26[13458](-\d+)?)|audio\/[\w.+-]+|text\/(vcard|x-vcard|calendar|directory|csv|rtf|richtext|plain)|application\/(pdf|vcard|vnd\.apple\.pkpass))$/i;

const MESSAGE_LIMIT = 5 * 1024 * 1024;

const BEGINNINGS: [type: RegExp, begins: (bytes: Uint8Array) => boolean][] = [
  [/^image\/jpeg$/, (bytes) => hex(bytes, 0, 3) === 'ffd8ff'],
  [/^image\/png$/, (bytes) => hex(bytes, 0, 4) === '89504e47'],
  [/^image\/gif$/, (bytes) => hex(bytes, 0, 4) === '47494638'],
  [/^application\/pdf$/, (bytes) => hex(bytes, 0, 5) === '255044462d'],
  [/^video\/(mp4|quicktime|3gpp)$/, (bytes) => hex(bytes, 4, 8) === '66747970'],
  [/^video\/webm$/, (bytes) => hex(bytes, 0, 4) === '1a45dfa3'],
];

export interface FetchedMedia {
  /** As HEAD and as GET said. */
  headType: string;
  type: string;
  bytes: Uint8Array;
}

/** The error code of a file that is not taken, or null. `taken`: bytes of the message so far; `carrierLimit`: of other than pictures. */
export function checkMedia(
  { headType, type, bytes }: FetchedMedia,
  taken: number,
  carrierLimit: number,
): number | null {
  if (headType !== type || !(RESIZED.has(type) || PASSED_ON.test(type))) return 12300;
  const known = BEGINNINGS.find(([pattern]) => pattern.test(type));
  if (known && !known[1](bytes)) return 12300;
  if (taken + bytes.length > MESSAGE_LIMIT) return 11751;
  return !RESIZED.has(type) && bytes.length > carrierLimit ? 30019 : null;
}

function hex(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, end)).toString('hex');
}
