import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { expect, it } from 'vitest';
import { toE164 } from './phone.ts';
import { BASE_SEED } from '../testing/campaign.ts';

const digits = (count: number) =>
  fc
    .array(fc.constantFrom(...'0123456789'), { minLength: count, maxLength: count })
    .map((all) => all.join(''));
const between = fc.constantFrom('', ' ', '-', '.', ') ', ')', ')-');
const american = fc
  .tuple(
    fc.constantFrom('', '1', '+1', '1 ', '+1 ', '+1-'),
    fc.constantFrom('', '('),
    digits(3),
    between,
    digits(3),
  )
  .chain(([code, open, area, first, exchange]) =>
    fc
      .tuple(fc.constantFrom('', ' ', '-', '.'), digits(4), fc.constantFrom('', '', ' ', 'x9', '0'))
      .map(([second, line, rest]) => `${code}${open}${area}${first}${exchange}${second}${line}${rest}`),
  );

it('reads American numbers as the library does, however they are written', () => {
  const seed = BASE_SEED;
  console.log('seed', seed);
  fc.assert(
    fc.property(
      american,
      fc.constantFrom('US' as const, 'CA' as const, 'DE' as const, 'GB' as const),
      (typed, region) => {
        const read = parsePhoneNumberFromString(typed, region);
        const expected = read?.isPossible() && /^\+[1-9]\d{6,14}$/.test(read.number) ? read.number : null;
        const own = (() => {
          try {
            return toE164(typed, region);
          } catch {
            return null;
          }
        })();
        expect([typed, region, own]).toEqual([typed, region, expected]);
      },
    ),
    { seed, numRuns: 3_000 },
  );
});
