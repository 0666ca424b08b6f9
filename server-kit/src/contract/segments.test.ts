import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSegments, withLinks } from './segments.ts';

const SEED = 20261122;
const a = (count: number) => 'a'.repeat(count);

describe('GSM-7', () => {
  it.each([
    ['', 0, 0],
    [a(1), 1, 1],
    [a(160), 160, 1],
    [a(161), 161, 2],
    [a(306), 306, 2],
    [a(307), 307, 3],
    ['é à ñ ü ß Ø £ ¥', 15, 1],
  ])('%# has its units and segments', (text, units, segments) =>
    expect(countSegments(text)).toMatchObject({ encoding: 'gsm-7', units, segments, forcedBy: null }),
  );

  it('counts an extension character twice and never parts it', () => {
    expect(countSegments('€')).toMatchObject({ units: 2, segments: 1 });
    expect(countSegments(a(159) + '€')).toMatchObject({ units: 161, segments: 2 });
    // 152 + 2 does not fit into 153: the pair moves on, and what is left over stays empty
    expect(countSegments(a(152) + '€' + a(152))).toMatchObject({ units: 306, segments: 3 });
  });
});

describe('UCS-2', () => {
  it.each([
    ['я'.repeat(70), 70, 1],
    ['я'.repeat(71), 71, 2],
    ['я'.repeat(134), 134, 2],
    ['я'.repeat(135), 135, 3],
  ])('%# has its units and segments', (text, units, segments) =>
    expect(countSegments(text)).toMatchObject({ encoding: 'ucs-2', units, segments }),
  );

  it('names the character that forced it', () => {
    expect(countSegments('Great 👍 see “you”').forcedBy).toBe('👍');
    expect(countSegments('it’s fine').forcedBy).toBe('’');
  });

  it('never parts a surrogate pair', () => {
    expect(countSegments('я'.repeat(66) + '👍' + 'я'.repeat(66))).toMatchObject({ units: 134, segments: 3 });
  });
});

describe('for every text', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'Z', ' ', '€', '{', 'é', 'я', '👍', '“', '\ud83d'),
    maxLength: 700,
  });

  it('segments never shrink when a character is added', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('a', '€', 'я', '👍'), (before, char) => {
        expect(countSegments(before + char).segments).toBeGreaterThanOrEqual(countSegments(before).segments);
      }),
      { seed: SEED },
    );
  });

  it('the units fit into the segments, with at most one unit of each wasted', () => {
    fc.assert(
      fc.property(text, (value) => {
        const { units, segments, capacity } = countSegments(value);
        expect(units).toBeLessThanOrEqual(capacity);
        if (segments > 2) expect(units).toBeGreaterThan((segments - 1) * (capacity / segments - 1));
      }),
      { seed: SEED },
    );
  });
});

describe('a text with links', () => {
  const LINK = 'https://portal.example/m/Abcdefgh123456';

  it('has them on lines of their own at its end', () => {
    expect(withLinks('Hello ', [LINK])).toBe(`Hello\n${LINK}`);
    expect(withLinks('', [LINK, LINK])).toBe(`${LINK}\n${LINK}`);
  });

  it('or where {link} stands, the first in the first place', () => {
    expect(withLinks('See {link} and {link}!', ['$1', 'b'])).toBe('See $1 and b!');
    expect(withLinks('See {link}', ['a', 'b'])).toBe('See a\nb');
    expect(withLinks('See {link}', [])).toBe('See ');
    expect(withLinks('Hello ', [])).toBe('Hello ');
  });
});
