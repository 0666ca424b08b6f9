/** An import's work: pieces of rows, each read ahead while the one before is being written. */
import { writeChunk } from '../bulk/files.ts';
import type { JobRow } from '../bulk/jobs.ts';
import type { Run, Step, Work } from '../bulk/runner.ts';
import type { ImportPreview, StartImport } from '../contract/index.ts';
import type { Stages } from '../contacts/stages.ts';
import type { Database, Tx } from '../db/client.ts';
import type { CsvRecord, Place } from './csv-read.ts';
import { csvLine } from '../csv.ts';
import { entering, planRows } from './plan.ts';
import { readingOf, readRow, type Reading, type ReadRow } from './rows.ts';
import { lockFor, storeConsent, storeOptOuts, storePeople } from './store.ts';
import { recordsFrom, type FileFacts } from './upload.ts';

/** Rows a piece. Each number is locked, and Postgres has room for some thousands of locks. */
const PIECE = 1_000;
const PREVIEW_ROWS = 20;

export interface ImportSettings {
  facts: FileFacts;
  start?: StartImport;
}

type ImportJob = JobRow<ImportSettings, ImportPlace>;

interface ImportPlace extends Place {
  /** Chunks of refused rows so far. */
  chunks: number;
}

export const importWork = (stages: Stages): Work => ({
  open(database, tenant, job): Run {
    let reading: Reading | undefined;
    let ahead: Ahead | undefined;
    return {
      async piece(tx, row) {
        const now = row as unknown as ImportJob;
        const { facts, start } = now.settings;
        const place = now.place ?? { ...facts.body, chunks: 0 };
        reading ??= await readingOf(tx, start!, facts.header);
        // after a piece that was rolled back, the next one is not what was read ahead
        if (ahead?.from !== place.byte) ahead = new Ahead(database, tenant, now, place, reading);
        return importPiece(tx, job.job_id, row, {
          ...(await ahead.next()),
          ahead,
          reading,
          place,
          stages,
        });
      },
    };
  },
});

/** The rows of a piece, and where they end. */
interface Rows {
  rows: ReadRow[];
  end: Place | undefined;
  over: boolean;
}

/** Reads the next piece, numbers and all, while Postgres writes the one before. */
class Ahead {
  /** The place of the next piece. */
  from: number;
  readonly #reading: Reading;
  readonly #batches: AsyncGenerator<CsvRecord[]>;
  #waiting: CsvRecord[] = [];
  #ended = false;
  #next: Promise<Rows> | undefined;

  constructor(database: Database, tenant: string, job: ImportJob, place: Place, reading: Reading) {
    this.from = place.byte;
    this.#reading = reading;
    this.#batches = recordsFrom(database, tenant, job.file_id!, job.settings.facts, place);
  }

  async next(): Promise<Rows> {
    const reading = this.#next ?? this.#read();
    this.#next = undefined;
    const piece = await reading;
    this.from = piece.end?.byte ?? this.from;
    return piece;
  }

  /** Called when the statements of a piece are on their way. */
  start(): void {
    if (this.#next) return;
    this.#next = this.#read();
    this.#next.catch(() => undefined);
  }

  async #read(): Promise<Rows> {
    // one more than a piece, to know whether it is the last
    while (!this.#ended && this.#waiting.length <= PIECE) {
      const { value, done } = await this.#batches.next();
      if (done) this.#ended = true;
      else this.#waiting = this.#waiting.length === 0 ? value : [...this.#waiting, ...value];
    }
    const records = this.#waiting.slice(0, PIECE);
    this.#waiting = this.#waiting.slice(PIECE);
    return {
      rows: records.map((record) => readRow(record, this.#reading)),
      end: records.at(-1)?.end,
      over: this.#ended && this.#waiting.length === 0,
    };
  }
}

interface Given extends Rows {
  ahead: Ahead;
  reading: Reading;
  place: ImportPlace;
  stages: Stages;
}

async function importPiece(tx: Tx, id: string, { member }: JobRow, given: Given): Promise<Step> {
  const { rows, end, over, reading, place, ahead, stages } = given;
  const { settings } = reading;
  const [, plan] = await Promise.all([lockFor(tx, rows, settings), planRows(tx, rows, reading, stages)]);
  const stored = storePeople(tx, plan.people, member, { job_id: id });
  // Postgres has it now
  if (!over) setImmediate(() => ahead.start());
  await stored;
  await stages.enteredMany(tx, entering(plan), member, { job_id: id });
  const optedOut = await storeOptOuts(tx, plan, member, id);
  const consented = settings.consent ? await storeConsent(tx, plan, settings.consent, member, id) : 0;
  const refused = rows.filter((row) => row.problem !== null);
  let { chunks } = place;
  if (refused.length > 0) {
    const text =
      (chunks === 0 ? problemHeader(reading) : '') + refused.map((row) => problemLine(row, reading)).join('');
    await writeChunk(tx, id, chunks, Buffer.from(text));
    chunks += 1;
  }
  const counts: Record<string, number> = { consented, opted_out: optedOut };
  for (const { outcome } of plan.outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  delete counts['refused'];
  const next: ImportPlace = { ...(end ?? place), chunks };
  return { done: rows.length, failed: refused.length, counts, place: next, over };
}

/** The refused rows as a file: their own cells, so that they can be mended and brought again. */
function problemHeader({ names }: Reading): string {
  return csvLine([...names, 'line', 'problem']);
}

function problemLine({ cells, line, problem }: ReadRow, { names }: Reading): string {
  const own = names.map((_, index) => cells[index] ?? '');
  return csvLine([...own, String(line), problem!]);
}

function shownOf({ values, tags, fields, further, optedOut }: ReadRow): Record<string, unknown> {
  return {
    ...values,
    tags,
    fields,
    ...(further.length > 0 && { addresses: further }),
    ...(optedOut && { opted_out: true }),
  };
}

/** What would become of the first rows. Writes nothing. */
export async function previewImport(
  tx: Tx,
  records: CsvRecord[],
  names: string[],
  settings: StartImport,
  stages: Stages,
): Promise<ImportPreview> {
  const reading = await readingOf(tx, settings, names);
  const rows = records.slice(0, PREVIEW_ROWS).map((record) => readRow(record, reading));
  const { outcomes } = await planRows(tx, rows, reading, stages);
  return {
    items: outcomes.map(({ row, outcome, person }) => ({
      line: row.line,
      outcome,
      contact_id: person && !person.isNew ? person.id : null,
      values: outcome === 'refused' ? {} : shownOf(row),
      problem: row.problem,
    })),
  };
}
