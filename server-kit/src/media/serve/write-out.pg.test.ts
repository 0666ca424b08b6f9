/** Bytes over a real connection of Node: as many as were asked for, and no more work than somebody waits for. */
import { randomBytes } from 'node:crypto';
import { createServer, get, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { getShelf, type Shelf } from '../testing/shelf.ts';

// more than a connection takes at once
const BYTES = randomBytes(9_000_000);
let shelf: Shelf;
let server: Server;
let film: string;
beforeAll(async () => {
  let handler: RequestListener = (_, response) => void response.writeHead(503).end();
  server = createServer((request, response) => handler(request, response));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  shelf = await getShelf({ publicUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/crm` });
  handler = (request, response) => void shelf.kit.node(request, response);
  const { url } = await shelf.link(shelf.a, { assetId: await shelf.asset(shelf.a, { bytes: BYTES }) });
  film = `${url}/file`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await shelf.close();
});

const ask = (headers: Record<string, string> = {}, method = 'GET') => fetch(film, { method, headers });

it('gives the whole file, and parts of it, with every header', async () => {
  const whole = await ask();
  expect(Buffer.from(await whole.arrayBuffer()).equals(BYTES)).toBe(true);
  const part = await ask({ range: 'bytes=1000000-2999999' });
  expect(part.status).toBe(206);
  expect(part.headers.get('content-range')).toBe('bytes 1000000-2999999/9000000');
  expect(part.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
  expect(part.headers.get('x-content-type-options')).toBe('nosniff');
  expect(part.headers.get('cache-control')).toBe('private, no-transform, max-age=300');
  expect(Buffer.from(await part.arrayBuffer()).equals(BYTES.subarray(1_000_000, 3_000_000))).toBe(true);
});

it('answers without bytes where there are none to send', async () => {
  const head = await ask({}, 'HEAD');
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '9000000']);
  const known = await ask({ 'if-none-match': head.headers.get('etag')! });
  expect([known.status, await known.text()]).toEqual([304, '']);
  const none = await ask({ range: 'bytes=9000000-' });
  expect([none.status, none.headers.get('content-range'), await none.text()]).toEqual([
    416,
    'bytes */9000000',
    '',
  ]);
  expect((await ask({ 'if-match': '"x"' })).status).toBe(412);
});

it('stops for a viewer who goes, and serves the next', async () => {
  const open = () =>
    vi.waitFor(async () => {
      const count = await new Promise<number>((resolve) =>
        server.getConnections((_, found) => resolve(found)),
      );
      expect(count).toBe(0);
    }, 20_000);
  for (let viewer = 0; viewer < 20; viewer += 1) {
    const answer = await new Promise<IncomingMessage>((resolve) => get(film, { agent: false }, resolve));
    await new Promise((first) => answer.once('data', first));
    answer.destroy();
  }
  server.closeIdleConnections();
  await open();
  const after = await ask({ range: 'bytes=-5' });
  expect(Buffer.from(await after.arrayBuffer())).toEqual(BYTES.subarray(-5));
});

it('says so kindly when the bytes are gone', async () => {
  const { url } = await shelf.link(shelf.a, { assetId: await shelf.asset(shelf.a) });
  const [row] = await shelf.admin(
    'select storage_key from files order by created_at desc, file_id desc limit 1',
  );
  await shelf.storage.remove(row.storage_key);
  const answer = await fetch(`${url}/file`);
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain('The file is not there');
});
