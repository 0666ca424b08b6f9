import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isPrivateHost } from '../net/addresses.ts';
import { fetchFile } from './fetch-file.ts';

interface Seen {
  path: string;
  authorization: string | undefined;
}

/** A host on this machine, with what it was asked and where it leads. */
async function getHost(lead: (path: string) => string | null = () => null) {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    const path = request.url ?? '';
    seen.push({ path, authorization: request.headers.authorization });
    const location = lead(path);
    if (location) response.writeHead(307, { location }).end('elsewhere');
    else if (path === '/silent') response.write('a');
    else response.writeHead(path === '/gone' ? 404 : 200, { 'content-type': 'image/png' }).end('a picture');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, seen, host: `127.0.0.1:${port}`, url: (path: string) => `http://127.0.0.1:${port}${path}` };
}

const ask = (url: string, host: string, more: { privately?: boolean; timeout?: number } = {}) =>
  fetchFile({ url, host, authorization: 'Basic secret', privately: true, timeout: 5_000, ...more });

describe('a file at the carrier', () => {
  it('is asked for with the credentials', async () => {
    const { host, url, seen } = await getHost();
    const answer = await ask(url('/file'), host);
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'image/png',
      'a picture',
    ]);
    expect(seen).toEqual([{ path: '/file', authorization: 'Basic secret' }]);
  });

  it('may lie elsewhere, where the credentials do not go', async () => {
    const cdn = await getHost();
    const { host, url, seen } = await getHost((path) => (path === '/file' ? cdn.url('/bytes') : null));
    expect(await (await ask(url('/file'), host)).text()).toBe('a picture');
    expect(seen).toHaveLength(1);
    expect(cdn.seen).toEqual([{ path: '/bytes', authorization: undefined }]);
  });

  it('is as the last of them says', async () => {
    const { host, url } = await getHost((path) => (path === '/file' ? '/gone' : null));
    expect((await ask(url('/file'), host)).status).toBe(404);
  });

  it('is not asked for where the carrier is not', async () => {
    const { url, seen } = await getHost();
    await expect(ask(url('/file'), 'api.twilio.com')).rejects.toThrow(/does not lie with the carrier/);
    expect(seen).toEqual([]);
  });

  it('is given up when the way goes in circles, or nothing comes', async () => {
    const { host, url } = await getHost((path) => (path === '/silent' ? null : path));
    await expect(ask(url('/file'), host)).rejects.toThrow(/in circles/);
    await expect(
      ask(url('/silent'), host, { timeout: 50 }).then((answer) => answer.text()),
    ).rejects.toThrow();
  });

  it.each([
    'https://127.0.0.1/file',
    'https://[::1]/file',
    'https://[::ffff:10.0.0.1]/file',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/file',
  ])('is never fetched from our own network: %s', async (url) => {
    await expect(ask(url, new URL(url).host, { privately: false })).rejects.toThrow(
      /of our own network|which is not followed/,
    );
  });

  it('is never fetched without encryption from a carrier on the Internet', async () => {
    const { host, url, seen } = await getHost();
    await expect(ask(url('/file'), host, { privately: false })).rejects.toThrow(/http:\/\/, which is not/);
    expect(seen).toEqual([]);
  });
});

describe('a stand-in for the carrier', () => {
  it('is known by its name', () => {
    expect(
      ['127.0.0.1', 'localhost', '[::1]', '192.168.1.5', 'sandbox', 'sandbox.internal'].every(isPrivateHost),
    ).toBe(true);
    expect(['api.twilio.com', '8.8.8.8', '[2606:4700::1111]'].some(isPrivateHost)).toBe(false);
  });
});
