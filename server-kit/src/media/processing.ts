/**
 * Videos that not everything plays become MP4s that everything does, and get a poster frame where the browser brought none, where
 * the host has ffmpeg. Until it is converted nothing is sent.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import type { KitContext } from '../context.ts';
import type { AssetState } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import { changeFile } from './assets.ts';
import { storeBytes } from './bytes.ts';
import { ConversionError, type VideoFacts } from './convert.ts';
import type { Found } from './examine.ts';
import type { MediaContext } from './options.ts';

type ProcessingContext = Pick<KitContext, 'database' | 'media' | 'log'>;

/** The browser that sent a video sends its poster right behind it: ours is for those that do not. */
const POSTER_AFTER = '20 seconds';

/** Of what was found, for the row of its asset. */
export function stateFor({ options }: MediaContext, found: Pick<Found, 'kind' | 'plays'>): AssetState {
  const converts = options.converter !== null && found.kind === 'video' && found.plays !== 'everywhere';
  return converts ? 'processing' : 'ready';
}

/** The alarm of its upload rings: at once where it is to be converted, soon where it may want a poster. */
export async function ringFor(
  { sql, tenant }: Tx,
  media: MediaContext,
  found: Pick<Found, 'kind' | 'plays'>,
  uploadId: string,
): Promise<void> {
  if (media.options.converter === null || found.kind !== 'video') return;
  const after = stateFor(media, found) === 'processing' ? '0 seconds' : POSTER_AFTER;
  await sql`update upload_alarms set due_at = moment() + ${after}::interval
    where tenant_id = ${tenant} and upload_id = ${uploadId}`;
}

interface Source {
  file_id: string;
  name: string;
  state: AssetState;
  poster_id: string | null;
  storage_key: string;
  content_type: string;
  duration_ms: number | null;
  video_codec: string | null;
  audio_codec: string | null;
}

/** What is there to do for an asset: `ready` it lacks a poster. Undefined: nothing. For the caller's pipeline. */
export function toProcess({ sql, tenant }: Tx, assetId: string) {
  return sql<Source[]>`
    select f.file_id, a.name, a.state, a.poster_id, f.storage_key, f.content_type, f.duration_ms, f.video_codec,
      f.audio_codec
    from assets a join files f on f.tenant_id = a.tenant_id and f.file_id = a.file_id
    where a.tenant_id = ${tenant} and a.asset_id = ${assetId} and a.deleted_at is null
      and (a.state = 'processing' or (a.state = 'ready' and a.kind = 'video' and a.poster_id is null))`;
}

/** A video on this machine. */
interface Video {
  fileId: string;
  path: string;
  facts: VideoFacts;
}

/** Throws what may pass; what cannot be converted is used as it is, and what gives no poster has none. */
export async function processAsset(
  context: ProcessingContext,
  tenant: string,
  assetId: string,
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-convert-'));
  try {
    let video: Video = {
      fileId: source.file_id,
      path: await pathOf(context.media, source, folder),
      facts: {
        contentType: source.content_type,
        durationMs: source.duration_ms,
        videoCodec: source.video_codec,
        audioCodec: source.audio_codec,
      },
    };
    if (source.state === 'processing') {
      const target = join(folder, 'converted.mp4');
      const converted = await unlessImpossible(
        context,
        `${assetId}: it could not be converted, and is used as it is`,
        () => convert(context, tenant, source.name, video, target, signal),
      );
      await use(context, tenant, assetId, source.file_id, converted?.fileId ?? null);
      video = converted ?? video;
    }
    if (source.poster_id !== null) return;
    await unlessImpossible(context, `${assetId}: there is no picture of it`, () =>
      makePoster(context, tenant, assetId, video, join(folder, 'poster.jpg'), signal),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Null, and a line in the log, where another try would end the same. */
async function unlessImpossible<T>(
  { log }: ProcessingContext,
  what: string,
  work: () => Promise<T>,
): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const isFinal =
      (error instanceof ConversionError && error.reason !== 'stopped') ||
      // refused by a scanner, or larger than the tenant allows
      (error instanceof ProblemError && error.status < 500);
    if (!isFinal) throw error;
    log.warn({ err: error.message }, `video ${what}`);
    return null;
  }
}

async function convert(
  context: ProcessingContext,
  tenant: string,
  called: string,
  { path, facts }: Video,
  target: string,
  signal: AbortSignal,
): Promise<Video> {
  const { converter, limits } = context.media.options;
  if (!converter) throw new ConversionError('failed', 'This process has no ffmpeg; another one had.');
  await converter.toMp4(path, target, facts, { signal, maxSize: limits.video });
  const name = `${called.replace(/\.\w{1,5}$/, '')}.mp4`;
  const stored = await storeBytes(context, tenant, { bytes: bytesAt(target), name, kind: 'video' });
  const { content_type, duration_ms, video_codec, audio_codec, fileId } = stored;
  const now = { contentType: content_type, durationMs: duration_ms };
  return { fileId, path: target, facts: { ...now, videoCodec: video_codec, audioCodec: audio_codec } };
}

/** `to` null: it stays. */
async function use(
  { database }: ProcessingContext,
  tenant: string,
  assetId: string,
  from: string,
  to: string | null,
): Promise<void> {
  await database.transaction(tenant, async (tx) => {
    const { sql } = tx;
    // another file may have come in its place
    const [still] = await sql`
      select 1 from assets where tenant_id = ${tenant} and asset_id = ${assetId} and file_id = ${from}
        and state = 'processing' for no key update`;
    if (!still) return;
    if (to !== null && to !== from) {
      await sql`update files set converted_from = ${from}
        where tenant_id = ${tenant} and file_id = ${to} and converted_from is null`;
    }
    await changeFile(tx, assetId, 'convert', to ?? from, null, 'ready');
  });
}

/** Nothing happens to one that somebody has set meanwhile. */
async function makePoster(
  context: ProcessingContext,
  tenant: string,
  assetId: string,
  { fileId, path, facts }: Video,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const { converter } = context.media.options;
  if (!converter) return;
  await converter.poster(path, target, facts, { signal });
  const bytes = bytesAt(target);
  const picture = await storeBytes(context, tenant, { bytes, name: 'poster.jpg', kind: 'picture' });
  await context.database.transaction(tenant, async (tx) => {
    const [still] = await tx.sql`
      select 1 from assets where tenant_id = ${tenant} and asset_id = ${assetId} and file_id = ${fileId}
        and poster_id is null for no key update`;
    if (still) await changeFile(tx, assetId, 'poster', picture.fileId, null);
  });
}

/** Opened when it is read: the error of a stream that nobody reads yet would end the process. */
async function* bytesAt(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path);
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
