/** The page behind a link: what it shows, to whom, and what it says when there is nothing to see. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getShelf, type Shelf } from '../testing/shelf.ts';

const EVIL = '"><script>alert(1)</script>';
let now = new Date('2026-11-22T12:00:00Z');
let shelf: Shelf;
beforeAll(async () => {
  shelf = await getShelf({ clock: () => now });
  await shelf.setTenant(shelf.a, {
    brand: {
      name: `Maple ${EVIL}`,
      logo_url: 'https://cdn.example.com/logo.png',
      tokens: { light: { accent: '#0a7d4f' }, dark: {} },
    },
  });
});
afterAll(() => shelf.close());

const film = { width: 1280, height: 720, durationMs: 60_000 };

describe('a page', () => {
  it('shows a film with name, poster and captions, in the business’s looks, and escapes what others wrote', async () => {
    const assetId = await shelf.asset(shelf.a, {
      ...film,
      name: `Happy ${EVIL}`,
      poster: randomBytes(20),
      captions: 'WEBVTT\n\n00:00.000 --> 00:01.000\nHello',
    });
    const { text } = await shelf.link(shelf.a, { assetId });
    const answer = await shelf.open(text);
    const page = await answer.text();
    expect(answer.status).toBe(200);
    expect(page).toContain('Maple &quot;&gt;&lt;script&gt;');
    expect(page).not.toContain('<script>');
    expect(page).toMatch(
      new RegExp(`<video\\s+src="${text}/file"[^>]* playsinline[^>]* poster="${text}/poster"`),
    );
    expect(page).toContain('width="1280" height="720"');
    expect(page).toContain('kind="captions"');
    expect(page).not.toContain('Download');
    expect(page).not.toContain(shelf.a.id);
    const captions = await shelf.open(`${text}/captions`);
    expect(captions.headers.get('content-type')).toBe('text/vtt; charset=utf-8');
    const poster = await shelf.open(`${text}/poster`);
    expect([poster.status, poster.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    // whoever previews the link shows it on pages of their own
    expect(poster.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(await (await shelf.open(`${text}/style.css`)).text()).toContain('--accent:#0a7d4f');
  });

  it('tells messengers what to show: title, business, picture and film by absolute addresses', async () => {
    const assetId = await shelf.asset(shelf.b, { ...film, name: 'Tour', poster: randomBytes(20) });
    const { text, url } = await shelf.link(shelf.b, { assetId });
    const page = await (await shelf.open(text)).text();
    const meta = Object.fromEntries(
      [...page.matchAll(/<meta\s+(?:property|name)="([^"]+)"\s+content="([^"]*)"/g)].map(
        ([, name, value]) => [name, value],
      ),
    );
    expect(meta).toMatchObject({
      robots: 'noindex',
      'og:title': 'Tour',
      'og:site_name': 'Firm beta',
      'og:description': 'A video from Firm beta',
      'og:url': url,
      'og:image': `${url}/poster`,
      'og:image:width': '640',
      'og:video': `${url}/file`,
      'og:video:type': 'video/mp4',
      'twitter:card': 'summary_large_image',
    });
  });

  it('runs no script but its own, stands in nobody’s frame and is in no index', async () => {
    const { text } = await shelf.link(shelf.a, { assetId: await shelf.asset(shelf.a) });
    const { headers } = await shelf.open(text);
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-robots-tag')).toBe('noindex');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    const script = /src="(play\.js\?v=\w+)"/.exec(await (await shelf.open(text)).text())![1]!;
    const served = await shelf.open(script);
    expect(served.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(served.headers.get('cache-control')).toContain('immutable');
  });

  it.each([
    ['picture', 'image/png', /<img src="[^"]+\/file" alt="Thing"/],
    ['audio', 'audio/mpeg', /<audio src="[^"]+\/file" controls/],
    [
      'document',
      'application/pdf',
      /<a class="button" href="[^"]+\/file" target="_blank"[^>]*>Open<\/a>\s*<span class="facts">PDF, 5 kB/,
    ],
  ] as const)('shows a %s too', async (kind, type, expected) => {
    const assetId = await shelf.asset(shelf.a, { kind, type, name: 'Thing' });
    const { text } = await shelf.link(shelf.a, { assetId });
    expect(await (await shelf.open(text)).text()).toMatch(expected);
  });

  it('offers the file only where that is allowed, for the asset or this link', async () => {
    const assetId = await shelf.asset(shelf.a, { name: 'Añejo / tour', download: true });
    const offered = await shelf.link(shelf.a, { assetId });
    expect(await (await shelf.open(offered.text)).text()).toContain(`href="${offered.text}/file?download"`);
    const kept = await shelf.open(`${offered.text}/file?download`);
    expect(kept.headers.get('content-disposition')).toBe(
      `attachment; filename="Anejo _ tour.mp4"; filename*=UTF-8''A%C3%B1ejo%20_%20tour.mp4`,
    );
    const refused = await shelf.link(shelf.a, { assetId, download: false });
    expect(await (await shelf.open(refused.text)).text()).not.toContain('?download');
    const shown = await shelf.open(`${refused.text}/file?download`);
    expect(shown.headers.get('content-disposition')).toMatch(/^inline/);
  });

  it('is in the business’s language, from the right where that is written so', async () => {
    await shelf.setTenant(shelf.b, { brand: { name: 'دار', locale: 'ar-EG' } });
    const { text } = await shelf.link(shelf.b, { assetId: await shelf.asset(shelf.b) });
    const page = await (await shelf.open(text)).text();
    expect(page).toMatch(/<html lang="ar"\s+dir="rtl">/);
    expect(page).toContain('فيديو من دار');
    await shelf.setTenant(shelf.b, { brand: {} });
  });

  it('answers HEAD with what GET would say, and gives no visit to a machine', async () => {
    const { text } = await shelf.link(shelf.a, { assetId: await shelf.asset(shelf.a) });
    const head = await shelf.open(text, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const bot = await (await shelf.open(text, { headers: { 'user-agent': 'WhatsApp/2.23.20.0' } })).text();
    expect(bot).toContain('og:title');
    expect(bot).not.toContain('data-visit');
  });
});

describe('a link to the bytes', () => {
  it('gives them under its own address, and nothing else', async () => {
    const bytes = randomBytes(3_000);
    const assetId = await shelf.asset(shelf.a, { bytes, poster: randomBytes(9) });
    const { text } = await shelf.link(shelf.a, { assetId, purpose: 'file' });
    const answer = await shelf.open(text);
    expect(answer.headers.get('content-type')).toBe('video/mp4');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    for (const part of ['file', 'poster', 'captions']) {
      expect((await shelf.open(`${text}/${part}`)).status).toBe(404);
    }
    expect((await shelf.open(`${text}/views`, { method: 'POST', body: '{}' })).status).toBe(404);
  });
});

describe('nothing to see', () => {
  const expectEverywhere = async (text: string, status: number) => {
    for (const path of [text, `${text}/file`]) {
      const answer = await shelf.open(path);
      expect([path, answer.status]).toEqual([path, status]);
      expect(answer.headers.get('content-type')).toContain('text/html');
    }
    return (await shelf.open(text)).text();
  };

  it('behind a link that was revoked: 410, kindly and in the business’s looks, at once', async () => {
    const { text, id } = await shelf.link(shelf.a, { assetId: await shelf.asset(shelf.a) });
    expect((await shelf.open(text)).status).toBe(200);
    expect((await shelf.request('DELETE', `/v1/links/${id}`)).status).toBe(204);
    const page = await expectEverywhere(text, 410);
    expect(page).toContain('This link has ended');
    expect(page).toContain('Ask Maple');
    expect(page).toContain(`href="${text}/style.css"`);
  });

  it('behind a link that has expired, to the millisecond', async () => {
    const expiresAt = new Date(now.getTime() + 60_000);
    const { text } = await shelf.link(shelf.a, { assetId: await shelf.asset(shelf.a), expiresAt });
    now = new Date(expiresAt.getTime() - 1);
    expect((await shelf.open(text)).status).toBe(200);
    now = expiresAt;
    await expectEverywhere(text, 410);
  });

  it('after the days that the asset gives its links; others stay for good', async () => {
    const assetId = await shelf.asset(shelf.a, { linkDays: 7 });
    const week = await shelf.link(shelf.a, { assetId });
    const ever = await shelf.link(shelf.a, { assetId, expiresAt: null });
    now = new Date(now.getTime() + 7 * 86_400_000 + 1_000);
    await expectEverywhere(week.text, 410);
    expect((await shelf.open(ever.text)).status).toBe(200);
    now = new Date(now.getTime() + 3650 * 86_400_000);
    expect((await shelf.open(ever.text)).status).toBe(200);
  });

  it('of an asset that was deleted, or is still being prepared', async () => {
    const assetId = await shelf.asset(shelf.a);
    const gone = await shelf.link(shelf.a, { assetId });
    await shelf.admin('update assets set deleted_at = now() where asset_id = $1', [assetId]);
    await expectEverywhere(gone.text, 410);
    const soon = await shelf.link(shelf.a, { assetId: await shelf.asset(shelf.a, { state: 'processing' }) });
    expect(await expectEverywhere(soon.text, 503)).toContain('Not quite ready');
  });

  it('where the storage has lost the bytes: said kindly, and to the log', async () => {
    const assetId = await shelf.asset(shelf.a);
    const { text } = await shelf.link(shelf.a, { assetId });
    rmSync(join(shelf.folder, 'videos'), { recursive: true });
    const answer = await shelf.open(`${text}/file`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('The file is not there');
    expect(shelf.logged.filter(({ msg }) => msg === 'a file could not be served')).not.toEqual([]);
  });

  it.each(['AAAAAAAAAAAAAA', 'x', '..%2f..%2fetc', 'style', 'a/b/c', 'AAAAAAAAAAAAAA/file'])(
    'behind %s: 404, and of nobody',
    async (path) => {
      const answer = await shelf.open(path);
      const page = await answer.text();
      expect(answer.status).toBe(404);
      expect(page).toContain('This link is not valid');
      expect(page).not.toMatch(/Maple|alpha/);
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    },
  );

  it('with another kit’s secret', async () => {
    const { text } = await shelf.link(shelf.a, { assetId: await shelf.asset(shelf.a) });
    expect((await shelf.open(text)).status).toBe(200);
    const swapped = text.slice(0, 8) + text.slice(8).split('').reverse().join('');
    expect((await shelf.open(swapped)).status).toBe(404);
  });
});
