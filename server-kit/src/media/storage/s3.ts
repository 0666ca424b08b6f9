/**
 * Files in a bucket of S3, or of anything that speaks its protocol. An upload is a multipart upload of 8 MiB parts; what does
 * not fill a part yet waits in objects beside it. Which parts there are stands in the upload's place, kept by the caller:
 * nothing depends on what a server lists of them, because few of the smaller ones can (ListParts).
 *
 * flydrive puts, removes and looks things up. Parts, ranges and lists are our own: flydrive 1 has no ranges, its lists have no
 * sizes, and it writes a stream in a single request that cannot be tried again. See docs/decisions/0011-media-storage.md.
 */
import { createHash } from 'node:crypto';
import type * as Aws from '@aws-sdk/client-s3';
import { Disk } from 'flydrive';
import type * as Drivers from 'flydrive/drivers/s3';
import { SetupError } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { checkedKey, checkedPrefix, UPLOADS } from './keys.ts';
import { asStorage, codeOf } from './s3-errors.ts';
import { PART, placeOf, receivedAt, type Place } from './s3-place.ts';
import { streamOf } from './s3-stream.ts';
import { unfinishedIn } from './s3-unfinished.ts';
import { StorageError, type ByteRange, type MediaStorage } from './storage.ts';

export interface S3StorageOptions {
  bucket: string;
  /** Default `us-east-1`, which is what most servers that are not Amazon's expect. */
  region?: string;
  /** Left out: Amazon's. */
  endpoint?: string;
  /** Left out: from the environment, as the AWS SDK finds them. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. Default: true with an `endpoint` of your own. */
  forcePathStyle?: boolean;
  /** A folder within the bucket. */
  prefix?: string;
  /** How long a request of at most 8 MiB may take until it is answered; then it is tried again. Default 60 s. */
  timeoutMs?: number;
}

const CONNECT_MS = 5000;
const MAX_SOCKETS = 512;
/** How often a part is sent that arrived damaged. What the network does is tried again by the SDK, three times in all. */
const DAMAGED_TRIES = 3;

type Sdk = typeof Aws & Pick<typeof Drivers, 'S3Driver'>;

async function load(): Promise<Sdk> {
  try {
    const [sdk, { S3Driver }] = await Promise.all([
      import('@aws-sdk/client-s3'),
      import('flydrive/drivers/s3'),
    ]);
    return { ...sdk, S3Driver };
  } catch (cause) {
    throw new SetupError(
      'Media in S3 needs two more packages: npm install @aws-sdk/client-s3 @aws-sdk/s3-request-presigner',
      { cause },
    );
  }
}

/** Asks nothing yet. Throws `SetupError` where the AWS SDK is not installed. */
export async function s3Media(options: S3StorageOptions): Promise<MediaStorage> {
  const sdk = await load();
  const Bucket = options.bucket;
  const timeout = options.timeoutMs ?? 60_000;
  const root = checkedPrefix(options.prefix ?? '');
  const client = new sdk.S3Client({
    region: options.region ?? 'us-east-1',
    forcePathStyle: options.forcePathStyle ?? options.endpoint !== undefined,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.credentials ? { credentials: options.credentials } : {}),
    // without `throwOnRequestTimeout` a server that never answers is waited for without end
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: timeout,
      throwOnRequestTimeout: true,
      // one for each viewer; 50, the default, would leave none for uploads
      httpAgent: { maxSockets: MAX_SOCKETS },
      httpsAgent: { maxSockets: MAX_SOCKETS },
    },
    // R2 and older MinIOs know none of the newer ones (aws-sdk-js-v3#6810); parts carry their MD5
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const disk = new Disk(
    new sdk.S3Driver({ client, bucket: Bucket, visibility: 'private', supportsACL: false }),
  );
  const keyOf = (key: string) => root + checkedKey(key);

  async function sizeOf(key: string): Promise<number | null> {
    try {
      return (await disk.getMetaData(keyOf(key))).contentLength;
    } catch (error) {
      if (codeOf(error) === 'missing') return null;
      throw error;
    }
  }

  async function open(key: string, range?: ByteRange): Promise<ReadableStream<Uint8Array>> {
    const Range = range && `bytes=${range.start}-${range.end}`;
    try {
      const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket, Key: keyOf(key), Range }));
      return streamOf(Body as AsyncIterable<Uint8Array>, timeout);
    } catch (error) {
      if (codeOf(error) === 'beyond') return new Blob([]).stream();
      throw error;
    }
  }

  async function openUpload(key: string): Promise<Place> {
    // the type that its sender claims is never told: a bucket may be public
    const ContentType = 'application/octet-stream';
    const made = await client.send(
      new sdk.CreateMultipartUploadCommand({ Bucket, Key: keyOf(key), ContentType }),
    );
    return { id: newId(), upload: made.UploadId!, parts: [], rest: [], gone: [[], []] };
  }

  async function abort(Key: string, UploadId: string): Promise<void> {
    try {
      await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    } catch (error) {
      if (codeOf(error) !== 'missing') throw error;
    }
  }

  /** With their digest, which S3 compares: what arrived damaged is sent again. */
  async function sendWhole<T>(bytes: Uint8Array, send: (ContentMD5: string) => Promise<T>): Promise<T> {
    const ContentMD5 = createHash('md5').update(bytes).digest('base64');
    for (let tries = 1; ; tries++) {
      try {
        return await send(ContentMD5);
      } catch (error) {
        if (codeOf(error) !== 'damaged' || tries >= DAMAGED_TRIES) throw error;
      }
    }
  }

  const sendPart = (key: string, place: Place, PartNumber: number, Body: Uint8Array): Promise<string> =>
    sendWhole(Body, async (ContentMD5) => {
      const part = { Bucket, Key: keyOf(key), UploadId: place.upload, PartNumber, Body, ContentMD5 };
      return (await client.send(new sdk.UploadPartCommand(part))).ETag!;
    });

  // flydrive hands on what it does not know
  const sendObject = (key: string, bytes: Uint8Array, contentType = 'application/octet-stream') =>
    sendWhole(bytes, (ContentMD5) => disk.put(keyOf(key), bytes, { contentType, ContentMD5 }));

  const pieceKey = (place: Place) => `${UPLOADS}${place.id}/${newId()}`;

  /** The bytes after the last part; less than a part. */
  async function restOf(place: Place): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for (const [key, size] of place.rest) {
      const bytes = new Uint8Array(await new Response(await open(key)).arrayBuffer());
      if (bytes.length !== size) throw new StorageError('missing', 'A part of this upload is gone.');
      pieces.push(bytes);
    }
    return Buffer.concat(pieces);
  }

  /** What remains is found in `uploads/` by its age. */
  const clean = (keys: string[]) =>
    Promise.allSettled(keys.map((key) => disk.delete(keyOf(key)))).then(() => undefined);
  const leftOf = (place: Place) => [...place.rest.map(([key]) => key), ...place.gone.flat()];
  /** There while a whole upload stands under its key only to be looked at. */
  const markOf = (place: Place) => `${UPLOADS}${place.id}/unfinished`;

  /** Makes one object of its parts. Nothing happens when it is one already. */
  async function complete(key: string, place: Place, size: number): Promise<void> {
    const there = receivedAt(place);
    if (there < size) {
      throw new StorageError('missing', `Of ${size} bytes of this upload, ${there} are here.`);
    }
    if (there === 0) {
      await sendObject(key, new Uint8Array());
      return;
    }
    try {
      const parts = [...place.parts];
      if (place.rest.length > 0) {
        parts.push(await sendPart(key, place, parts.length + 1, await restOf(place)));
      }
      const Parts = parts.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
      const upload = { Bucket, Key: keyOf(key), UploadId: place.upload, MultipartUpload: { Parts } };
      await client.send(new sdk.CompleteMultipartUploadCommand(upload));
    } catch (error) {
      // an answer that was lost, or asked again after a crash: the upload is gone, and the object there
      if (codeOf(error) !== 'missing' || (await sizeOf(key)) !== there) throw error;
    }
  }

  const storage: MediaStorage = {
    async put(key, bytes, contentType) {
      checkedKey(key);
      const pieces = bytes instanceof Uint8Array ? once(bytes) : bytes[Symbol.asyncIterator]();
      const start: Uint8Array[] = [];
      let size = 0;
      for (;;) {
        const next = await pieces.next();
        if (next.done === true) {
          await asStorage(() => sendObject(key, Buffer.concat(start), contentType));
          return;
        }
        start.push(next.value);
        size += next.value.length;
        if (size > PART) break;
      }
      let place = await storage.begin(key, contentType);
      try {
        const sent = await storage.append(key, place, 0, joined(start, pieces));
        ({ place } = sent);
        if ('error' in sent) throw sent.error;
        await storage.finish(key, sent.place, sent.received, contentType);
      } catch (error) {
        await storage.abandon(key, place).catch(() => undefined);
        throw error;
      }
    },

    read: (key, range) => asStorage(() => open(key, range)),

    stat: (key) =>
      asStorage(async () => {
        const size = await sizeOf(key);
        return size === null ? null : { size };
      }),

    remove: (key) => asStorage(() => disk.delete(keyOf(key))),

    // not by flydrive, whose lists have no sizes
    async *list(prefix) {
      const Prefix = root + checkedPrefix(prefix);
      let ContinuationToken: string | undefined;
      do {
        const page: Aws.ListObjectsV2CommandOutput = await asStorage(() =>
          client.send(new sdk.ListObjectsV2Command({ Bucket, Prefix, ContinuationToken })),
        );
        for (const { Key, Size, LastModified } of page.Contents ?? []) {
          if (Key === undefined) continue;
          yield { key: Key.slice(root.length), size: Size ?? 0, modified: LastModified ?? new Date(0) };
        }
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },

    begin: (key) => asStorage(async () => ({ ...(await openUpload(key)) })),

    append: (key, from, received, bytes) =>
      asStorage(async () => {
        const place = placeOf(from);
        if (receivedAt(place) !== received) {
          throw new StorageError('missing', 'This is not how far the upload came.');
        }
        await clean(place.gone[1]);
        return await appendTo(key, place, bytes);
      }),

    received: (_key, place) => Promise.resolve(receivedAt(placeOf(place))),

    finish: (key, from, size) =>
      asStorage(async () => {
        const place = placeOf(from);
        await complete(key, place, size);
        // no longer one that may be dropped: this has to be so before anybody is told
        await disk.delete(keyOf(markOf(place)));
        await clean(leftOf(place));
      }),

    readUpload: (key, from, range) =>
      asStorage(async () => {
        const place = placeOf(from);
        try {
          return await open(key, range);
        } catch (error) {
          if (codeOf(error) !== 'missing') throw error;
        }
        // parts cannot be read: it has to be whole for that
        await sendObject(markOf(place), new Uint8Array());
        await complete(key, place, receivedAt(place));
        return await open(key, range);
      }),

    abandon: (key, from) =>
      asStorage(async () => {
        const place = placeOf(from);
        await abort(keyOf(key), place.upload);
        if ((await sizeOf(markOf(place))) !== null) {
          await disk.delete(keyOf(key));
          await disk.delete(keyOf(markOf(place)));
        }
        await clean(leftOf(place));
      }),

    unfinished: () =>
      unfinishedIn({
        name: Bucket,
        root,
        ask: (asked) => client.send(new sdk.ListMultipartUploadsCommand(asked)),
        abort,
      }),

    path: () => null,
    uploadPath: () => null,
    async close() {
      client.destroy();
    },
  };

  /**
   * One part is on its way while the next one fills up, so two are in memory. When S3 fails, what it has already is told to
   * the caller; only where there is nothing to tell it throws.
   */
  async function appendTo(key: string, from: Place, bytes: AsyncIterable<Uint8Array>) {
    let place: Place = { ...from, gone: [[], from.gone[0]] };
    let ended: { error: unknown } | undefined;
    let sending: Promise<Place> | undefined;
    const arrived = async () => {
      if (sending) place = await sending;
      sending = undefined;
    };
    let filling: Buffer = Buffer.allocUnsafeSlow(PART);
    let other: Buffer | undefined;
    let filled = (await restOf(from)).copy(filling);
    /** How much of it is in the place's own objects. */
    let kept = filled;
    const pieces = bytes[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await nextOf(pieces);
        if ('error' in next) ended = next;
        if (!('value' in next)) break;
        for (let at = 0; at < next.value.length;) {
          const taken = Math.min(PART - filled, next.value.length - at);
          filling.set(next.value.subarray(at, at + taken), filled);
          filled += taken;
          at += taken;
          if (filled < PART) continue;
          await arrived();
          sending = withPart(key, place, filling);
          sending.catch(() => undefined);
          [filling, other] = [other ?? Buffer.allocUnsafeSlow(PART), filling];
          [filled, kept] = [0, 0];
        }
      }
      await arrived();
      if (filled > kept) place = await withPiece(place, filling.subarray(kept, filled));
    } catch (error) {
      if (receivedAt(place) === receivedAt(from)) throw error;
      ended = { error: await asStorage(() => Promise.reject(error)).catch((known: unknown) => known) };
    } finally {
      // not waited for: what hangs would hang here too
      pieces.return?.().catch(() => undefined);
    }
    return { place: { ...place }, received: receivedAt(place), ...ended };
  }

  async function withPart(key: string, place: Place, bytes: Uint8Array): Promise<Place> {
    const etag = await sendPart(key, place, place.parts.length + 1, bytes);
    const used = place.rest.map(([piece]) => piece);
    return {
      ...place,
      parts: [...place.parts, etag],
      rest: [],
      gone: [[...used, ...place.gone[0]], place.gone[1]],
    };
  }

  async function withPiece(place: Place, bytes: Uint8Array): Promise<Place> {
    const piece = pieceKey(place);
    await sendObject(piece, bytes);
    return { ...place, rest: [...place.rest, [piece, bytes.length]] };
  }

  return storage;
}

async function nextOf(
  pieces: AsyncIterator<Uint8Array>,
): Promise<{ value: Uint8Array } | { error: unknown } | Record<never, never>> {
  try {
    const next = await pieces.next();
    return next.done === true ? {} : { value: next.value };
  } catch (error) {
    return { error };
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* joined(start: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* start;
  yield* { [Symbol.asyncIterator]: () => rest };
}
