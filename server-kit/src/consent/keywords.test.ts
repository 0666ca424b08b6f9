import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readKeyword } from './keywords.ts';

const SEED = 20261122;

describe('an exact keyword acts', () => {
  it.each(['STOP', 'stop', ' Stop ', 'STOPALL', 'unsubscribe', 'Cancel', 'END', 'quit', 'REVOKE', 'optout'])(
    '%j is an opt-out that the carrier knows too',
    (text) =>
      expect(readKeyword(text)).toEqual({ keyword: 'stop', exact: true, possibleOptOut: false, yes: false }),
  );
  it.each([
    'Stop.',
    'STOP!!',
    '"Stop"',
    'Stop. Thank you',
    'please stop',
    'Stop now, thanks',
    'opt out',
    'Opt-out',
    'stop all',
  ])('%j is an opt-out that only the kit understands', (text) =>
    expect(readKeyword(text)).toMatchObject({ keyword: 'stop', exact: false }),
  );
  it.each([
    ['START', 'start'],
    ['unstop', 'start'],
    ['Yes', 'start'],
    ['HELP', 'help'],
    ['info', 'help'],
  ])('%j is %s', (text, keyword) => expect(readKeyword(text)).toMatchObject({ keyword, exact: true }));
});

it.each(['YES', 'yes!', 'Yes.', 'y', ' Y '])('%j is an answer to a question', (text) =>
  expect(readKeyword(text).yes).toBe(true),
);
it.each(['yes please call me', 'yep', 'no', 'yesterday', 'STOP', ''])('%j is none', (text) =>
  expect(readKeyword(text).yes).toBe(false),
);

describe('a sentence that only contains a keyword does not act', () => {
  it.each([
    'we must STOP this bill',
    'Please cancel my appointment on Friday',
    'I will help you',
    'yes, Saturday at 10 works',
    'The end of the month is fine',
    'quit claim deed attached',
  ])('%j', (text) => expect(readKeyword(text).keyword).toBeNull());

  it('whatever stands around it, as long as it is more than courtesy', () => {
    const word = fc.constantFrom('bill', 'house', 'tomorrow', 'Maple', 'Court', 'again', 'contract', '14');
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('stop', 'cancel', 'end', 'start', 'help'),
        fc.nat(5),
        (words, keyword, place) => {
          const text = [...words.slice(0, place), keyword, ...words.slice(place)].join(' ');
          expect(readKeyword(text).keyword).toBeNull();
        },
      ),
      { seed: SEED },
    );
  });
});

describe('a text that may mean stop is flagged for the agent', () => {
  it.each([
    'please stop texting me',
    "Don't text this number again",
    'Remove me from your list',
    'take me off this',
    'no mas',
    'wrong number',
    'not interested',
    'lose my number',
    'cancel texts please',
    'I said quit messaging me!!!',
  ])('%j', (text) =>
    expect(readKeyword(text)).toEqual({ keyword: null, exact: false, possibleOptOut: true, yes: false }),
  );

  it.each(['What are the HOA fees?', 'Thank you!', 'See you at the bus stop', 'Love it!', ''])(
    '%j is not',
    (text) => expect(readKeyword(text).possibleOptOut).toBe(false),
  );
});

it('reads anything without throwing, and fast', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 1600 }), (text) => {
      expect(() => readKeyword(text)).not.toThrow();
    }),
    { seed: SEED },
  );
});

it('never depends on case, surrounding white space or a final full stop', () => {
  const keywords = [
    'stop',
    'stopall',
    'unsubscribe',
    'cancel',
    'end',
    'quit',
    'revoke',
    'optout',
    'start',
    'unstop',
    'yes',
    'help',
    'info',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...keywords),
      fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      fc.constantFrom('', '.', '!', ' ', '\n'),
      (keyword, upper, tail) => {
        const text =
          [...keyword].map((char, index) => (upper[index] ? char.toUpperCase() : char)).join('') + tail;
        expect(readKeyword(text).keyword).toBe(readKeyword(keyword).keyword);
      },
    ),
    { seed: SEED },
  );
});
