/**
 * The way in for files that come in one go: a form, an inbound MMS. They are written, looked at and kept, or refused and
 * forgotten. What a killed process leaves behind has no row, and the keeper collects it.
 */
import { createHash } from 'node:crypto';
import type { AssetKind } from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import { ProblemError } from '../errors.ts';
import { newId } from '../ids.ts';
import {
  checkSize,
  examine,
  extensionOf,
  kindOfName,
  LARGEST_CAPTIONS,
  refused,
  type Found,
} from './examine.ts';
import { fileByHash, insertFile } from './files.ts';
import { limitsOf } from './options.ts';
import { receive, TooLong } from './receive.ts';
import { storageProblem } from './problems.ts';
import { mediaKey } from './storage/keys.ts';
import { StorageError } from './storage/storage.ts';

export interface IncomingFile {
  bytes: AsyncIterable<Uint8Array>;
  /** As the sender calls it. */
  name: string;
  /** What it must be; left out: whatever is taken. */
  kind?: AssetKind | 'captions' | undefined;
  /** Bytes. Default: as the tenant’s limits say. */
  maxSize?: number | undefined;
}

export interface StoredFile extends Found {
  fileId: string;
}

type BytesContext = Pick<KitContext, 'database' | 'media'>;

/** The folder follows the name; what the file is follows its content. */
export function keyFor(tenant: string, name: string): string {
  const folder = kindOfName(name) === 'video' ? 'videos' : 'files';
  return mediaKey(folder, tenant, newId(), extensionOf(name));
}

/** How large a file of this name may be, before anybody has seen what it is. */
export async function limitFor(
  { database, media }: BytesContext,
  tenant: string,
  name: string,
  kind: AssetKind | 'captions' | undefined,
): Promise<{ limits: Record<AssetKind, number>; limit: number; kind: AssetKind | undefined }> {
  const [[account]] = await database.pipeline(tenant, ({ sql }) => [
    sql<{ settings: unknown }[]>`select settings from tenants where tenant_id = ${tenant}`,
  ]);
  const limits = limitsOf(media, account?.settings);
  if (kind === 'captions') return { limits, limit: LARGEST_CAPTIONS, kind: undefined };
  const claimed = kind ?? kindOfName(name);
  return { limits, limit: claimed ? limits[claimed] : Math.max(...Object.values(limits)), kind: claimed };
}

/** Throws `file_refused`, `payload_too_large`, `storage_full`, `unavailable`, `invalid_file`. */
export async function storeBytes(
  context: BytesContext,
  tenant: string,
  { bytes, name, kind, maxSize }: IncomingFile,
): Promise<StoredFile> {
  const { database, media } = context;
  const { storage } = media;
  const { limits, limit, kind: claimed } = await limitFor(context, tenant, name, kind);
  const largest = Math.min(limit, maxSize ?? Infinity);
  const key = keyFor(tenant, name);
  const hash = createHash('sha256');
  let place = null;
  let kept = false;
  try {
    const come = await receive({
      storage,
      key,
      contentType: 'application/octet-stream',
      from: { place, received: 0 },
      bytes,
      largest,
      seen: (piece) => void hash.update(piece),
      save: async (progress) => {
        place = progress.place;
        return true;
      },
    });
    if (come.error instanceof TooLong) checkSize(largest + 1, largest, claimed);
    if (come.error instanceof ProblemError || come.error instanceof StorageError) throw come.error;
    if (come.error !== undefined) {
      throw new ProblemError('invalid_file', 'The upload ended in the middle of the file. Send it again.');
    }
    if (come.received === 0) throw refused('The file is empty. Choose it again.');
    const standing = { key, place: come.place!, size: come.received, name, sha256: hash.digest('hex') };
    const found = await examine(media, standing, { limits, kind });
    const known = await database.transaction(tenant, (tx) => fileByHash(tx, found.sha256));
    if (known) return { ...found, fileId: known.file_id };
    await storage.finish(key, come.place!, come.received, found.content_type);
    const row = await database.transaction(tenant, (tx) => insertFile(tx, found, key));
    kept = row.isNew;
    // somebody else has stored the same bytes meanwhile
    if (!row.isNew) await storage.remove(key).catch(() => undefined);
    return { ...found, fileId: row.file_id };
  } catch (error) {
    throw error instanceof StorageError ? storageProblem(error) : error;
  } finally {
    if (!kept && place !== null) await storage.abandon(key, place).catch(() => undefined);
  }
}
