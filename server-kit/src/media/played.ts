/** Parts of a film that were really played, in whole milliseconds: `[[from, to], …]`, apart from each other and in order. */
export type Played = [from: number, to: number][];

/** More of them than this come from no person. What goes beyond is left out, so that what was known stays. */
export const MOST_PARTS = 200;

/** What either of them has: seeking back and watching again counts once. */
export function mergePlayed(known: Played, told: Played, duration: number): Played {
  const parts = [...known, ...told]
    .map(([from, to]): [number, number] => [
      Math.max(0, Math.round(from)),
      Math.min(duration, Math.round(to)),
    ])
    .filter(([from, to]) => to > from)
    .sort(([left], [right]) => left - right);
  const merged: Played = [];
  for (const [from, to] of parts) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged.length > MOST_PARTS ? known : merged;
}

export function lengthOf(played: Played): number {
  return played.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** The last frames are often not played: what is all but a hundredth is all. */
export function shareOf(played: Played, duration: number): number {
  if (duration <= 0) return 0;
  const share = lengthOf(played) / duration;
  return share >= 0.99 ? 1 : share;
}
