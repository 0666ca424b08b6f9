import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSegments } from '../contract/index.ts';
import { asFirstMessage } from './first-message.ts';

const SEED = 20261122;
const name = 'Maple Court Realty';

describe('the first marketing text', () => {
  it.each([
    ['Open house on Saturday', `Open house on Saturday\n${name}: Reply STOP to opt out.`],
    [`${name.toUpperCase()} has news`, `${name.toUpperCase()} has news\nReply STOP to opt out.`],
    ['News! Text stop to end', `News! Text stop to end\n${name}`],
    ['', `${name}: Reply STOP to opt out.`],
  ])('%j leaves as %j', (body, whole) => expect(asFirstMessage(body, { name })).toBe(whole));

  it('stays as it is when it says both', () =>
    expect(asFirstMessage(`${name}: hello. Reply STOP to end.`, { name })).toBeNull());

  it('is not fooled by a word that only holds another: a nonstop flight is no way out', () =>
    expect(asFirstMessage(`${name}: nonstop flights`, { name })).toContain('Reply STOP'));

  it('takes the tenant’s own words, unless they forget the way out', () => {
    expect(asFirstMessage('Hi', { name, suffix: '- {business}. Txt STOP 2 end' })).toBe(
      `Hi\n- ${name}. Txt STOP 2 end`,
    );
    expect(asFirstMessage('Hi', { name, suffix: 'STOP ends it' })).toBe(`Hi\n${name}: STOP ends it`);
    expect(asFirstMessage('Hi', { name, suffix: 'Bye' })).toBe(`Hi\n${name}: Reply STOP to opt out.`);
  });

  it('always names the business and the way out, changes nothing before them, and keeps the alphabet', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 200 }),
        fc.string({ minLength: 1, maxLength: 20 }),
        fc.option(fc.string({ maxLength: 30 }), { nil: undefined }),
        (body, business, suffix) => {
          const whole = asFirstMessage(body, { name: business, suffix }) ?? body;
          expect(whole.toLowerCase()).toContain(business.toLowerCase());
          expect(whole).toMatch(/\bstop\b/i);
          expect(whole.startsWith(body.trimEnd())).toBe(true);
          if (countSegments(body + business + (suffix ?? '')).encoding === 'gsm-7') {
            expect(countSegments(whole).encoding).toBe('gsm-7');
          }
          expect(asFirstMessage(whole, { name: business, suffix })).toBeNull();
        },
      ),
      { seed: SEED },
    );
  });
});
