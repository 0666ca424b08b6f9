/** Videos that not everything plays become MP4s that everything does, where the host has ffmpeg. Until then nothing is sent. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { changeFile } from './assets.ts';
import { storeBytes } from './bytes.ts';
import { ConversionError } from './convert.ts';
import type { Found } from './examine.ts';
import type { MediaContext } from './options.ts';

type ProcessingContext = Pick<KitContext, 'database' | 'media' | 'log'>;

/** Whether what was found is to be converted. */
export function isToConvert({ options }: MediaContext, found: Pick<Found, 'kind' | 'plays'>): boolean {
  return options.converter !== null && found.kind === 'video' && found.plays !== 'everywhere';
}

/** Rings at once, and again while the asset is `processing`. For the caller's pipeline. */
export function ringAtOnce({ sql, tenant }: Tx, uploadId: string) {
  return sql`update upload_alarms set due_at = moment() where tenant_id = ${tenant} and upload_id = ${uploadId}`;
}

interface Source {
  file_id: string;
  name: string;
  storage_key: string;
  content_type: string;
  duration_ms: number | null;
  video_codec: string | null;
  audio_codec: string | null;
}

/** What is there to do for an asset. Undefined: nothing. For the caller's pipeline. */
export function toProcess({ sql, tenant }: Tx, assetId: string) {
  return sql<Source[]>`
    select f.file_id, a.name, f.storage_key, f.content_type, f.duration_ms, f.video_codec, f.audio_codec
    from assets a join files f on f.tenant_id = a.tenant_id and f.file_id = a.file_id
    where a.tenant_id = ${tenant} and a.asset_id = ${assetId} and a.state = 'processing' and a.deleted_at is null`;
}

/** Throws what may pass; what cannot be converted is used as it is. */
export async function processAsset(
  context: ProcessingContext,
  tenant: string,
  assetId: string,
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  const { database, media, log } = context;
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-convert-'));
  let converted: string | null = null;
  try {
    const target = join(folder, 'converted.mp4');
    const facts = {
      contentType: source.content_type,
      durationMs: source.duration_ms,
      videoCodec: source.video_codec,
      audioCodec: source.audio_codec,
    };
    const { converter, limits } = media.options;
    if (!converter) throw new ConversionError('failed', 'This process has no ffmpeg; another one had.');
    const path = await pathOf(media, source, folder);
    await converter.toMp4(path, target, facts, { signal, maxSize: limits.video });
    const name = `${source.name.replace(/\.\w{1,5}$/, '')}.mp4`;
    const stored = await storeBytes(context, tenant, {
      bytes: createReadStream(target),
      name,
      kind: 'video',
    });
    converted = stored.fileId;
  } catch (error) {
    if (!(error instanceof ConversionError) || error.reason === 'stopped') throw error;
    log.warn({ asset: assetId, err: error.message }, 'a video could not be converted; it is used as it is');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await database.transaction(tenant, async (tx) => {
    const { sql } = tx;
    // another file may have come in its place
    const [still] = await sql`
      select 1 from assets where tenant_id = ${tenant} and asset_id = ${assetId} and file_id = ${source.file_id}
        and state = 'processing' for no key update`;
    if (!still) return;
    if (converted !== null && converted !== source.file_id) {
      await sql`update files set converted_from = ${source.file_id}
        where tenant_id = ${tenant} and file_id = ${converted} and converted_from is null`;
    }
    await changeFile(tx, assetId, 'replace', converted ?? source.file_id, null, 'ready');
  });
}

async function pathOf(
  { storage }: MediaContext,
  { storage_key: key }: Source,
  folder: string,
): Promise<string> {
  const path = storage.path(key);
  if (path !== null) return path;
  const copy = join(folder, 'source');
  await pipeline(Readable.fromWeb((await storage.read(key)) as NodeStream), createWriteStream(copy));
  return copy;
}
