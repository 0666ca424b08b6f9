import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KitContext } from './context.ts';
import { Database } from './db/client.ts';
import { runDoctor, type Finding } from './doctor.ts';
import { createServerKit } from './kit.ts';
import { getTestKit, TEST_SECRET, TEST_URL, type TestKit } from './testing/kit.ts';

let kit: TestKit;
const servers: Server[] = [];
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  kit.carrier.fault = null;
});

function context(other: Partial<KitContext> = {}): KitContext {
  return {
    database: kit.database,
    carrier: kit.carrier,
    publicUrl: TEST_URL,
    mountPath: '/crm',
    secret: TEST_SECRET,
    ...other,
  } as KitContext;
}

/** The public address, answered by the kit itself. */
const reached = (address: string | URL | Request) => kit.kit.fetch(new Request(address));

async function finding(
  check: Finding['check'],
  other: Partial<KitContext> = {},
  fetch: typeof globalThis.fetch = reached,
) {
  const findings = await runDoctor(context(other), { fetch, timeout: 1_000 });
  return findings.find((one) => one.check === check)!;
}

describe('the doctor', () => {
  it('finds nothing wrong with a kit that is set up well', async () => {
    const findings = await runDoctor(context(), { fetch: reached });
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual([
      'secret',
      'public_url',
      'mount_path',
      'database',
      'clock',
      'migrations',
      'role',
      'isolation',
      'carrier',
    ]);
  });

  it('is reached through the kit, over a real address', async () => {
    const server = createServer((request, response) => void own.node(request, response));
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/crm`;
    const own = createServerKit({
      database: { url: kit.url, schema: kit.schema },
      publicUrl,
      secret: TEST_SECRET,
      carrier: kit.carrier,
    });
    const mount = (await own.doctor()).find(({ check }) => check === 'mount_path');
    expect(mount).toMatchObject({ ok: true });
    await own.close();
  });

  it('warns of a superuser who logs in', async () => {
    expect(await finding('role')).toMatchObject({ ok: true, mend: expect.stringContaining('production') });
  });

  it.each<[string, Finding['check'], Partial<KitContext>, typeof fetch, RegExp, RegExp]>([
    ['a short secret', 'secret', { secret: 'short' }, reached, /5 characters/, /randomBytes/],
    ['a guessable secret', 'secret', { secret: 'ab'.repeat(20) }, reached, /guessed/, /randomBytes/],
    [
      'no encryption',
      'public_url',
      { publicUrl: 'http://portal.example.com/crm' },
      reached,
      /not encrypted/,
      /https/,
    ],
    [
      'a host that is down',
      'mount_path',
      {},
      () => Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } })),
      /ECONNREFUSED/,
      /Start the host/,
    ],
    [
      'another mount path',
      'mount_path',
      {},
      async () => new Response('<h1>Not here</h1>', { status: 404 }),
      /answers 404/,
      /app\.use\('\/crm', kit\.node\)/,
    ],
    [
      'another kit there',
      'mount_path',
      {},
      async () => Response.json({ kit: 'other' }),
      /another secret or schema/,
      /same secret/,
    ],
    [
      'a redirect',
      'mount_path',
      {},
      async () => new Response(null, { status: 301, headers: { location: 'https://www.example.com/' } }),
      /redirects to https:\/\/www/,
      /without a redirect/,
    ],
  ])('finds %s and says how to mend it', async (_name, check, other, fetch, message, mend) => {
    const found = await finding(check, other, fetch);
    expect(found.ok).toBe(false);
    expect(found.message).toMatch(message);
    expect(found.mend).toMatch(mend);
  });

  it('finds credentials that the carrier refuses', async () => {
    kit.carrier.fault = new Error('401 Authenticate');
    expect(await finding('carrier')).toMatchObject({
      ok: false,
      message: expect.stringContaining('401 Authenticate'),
    });
  });

  it('finds a schema that was never migrated, or under another name', async () => {
    const database = new Database({ url: kit.url, schema: 'never_migrated' });
    expect(await finding('migrations', { database })).toMatchObject({
      ok: false,
      message: expect.stringContaining('0001_tenancy.sql'),
      mend: expect.stringContaining('patchbay migrate'),
    });
  });

  it('finds a database that does not answer, without repeating its password', async () => {
    const database = new Database({ url: 'postgres://me:hunter2@127.0.0.1:1/none' });
    const findings = await runDoctor(context({ database }), { fetch: reached });
    expect(findings.find(({ check }) => check === 'database')).toMatchObject({ ok: false });
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });

  it('finds row security switched off', async () => {
    await kit.admin('alter table contacts no force row level security');
    expect(await finding('isolation')).toMatchObject({
      ok: false,
      message: expect.stringContaining('contacts'),
    });
    await kit.admin('alter table contacts force row level security');
  });

  it('finds an app role that may go past row security', async () => {
    await kit.admin(`alter role "${kit.database.appRole}" bypassrls`);
    expect(await finding('role')).toMatchObject({ ok: false, mend: expect.stringContaining('nobypassrls') });
    await kit.admin(`alter role "${kit.database.appRole}" nobypassrls`);
  });
});
