import type { KitContext } from '../context.ts';
import { ProblemError } from '../errors.ts';
import { serveFile } from '../media/serve/serve.ts';
import { checkMediaLink, type MediaRef } from './media-links.ts';

/** The link of an attachment lives for two. */
const DAY = 24 * 3600;

/** What a browser may show in place. Never SVG or HTML: on the host's origin they could run script. */
const SHOWN =
  /^(image\/(png|jpeg|gif|webp|avif|bmp|heic|heif|tiff)|video\/[\w.+-]+|audio\/[\w.+-]+|application\/pdf)$/;

/**
 * An attachment of an inbound message: our copy, else streamed from the carrier. It was sent by a stranger and is served from the host's origin, so whatever
 * it says of itself, it is not sniffed, runs nothing, and is downloaded unless it is a picture, a film, a sound or a PDF.
 */
export async function serveMedia(
  context: KitContext,
  request: Request,
  ref: MediaRef,
  expiry: number,
  signature: string,
): Promise<Response> {
  checkMediaLink(context, ref, expiry, signature);
  const { database, carrier, log } = context;
  const [[file]] = await database.pipeline(ref.tenant, ({ sql }) => [
    sql<Attachment[]>`
      select m.entry ->> 'url' as url, coalesce(f.content_type, m.entry ->> 'content_type') as content_type,
        m.entry ->> 'name' as name, m.entry ->> 'not_shown' as not_shown, m.entry ? 'gone' as gone, m.account_sid,
        f.storage_key, f.size::float8 as size, encode(f.sha256, 'hex') as sha256
      from (
        select m.tenant_id, m.media -> ${ref.index}::integer as entry, s.account_sid
        from messages m join senders s using (tenant_id, sender_id)
        where m.tenant_id = ${ref.tenant} and m.message_id = ${ref.messageId} and m.direction = 'inbound') m
      left join files f on f.tenant_id = m.tenant_id and f.file_id = (m.entry ->> 'file_id')::uuid`,
  ]);
  if (!file?.url || file.gone) throw gone();
  if (file.not_shown !== null) throw new ProblemError('file_refused', file.not_shown);
  if (file.storage_key !== null) {
    return serveFile(context, request, {
      storageKey: file.storage_key,
      size: file.size,
      sha256: file.sha256,
      contentType: file.content_type ?? 'application/octet-stream',
      name: file.name ?? 'attachment',
      download: false,
      maxAge: DAY,
    });
  }

  const answer = await carrier.fetchMedia(file.url, file.account_sid).catch((error: Error) => {
    log.warn({ err: error.message }, 'an attachment could not be fetched from the carrier');
    throw new ProblemError('unavailable', 'The carrier did not hand the file over. Try again shortly.');
  });
  if (!answer.ok || !answer.body) {
    await answer.body?.cancel();
    if (answer.status === 404 || answer.status === 410) throw gone();
    log.warn({ status: answer.status }, 'the carrier refused an attachment');
    throw new ProblemError('unavailable', 'The carrier did not hand the file over. Try again shortly.');
  }
  return new Response(answer.body, {
    headers: headersFor(file.content_type ?? answer.headers.get('content-type'), answer),
  });
}

interface Attachment {
  url: string | null;
  content_type: string | null;
  name: string | null;
  not_shown: string | null;
  gone: boolean;
  account_sid: string;
  /** Null: there is no copy yet. */
  storage_key: string | null;
  size: number;
  sha256: string;
}

function headersFor(declared: string | null, answer: Response): Headers {
  const type = (declared ?? '').split(';')[0]!.trim().toLowerCase();
  const shown = SHOWN.test(type);
  const length = answer.headers.get('content-length');
  // fetch has undone any content encoding, and the length with it
  const lengthIsTrue = length !== null && !answer.headers.has('content-encoding');
  return new Headers({
    'content-type': shown ? type : 'application/octet-stream',
    'content-disposition': shown ? 'inline' : 'attachment',
    'x-content-type-options': 'nosniff',
    // browsers refuse to draw a PDF in a sandbox; it runs no script of our origin without one either
    'content-security-policy':
      type === 'application/pdf' ? "default-src 'none'" : "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'same-site',
    'referrer-policy': 'no-referrer',
    'cache-control': 'private, max-age=86400, immutable',
    ...(lengthIsTrue ? { 'content-length': length } : {}),
  });
}

function gone(): ProblemError {
  return new ProblemError('not_found', 'This file is not there any more.');
}
