/**
 * Reads CSV from bytes as they come, and can begin anywhere that a record began.
 *
 * Own code, because it must go on after what is broken. A quote that is not closed costs the line in which it opens, and reading
 * begins again in the next; the libraries either stop there or take the rest of the file for one cell (decision 10). It
 * works on bytes that mean the same as in ASCII where it matters (UTF-8, windows-1252), so a place is a number of bytes.
 *
 * Lines are what an editor counts: LF, CRLF and CR end one, inside quotes too. A quote within a cell that does not begin with
 * one is a character like any other. Empty lines are no records.
 */
export type Encoding = 'utf-8' | 'windows-1252';

export interface Place {
  byte: number;
  /** From 1. */
  line: number;
}

export interface CsvRecord {
  /** In which it begins. */
  line: number;
  cells: string[];
  /** Set: it could not be read; `cells` holds the beginning of its line. */
  problem: string | null;
  /** Behind it. */
  end: Place;
}

/** Bytes of a record. The longest value of a contact has 2,000 characters. */
export const LONGEST_RECORD = 128 * 1024;
const [LF, CR, QUOTE] = [10, 13, 34];
const SHOWN = 200;

export class CsvReader {
  readonly #delimiter: number;
  readonly #separator: string;
  readonly #decode: (bytes: Buffer, from: number, to: number) => string;
  #bytes: Buffer = Buffer.alloc(0);
  /** Of the first byte held. */
  #start: number;
  #line: number;
  /** In the middle of a line that is too long to be held. */
  #skipping = false;
  #skippedCr = false;
  /** The first from some place on, Infinity for none: each record looking to the end would be quadratic. */
  #nextLf = -1;
  #nextQuote = -1;

  constructor(delimiter: string, encoding: Encoding, { byte, line }: Place = { byte: 0, line: 1 }) {
    this.#separator = delimiter;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#decode = DECODERS[encoding];
    this.#start = byte;
    this.#line = line;
  }

  /** The records that are whole by now. `last`: nothing comes after these bytes. */
  push(bytes: Buffer, last: boolean): CsvRecord[] {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    this.#nextLf = this.#nextQuote = -1;
    const records: CsvRecord[] = [];
    let at = this.#skipping ? this.#skip(0) : 0;
    while (at < this.#bytes.length && !this.#skipping) {
      const next = this.#record(at, last, records);
      if (next === null) break;
      at = next;
    }
    this.#start += at;
    this.#bytes = this.#bytes.subarray(at);
    return records;
  }

  /** Where the next one begins; null when more bytes must come first. */
  #record(from: number, last: boolean, records: CsvRecord[]): number | null {
    const bytes = this.#bytes;
    const eol = this.#lineEnd(from, last);
    if (eol === null) {
      return bytes.length - from > LONGEST_RECORD ? this.#tooLong(from, records) : null;
    }
    if (eol.at - from > LONGEST_RECORD) return this.#tooLong(from, records);
    if (this.#nextQuote < from) this.#nextQuote = orNever(bytes.indexOf(QUOTE, from));
    if (this.#nextQuote >= eol.at) {
      const text = this.#decode(bytes, from, eol.at);
      this.#line += 1;
      if (text !== '') this.#keep(records, this.#line - 1, text.split(this.#separator), null, eol.next);
      return eol.next;
    }
    return this.#quoted(from, eol, last, records);
  }

  #quoted(from: number, eol: LineEnd, last: boolean, records: CsvRecord[]): number | null {
    const bytes = this.#bytes;
    const cells: string[] = [];
    for (let at = from; ;) {
      let end = at;
      if (bytes[at] === QUOTE) {
        const close = this.#closing(at + 1, last);
        if (close === null)
          return bytes.length - from > LONGEST_RECORD ? this.#broken(from, eol, records) : null;
        if (close === -1 || close - from > LONGEST_RECORD) return this.#broken(from, eol, records);
        cells.push(this.#decode(bytes, at + 1, close).replaceAll('""', '"'));
        end = close + 1;
        if (end < bytes.length && !this.#endsCell(bytes[end]!)) return this.#broken(from, eol, records);
      } else {
        while (end < bytes.length && !this.#endsCell(bytes[end]!)) end += 1;
        cells.push(this.#decode(bytes, at, end));
      }
      if (end < bytes.length && bytes[end] === this.#delimiter) {
        at = end + 1;
        continue;
      }
      if (end >= bytes.length && !last) return null;
      const done = end >= bytes.length ? end : this.#lineEnd(end, last)?.next;
      if (done === undefined) return null;
      const line = this.#line;
      this.#line += this.#linesIn(from, done) + (end >= bytes.length ? 1 : 0);
      this.#keep(records, line, cells, null, done);
      return done;
    }
  }

  /** The quote that ends a cell; -1 when there is none, null when it may still come. */
  #closing(from: number, last: boolean): number | null {
    for (let at = from; ; at += 2) {
      at = this.#bytes.indexOf(QUOTE, at);
      if (at === -1) return last ? -1 : null;
      if (at + 1 >= this.#bytes.length) return last ? at : null;
      if (this.#bytes[at + 1] !== QUOTE) return at;
    }
  }

  #endsCell(byte: number): boolean {
    return byte === this.#delimiter || byte === LF || byte === CR;
  }

  #lineEnd(from: number, last: boolean): LineEnd | null {
    const bytes = this.#bytes;
    if (this.#nextLf < from) this.#nextLf = orNever(bytes.indexOf(LF, from));
    const lf = this.#nextLf;
    const cr = (lf === Infinity ? bytes : bytes.subarray(0, lf)).indexOf(CR, from);
    if (cr !== -1) {
      if (cr + 1 >= bytes.length && !last) return null;
      return { at: cr, next: bytes[cr + 1] === LF ? cr + 2 : cr + 1 };
    }
    if (lf !== Infinity) return { at: lf, next: lf + 1 };
    return last ? { at: bytes.length, next: bytes.length } : null;
  }

  /** Lines that end between two places. Byte by byte: the next LF that is remembered may lie behind. */
  #linesIn(from: number, to: number): number {
    const bytes = this.#bytes;
    let lines = 0;
    for (let at = from; at < to; at += 1) {
      if (bytes[at] === LF || (bytes[at] === CR && (at + 1 === to || bytes[at + 1] !== LF))) lines += 1;
    }
    return lines;
  }

  #broken(from: number, eol: LineEnd, records: CsvRecord[]): number {
    const line = this.#line;
    this.#line += 1;
    const problem = `A quote (") that opens in line ${line} is not closed as it should be. Close it, or write it twice ("") when it belongs to the text.`;
    this.#keep(records, line, [this.#beginning(from, eol.at)], problem, eol.next);
    return eol.next;
  }

  #tooLong(from: number, records: CsvRecord[]): number {
    const line = this.#line;
    const problem = `Line ${line} is longer than ${LONGEST_RECORD / 1024} KiB. Shorten its cells.`;
    const cells = [this.#beginning(from, this.#bytes.length)];
    this.#skipping = true;
    this.#skippedCr = false;
    const next = this.#skip(from);
    this.#keep(records, line, cells, problem, next);
    return next;
  }

  /** On to the next line. */
  #skip(from: number): number {
    const bytes = this.#bytes;
    if (this.#skippedCr) {
      this.#arrive();
      return bytes[from] === LF ? from + 1 : from;
    }
    const lf = bytes.indexOf(LF, from);
    const cr = (lf === -1 ? bytes : bytes.subarray(0, lf)).indexOf(CR, from);
    if (cr !== -1 && cr + 1 === bytes.length) {
      this.#skippedCr = true;
      return bytes.length;
    }
    if (cr === -1 && lf === -1) return bytes.length;
    this.#arrive();
    if (cr === -1) return lf + 1;
    return bytes[cr + 1] === LF ? cr + 2 : cr + 1;
  }

  #arrive(): void {
    this.#skipping = false;
    this.#line += 1;
  }

  #beginning(from: number, to: number): string {
    return this.#decode(this.#bytes, from, Math.min(to, from + SHOWN));
  }

  #keep(records: CsvRecord[], line: number, cells: string[], problem: string | null, next: number): void {
    records.push({ line, cells, problem, end: { byte: this.#start + next, line: this.#line } });
  }
}

function orNever(place: number): number {
  return place === -1 ? Infinity : place;
}

interface LineEnd {
  at: number;
  next: number;
}

const DECODERS: Record<Encoding, (bytes: Buffer, from: number, to: number) => string> = {
  'utf-8': (bytes, from, to) => bytes.toString('utf8', from, to),
  'windows-1252': (bytes, from, to) => {
    const text = bytes.toString('latin1', from, to);
    return C1.test(text)
      ? text.replace(C1_ALL, (control) => WINDOWS_1252.decode(Buffer.from(control, 'latin1')))
      : text;
  },
};
const WINDOWS_1252 = new TextDecoder('windows-1252');
const C1 = /[\u0080-\u009f]/;
const C1_ALL = /[\u0080-\u009f]/g;
