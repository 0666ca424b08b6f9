import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvReader, LONGEST_RECORD, type CsvRecord, type Encoding } from './csv-read.ts';
import { csvLine, joinList, plainCell, safeCell, splitList } from '../csv.ts';
import { delimiterOf, transferOf } from './detect.ts';
import { BASE_SEED } from '../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

function read(
  text: string | Buffer,
  delimiter = ',',
  encoding: Encoding = 'utf-8',
  step = 1 << 20,
): CsvRecord[] {
  const bytes = Buffer.from(text as string);
  const reader = new CsvReader(delimiter, encoding);
  const records: CsvRecord[] = [];
  for (let at = 0; at < bytes.length; at += step) {
    records.push(...reader.push(bytes.subarray(at, at + step), at + step >= bytes.length));
  }
  return records;
}
const cells = (records: CsvRecord[]) => records.map((record) => record.cells);

describe('the reader', () => {
  // csv-spectrum (BSD-2-Clause) is what other readers are measured with
  const spectrum = dirname(createRequire(import.meta.url).resolve('csv-spectrum'));
  // the JSON of location_coordinates is of another file
  const files = readdirSync(join(spectrum, 'csvs')).filter((file) => !file.startsWith('location_'));
  it.each(files)('reads %s of csv-spectrum', (file) => {
    const expected = JSON.parse(readFileSync(join(spectrum, 'json', file.replace('.csv', '.json')), 'utf8'));
    for (const step of [1, 7, 1 << 20]) {
      const [header, ...rows] = cells(read(readFileSync(join(spectrum, 'csvs', file)), ',', 'utf-8', step));
      const found = rows.map((row) => Object.fromEntries(header!.map((name, index) => [name, row[index]])));
      expect(found).toEqual(expected);
    }
  });

  it('agrees with csv-parse about any well-formed file, however its bytes are cut', () => {
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '😀', "'", '=') }),
      fc.string(),
    );
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 9 }),
        (rows, eol, step) => {
          const text = rows.map((row) => row.map(quoted).join(',')).join(eol);
          const found = cells(read(text, ',', 'utf-8', step));
          expect(found).toEqual(parse(text, { relax_column_count: true, record_delimiter: eol }));
          expect(found).toEqual(rows.map((row) => row.map((one) => Buffer.from(one).toString())));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('can begin again at any place that it has given', () => {
    const text = 'a,b\r\n"x\ny",2\n\n3,"4"\r5,6\n"bad,7\n8,9\n';
    const all = read(text);
    for (const [index, { end }] of all.entries()) {
      const again = new CsvReader(',', 'utf-8', end).push(Buffer.from(text).subarray(end.byte), true);
      expect(again).toEqual(all.slice(index + 1));
    }
  });

  it('counts the lines that an editor shows', () => {
    const records = read('a,b\r\n"x\r\ny",2\n\n3,4\r5,6');
    expect(records.map(({ line }) => line)).toEqual([1, 2, 5, 6]);
    expect(read('"a\nb",1\n2,3\n').map(({ line }) => line)).toEqual([1, 3]);
  });

  it('names the line of half a quote and reads on in the next', () => {
    const rows = ['name,phone', '"Ann,1', 'Bob,2', '"Cleo",3', 'Dan,4'];
    const records = read(rows.join('\n'));
    expect(records.map(({ line, problem }) => [line, problem === null])).toEqual([
      [1, true],
      [2, false],
      [3, true],
      [4, true],
      [5, true],
    ]);
    expect(records[1]!.problem).toContain('opens in line 2');
    expect(records[1]!.cells).toEqual(['"Ann,1']);
  });

  it('gives half a quote up after so many bytes, not at the end of the file', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => `Bob ${index},${index}`);
    const records = read(['a,b', '"Ann,1', ...many].join('\n'), ',', 'utf-8', 1_000);
    expect(records.filter((record) => record.problem !== null).map(({ line }) => line)).toEqual([2]);
    expect(records).toHaveLength(50_002);
  });

  it.each([1_000, 1 << 16, 1 << 24])(
    'refuses a cell of ten megabytes, and the rest goes on (in steps of %d)',
    (step) => {
      const giant = 'x'.repeat(10 * 1024 * 1024);
      for (const cell of [giant, `"${giant}"`]) {
        const records = read(`a,b\r\n1,${cell}\r\n3,4\r\n`, ',', 'utf-8', step);
        expect(records.map(({ line, problem }) => [line, problem])).toEqual([
          [1, null],
          [2, expect.stringContaining(`Line 2 is longer than ${LONGEST_RECORD / 1024} KiB`)],
          [3, null],
        ]);
      }
    },
    60_000,
  );

  it('reads windows-1252 with its own letters', () => {
    expect(
      cells(read(Buffer.from('caf\u00e9,\u0080 5,\u0093x\u0094\n', 'latin1'), ',', 'windows-1252')),
    ).toEqual([['café', '€ 5', '“x”']]);
  });

  it('takes nothing from nothing', () => {
    expect(read('')).toEqual([]);
    expect(read('\n\r\n\r')).toEqual([]);
  });
});

describe('a file', () => {
  it.each([
    [',', 'a,b,c\n1,"2;2;2",3\n4,5,6\n'],
    [';', 'name;preis\nA, B und C;1,50\nD;2,75\n'],
    ['\t', 'a\tb\n1,5\t2\n'],
    ['|', 'a|b\n1|2\n'],
    [',', 'phone\n5550100\n'],
  ])('is found to be cut by %j', (delimiter, text) => {
    expect(delimiterOf(Buffer.from(text), 'utf-8', true)).toBe(delimiter);
  });

  it('is known by its first bytes', () => {
    expect(transferOf(Buffer.from('\ufeffa,b'))).toEqual({ transfer: 'utf-8', bom: 3 });
    expect(transferOf(Buffer.from('\ufeffa,b', 'utf16le'))).toEqual({ transfer: 'utf-16le', bom: 2 });
    expect(transferOf(Buffer.from('name,phone\n', 'utf16le'))).toEqual({ transfer: 'utf-16le', bom: 0 });
    expect(transferOf(Buffer.from('name,phone\n', 'utf16le').swap16())).toEqual({
      transfer: 'utf-16be',
      bom: 0,
    });
    expect(transferOf(Buffer.from('a,b\0'))).toEqual({ transfer: 'utf-8', bom: 0 });
    expect(() => transferOf(Buffer.from('PK\x03\x04…'))).toThrow('Excel workbook');
  });
});

describe('what is written', () => {
  it.each(['=1+1', '+13125550177', '-1', '@x', '\tx', '\rx', "'=1", "''+1"])(
    'makes %j harmless, and plain again',
    (text) => {
      const [[cell]] = cells(read(`${safeCell(text)}\n`)) as [[string]];
      expect(cell).toMatch(/^'/);
      expect(plainCell(cell)).toBe(text);
    },
  );

  it('comes back as it was', () => {
    const nasty = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('=', "'", '"', ',', '\\', ';', '\n', '\r', '\t', 'ü') }),
    );
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 5 }), (row) => {
        expect(read(csvLine(row)).map((record) => record.cells.map(plainCell))).toEqual([row]);
      }),
      { numRuns: 1_000 },
    );
    const item = nasty.map((text) => text.trim()).filter((text) => text !== '');
    fc.assert(
      fc.property(fc.array(item, { maxLength: 4 }), (items) => {
        expect(splitList(joinList(items))).toEqual(items);
      }),
      { numRuns: 1_000 },
    );
  });
});
