/** Codes that travel in texts: short, for one thing, and nobody else can make one. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { linkUrl, openCode } from './links.ts';
import { BASE_SEED } from '../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

const SECRET = 'a secret of the tests, long enough for anyone';
const url = (code: string, secret = SECRET, domain: string | null = null) =>
  linkUrl({ secret, publicUrl: 'https://portal.example.com/crm' }, domain, code);
const textOf = (address: string) => address.slice(address.lastIndexOf('/') + 1);
const drawn = fc.stringMatching(/^[0-9A-Za-z]{8}$/);

it('are fourteen characters after /m/, under the kit’s address or the tenant’s own', () => {
  expect(url('aB3dE5fG')).toMatch(/^https:\/\/portal\.example\.com\/crm\/m\/aB3dE5fG[0-9A-Za-z]{6}$/);
  expect(url('aB3dE5fG', SECRET, 'https://go.example.com')).toMatch(
    /^https:\/\/go\.example\.com\/m\/aB3dE5fG/,
  );
});

it('open as what they were made for', () => {
  fc.assert(
    fc.property(drawn, (code) => {
      expect(openCode(SECRET, textOf(url(code)))).toEqual({
        code,
        purpose: /^\d/.test(code) ? 'file' : 'page',
      });
    }),
  );
});

it('open with no other secret', () => {
  fc.assert(
    fc.property(drawn, fc.string({ minLength: 32 }), (code, other) => {
      expect(openCode(other, textOf(url(code)))).toBeNull();
    }),
    { numRuns: 2_000 },
  );
});

it('open no more when a character is another one, so that a page’s never becomes a file’s', () => {
  fc.assert(
    fc.property(drawn, fc.nat(13), fc.stringMatching(/^[0-9A-Za-z]$/), (code, place, other) => {
      const text = textOf(url(code));
      fc.pre(text[place] !== other);
      expect(openCode(SECRET, text.slice(0, place) + other + text.slice(place + 1))).toBeNull();
    }),
    { numRuns: 2_000 },
  );
});

it('are not read with the signature of another code', () => {
  fc.assert(
    fc.property(drawn, drawn, (one, other) => {
      fc.pre(one !== other);
      expect(openCode(SECRET, one + textOf(url(other)).slice(8))).toBeNull();
    }),
  );
});

it.each(['', 'x', 'aB3dE5fG', `${'a'.repeat(14)} `, '../../etc/passwd', 'aB3dE5fG-_%00a', 'ä'.repeat(14)])(
  'are not %j',
  (text) => expect(openCode(SECRET, text)).toBeNull(),
);
