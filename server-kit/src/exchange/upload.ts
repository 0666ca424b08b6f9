/**
 * A file on its way in: looked at as it passes, and written down a megabyte at a time, as UTF-8 or windows-1252. Never whole in
 * memory.
 */
import { chunksOf, removeFiles, writeChunk } from '../bulk/files.ts';
import { createJob, jobById, KEPT_DAYS } from '../bulk/jobs.ts';
import type { FileEncoding, MemberRef } from '../contract/index.ts';
import type { Database, Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import { newId } from '../ids.ts';
import { CsvReader, type CsvRecord, type Encoding, type Place } from './csv-read.ts';
import { checkHeader, delimiterOf, transferOf } from './detect.ts';

/** Bytes of an upload. */
const LARGEST_FILE = 200 * 1024 * 1024;
/** Of all chunks of an import but its last: so the chunk of a place is known. */
export const CHUNK = 1024 * 1024;
const SAMPLE_ROWS = 5;

/** What an import knows of its file. */
export interface FileFacts {
  encoding: FileEncoding;
  /** As the chunks are written. */
  stored: Encoding;
  delimiter: string;
  header: string[];
  samples: string[][];
  /** Behind the header. */
  body: Place;
}

export function tooLarge(): ProblemError {
  return new ProblemError(
    'payload_too_large',
    `A file may hold at most ${LARGEST_FILE / 1024 / 1024} MB. Cut it in two.`,
  );
}

/**
 * Takes a file in. Returns the import's id; the same id again leaves the first one as it is. Throws `invalid_file`,
 * `payload_too_large`, `job_not_startable`.
 */
export async function takeUpload(
  database: Database,
  tenant: string,
  {
    id = newId(),
    name,
    body,
  }: { id?: string | undefined; name: string | null; body: AsyncIterable<Uint8Array> },
  member: MemberRef,
): Promise<string> {
  const fileId = newId();
  const isNew = await database.transaction(tenant, async (tx) => {
    await createJob(tx, { id, kind: 'import', state: 'uploading', name, settings: {}, fileId }, member);
    const [row] = await jobById(tx, id);
    if (row!.state !== 'uploading') return false;
    // one that was cut short begins again; its chunks are nobody's now
    if (row!.file_id !== fileId) await removeFiles(tx, [row!.file_id]);
    await tx.sql`update bulk_jobs set file_id = ${fileId}, name = ${name}
      where tenant_id = ${tenant} and job_id = ${id} and state = 'uploading'`;
    return true;
  });
  if (!isNew) return id;
  try {
    const { facts, total } = await store(database, tenant, fileId, body);
    await database.transaction(tenant, (tx) => ready(tx, id, fileId, facts, total));
  } catch (error) {
    await database.pipeline(tenant, (tx) => [
      removeFiles(tx, [fileId]),
      tx.sql`delete from bulk_jobs where tenant_id = ${tenant} and job_id = ${id} and state = 'uploading'
        and file_id = ${fileId}`,
    ]);
    throw error;
  }
  return id;
}

async function ready(tx: Tx, id: string, fileId: string, facts: FileFacts, total: number): Promise<void> {
  const { sql, tenant } = tx;
  const { count } = await sql`
    update bulk_jobs set state = 'waiting', total = ${total}, settings = ${sql.json({ facts } as never)}
    where tenant_id = ${tenant} and job_id = ${id} and state = 'uploading' and file_id = ${fileId}`;
  // another upload with this id has taken over
  if (count === 0) await removeFiles(tx, [fileId]);
  await sql`update bulk_leases set due_at = moment() + make_interval(days => ${KEPT_DAYS})
    where tenant_id = ${tenant} and job_id = ${id}`;
}

async function store(
  database: Database,
  tenant: string,
  fileId: string,
  body: AsyncIterable<Uint8Array>,
): Promise<{ facts: FileFacts; total: number }> {
  const looking = new Look();
  let held: Buffer[] = [];
  let size = 0;
  let number = 0;
  const write = async (all: boolean) => {
    let bytes: Buffer = Buffer.concat(held);
    while (bytes.length >= CHUNK || (all && bytes.length > 0)) {
      const chunk = bytes.subarray(0, CHUNK);
      const last = all && bytes.length <= CHUNK;
      looking.at(chunk, last);
      await database.pipeline(tenant, (tx) => [writeChunk(tx, fileId, number, chunk)]);
      number += 1;
      bytes = bytes.subarray(chunk.length);
    }
    held = [bytes];
    size = bytes.length;
  };
  for await (const bytes of plainBytes(body, looking)) {
    held.push(bytes);
    size += bytes.length;
    if (size >= CHUNK) await write(false);
  }
  await write(true);
  return looking.end();
}

/** Without its mark, and UTF-16 as UTF-8. Throws `payload_too_large`, and what `transferOf` does. */
async function* plainBytes(body: AsyncIterable<Uint8Array>, looking: Look): AsyncGenerator<Buffer> {
  let start: Buffer = Buffer.alloc(0);
  let decoder: TextDecoder | null = null;
  let begun = false;
  let length = 0;
  const plain = (bytes: Buffer, last: boolean) =>
    decoder === null ? bytes : Buffer.from(decoder.decode(bytes, { stream: !last }));
  const begin = () => {
    begun = true;
    const { transfer, bom } = transferOf(start);
    looking.transfer = transfer;
    decoder = transfer === 'utf-8' ? null : new TextDecoder(transfer);
    return plain(start.subarray(bom), false);
  };
  for await (const given of body) {
    const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
    length += bytes.length;
    if (length > LARGEST_FILE) throw tooLarge();
    if (begun) yield plain(bytes, false);
    else {
      start = Buffer.concat([start, bytes]);
      if (start.length >= 4_096) yield begin();
    }
  }
  if (!begun) yield begin();
  yield plain(Buffer.alloc(0), true);
}

/** What is found out about a file while its chunks pass. */
class Look {
  transfer: FileEncoding = 'utf-8';
  readonly #strict = new TextDecoder('utf-8', { fatal: true });
  #isUtf8 = true;
  #reader: CsvReader | undefined;
  #delimiter = ',';
  #header: CsvRecord | undefined;
  #first: Buffer | undefined;
  #rows = 0;

  at(chunk: Buffer, last: boolean): void {
    if (this.#isUtf8) {
      try {
        this.#strict.decode(chunk, { stream: !last });
      } catch {
        this.#isUtf8 = false;
      }
    }
    if (!this.#reader) {
      this.#first = chunk.subarray(0, 256 * 1024);
      this.#delimiter = delimiterOf(this.#first, 'utf-8', last && this.#first.length === chunk.length);
      this.#reader = new CsvReader(this.#delimiter, 'utf-8');
    }
    const records = this.#reader.push(chunk, last);
    if (!this.#header && records.length > 0) {
      this.#header = records.shift();
      checkHeader(this.#header);
    }
    this.#rows += records.length;
  }

  end(): { facts: FileFacts; total: number } {
    checkHeader(this.#header);
    if (this.#rows === 0)
      throw new ProblemError('invalid_file', 'The file has a header and no lines after it.');
    const stored = this.#isUtf8 ? 'utf-8' : 'windows-1252';
    // once more, now that its letters are known
    const records = new CsvReader(this.#delimiter, stored).push(this.#first!, true).slice(0, SAMPLE_ROWS + 1);
    const header = records.shift()!;
    return {
      facts: {
        encoding: this.#isUtf8 ? this.transfer : 'windows-1252',
        stored,
        delimiter: this.#delimiter,
        header: header.cells.map(shown),
        samples: records.map(({ cells }) => cells.map(shown)),
        body: header.end,
      },
      total: this.#rows,
    };
  }
}

/** jsonb takes no NUL byte. */
function shown(cell: string): string {
  return cell.replaceAll('\0', '').toWellFormed().slice(0, 200);
}

/** The records from a place on, some at a time. */
export async function* recordsFrom(
  database: Database,
  tenant: string,
  fileId: string,
  { delimiter, stored }: FileFacts,
  place: Place,
): AsyncGenerator<CsvRecord[]> {
  const reader = new CsvReader(delimiter, stored, place);
  const first = Math.floor(place.byte / CHUNK);
  let held: Buffer | null = null;
  for await (const { number, bytes } of chunksOf(database, tenant, fileId, first)) {
    if (held) yield reader.push(held, false);
    held = number === first ? bytes.subarray(place.byte % CHUNK) : bytes;
  }
  yield reader.push(held ?? Buffer.alloc(0), true);
}
