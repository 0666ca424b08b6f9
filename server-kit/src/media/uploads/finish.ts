/**
 * The end of an upload: looked at, put in its place, made an asset. Driven by the row, so that it may be asked for by the
 * request that brought the last byte, by one that asks how far it is, or by the keeper after a crash, and may be asked for again:
 *
 *   open -> finishing  with the last byte; nobody writes any more
 *        what it is stands in `settings.found` before the storage puts it in its place, as it is not asked again after that
 *   finishing -> done | refused  one transaction with the file's and the asset's rows
 */
import type { Database, Tx } from '../../db/client.ts';
import type { KitContext } from '../../context.ts';
import type { AssetState } from '../../contract/index.ts';
import { ProblemError } from '../../errors.ts';
import { changeFile, createAsset } from '../assets.ts';
import { examine, refused, type Found } from '../examine.ts';
import { fileByHash, insertFile } from '../files.ts';
import { limitsOf } from '../options.ts';
import { ringFor, stateFor } from '../processing.ts';
import { storageProblem } from '../problems.ts';
import { StorageError } from '../storage/storage.ts';
import { keepLease, stopWriting, takeFinish, uploadById, type UploadRow } from './rows.ts';
import type { RunningHashes } from './running.ts';

export type FinishContext = Pick<KitContext, 'database' | 'media' | 'log'>;

const LEASE_EVERY_MS = 2_000;

/** Null: there is nothing to finish, or somebody else is at it. Throws what may pass: then it is tried again. */
export async function finishUpload(
  context: FinishContext,
  tenant: string,
  id: string,
  hashes?: RunningHashes,
): Promise<UploadRow | null> {
  const { database } = context;
  const row = await takeFinish(database, tenant, id);
  if (!row) return null;
  const number = row.writer!;
  const lease = setInterval(() => {
    keepLease(database, tenant, id, number).catch(() => undefined);
  }, LEASE_EVERY_MS);
  try {
    return await finish(context, tenant, row, hashes?.take(id, row.size));
  } catch (error) {
    if (error instanceof StorageError && error.reason !== 'missing') throw storageProblem(error);
    const problem = error instanceof StorageError ? storageProblem(error) : error;
    if (!(problem instanceof ProblemError) || problem.status >= 500) throw error;
    return await refuse(context, tenant, row, problem);
  } finally {
    clearInterval(lease);
    await stopWriting(database, tenant, id, number).catch(() => undefined);
  }
}

async function finish(
  context: FinishContext,
  tenant: string,
  row: UploadRow,
  sha256: string | undefined,
): Promise<UploadRow | null> {
  const { database, media } = context;
  const { storage } = media;
  const { storage_key: key } = row;
  const place = row.place!;
  const found = row.settings.found ?? (await lookAt(context, tenant, row, sha256));

  const known = await database.transaction(tenant, (tx) => fileByHash(tx, found.sha256));
  if (!known) await storage.finish(key, place, row.size, found.content_type);
  const ended = await database.transaction(tenant, async (tx) => {
    const held = await hold(tx, row);
    if (!held) return null;
    const file = await insertFile(tx, found, key);
    // a row never names bytes that are not in their place
    if (known && file.isNew) throw new Error('the file with these bytes went while this was finished; again');
    await makeAsset(tx, row, found, file.file_id, stateFor(media, found));
    const now = await end(tx, row, 'done', null);
    await ringFor(tx, media, found, row.upload_id);
    return { row: now, isOurs: file.storage_key === key };
  });
  if (!ended) return null;
  // a second copy of the same bytes; if this is never reached, the keeper finds it
  if (!ended.isOurs) await forget(context, row);
  return ended.row;
}

async function lookAt(
  { database, media }: FinishContext,
  tenant: string,
  row: UploadRow,
  sha256: string | undefined,
): Promise<Found> {
  const [[account]] = await database.pipeline(tenant, ({ sql }) => [
    sql<{ settings: unknown }[]>`select settings from tenants where tenant_id = ${tenant}`,
  ]);
  const kind = row.purpose === 'poster' ? 'picture' : row.purpose === 'captions' ? 'captions' : undefined;
  const found = await examine(
    media,
    { key: row.storage_key, place: row.place!, size: row.size, name: row.name, sha256 },
    { limits: limitsOf(media, account?.settings), kind, sha256: row.sha256?.toString('hex') },
  );
  const [[stored]] = await database.pipeline(tenant, ({ sql }) => [
    sql`update uploads set settings = settings || ${sql.json({ found } as never)}::jsonb
        where tenant_id = ${tenant} and upload_id = ${row.upload_id} and writer = ${row.writer} returning 1`,
  ]);
  if (!stored) throw new Error('this upload is being finished by another process');
  return found;
}

async function makeAsset(
  tx: Tx,
  row: UploadRow,
  found: Found,
  fileId: string,
  state: AssetState,
): Promise<void> {
  const { purpose, asset_id: id, name, settings, author } = row;
  if (purpose === 'asset') {
    if (found.kind === 'captions') throw refused('Captions belong to a video.');
    const { key, download, link_days: linkDays } = settings;
    await createAsset(tx, { id, kind: found.kind, name, fileId, key, download, linkDays, state }, author);
    return;
  }
  if (purpose === 'replace') {
    const [asset] = await tx.sql<{ kind: string }[]>`
      select kind from assets where tenant_id = ${tx.tenant} and asset_id = ${id} and deleted_at is null`;
    if (asset && asset.kind !== found.kind) {
      throw refused(`This ${asset.kind} can only be replaced by another ${asset.kind}.`);
    }
  }
  const changed = await changeFile(
    tx,
    id,
    purpose,
    fileId,
    author,
    purpose === 'replace' ? state : undefined,
  );
  if (!changed) throw refused('The file that this belongs to was deleted meanwhile.');
}

/** The row is ours until the transaction ends. */
async function hold({ sql, tenant }: Tx, row: UploadRow): Promise<boolean> {
  const [held] = await sql`select 1 from uploads
    where tenant_id = ${tenant} and upload_id = ${row.upload_id} and writer = ${row.writer} and state = 'finishing'
    for update`;
  return held !== undefined;
}

async function end(
  { sql, tenant }: Tx,
  row: UploadRow,
  state: 'done' | 'refused',
  problem: ProblemError | null,
): Promise<UploadRow> {
  const [[now]] = await Promise.all([
    sql<UploadRow[]>`
      update uploads set state = ${state}, problem = ${problem && sql.json(problem.toJSON() as never)}, writer = null,
        lease_until = null
      where tenant_id = ${tenant} and upload_id = ${row.upload_id}
      returning *, size::float8 as size, received::float8 as received`,
    sql`update upload_alarms set due_at = ${row.expires_at}
        where tenant_id = ${tenant} and upload_id = ${row.upload_id}`,
  ]);
  return now!;
}

async function refuse(
  context: FinishContext,
  tenant: string,
  row: UploadRow,
  problem: ProblemError,
): Promise<UploadRow | null> {
  const now = await context.database.transaction(tenant, async (tx) =>
    (await hold(tx, row)) ? end(tx, row, 'refused', problem) : null,
  );
  if (now) await forget(context, row);
  return now;
}

/** What cannot be removed now is an orphan, and collected. */
async function forget({ media: { storage }, log }: FinishContext, row: UploadRow): Promise<void> {
  try {
    if (row.place) await storage.abandon(row.storage_key, row.place);
    await storage.remove(row.storage_key);
  } catch (error) {
    log.warn(
      { err: (error as Error).message },
      'the bytes of an upload could not be removed; the keeper will',
    );
  }
}

/** Those that have run out, and those that somebody gives up. Nothing while it is being finished. */
export async function dropUpload(context: FinishContext, tenant: string, id: string): Promise<boolean> {
  const [[gone]] = await context.database.pipeline(tenant, ({ sql }) => [
    sql<UploadRow[]>`
      delete from uploads where tenant_id = ${tenant} and upload_id = ${id} and state <> 'finishing' returning *`,
  ]);
  // one that was done names a file's key, which stays
  if (gone && gone.state !== 'done') await forget(context, gone);
  return gone !== undefined;
}

export async function readUpload(database: Database, tenant: string, id: string): Promise<UploadRow | null> {
  const [[row]] = await database.pipeline(tenant, (tx) => [uploadById(tx, id)]);
  return row ?? null;
}
