/** The same small contract through every kind of host, at a sub-path, at the root, and behind a proxy. */
import { createServer, request as httpRequest, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createServerKit, type ServerKit } from '../kit.ts';
import { GOOD_SIGNATURE, TEST_ACCOUNT } from '../testing/carrier.ts';
import { getTestKit, TEST_SECRET, type TestKit } from '../testing/kit.ts';

type Call = (path: string, init?: RequestInit) => Promise<Response>;
interface Host {
  /** Where the kit answers, mount path included. */
  call: Call;
  close(): Promise<unknown>;
}

let shared: TestKit;
beforeAll(async () => {
  shared = await getTestKit();
});
afterAll(() => shared.close());

async function listening(server: Server, mountPath: string): Promise<Host> {
  if (!server.listening) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    call: (path, init) => fetch(`http://127.0.0.1:${port}${mountPath}${path}`, init),
    close: () => new Promise((done) => (server.close(done), server.closeAllConnections())),
  };
}

const listen = (listener: RequestListener, mountPath: string) => listening(createServer(listener), mountPath);

/** As nginx's `location /crm/ { proxy_pass http://kit/; }` does it: the path is cut and Host is another. */
async function behindProxy(inner: Host & { port: number }, mountPath: string): Promise<Host> {
  const outer = await listen((incoming, outgoing) => {
    const forward = httpRequest(
      {
        port: inner.port,
        path: incoming.url!.slice(mountPath.length),
        method: incoming.method,
        headers: {
          ...incoming.headers,
          host: 'inside.invalid',
          'x-forwarded-host': 'evil.example',
          'x-forwarded-proto': 'gopher',
        },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forward.destroy());
    incoming.pipe(forward);
  }, mountPath);
  return { call: outer.call, close: async () => (await outer.close(), await inner.close()) };
}

const HOSTS: Record<string, { mountPath: string; start: (kit: ServerKit) => Promise<Host> }> = {
  'Express 5 at /crm': {
    mountPath: '/crm',
    start: (kit) => listen(express().use('/crm', kit.node), '/crm'),
  },
  'Express 5 at the root': {
    mountPath: '',
    start: (kit) => listen(express().use(kit.node), ''),
  },
  'Express 5 after its body parsers': {
    mountPath: '/crm',
    start: (kit) =>
      listen(
        express()
          .use(express.json(), express.urlencoded({ extended: false }))
          .use('/crm', kit.node),
        '/crm',
      ),
  },
  'Express 5 in a router in a router': {
    mountPath: '/apps/crm',
    start: (kit) => listen(express().use('/apps', express.Router().use('/crm', kit.node)), '/apps/crm'),
  },
  'Fastify 5 at /crm': {
    mountPath: '/crm',
    async start(kit) {
      const app = fastify();
      await app.register(
        async (scope) => {
          // the kit reads its bodies itself
          scope.removeAllContentTypeParsers();
          scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
          scope.all('/*', (request, reply) => {
            reply.hijack();
            void kit.node(request.raw, reply.raw);
          });
        },
        { prefix: '/crm' },
      );
      await app.listen({ port: 0, host: '127.0.0.1' });
      return listening(app.server, '/crm');
    },
  },
  'Hono at /crm': {
    mountPath: '/crm',
    async start(kit) {
      const app = new Hono().route('/crm', kit.hono);
      return {
        call: async (path, init) => app.request(`http://localhost/crm${path}`, init),
        close: async () => undefined,
      };
    },
  },
  'Hono on node, at another path than the public one': {
    mountPath: '/crm',
    start: (kit) =>
      new Promise((done) => {
        const app = new Hono().route('/inner/place', kit.hono);
        const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () =>
          done(listening(server as Server, '/inner/place')),
        );
      }),
  },
  'node:http at /crm': {
    mountPath: '/crm',
    start: (kit) => listen((request, response) => void kit.node(request, response), '/crm'),
  },
  'node:http at the root': {
    mountPath: '',
    start: (kit) => listen((request, response) => void kit.node(request, response), ''),
  },
  'a bare fetch handler': {
    mountPath: '/crm',
    start: async (kit) => ({
      call: (path, init) => kit.fetch(new Request(`http://anything.invalid/crm${path}`, init)),
      close: async () => undefined,
    }),
  },
  'a proxy that cuts the path off': {
    mountPath: '/crm',
    async start(kit) {
      const server = createServer((request, response) => void kit.node(request, response));
      const inner = await listening(server, '');
      return behindProxy({ ...inner, port: (server.address() as AddressInfo).port }, '/crm');
    },
  },
  'a proxy that leaves the path': {
    mountPath: '/crm',
    async start(kit) {
      const server = createServer((request, response) => void kit.node(request, response));
      const inner = await listening(server, '/crm');
      const port = (server.address() as AddressInfo).port;
      const outer = await behindProxy({ ...inner, port }, '');
      return { ...outer, call: (path, init) => outer.call(`/crm${path}`, init) };
    },
  },
};

describe.each(Object.entries(HOSTS))('the kit in %s', (_name, { mountPath, start }) => {
  let kit: ServerKit;
  let host: Host;
  beforeAll(async () => {
    kit = createServerKit({
      database: { url: shared.url, schema: shared.schema, maxConnections: 2 },
      publicUrl: `https://portal.example.com${mountPath}`,
      secret: TEST_SECRET,
      carrier: shared.carrier,
      log: pino({ level: 'silent' }),
    });
    host = await start(kit);
  });
  afterAll(async () => {
    await host.close();
    await kit.close();
  });
  const signedIn = () => ({ authorization: `Bearer ${shared.a.agent}` });

  it('answers its health check', async () => {
    expect(await (await host.call('/v1/health')).json()).toMatchObject({ status: 'ok' });
  });

  it('knows the bearer of a token', async () => {
    const answer = await host.call('/v1/me', { headers: signedIn() });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ tenant: { id: 'alpha' } });
  });

  it('answers a problem without one', async () => {
    const answer = await host.call('/v1/me');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ code: 'unauthenticated' });
  });

  it('reads a JSON body', async () => {
    const answer = await host.call('/v1/contacts', {
      method: 'POST',
      headers: { ...signedIn(), 'content-type': 'application/json' },
      body: JSON.stringify({ first_name: 'Zoë 🏡' }),
    });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ first_name: 'Zoë 🏡' });
  });

  it('reads a carrier’s form', async () => {
    const form = {
      AccountSid: TEST_ACCOUNT,
      MessageSid: `SM${_name}`,
      From: '+13125550190',
      To: shared.a.address,
      Body: 'a+b & ü',
    };
    const answer = await host.call('/twilio/sms/inbound', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': GOOD_SIGNATURE },
      body: new URLSearchParams(form).toString(),
    });
    expect(answer.status).toBe(200);
    const [row] = await shared.admin('select body from messages where carrier_sid = $1', [form.MessageSid]);
    expect(row.body).toBe(form.Body);
  });

  it('takes a POST without a body', async () => {
    const answer = await host.call('/v1/messages/0193a3c4-0000-7000-8000-000000000000/cancel', {
      method: 'POST',
      headers: signedIn(),
    });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not_found' });
  });

  it('answers a problem where there is nothing', async () => {
    const answer = await host.call('/v1/nothing', { headers: signedIn() });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not_found' });
  });

  it('streams the feed', async () => {
    const stop = new AbortController();
    const answer = await host.call('/v1/feed', { headers: signedIn(), signal: stop.signal });
    expect(answer.headers.get('content-type')).toMatch('text/event-stream');
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toContain('event: ready');
    stop.abort();
    await reader.cancel().catch(() => undefined);
  });
});

describe('a host that has read the body and kept nothing of it', () => {
  let host: Host;
  afterEach(() => host.close());

  it('is told to mount the kit before its body parsers', async () => {
    host = await listen((request, response) => {
      request.resume();
      request.on('end', () => void shared.kit.node(request, response));
    }, '/crm');
    const answer = await host.call('/v1/messages', {
      method: 'POST',
      headers: { authorization: `Bearer ${shared.a.agent}`, 'content-type': 'application/json' },
      body: '{"to":"+13125550111","body":"Hello"}',
    });
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({
      code: 'body_already_read',
      detail: expect.stringContaining('before body parsers'),
    });
  });
});
