import { describe, expect, it } from 'vitest';
import { createIds } from './ids.ts';
import { countSegments } from './segments.ts';
import { readOverrides } from './webhooks/overrides.ts';
import { readAnswer } from './webhooks/twiml.ts';
import { parseXml } from './webhooks/xml.ts';

describe('counting segments', () => {
  it.each([
    ['an empty text', '', 'GSM-7', 1],
    ['160 plain characters', 'a'.repeat(160), 'GSM-7', 1],
    ['161 plain characters', 'a'.repeat(161), 'GSM-7', 2],
    ['306 plain characters', 'a'.repeat(306), 'GSM-7', 2],
    ['307 plain characters', 'a'.repeat(307), 'GSM-7', 3],
    ['80 euro signs, two units each', '€'.repeat(80), 'GSM-7', 1],
    ['an escape pair that would be cut', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 'GSM-7', 3],
    ['one curly quote among 70', `’${'a'.repeat(69)}`, 'UCS-2', 1],
    ['one curly quote among 71', `’${'a'.repeat(70)}`, 'UCS-2', 2],
    ['35 emoji', '🏡'.repeat(35), 'UCS-2', 1],
    ['67 emoji, none cut in two', '🏡'.repeat(67), 'UCS-2', 3],
  ])('%s', (_, text, encoding, segments) => {
    expect(countSegments(text)).toEqual({ encoding, segments });
  });

  it('gives a toll-free sender one unit less in each part', () => {
    expect(countSegments('a'.repeat(305), true).segments).toBe(3);
    expect(countSegments('a'.repeat(305), false).segments).toBe(2);
  });
});

describe("a webhook URL's fragment", () => {
  it('sets timeouts and retries, and falls back where it is absurd', () => {
    expect(readOverrides('http://a.example/x?y=1#ct=300&rt=99&rc=9&rp=5xx,ct,bogus')).toMatchObject({
      connectTimeoutMs: 300,
      readTimeoutMs: 15_000,
      retries: 1,
      retryOn: new Set(['5xx', 'ct']),
    });
    expect(readOverrides('http://a.example/x')).toMatchObject({ retries: 1, retryOn: new Set(['ct']) });
  });
});

describe('reading TwiML', () => {
  it('takes entities, CDATA, comments and attributes', () => {
    const xml = `<?xml version="1.0"?><!-- hi --><Response><Message to='+1&#x2b;' statusCallback="/s?a=1&amp;b=2"><Body><![CDATA[<b>]]>&lt;&#38;</Body><Media>http://a.example/p.png</Media></Message></Response>`;
    expect(readAnswer('text/xml; charset=utf-8', xml).steps).toEqual([
      {
        kind: 'message',
        to: '+1+',
        from: null,
        body: '<b><&',
        media: ['http://a.example/p.png'],
        statusCallback: '/s?a=1&b=2',
      },
    ]);
  });

  it('takes plain text for a message and nothing for nothing', () => {
    expect(readAnswer('text/plain', 'Thanks!').steps).toMatchObject([{ kind: 'message', body: 'Thanks!' }]);
    expect(readAnswer('application/json', ' ')).toEqual({ steps: [], problems: [] });
  });

  it.each([
    '<a>',
    '<a></b>',
    '<a/><b/>',
    'text',
    '<a>&nope;</a>',
    '<a>& b</a>',
    '<!DOCTYPE x><a/>',
    '<a b=c/>',
    '<a>&#x110000;</a>',
  ])('refuses %s', (xml) => {
    expect(() => parseXml(xml)).toThrow();
  });
});

describe('identifiers', () => {
  it('repeat with a seed and have the shape of their kind', () => {
    const [a, b] = [createIds(5), createIds(5)];
    expect(a.sid('SM')).toBe(b.sid('SM'));
    expect(a.sid('MG')).toMatch(/^MG[0-9a-f]{32}$/);
    expect(a.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(createIds().sid('SM')).not.toBe(createIds().sid('SM'));
  });
});
