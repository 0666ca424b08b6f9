/**
 * How a text is cut into segments, the unit that carriers bill and pace by (3GPP TS 23.038 for the alphabet,
 * TS 23.040 for concatenation). Pure and without zod: the composer's live counter and the server's pacing are the
 * same function.
 */

/** The GSM 7-bit basic alphabet, in code order. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿' +
  'abcdefghijklmnopqrstuvwxyzäöñüà';
/** The extension table: each costs two septets, which may not be parted. */
const EXTENSION = '\f^{}\\[~]|€';

const COST = new Map<string, number>([...BASIC].map((char) => [char, 1]));
for (const char of EXTENSION) COST.set(char, 2);

const LIMITS = { 'gsm-7': { single: 160, part: 153 }, 'ucs-2': { single: 70, part: 67 } } as const;

export type Encoding = keyof typeof LIMITS;

export interface SegmentCount {
  encoding: Encoding;
  /** Septets (GSM-7) or UTF-16 code units (UCS-2). */
  units: number;
  /** Zero for an empty text. */
  segments: number;
  /** What fits in the current number of segments, for "142/160". */
  capacity: number;
  /** The first character that made the whole text UCS-2; null while it is GSM-7. */
  forcedBy: string | null;
}

/** Counts segments of `text`. Never throws: a lone surrogate counts as the one unit that the carrier makes of it. */
export function countSegments(text: string): SegmentCount {
  let forcedBy: string | null = null;
  for (const char of text) {
    if (!COST.has(char)) {
      forcedBy = char;
      break;
    }
  }
  const encoding: Encoding = forcedBy === null ? 'gsm-7' : 'ucs-2';
  const { single, part } = LIMITS[encoding];

  let units = 0;
  let segments = 0;
  let room = 0;
  // A pair (surrogates, or an escape with its extension character) never straddles two parts: it moves on whole.
  for (const char of text) {
    const cost = forcedBy === null ? (COST.get(char) ?? 1) : char.length;
    units += cost;
    if (cost > room) {
      segments += 1;
      room = part;
    }
    room -= cost;
  }
  if (units <= single) segments = units === 0 ? 0 : 1;
  return { encoding, units, segments, capacity: segments <= 1 ? single : segments * part, forcedBy };
}

/** Where a link goes in a text that does not want it at its end. */
const PLACE = /\{link\}/g;

/**
 * A text with the links of its files, as it leaves: each where `{link}` stands, the others on lines of their own at the
 * end. All links of an account are equally long, so that a composer counts with an asset's own `url`.
 */
export function withLinks(body: string, links: readonly string[]): string {
  const left = [...links];
  const text = body.replace(PLACE, () => left.shift() ?? '');
  if (left.length === 0) return text;
  return [...(text.trim() === '' ? [] : [text.trimEnd()]), ...left].join('\n');
}
