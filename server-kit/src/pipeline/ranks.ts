/**
 * Where a card stands among the others of its stage, as a text that sorts byte by byte. Between any two there is room for a
 * third, so a move writes one row.
 *
 * A rank is a *head* of six digits (base 62) and a *tail*. Putting something first or last counts the head down or up, so a stage
 * that only grows keeps short ranks; putting something between neighbours halves the tail. A tail never ends in the lowest digit:
 * nothing would fit between `a` and `a0`.
 */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = DIGITS.length;
const HEAD = 6;
const HEADS = BASE ** HEAD;
/** Beyond this a stage is numbered anew: some 200 drags to one and the same gap. */
const LONGEST = HEAD + 36;

export function isLong(rank: string): boolean {
  return rank.length > LONGEST;
}

/** A rank above `low` and below `high`; null stands for the end of the list. */
export function between(low: string | null, high: string | null): string {
  if (low === null && high === null) return head(Math.floor(HEADS / 2));
  if (low === null) return head(headOf(high!) - 1);
  if (high === null) return head(headOf(low) + 1);
  const [from, to] = [headOf(low), headOf(high)];
  if (to - from > 1) return head(Math.floor((from + to) / 2));
  return low.slice(0, HEAD) + middle(low.slice(HEAD), from === to ? high.slice(HEAD) : null);
}

/** `count` ranks in order, with room between them. */
export function spread(count: number): string[] {
  const gap = 1_000;
  const first = Math.floor(HEADS / 2) - Math.floor((count * gap) / 2);
  return Array.from({ length: count }, (_, index) => head(first + index * gap));
}

/** `count` ranks in order behind the last one that there is, with room between them. */
export function behind(last: string | null, count: number): string[] {
  if (last === null) return spread(count);
  const from = headOf(last);
  const gap = Math.max(1, Math.min(1_000, Math.floor((HEADS - 1 - from) / (count + 1))));
  return Array.from({ length: count }, (_, index) => head(from + (index + 1) * gap));
}

function head(number: number): string {
  let text = '';
  for (let rest = number, place = 0; place < HEAD; place += 1, rest = Math.floor(rest / BASE)) {
    text = DIGITS[rest % BASE]! + text;
  }
  return text;
}

function headOf(rank: string): number {
  return [...rank.slice(0, HEAD)].reduce((sum, digit) => sum * BASE + DIGITS.indexOf(digit), 0);
}

/** A tail between two; the upper one null: whatever is above the lower one. Read them as fractions: 0.low, 0.high. */
function middle(low: string, high: string | null): string {
  let common = '';
  for (let place = 0; ; place += 1) {
    const from = DIGITS.indexOf(low[place] ?? '0');
    const to = high === null ? BASE : DIGITS.indexOf(high[place] ?? '0');
    if (to - from > 1) return common + DIGITS[Math.floor((from + to) / 2)]!;
    common += DIGITS[from]!;
    // one digit apart, or none: whatever follows decides, and once apart nothing bounds it from above
    if (to > from) high = null;
  }
}
