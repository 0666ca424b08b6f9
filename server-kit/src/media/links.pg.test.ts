/** Links by the API: who makes them, what they say, and that nobody else's can be seen. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { createLink } from './links.ts';
import { fileUrl } from './serve/file-links.ts';
import { TEST_SECRET } from '../testing/kit.ts';
import { getShelf, type Shelf } from './testing/shelf.ts';

let now = new Date();
let shelf: Shelf;
beforeAll(async () => {
  shelf = await getShelf({ clock: () => now });
});
afterAll(() => shelf.close());

const make = (assetId: string, body: object = {}, as?: string) =>
  shelf.request('POST', `/v1/assets/${assetId}/links`, { body, ...(as && { as }) });

describe('a link', () => {
  it('is made for a page, for good, unless something else is said', async () => {
    const assetId = await shelf.asset(shelf.a);
    const { status, body } = await make(assetId);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      asset_id: assetId,
      purpose: 'page',
      contact_id: null,
      download: false,
      expires_at: null,
      revoked_at: null,
      views: 0,
      watched: 0,
    });
    expect(body.url).toMatch(/^https:\/\/portal\.example\.com\/crm\/m\/[A-Za-z][0-9A-Za-z]{13}$/);
    expect((await shelf.open(body.url.slice(-14))).status).toBe(200);
  });

  it('is the tenant’s own where it has a link domain, and works on that host', async () => {
    await shelf.setTenant(shelf.a, { settings: { link_domain: 'https://go.maple.example' } });
    const { body } = await make(await shelf.asset(shelf.a));
    expect(body.url).toMatch(/^https:\/\/go\.maple\.example\/m\/\w{14}$/);
    const answer = await shelf.kit.fetch(new Request(body.url));
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain(`property="og:url" content="${body.url}"`);
    await shelf.setTenant(shelf.a, { settings: {} });
  });

  it.each([
    'http://go.example',
    'go.example',
    'https://go.example/',
    'https://go.example/x',
    'ftp://go.example',
  ])('cannot lead to %s', async (link_domain) => {
    await expect(shelf.setTenant(shelf.a, { settings: { link_domain } })).rejects.toThrow(/link_domain/);
  });

  it('is one contact’s, may end, may offer the file', async () => {
    const { contactId } = await shelf.receive(shelf.a, { from: '+13125558100' });
    const expires_at = new Date(now.getTime() + 3_600_000).toISOString();
    const wanted = { contact_id: contactId, expires_at, download: true, purpose: 'file' };
    const { body } = await make(await shelf.asset(shelf.a), wanted);
    expect(body).toMatchObject(wanted);
    expect(body.url).toMatch(/\/m\/\d\w{13}$/);
  });

  it('cannot have ended before it begins, nor be a stranger’s', async () => {
    const assetId = await shelf.asset(shelf.a);
    const { contactId } = await shelf.receive(shelf.b, { from: '+13125558101' });
    expect((await make(assetId, { expires_at: now.toISOString() })).body.code).toBe('invalid_time');
    expect((await make(assetId, { contact_id: contactId })).status).toBe(404);
    expect((await make(assetId, { contact_id: newId() })).status).toBe(404);
    expect((await make(newId())).status).toBe(404);
    const rows = await shelf.admin('select 1 from asset_links where asset_id = $1', [assetId]);
    expect(rows).toEqual([]);
  });

  it('is made once for one Idempotency-Key', async () => {
    const assetId = await shelf.asset(shelf.a);
    const ask = () =>
      shelf.request('POST', `/v1/assets/${assetId}/links`, {
        body: {},
        headers: { 'idempotency-key': `k${assetId}` },
      });
    const [first, second] = [await ask(), await ask()];
    expect(second.body).toEqual(first.body);
  });

  it('that is the asset’s own lasts as long as the asset: templates and printed codes lead there', async () => {
    const assetId = await shelf.asset(shelf.a);
    const own = await shelf.link(shelf.a, { assetId, id: assetId });
    const refused = await shelf.request('DELETE', `/v1/links/${assetId}`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'link_permanent' } });
    expect(refused.body.detail).toMatch(/as long as the file/);
    expect((await shelf.open(own.text)).status).toBe(200);
    const { body } = await shelf.request('GET', `/v1/assets/${assetId}`);
    expect(body.url).toBe(own.url);
    // to a stranger it is none at all
    expect((await shelf.request('DELETE', `/v1/links/${assetId}`, { as: shelf.b.agent })).status).toBe(404);
    expect((await shelf.request('DELETE', `/v1/links/${newId()}`)).status).toBe(404);
    await shelf.request('DELETE', `/v1/assets/${assetId}`);
    expect((await shelf.open(own.text)).status).toBe(410);
  });

  it('stays ended when it is revoked again', async () => {
    const { body } = await make(await shelf.asset(shelf.a));
    expect((await shelf.request('DELETE', `/v1/links/${body.id}`)).status).toBe(204);
    const ended = now.toISOString();
    now = new Date(now.getTime() + 1_000);
    expect((await shelf.request('DELETE', `/v1/links/${body.id}`)).status).toBe(204);
    const list = await shelf.request('GET', `/v1/assets/${body.asset_id}/links`);
    expect(list.body.items[0].revoked_at).toBe(ended);
  });

  it('draws another code when a code is taken, by whichever tenant', async () => {
    const draws = [...Array(16).fill(7), ...Array(8).fill(9)];
    let next = 0;
    const draw = () => draws[next++ % draws.length]!;
    const put = async (tenant: Shelf['a']) => {
      const assetId = await shelf.asset(tenant);
      return shelf.database.transaction(tenant.id, (tx) =>
        createLink(tx, { assetId, purpose: 'page' }, draw),
      );
    };
    const [first, second] = [await put(shelf.a), await put(shelf.b)];
    expect([first.code, second.code]).toEqual(['H7777777', 'J9999999']);
    const rows = await shelf.admin('select code from asset_links where link_id = $1', [second.id]);
    expect(rows).toEqual([{ code: second.code }]);
  });
});

describe('a list', () => {
  it('is read page by page, newest first, of links and of views', async () => {
    const assetId = await shelf.asset(shelf.a, { durationMs: 10_000 });
    const made: string[] = [];
    for (let link = 0; link < 5; link += 1) made.unshift((await make(assetId)).body.id);
    const seen: string[] = [];
    for (let after = ''; ;) {
      const { body } = await shelf.request('GET', `/v1/assets/${assetId}/links?limit=2${after}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      if (!body.next) break;
      after = `&after=${body.next}`;
    }
    expect(seen).toEqual(made);
    for (const [index, id] of made.entries()) {
      const by = index % 2 === 0 ? 'human' : 'machine';
      await shelf.admin(
        `insert into asset_views (tenant_id, view_id, link_id, asset_id, by) values ($1, $2, $3, $4, $5)`,
        [shelf.a.id, newId(), id, assetId, by],
      );
    }
    const first = await shelf.request('GET', `/v1/assets/${assetId}/views?limit=3&by=human`);
    expect(first.body.items.map(({ link_id }: { link_id: string }) => link_id)).toEqual([
      made[4],
      made[2],
      made[0],
    ]);
    expect(first.body.next).toBeNull();
    const some = await shelf.request('GET', `/v1/assets/${assetId}/views?limit=3`);
    const rest = await shelf.request('GET', `/v1/assets/${assetId}/views?limit=3&after=${some.body.next}`);
    expect([...some.body.items, ...rest.body.items].map(({ link_id }) => link_id)).toEqual(made.toReversed());
    expect((await shelf.request('GET', `/v1/assets/${assetId}/views?after=x`)).body.code).toBe(
      'invalid_cursor',
    );
  });
});

describe('another tenant’s', () => {
  it('assets, links and views are not there', async () => {
    const assetId = await shelf.asset(shelf.a);
    const { body } = await make(assetId);
    const asB = { as: shelf.b.manager };
    for (const [method, path] of [
      ['GET', `/v1/assets/${assetId}/links`],
      ['GET', `/v1/assets/${assetId}/views`],
      ['DELETE', `/v1/links/${body.id}`],
    ] as const) {
      expect((await shelf.request(method, path, asB)).status).toBe(404);
    }
    expect((await make(assetId, {}, shelf.b.manager)).status).toBe(404);
    expect((await shelf.open(body.url.slice(-14))).status).toBe(200);
  });
});

describe('a member’s link to a file', () => {
  const context = () => ({ secret: TEST_SECRET, mountPath: '', clock: () => now });
  const ask = (path: string, method = 'GET', headers: Record<string, string> = {}) =>
    shelf.request(method, path, { as: null, headers });

  it('gives the bytes without a token, by ranges too, the same all day', async () => {
    const bytes = Buffer.from('a file that is a text, as far as it goes');
    const fileId = await shelf.file(shelf.a, bytes, { type: 'image/png' });
    const url = fileUrl(context(), shelf.a.id, fileId);
    const whole = await ask(url);
    expect([whole.status, whole.body]).toEqual([200, bytes.toString()]);
    expect(whole.headers.get('content-type')).toBe('image/png');
    expect(whole.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    const part = await ask(url, 'GET', { range: 'bytes=2-5' });
    expect([part.status, part.body]).toEqual([206, 'file']);
    const head = await ask(url, 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
    expect((await ask(`${url}&download`)).headers.get('content-disposition')).toMatch(/^attachment/);
  });

  it('ends within 48 hours, and is nobody else’s', async () => {
    const fileId = await shelf.file(shelf.a, Buffer.from('x'));
    const url = fileUrl(context(), shelf.a.id, fileId);
    const other = await shelf.file(shelf.b, Buffer.from('y'));
    expect((await ask(url.replace(fileId, other))).status).toBe(404);
    expect((await ask(url.replace('t=alpha', 't=beta'))).status).toBe(404);
    expect((await ask(url.replace(/e=\d/, 'e=9'))).status).toBe(404);
    expect((await ask(fileUrl(context(), shelf.b.id, fileId))).status).toBe(404);
    expect((await ask(url)).status).toBe(200);
    now = new Date(now.getTime() + 48 * 3_600_000);
    expect((await ask(url)).status).toBe(404);
  });
});
