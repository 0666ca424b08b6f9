import fc from 'fast-check';
import { expect, it } from 'vitest';
import { between, isLong, spread } from './ranks.ts';
import { BASE_SEED } from '../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

it('puts a rank between any two, whatever was put there before', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 300 }), (places) => {
      const ranks: string[] = [];
      for (const place of places) {
        const at = place % (ranks.length + 1);
        ranks.splice(at, 0, between(ranks[at - 1] ?? null, ranks[at] ?? null));
      }
      expect(ranks.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(ranks);
      expect(new Set(ranks).size).toBe(ranks.length);
    }),
  );
});

it('keeps ranks short in a list that grows at an end', () => {
  let [first, last] = [between(null, null), between(null, null)];
  for (let round = 0; round < 10_000; round += 1) {
    [first, last] = [between(null, first), between(last, null)];
  }
  expect([first.length, last.length]).toEqual([6, 6]);
});

it('says when a gap has been halved too often, after a hundred drags and more', () => {
  const low = between(null, null);
  let high = between(low, null);
  let drags = 0;
  while (!isLong(high)) {
    high = between(low, high);
    drags += 1;
  }
  expect(drags).toBeGreaterThan(100);
});

it('spreads a list with room for a drag between all of it', () => {
  const ranks = spread(50);
  expect(ranks.toSorted()).toEqual(ranks);
  ranks.slice(1).forEach((rank, index) => expect(between(ranks[index]!, rank)).toHaveLength(6));
});
