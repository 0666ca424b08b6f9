import { expect, it } from 'vitest';
import { Coalescer } from './coalesce.ts';

/** A flush that waits to be let through. */
function gate() {
  const flushes: { key: string; items: number[]; pass: () => void; fail: (error: Error) => void }[] = [];
  const coalescer = new Coalescer<number, number>(
    (key, items) =>
      new Promise((resolve, reject) =>
        flushes.push({ key, items, pass: () => resolve(items.map((item) => item * 10)), fail: reject }),
      ),
    3,
  );
  return { coalescer, flushes };
}
const turn = () => new Promise(setImmediate);

it('writes what arrives during a write together with the next one, and answers each its own', async () => {
  const { coalescer, flushes } = gate();
  const first = coalescer.add('k', 1);
  await turn();
  const later = [2, 3].map((item) => coalescer.add('k', item));
  await turn();
  expect(flushes.map(({ items }) => items)).toEqual([[1]]);
  flushes[0]!.pass();
  expect(await first).toBe(10);
  await turn();
  expect(flushes.map(({ items }) => items)).toEqual([[1], [2, 3]]);
  flushes[1]!.pass();
  expect(await Promise.all(later)).toEqual([20, 30]);
});

it('writes different keys beside each other', async () => {
  const { coalescer, flushes } = gate();
  void coalescer.add('a', 1);
  void coalescer.add('b', 2);
  await turn();
  expect(flushes.map(({ key }) => key)).toEqual(['a', 'b']);
});

it('takes no more than the limit into one write', async () => {
  const { coalescer, flushes } = gate();
  for (const item of [1, 2, 3, 4, 5]) void coalescer.add('k', item);
  await turn();
  expect(flushes[0]!.items).toEqual([1, 2, 3]);
  flushes[0]!.pass();
  await turn();
  expect(flushes[1]!.items).toEqual([4, 5]);
});

it('fails those whose write failed, and goes on', async () => {
  const { coalescer, flushes } = gate();
  const lost = coalescer.add('k', 1);
  const caught = expect(lost).rejects.toThrow('gone');
  await turn();
  const kept = coalescer.add('k', 2);
  flushes[0]!.fail(new Error('gone'));
  await caught;
  await turn();
  flushes[1]!.pass();
  expect(await kept).toBe(20);
});
