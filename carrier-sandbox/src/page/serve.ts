/** The phone page and its files, read once and served with a policy that runs nothing but them. */
import { Hono } from 'hono';
import { readFileSync } from 'node:fs';

const HTML = new URL('./phone.html', import.meta.url);
const CSS = 'text/css; charset=utf-8';
const JS = 'text/javascript; charset=utf-8';
/** Spelt out one by one, so that a bundler sees which files to take along. */
const ASSETS: Record<string, readonly [file: URL, type: string]> = {
  'phone.css': [new URL('./phone.css', import.meta.url), CSS],
  'thread.css': [new URL('./thread.css', import.meta.url), CSS],
  'desk.css': [new URL('./desk.css', import.meta.url), CSS],
  'phone.js': [new URL('./phone.js', import.meta.url), JS],
  'api.js': [new URL('./api.js', import.meta.url), JS],
  'dom.js': [new URL('./dom.js', import.meta.url), JS],
  'drawer.js': [new URL('./drawer.js', import.meta.url), JS],
  'thread.js': [new URL('./thread.js', import.meta.url), JS],
  'call.js': [new URL('./call.js', import.meta.url), JS],
  'call.css': [new URL('./call.css', import.meta.url), CSS],
  'media.js': [new URL('./media.js', import.meta.url), JS],
  'media.css': [new URL('./media.css', import.meta.url), CSS],
  // what a phone has to send when its owner has nothing at hand
  'picture.jpg': [new URL('./samples/picture.jpg', import.meta.url), 'image/jpeg'],
  'clip.mp4': [new URL('./samples/clip.mp4', import.meta.url), 'video/mp4'],
  'notes.pdf': [new URL('./samples/notes.pdf', import.meta.url), 'application/pdf'],
};

export function createPage({ frameAncestors }: { frameAncestors: string }): Hono {
  const app = new Hono();
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob: http: https:",
    "media-src 'self' data: blob: http: https:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frameAncestors}`,
  ].join('; ');
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();

  function read(file: URL): Uint8Array<ArrayBuffer> {
    let content = kept.get(file.href);
    if (content === undefined) kept.set(file.href, (content = new Uint8Array(readFileSync(file))));
    return content;
  }

  for (const path of ['/', '/phone']) {
    app.get(path, (c) =>
      c.body(read(HTML), 200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
      }),
    );
  }
  app.get('/assets/:file', (c) => {
    const asset = ASSETS[c.req.param('file')];
    if (!asset) return c.notFound();
    return c.body(read(asset[0]), 200, {
      'content-type': asset[1],
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    });
  });
  app.get('/favicon.ico', (c) => c.body(null, 204));
  return app;
}
