/**
 * How many SMS a text becomes, which is what a carrier counts, charges and paces.
 *
 * GSM 03.38 packs 160 septets in one message and 153 in each part of a longer one; one character outside the table
 * turns the whole text into UCS-2 with 70 and 67 units. An escape sequence or a surrogate pair is never cut in two.
 * Toll-free senders spend one unit more on the header (152 and 66).
 */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const EXTENDED = new Set('^{}\\[~]|€\f');

export interface SegmentCount {
  encoding: 'GSM-7' | 'UCS-2';
  segments: number;
}

export function countSegments(text: string, tollFree = false): SegmentCount {
  const costs: number[] = [];
  for (const char of text) {
    if (BASIC.has(char)) costs.push(1);
    else if (EXTENDED.has(char)) costs.push(2);
    else return { encoding: 'UCS-2', segments: pack(unitsOf(text), 70, tollFree ? 66 : 67) };
  }
  return { encoding: 'GSM-7', segments: pack(costs, 160, tollFree ? 152 : 153) };
}

function unitsOf(text: string): number[] {
  const units: number[] = [];
  for (const char of text) units.push(char.length);
  return units;
}

function pack(costs: number[], single: number, part: number): number {
  let total = 0;
  for (const cost of costs) total += cost;
  if (total <= single) return 1;
  let segments = 1;
  let used = 0;
  for (const cost of costs) {
    if (used + cost > part) {
      segments++;
      used = 0;
    }
    used += cost;
  }
  return segments;
}

const TOLL_FREE = /^\+1(800|833|844|855|866|877|888)\d{7}$/;

export function isTollFree(number: string): boolean {
  return TOLL_FREE.test(number);
}
