/**
 * The bytes of a medium. As at Twilio the API's address (without `.json`) asks for the account's credentials and leads on
 * to another, which whoever has it may fetch. https://www.twilio.com/docs/messaging/api/media-resource
 */
import { Hono } from 'hono';
import type { Carrier } from '../carrier.ts';
import type { Media, Message } from '../records.ts';
import type { RestEnv } from './context.ts';

/** The path under which the bytes lie, for whoever has been told it. */
export const contentPath = (message: Message, media: Media): string =>
  `/cdn/${message.accountSid}/${message.sid}/${media.sid}`;

/** Comes after the check of the credentials. */
export function mediaRoute(app: Hono<RestEnv>, carrier: Carrier): void {
  app.get('/2010-04-01/Accounts/:account/Messages/:message/Media/:sid{ME[0-9a-f]{32}}', (c) => {
    const message = carrier.store.messages.get(c.req.param('message'));
    const media = message?.media.find((one) => one.sid === c.req.param('sid'));
    if (!message || !media || message.accountSid !== c.get('account').sid) return c.notFound();
    return c.redirect(contentPath(message, media), 307);
  });
}

export function createContentApp(carrier: Carrier): Hono {
  const app = new Hono();
  app.get('/cdn/:account/:message/:sid{ME[0-9a-f]{32}}', (c) => {
    const message = carrier.store.messages.get(c.req.param('message'));
    const media = message?.media.find((one) => one.sid === c.req.param('sid'));
    if (!media || message?.accountSid !== c.req.param('account')) return c.notFound();
    const bytes = carrier.media.get(media.sid);
    if (!bytes) return media.url === null ? c.notFound() : c.redirect(media.url, 307);
    const headers = {
      'content-type': media.contentType,
      // browsers refuse to draw a PDF in a sandbox
      'content-security-policy':
        media.contentType === 'application/pdf' ? "default-src 'none'" : "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=3600',
      'accept-ranges': 'bytes',
    };
    // Bytes of a stranger's choosing on the page's own origin: never run, never sniffed.
    // A copy, never `.buffer`: a small Buffer is a window into node's shared pool, which holds other people's secrets.
    const part = /^bytes=(\d+)-(\d*)$/.exec(c.req.header('range') ?? '');
    if (!part || Number(part[1]) >= bytes.length) return c.body(new Uint8Array(bytes), 200, headers);
    // a browser seeks in a film only where ranges are answered
    const [start, end] = [Number(part[1]), Math.min(Number(part[2] || Infinity), bytes.length - 1)];
    return c.body(new Uint8Array(bytes.subarray(start, end + 1)), 206, {
      ...headers,
      'content-range': `bytes ${start}-${end}/${bytes.length}`,
    });
  });
  return app;
}
