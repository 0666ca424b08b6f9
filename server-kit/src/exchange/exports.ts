/**
 * An export's work: batches by key, each appended to the file in the transaction that moves the place. It is no snapshot: what
 * changes while it runs is there as its batch found it.
 */
import { writeChunk } from '../bulk/files.ts';
import type { JobRow } from '../bulk/jobs.ts';
import type { Step, Work } from '../bulk/runner.ts';
import { fixTarget, pieceOf } from '../bulk/targets.ts';
import type { JobTarget, StartExport } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { csvLine } from '../csv.ts';
import { SOURCES } from './sources.ts';

/** Contacts of a target that are looked at together. */
const PIECE = 1_000;
/** Rows a batch. */
export const BATCH = 1_000;

export type ExportSettings = Omit<StartExport, 'id'>;

interface ExportPlace {
  chunks: number;
  columns: string[];
  /** Events of these: what had been committed when the export began. A `pg_snapshot`. */
  snapshot: string;
  /** Of the target; null without one. */
  piece: number | null;
  /** The last row's key, within the piece. */
  after: string | null;
}

export const exportWork: Work = {
  open: () => ({
    async piece(tx, job): Promise<Step> {
      const settings = job.settings as unknown as ExportSettings;
      return job.place === null
        ? begin(tx, job, settings)
        : goOn(tx, job, settings, job.place as ExportPlace);
    },
  }),
};

async function begin(tx: Tx, job: JobRow, { subject, target, format, bom }: ExportSettings): Promise<Step> {
  const whom: JobTarget | undefined = target ?? (subject === 'contacts' ? {} : undefined);
  const total = whom && (await fixTarget(tx, job.job_id, whom, PIECE));
  const columns = await SOURCES[subject].columns(tx);
  const [now] = await tx.sql<{ snapshot: string }[]>`select pg_current_snapshot()::text as snapshot`;
  const head = format === 'csv' ? `${bom ? '\ufeff' : ''}${csvLine(columns)}` : '';
  await writeChunk(tx, job.job_id, 0, Buffer.from(head));
  const place: ExportPlace = {
    chunks: 1,
    columns,
    snapshot: now!.snapshot,
    piece: whom ? 0 : null,
    after: null,
  };
  return { done: 0, ...(subject === 'contacts' && { total: total! }), place, over: total === 0 };
}

async function goOn(tx: Tx, job: JobRow, settings: ExportSettings, place: ExportPlace): Promise<Step> {
  const { subject, format, from = null, to = null } = settings;
  const ids = place.piece === null ? null : await pieceOf(tx, job.job_id, place.piece);
  if (place.piece !== null && ids === null) return { done: 0, total: job.done, place, over: true };
  const { rows, last } = await SOURCES[subject].batch(tx, {
    ids,
    from,
    to,
    after: place.after,
    snapshot: place.snapshot,
    limit: BATCH,
  });
  const lines = rows.map((row) =>
    format === 'csv'
      ? csvLine(place.columns.map((column) => SOURCES[subject].cell(row, column)))
      : `${JSON.stringify(row)}\n`,
  );
  await writeChunk(tx, job.job_id, place.chunks, Buffer.from(lines.join('')));
  const isLast = last === null;
  const next: ExportPlace = {
    ...place,
    chunks: place.chunks + 1,
    piece: place.piece === null || !isLast ? place.piece : place.piece + 1,
    after: last,
  };
  const over = isLast && place.piece === null;
  return { done: rows.length, place: next, over, ...(over && { total: job.done + rows.length }) };
}
