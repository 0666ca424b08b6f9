import dns from 'node:dns';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPrivate } from './addresses.ts';
import { lookupOutside } from './lookup.ts';
import { askOutside, NotAllowedError, type Reach } from './request.ts';

/** What only we can reach, on every address of this machine but the one that plays the Internet. */
const PUBLIC = '127.0.0.2';
let inside: http.Server;
let outside: http.Server;
let port = 0;
let publicPort = 0;
let reached = 0;

beforeAll(async () => {
  inside = http.createServer((_, response) => {
    reached += 1;
    response.end('the crown jewels');
  });
  outside = http.createServer((request, response) => {
    const url = new URL(request.url!, 'http://x');
    const to = url.searchParams.get('to');
    if (to !== null) {
      response.writeHead(Number(url.searchParams.get('status') ?? 302), { location: to }).end();
    } else if (url.pathname === '/silent') return;
    else if (url.pathname === '/large') response.end('x'.repeat(600_000));
    else response.end(JSON.stringify({ method: request.method, headers: request.headers }));
  });
  await new Promise<void>((done) => inside.listen(0, '::', done));
  await new Promise<void>((done) => outside.listen(0, PUBLIC, done));
  port = (inside.address() as AddressInfo).port;
  publicPort = (outside.address() as AddressInfo).port;
});
afterAll(() => {
  for (const server of [inside, outside]) {
    server.closeAllConnections();
    server.close();
  }
});

/** Names of the test: the others are this machine's own resolver's. Each look-up of a list takes its next. */
const NAMES: Record<string, string[][]> = {
  'outside.example': [[PUBLIC]],
  'inside.example': [['127.0.0.1']],
  'inside6.example': [['::1']],
  'mapped.example': [['::ffff:127.0.0.1']],
  'both.example': [[PUBLIC, '127.0.0.1']],
  'turned.example': [['127.0.0.1', PUBLIC]],
  'rebinding.example': [[PUBLIC], ['127.0.0.1']],
  'zero.example': [['0.0.0.0']],
  'metadata.example': [['169.254.169.254']],
  'nowhere.example': [[]],
};
function names() {
  const asked = new Map<string, number>();
  const answer = (name: string) => {
    const turns = NAMES[name.replace(/\.$/, '')];
    const turn = asked.get(name) ?? 0;
    asked.set(name, turn + 1);
    return turns?.[Math.min(turn, turns.length - 1)];
  };
  return (
    name: string,
    options: { all: true },
    callback: (error: NodeJS.ErrnoException | null, found: dns.LookupAddress[]) => void,
  ) => {
    const found = answer(name);
    if (!found) return dns.lookup(name, options, callback);
    callback(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

const isInside = (address: string) => address !== PUBLIC && isPrivate(address);
const reach = (allow: string[] | null = null): Reach => ({
  allow,
  isInside,
  lookup: lookupOutside(isInside, names()),
});
const ask = (url: string, more: object = {}, where = reach()) =>
  askOutside({ url, method: 'GET', headers: {}, timeout: 2_000, most: 256 * 1024, ...more }, where);

const LITERALS = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '127.1.2.3',
  '127.255.255.254',
  '0.0.0.0',
  '0',
  '0x7f.1',
  '0x7f000001',
  '0x7f.0x0.0x0.0x1',
  '0177.0.0.1',
  '017700000001',
  '2130706433',
  '127.0.0.1.',
  '%31%32%37.0.0.1',
  '１２７.0.0.1',
  '①②⑦.0.0.1',
  '127。0。0。1',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[0000::0001]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:ffff:127.0.0.1]',
  '[::127.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[2002:7f00:1::]',
  '[2001::7f00:1]',
  '[fe80::1]',
  '[fc00::1]',
  '[fd12:3456::1]',
  '[ff02::1]',
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '192.168.255.255',
  '169.254.169.254',
  '0xa9fea9fe',
  '2852039166',
  '[::ffff:169.254.169.254]',
  '100.64.0.1',
  '192.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
];
const HOSTS = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'inside.example',
  'inside6.example',
  'mapped.example',
  'both.example',
  'turned.example',
  'zero.example',
  'metadata.example',
  'nowhere.example',
];
const vectors = (): string[] => [
  ...[...LITERALS, ...HOSTS].map((host) => `http://${host}:${port}/`),
  ...[
    'http://127.0.0.1',
    'http://[::1]',
    'http://localhost',
    'http://0x7f.1',
    'http://inside.example',
  ].flatMap((to) =>
    [301, 302, 303, 307, 308].map(
      (status) =>
        `http://outside.example:${publicPort}/?status=${status}&to=${encodeURIComponent(`${to}:${port}/`)}`,
    ),
  ),
  `http://outside.example:${publicPort}/?to=${encodeURIComponent(`//127.0.0.1:${port}/`)}`,
  `http://outside.example:${publicPort}/?to=${encodeURIComponent(
    `http://outside.example:${publicPort}/?to=${encodeURIComponent(`http://127.0.0.1:${port}/`)}`,
  )}`,
  `http://user:password@127.0.0.1:${port}/`,
  `http://outside.example@127.0.0.1:${port}/`,
  `http://127.0.0.1:${port}#@outside.example/`,
  `http:\\\\127.0.0.1:${port}\\`,
  `http://outside.example:${publicPort}/?to=${encodeURIComponent('file:///etc/passwd')}`,
  'file:///etc/passwd',
  'ftp://127.0.0.1/',
  'data:text/plain,hello',
  'gopher://127.0.0.1:70/',
];

/** As it is often written: it looks at the words of the address, and follows wherever it is led. */
async function naive(url: string): Promise<void> {
  if (/^https?:\/\/(localhost|127\.0\.0\.1|10\.|192\.168\.|169\.254\.)/.test(url)) throw new Error('inside');
  const resolve = names();
  const lookup = lookupOutside(() => false, resolve);
  for (let target = url, hop = 0; hop < 5; hop += 1) {
    const answer = await new Promise<http.IncomingMessage>((done, failed) =>
      http
        .get(target, { lookup, agent: false, timeout: 300 }, done)
        .on('error', failed)
        .on('timeout', function (this: http.ClientRequest) {
          this.destroy(new Error('no answer'));
        }),
    );
    answer.resume();
    const { location } = answer.headers;
    if (!location) return;
    target = new URL(location, target).href;
  }
}

describe('a request outside', () => {
  it('goes where it is sent, and brings back what is there', async () => {
    const answer = await ask(`http://outside.example:${publicPort}/a`, {
      method: 'POST',
      headers: { 'x-own': '1', 'content-type': 'text/plain' },
      body: 'hé',
    });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({
      method: 'POST',
      headers: { 'x-own': '1', 'content-length': '3' },
    });
  });

  it('never reaches what is inside, by none of at least sixty ways; a guard of words alone does', async () => {
    const all = vectors();
    expect(all.length).toBeGreaterThanOrEqual(60);
    reached = 0;
    for (const url of all) await expect(ask(url), url).rejects.toThrow();
    expect(reached).toBe(0);
    for (const url of all) await naive(url).catch(() => undefined);
    expect(reached).toBeGreaterThan(10);
  });

  it('does not believe a name twice', async () => {
    const where = reach();
    const url = `http://rebinding.example:${publicPort}/`;
    expect((await ask(url, {}, where)).status).toBe(200);
    await expect(ask(url, {}, where)).rejects.toThrow(/not followed/);
  });

  it('goes only to the hosts that are allowed, at every hop', async () => {
    const allow = ['outside.example', '*.partner.example'];
    const url = `http://outside.example:${publicPort}/`;
    expect((await ask(url, {}, reach(allow))).status).toBe(200);
    await expect(ask(`http://other.example:${publicPort}/`, {}, reach(allow))).rejects.toThrow(
      NotAllowedError,
    );
    await expect(ask('http://notpartner.example/', {}, reach(allow))).rejects.toThrow(NotAllowedError);
    await expect(
      ask(`${url}?to=${encodeURIComponent('http://other.example/')}`, {}, reach(allow)),
    ).rejects.toThrow(NotAllowedError);
  });

  it('takes no secret along to another origin, and no body where the answer is elsewhere', async () => {
    const to = encodeURIComponent(`http://${PUBLIC}:${publicPort}/there`);
    const answer = await ask(`http://outside.example:${publicPort}/?to=${to}`, {
      method: 'POST',
      headers: { authorization: 'Bearer secret', 'x-key': 'secret', accept: 'text/plain' },
      body: '{}',
    });
    const seen = JSON.parse(answer.body) as { method: string; headers: Record<string, string> };
    expect(seen.method).toBe('GET');
    expect(seen.headers).toMatchObject({ accept: 'text/plain' });
    expect(JSON.stringify(seen)).not.toContain('secret');
  });

  it('reads so much and no more, and waits so long and no longer', async () => {
    expect((await ask(`http://outside.example:${publicPort}/large`)).body).toHaveLength(256 * 1024);
    await expect(ask(`http://outside.example:${publicPort}/silent`, { timeout: 50 })).rejects.toThrow();
  });

  it('ends when it is led in circles', async () => {
    const self = `http://outside.example:${publicPort}/`;
    // the address of the loop is its own parameter
    const server = http.createServer((_, response) => void response.writeHead(302, { location: '/' }).end());
    await new Promise<void>((done) => server.listen(0, PUBLIC, done));
    const { port: circle } = server.address() as AddressInfo;
    await expect(ask(self.replace(String(publicPort), String(circle)))).rejects.toThrow(/in circles/);
    server.close();
  });
});
