import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTestKit, TEST_URL, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit({ cors: ['https://app.example.com'] });
});
afterAll(() => kit.close());

const raw = (path: string, init?: RequestInit) => kit.kit.fetch(new Request(`${TEST_URL}${path}`, init));

describe('a browser of another origin', () => {
  const preflight = (origin: string) =>
    raw('/v1/me', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });

  it('may ask when its origin is on the list', async () => {
    const { headers, status } = await preflight('https://app.example.com');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(headers.get('access-control-allow-headers')).toContain('authorization');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('may not when it is not', async () => {
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('can read the reason of a refusal', async () => {
    const answer = await raw('/v1/me', { headers: { origin: 'https://app.example.com' } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
      401,
      'https://app.example.com',
    ]);
  });
});

describe('a file', () => {
  const upload = (method: string, path: string, headers: Record<string, string> = {}) =>
    raw(path, {
      method,
      headers: { 'content-type': 'application/octet-stream', ...headers },
      body: new Uint8Array(300 * 1024),
    });

  it.each([
    ['POST', '/v1/media/upload'],
    ['POST', '/v1/media/upload-video'],
    ['POST', '/v1/media/uploads'],
    ['PATCH', '/v1/media/uploads/0199c0de-0000-7000-8000-000000000000'],
    ['DELETE', '/v1/media/0199c0de-0000-7000-8000-000000000000/0'],
    ['POST', '/v1/media/files/0199c0de-0000-7000-8000-000000000000'],
  ])('is not taken without a token: %s %s', async (method, path) => {
    const answer = await raw(path, { method, headers: { 'tus-resumable': '1.0.0' } });
    expect(answer.status).toBe(401);
  });

  it('may be larger than other bodies, unless it says that it is JSON', async () => {
    const path = '/v1/media/uploads/0199c0de-0000-7000-8000-000000000000';
    expect((await upload('PATCH', path)).status).toBe(401);
    expect((await upload('PATCH', path, { 'content-type': 'application/json' })).status).toBe(413);
    expect((await upload('POST', '/v1/media/uploads')).status).toBe(413);
  });

  it('may be sent by tus from another origin', async () => {
    const { headers } = await raw('/v1/media/uploads/1', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.com',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'tus-resumable,upload-offset',
      },
    });
    expect(headers.get('access-control-allow-methods')).toMatch(/HEAD.*PATCH.*DELETE/);
    expect(headers.get('access-control-allow-headers')).toMatch(/tus-resumable.*upload-offset/);
    const answer = await raw('/v1/me', { headers: { origin: 'https://app.example.com' } });
    expect(answer.headers.get('access-control-expose-headers')).toMatch(/upload-offset/);
  });
});

describe('every answer', () => {
  it('is kept by no cache and sniffed by no browser', async () => {
    for (const path of ['/v1/me', '/v1/nothing', '/v1/health']) {
      const { headers } = await kit.request('GET', path);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});

describe('a token', () => {
  it.each(['', 'Bearer', 'Bearer ', 'Basic abc', 'bearer\tx', 'Bearer a b', `Bearer ${'x'.repeat(9000)}`])(
    'is asked for when there is "%s"',
    async (authorization) => {
      const answer = await raw('/v1/me', { headers: { authorization } });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    },
  );

  it('makes its member known, and follows a new name or role', async () => {
    const ana = (name: string, role: 'agent' | 'manager') => kit.token('alpha', role, { id: 'ana', name });
    await kit.request('GET', '/v1/me', { as: await ana('Ana', 'agent') });
    await kit.request('GET', '/v1/me', { as: await ana('Ana Lopez', 'manager') });
    const rows = await kit.admin(
      `select name, role from members where tenant_id = 'alpha' and member_id = 'ana'`,
    );
    expect(rows).toEqual([{ name: 'Ana Lopez', role: 'manager' }]);
    const me = await kit.request('GET', '/v1/me');
    expect(me.body.members).toContainEqual({ id: 'ana', name: 'Ana Lopez' });
  });
});

describe('roles', () => {
  it('let managers add and remove quick replies, and agents use them', async () => {
    const body = { shortcut: 'hours', title: 'Hours', body: 'We are open 9 to 5.' };
    expect((await kit.request('POST', '/v1/quick-replies', { body })).body.code).toBe('forbidden');
    const made = await kit.request('POST', '/v1/quick-replies', { as: kit.a.manager, body });
    expect(made).toMatchObject({ status: 201, body });
    expect((await kit.request('POST', '/v1/quick-replies', { as: kit.a.manager, body })).body).toMatchObject({
      code: 'invalid_request',
      field: 'shortcut',
    });
    expect((await kit.request('GET', '/v1/quick-replies')).body.items).toEqual([made.body]);
    expect((await kit.request('DELETE', `/v1/quick-replies/${made.body.id}`)).body.code).toBe('forbidden');
    expect(
      (await kit.request('DELETE', `/v1/quick-replies/${made.body.id}`, { as: kit.a.manager })).status,
    ).toBe(204);
    expect(
      (await kit.request('DELETE', `/v1/quick-replies/${made.body.id}`, { as: kit.a.manager })).status,
    ).toBe(404);
  });
});

describe('the brand', () => {
  it('has defaults, and what the host has set', async () => {
    expect((await kit.request('GET', '/v1/brand')).body).toEqual({
      name: 'Firm alpha',
      logo_url: null,
      locale: null,
      tokens: { light: {}, dark: {} },
      words: {},
    });
    await kit.kit.tenants.upsert({
      id: 'alpha',
      name: 'Firm alpha',
      brand: { name: 'Alpha Homes', words: { send: 'Go' } },
    });
    await kit.kit.tenants.upsert({ id: 'alpha', name: 'Firm alpha' });
    expect((await kit.request('GET', '/v1/brand')).body).toMatchObject({
      name: 'Alpha Homes',
      words: { send: 'Go' },
    });
  });
});

describe('an unexpected error', () => {
  it('is answered without its words, and logged without anybody’s', async () => {
    await kit.admin('alter table quick_replies rename column title to gone');
    const answer = await kit.request('POST', '/v1/quick-replies', {
      as: kit.a.manager,
      body: { shortcut: 'secret-shortcut', title: 'secret-title', body: 'secret-body' },
    });
    await kit.admin('alter table quick_replies rename column gone to title');
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } });
    const [entry] = kit.logged.filter(({ level }) => level === 50);
    expect(answer.body.detail).toContain(entry!['requestId']);
    const log = JSON.stringify(kit.logged);
    for (const word of ['secret-shortcut', 'secret-title', 'secret-body', kit.a.manager])
      expect(log).not.toContain(word);
    expect(JSON.stringify(answer.body)).not.toMatch(/quick_replies|column/);
  });
});
