/** What was really played: seeks counted once, never less than before, never more than there is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthOf, MOST_PARTS, mergePlayed, shareOf, type Played } from './played.ts';
import { BASE_SEED } from '../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

const LENGTH = 60;
const parts = fc.array(fc.tuple(fc.integer({ min: -20, max: 90 }), fc.integer({ min: -20, max: 90 })), {
  maxLength: 20,
}) as fc.Arbitrary<Played>;

/** Millisecond by millisecond. */
function slow(...told: Played[]): Set<number> {
  const seen = new Set<number>();
  for (const [from, to] of told.flat()) {
    for (let at = Math.max(0, from); at < Math.min(LENGTH, to); at += 1) seen.add(at);
  }
  return seen;
}

describe('merged', () => {
  it('has what either has, each millisecond once', () => {
    fc.assert(
      fc.property(parts, parts, (known, told) => {
        const first = mergePlayed([], known, LENGTH);
        const merged = mergePlayed(first, told, LENGTH);
        expect(slow(merged)).toEqual(slow(known, told));
        expect(lengthOf(merged)).toBe(slow(known, told).size);
      }),
    );
  });

  it('is in order and apart', () => {
    fc.assert(
      fc.property(parts, parts, (known, told) => {
        const merged = mergePlayed(mergePlayed([], known, LENGTH), told, LENGTH);
        for (const [index, [from, to]] of merged.entries()) {
          expect(from).toBeLessThan(to);
          if (index > 0) expect(from).toBeGreaterThan(merged[index - 1]![1]);
        }
      }),
    );
  });

  it('comes to the same in whatever order it is told, and however often', () => {
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 5 }), fc.nat(), (reports, turn) => {
        const all = (told: Played[]) =>
          told.reduce((sum, one) => mergePlayed(sum, one, LENGTH), [] as Played);
        const turned = [...reports.slice(turn % (reports.length || 1)), ...reports, ...reports];
        expect(all(turned)).toEqual(all(reports));
      }),
    );
  });

  it('keeps what was known when there are more parts than anybody plays', () => {
    const many = Array.from({ length: MOST_PARTS + 1 }, (_, part): [number, number] => [
      part * 2,
      part * 2 + 1,
    ]);
    expect(mergePlayed([[0, 1]], many, 10_000)).toEqual([[0, 1]]);
  });
});

it.each([
  [[], 1000, 0],
  [[[0, 250]], 1000, 0.25],
  [[[0, 250], [500, 1000]], 1000, 0.75], // prettier-ignore
  [[[0, 992]], 1000, 1],
  [[[0, 500]], 0, 0],
] as [Played, number, number][])('the share of %j in %i ms is %d', (played, duration, share) => {
  expect(shareOf(played, duration)).toBe(share);
});
