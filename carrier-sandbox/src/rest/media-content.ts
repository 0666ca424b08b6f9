/** The URL of a medium without `.json`: its bytes, or the way to them. Twilio asks no password here by default. */
import type { Hono } from 'hono';
import type { Carrier } from '../carrier.ts';
import type { RestEnv } from './context.ts';

export function mediaContentRoute(app: Hono<RestEnv>, carrier: Carrier): void {
  app.get('/2010-04-01/Accounts/:account/Messages/:message/Media/:sid{ME[0-9a-f]{32}}', (c) => {
    const message = carrier.store.messages.get(c.req.param('message'));
    const media = message?.media.find((one) => one.sid === c.req.param('sid'));
    if (!media || message?.accountSid !== c.req.param('account')) return c.notFound();
    const bytes = carrier.media.get(media.sid);
    if (!bytes) return media.url === null ? c.notFound() : c.redirect(media.url, 307);
    // Bytes of a stranger's choosing on the page's own origin: never run, never sniffed.
    // A copy, never `.buffer`: a small Buffer is a window into node's shared pool, which holds other people's secrets.
    return c.body(new Uint8Array(bytes), 200, {
      'content-type': media.contentType,
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=3600',
    });
  });
}
