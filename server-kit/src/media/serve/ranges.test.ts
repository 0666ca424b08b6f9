/** Preconditions and ranges, by the tables of RFC 9110; and against a slow and obvious reading of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRange, select } from './ranges.ts';
import { BASE_SEED } from '../../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

const FILE = { size: 10_000, etag: '"abc"', modified: new Date('2026-11-22T12:00:00Z') };
const ask = (headers: Record<string, string>, method = 'GET', file = FILE) =>
  select(method, (name) => headers[name], file);

describe('a range', () => {
  it.each([
    // RFC 9110, 14.1.2, of 10,000 bytes
    ['bytes=0-499', { start: 0, end: 499 }],
    ['bytes=500-999', { start: 500, end: 999 }],
    ['bytes=-500', { start: 9500, end: 9999 }],
    ['bytes=9500-', { start: 9500, end: 9999 }],
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=0-1', { start: 0, end: 1 }],
    ['bytes=-1', { start: 9999, end: 9999 }],
    ['bytes=9999-', { start: 9999, end: 9999 }],
    ['bytes=0-', { start: 0, end: 9999 }],
    ['BYTES=1-2', { start: 1, end: 2 }],
    ['bytes= 1-2 ', { start: 1, end: 2 }],
    // beyond the end: to the end
    ['bytes=9000-20000', { start: 9000, end: 9999 }],
    ['bytes=-20000', { start: 0, end: 9999 }],
    [`bytes=0-${'9'.repeat(400)}`, { start: 0, end: 9999 }],
    // nothing of it is there
    ['bytes=10000-', 'unsatisfiable'],
    ['bytes=10000-10001', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    [`bytes=${'9'.repeat(400)}-`, 'unsatisfiable'],
    // not understood, or not done: the whole file
    ['bytes=0-1,5-6', 'ignored'],
    ['bytes=0-1, -1', 'ignored'],
    ['bytes=5-4', 'ignored'],
    ['bytes=-', 'ignored'],
    ['bytes=', 'ignored'],
    ['bytes', 'ignored'],
    ['bytes=a-b', 'ignored'],
    ['bytes=1-2-3', 'ignored'],
    ['bytes=-1-2', 'ignored'],
    ['bytes=+1-2', 'ignored'],
    ['bytes=0x1-2', 'ignored'],
    ['seconds=0-1', 'ignored'],
    ['items=0-1', 'ignored'],
  ])('%s', (value, expected) => {
    expect(readRange(value, 10_000)).toEqual(expected);
  });

  it('is what a slow reading of the bytes gives', () => {
    const number = fc.oneof(fc.nat(40).map(String), fc.constant(''));
    fc.assert(
      fc.property(number, number, fc.nat(20), (first, last, size) => {
        const bytes = Array.from({ length: size }, (_, place) => place);
        const slow = (): number[] | string => {
          if (first === '' && last === '') return 'ignored';
          if (first !== '' && last !== '' && Number(last) < Number(first)) return 'ignored';
          const kept =
            first === ''
              ? bytes.filter((place) => place >= size - Number(last))
              : bytes.filter((place) => place >= Number(first) && (last === '' || place <= Number(last)));
          return kept.length === 0 ? 'unsatisfiable' : kept;
        };
        const range = readRange(`bytes=${first}-${last}`, size);
        expect(typeof range === 'string' ? range : bytes.slice(range.start, range.end + 1)).toEqual(slow());
      }),
    );
  });

  it('is asked for by GET alone', () => {
    expect(ask({ range: 'bytes=0-1' }).status).toBe(206);
    expect(ask({ range: 'bytes=0-1' }, 'HEAD').status).toBe(200);
    expect(ask({ range: 'bytes=99999-' }, 'HEAD').status).toBe(200);
  });

  it.each([
    ['"abc"', 206],
    ['W/"abc"', 200],
    ['"other"', 200],
    ['Sun, 22 Nov 2026 12:00:00 GMT', 200],
  ])('holds with If-Range %s: %i', (value, status) => {
    expect(ask({ range: 'bytes=0-1', 'if-range': value }).status).toBe(status);
  });

  it('of a file that has changed is the whole new file, also where it would not be satisfiable', () => {
    expect(ask({ range: 'bytes=99999-', 'if-range': '"old"' })).toEqual({ status: 200, range: null });
  });
});

describe('a precondition', () => {
  const same = 'Sun, 22 Nov 2026 12:00:00 GMT';
  const before = 'Sun, 22 Nov 2026 11:59:59 GMT';
  const after = 'Sun, 22 Nov 2026 12:00:01 GMT';
  it.each([
    [{ 'if-none-match': '"abc"' }, 304],
    [{ 'if-none-match': 'W/"abc"' }, 304],
    [{ 'if-none-match': '"x", "abc"' }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"x"' }, 200],
    [{ 'if-none-match': '"a,b", "abc"' }, 304],
    [{ 'if-modified-since': same }, 304],
    [{ 'if-modified-since': after }, 304],
    [{ 'if-modified-since': before }, 200],
    [{ 'if-modified-since': 'yesterday' }, 200],
    [{ 'if-modified-since': '0' }, 200],
    // the tag decides where there is one (13.2.2)
    [{ 'if-none-match': '"x"', 'if-modified-since': after }, 200],
    [{ 'if-none-match': '"abc"', 'if-modified-since': before }, 304],
    [{ 'if-match': '"abc"' }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': 'W/"abc"' }, 412],
    [{ 'if-match': '"x"' }, 412],
    [{ 'if-unmodified-since': before }, 412],
    [{ 'if-unmodified-since': same }, 200],
    [{ 'if-match': '"abc"', 'if-unmodified-since': before }, 200],
    [{ 'if-match': '"x"', 'if-none-match': '"abc"' }, 412],
    // before any range
    [{ range: 'bytes=0-1', 'if-none-match': '"abc"' }, 304],
    [{ range: 'bytes=99999-', 'if-none-match': '"abc"' }, 304],
    [{ range: 'bytes=99999-', 'if-match': '"x"' }, 412],
    [{ range: 'bytes=99999-' }, 416],
  ])('%j: %i', (headers, status) => {
    expect(ask(headers as unknown as Record<string, string>).status).toBe(status);
  });
});
