import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edgesOf, followingStep, loopsOf, reached, reversed } from './graph.ts';
import type { StepBase } from './definition.ts';
import { BASE_SEED } from '../../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

/** Of each step, where it leads; -1 ends. */
const graphs = fc.integer({ min: 1, max: 9 }).chain((size) =>
  fc.array(fc.array(fc.integer({ min: -1, max: size - 1 }), { maxLength: 3 }), {
    minLength: size,
    maxLength: size,
  }),
);

/** Slow and plain: who can be come to in one step or more. */
function closure(ways: number[][]): boolean[][] {
  const to = ways.map((targets) => ways.map((_, index) => targets.includes(index)));
  for (const [k] of ways.entries()) {
    for (const [i] of ways.entries())
      for (const [j] of ways.entries()) to[i]![j] ||= to[i]![k]! && to[k]![j]!;
  }
  return to;
}

describe('walks over steps', () => {
  it('reach what a closure reaches', () => {
    fc.assert(
      fc.property(graphs, (ways) => {
        const far = closure(ways);
        const expected = ways.flatMap((_, index) => (index === 0 || far[0]![index] ? [index] : []));
        expect([...reached(ways, [0])].sort()).toEqual(expected);
      }),
    );
  });

  it('find exactly the loops: steps that lead to each other', () => {
    fc.assert(
      fc.property(graphs, (ways) => {
        const far = closure(ways);
        const loops = new Map<number, number[]>();
        ways.forEach((_, one) => {
          if (!far[one]![one]) return;
          const first = ways.findIndex((__, other) => far[one]![other] && far[other]![one]);
          loops.set(first, [...(loops.get(first) ?? []), one]);
        });
        expect(loopsOf(ways)).toEqual([...loops.values()]);
      }),
    );
  });

  it('find back from the ends whoever can come to one', () => {
    fc.assert(
      fc.property(graphs, (ways) => {
        const far = closure(ways);
        const { back, ends } = reversed(ways);
        const leaves = (index: number) => ways[index]!.length === 0 || ways[index]!.includes(-1);
        const expected = ways.flatMap((_, index) =>
          leaves(index) || ways.some((__, end) => far[index]![end] && leaves(end)) ? [index] : [],
        );
        expect([...reached(back, ends)].sort()).toEqual(expected);
      }),
    );
  });

  it('are not deeper than the stack, whatever the length', () => {
    const ways = Array.from({ length: 100_000 }, (_, index) => [(index + 1) % 100_000]);
    expect(loopsOf(ways)).toHaveLength(1);
    expect(reached(ways, [0]).size).toBe(100_000);
  });
});

describe('ways on', () => {
  const steps = [
    { id: 'a', kind: 'condition', branches: [{ when: { all: [] }, to: 'c' }] },
    { id: 'b', kind: 'add_tag', tags: ['x'], next: 'a' },
    { id: 'c', kind: 'wait', for_event: { type: 'message.received', timeout: '1 day' } },
    { id: 'd', kind: 'end' },
  ] as StepBase[];

  it('go by next, else by the list, else out', () => {
    expect(steps.map(({ id }) => followingStep({ steps }, id))).toEqual(['b', 'a', 'd', null]);
    expect(followingStep({ steps }, 'nowhere')).toBe(null);
  });

  it('are an edge each, named where there is a choice', () => {
    expect(edgesOf({ steps })).toEqual([
      { from: 'a', to: 'c', label: 'Branch 1' },
      { from: 'a', to: 'b', label: 'Else' },
      { from: 'b', to: 'a', label: null },
      { from: 'c', to: 'd', label: 'It happened' },
      { from: 'c', to: 'd', label: 'Not within 1 day' },
    ]);
  });
});
