import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readArray, writeArray } from './arrays.ts';

it('reads what it writes, whatever stands in it', () => {
  const element = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', 'NULL', '{', '}', ',', '"', '\\', 'a\nb', '\\"'),
    fc.constant(null),
  );
  fc.assert(
    fc.property(fc.array(element), (list) => {
      expect(readArray(writeArray(list))).toEqual(list);
    }),
    { seed: 20261122 },
  );
});

it('reads what Postgres writes without quotes', () => {
  expect(readArray('{a,b c,NULL,"x,y"}')).toEqual(['a', 'b c', null, 'x,y']);
  expect(readArray('{1,2,NULL}', Number)).toEqual([1, 2, null]);
  expect(readArray('{}')).toEqual([]);
});
