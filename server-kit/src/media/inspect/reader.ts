/**
 * Reading about in a file that somebody else made. Whatever its boxes claim, a look at it costs at most these many reads and
 * bytes, and ends with a reason.
 */
export type RandomReader = (start: number, length: number) => Promise<Uint8Array>;

const MAX_READS = 3000;
const MAX_BYTES = 48 << 20;
/** What is looked at lies close together, and with S3 each read is a request. */
const WINDOW = 8 << 10;

/** The file is not accepted. The message is for whoever sent it: what is wrong, and what to do. */
export class Refusal extends Error {}

/** The storage did not answer: no fault of the file. */
export class ReadFailed extends Error {
  readonly said: Error;
  constructor(said: unknown) {
    super('The storage did not answer.', { cause: said });
    this.said = said instanceof Error ? said : this;
  }
}

export const CUT_OFF =
  'The recording was cut off before it was finished, and does not play. Record it again, or send the file once more.';
const TOO_COMPLEX =
  'This file is put together in a way that cannot be checked. Save it again with another program, and upload that.';

export class FileReader {
  readonly size: number;
  readonly #read: RandomReader;
  #reads = 0;
  #bytes = 0;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;

  constructor(read: RandomReader, size: number) {
    this.#read = read;
    this.size = size;
  }

  /** Exactly these bytes. Throws `Refusal` when the file ends before. */
  async at(start: number, length: number): Promise<Buffer> {
    if (!Number.isSafeInteger(start) || start < 0 || start + length > this.size) throw new Refusal(CUT_OFF);
    const from = start - this.#windowStart;
    if (from >= 0 && from + length <= this.#window.length) return this.#window.subarray(from, from + length);
    const wanted = Math.min(Math.max(length, WINDOW), this.size - start);
    this.#reads++;
    this.#bytes += wanted;
    if (this.#reads > MAX_READS || this.#bytes > MAX_BYTES) throw new Refusal(TOO_COMPLEX);
    let bytes: Uint8Array;
    try {
      bytes = await this.#read(start, wanted);
    } catch (error) {
      throw new ReadFailed(error);
    }
    if (bytes.length < length) throw new ReadFailed(new Error(`Of ${wanted} bytes came ${bytes.length}.`));
    this.#window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#windowStart = start;
    return this.#window.subarray(0, length);
  }

  /** As many of these bytes as there are. */
  upTo(start: number, length: number): Promise<Buffer> {
    return this.at(start, Math.max(0, Math.min(length, this.size - start)));
  }

  /** Whether there is room for about this many more reads: what is only nice to know stops before the file is refused. */
  affords(reads: number): boolean {
    return this.#reads + reads <= MAX_READS && this.#bytes + reads * WINDOW <= MAX_BYTES;
  }
}

/** Milliseconds that fit the column; null for what is unknown, or nonsense. */
export function milliseconds(ticks: number | bigint, perSecond: number | bigint): number | null {
  const ms = Math.round((Number(ticks) / Number(perSecond)) * 1000);
  return Number.isFinite(ms) && ms > 0 && ms < 2 ** 31 ? ms : null;
}
