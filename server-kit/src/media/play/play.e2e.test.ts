/** The page in a real browser: what is played with seeks is counted once, and what is only opened is not. */
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chromiumFlags, chromiumPath } from '../../../../scripts/chromium.ts';
import { fixture } from '../testing/fixtures.ts';
import { getShelf, PHONE, type Shelf, type ShelfLink } from '../testing/shelf.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FILM = { bytes: fixture('twelve-seconds.mp4'), width: 320, height: 180, durationMs: 12_000 };

let shelf: Shelf;
let server: Server;
let browser: Browser;
beforeAll(async () => {
  let handler: RequestListener = (_, response) => void response.writeHead(503).end();
  server = createServer((request, response) => handler(request, response));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  shelf = await getShelf({ publicUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/crm` });
  handler = (request, response) => void shelf.kit.node(request, response);
  browser = await chromium.launch({ executablePath: chromiumPath(), args: [...chromiumFlags] });
});
afterAll(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
  await shelf.close();
});

async function withPage(link: ShelfLink, act: (page: Page) => Promise<void>): Promise<string[]> {
  const context = await browser.newContext({
    userAgent: PHONE,
    viewport: { width: 390, height: 844 },
    hasTouch: true,
  });
  const complaints: string[] = [];
  try {
    const page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(link.url);
    await act(page);
    await page.close({ runBeforeUnload: true });
  } finally {
    await context.close();
  }
  return complaints;
}
async function film(more: Parameters<Shelf['asset']>[1] = {}): Promise<ShelfLink & { assetId: string }> {
  const assetId = await shelf.asset(shelf.a, { ...FILM, poster: fixture('picture.jpg'), ...more });
  return { assetId, ...(await shelf.link(shelf.a, { assetId })) };
}
const viewsOf = ({ id }: ShelfLink) =>
  shelf.admin('select by, share, played from asset_views where link_id = $1', [id]);
const timeOf = (page: Page) => page.evaluate(() => document.querySelector('video')!.currentTime);
const playedTo = (page: Page, second: number) =>
  expect.poll(() => timeOf(page), { timeout: 20_000 }).toBeGreaterThan(second);
const seek = (page: Page, second: number) =>
  page.evaluate((to) => {
    const video = document.querySelector('video')!;
    return new Promise((done) => {
      video.addEventListener('seeked', done, { once: true });
      video.currentTime = to;
    });
  }, second);

describe('a person', () => {
  it('plays with seeks: counted as one view, with what was really seen', async () => {
    const link = await film();
    const complaints = await withPage(link, async (page) => {
      await page.getByRole('button', { name: 'Play Birthday' }).click();
      await playedTo(page, 2.5);
      await seek(page, 0.5);
      await playedTo(page, 2);
      await seek(page, 9);
      await playedTo(page, 10);
      await page.evaluate(() => document.querySelector('video')!.pause());
      await vi.waitFor(async () => expect(await viewsOf(link)).toHaveLength(1), { timeout: 10_000 });
    });
    expect(complaints).toEqual([]);
    await vi.waitFor(async () => {
      const [view] = await viewsOf(link);
      expect(view).toMatchObject({ by: 'human' });
      expect(view.played).toHaveLength(2);
      // about four of twelve seconds; without merging it would be near six
      expect(view.share).toBeGreaterThan(0.25);
      expect(view.share).toBeLessThan(0.45);
    }, 10_000);
  });

  it('leaves in the middle: the last is told as the page goes', async () => {
    const link = await film();
    await withPage(link, async (page) => {
      await page.getByRole('button', { name: 'Play Birthday' }).click();
      await playedTo(page, 2.2);
      await vi.waitFor(async () => expect(await viewsOf(link)).toHaveLength(1), { timeout: 10_000 });
      await playedTo(page, 4);
    });
    await vi.waitFor(async () => expect((await viewsOf(link))[0]!.share).toBeGreaterThan(4 / 12), {
      timeout: 10_000,
    });
  });

  it('opens the page and plays nothing: no view', async () => {
    const link = await film();
    await withPage(link, async (page) => {
      await expect
        .poll(() => page.evaluate(() => document.querySelector('video')!.readyState))
        .toBeGreaterThan(0);
      await seek(page, 5);
    });
    const other = await film();
    await withPage(other, async (page) => {
      await page.getByRole('button', { name: 'Play Birthday' }).click();
      await playedTo(page, 2.2);
      await vi.waitFor(async () => expect(await viewsOf(other)).toHaveLength(1), { timeout: 10_000 });
    });
    // what was told before the other's view would be here by now
    expect(await viewsOf(link)).toEqual([]);
  });

  it('opens a picture by a click', async () => {
    const picture = { bytes: fixture('picture.png'), type: 'image/png', kind: 'picture' } as const;
    const link = await film({ ...picture, durationMs: null });
    await withPage(link, async (page) => {
      await page.getByRole('link', { name: 'Open the picture: Birthday' }).click();
      await page.waitForURL(/\/file$/);
    });
    await vi.waitFor(
      async () => expect(await viewsOf(link)).toMatchObject([{ by: 'human', share: 1 }]),
      10_000,
    );
  });

  it('is told when the browser has no decoder for it', async () => {
    const link = await film({ bytes: fixture('hevc.mov'), type: 'video/quicktime' });
    await withPage(link, async (page) => {
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').textContent()).toContain('cannot play it');
      expect(await page.getByRole('button').isVisible()).toBe(false);
    });
  });
});

it('a machine that runs the script and plays without a touch is no person', async () => {
  const link = await film();
  const context = await browser.newContext({ userAgent: PHONE });
  const page = await context.newPage();
  // as a scanner would; asking the page anything from here counts as a touch in this browser
  await page.addInitScript(() => {
    addEventListener('load', () => {
      const video = document.querySelector('video')!;
      video.muted = true;
      void video.play();
    });
  });
  await page.goto(link.url);
  await vi.waitFor(async () => expect(await viewsOf(link)).toMatchObject([{ by: 'machine' }]), {
    timeout: 20_000,
  });
  await context.close();
  expect((await viewsOf(link)).filter(({ by }) => by === 'human')).toEqual([]);
});

it('works without script, with the browser’s own controls', async () => {
  const link = await film({ download: true });
  const context = await browser.newContext({ javaScriptEnabled: false, userAgent: PHONE });
  const page = await context.newPage();
  await page.goto(link.url);
  expect(await page.locator('video[controls]').isVisible()).toBe(true);
  expect(await page.locator('.play').isVisible()).toBe(false);
  expect(await page.getByRole('link', { name: 'Download' }).isVisible()).toBe(true);
  await context.close();
});

describe.each([
  ['a film', {}],
  ['a film to keep, with captions', { download: true, captions: 'WEBVTT\n\n00:00.000 --> 00:09.000\nHello' }],
  ['a picture', { kind: 'picture', type: 'image/png', bytes: fixture('picture.png') }],
  ['a document', { kind: 'document', type: 'application/pdf' }],
  ['a sound', { kind: 'audio', type: 'audio/mpeg', bytes: fixture('voice.mp3') }],
  ['a film with a very long name', { name: `${'Übergrößenträgerwohnungsbesichtigung'.repeat(3)} tour` }],
] as [string, Parameters<Shelf['asset']>[1]][])('%s', (_, more) => {
  it.each(['light', 'dark'] as const)(
    'has nothing against it in %s, and fits on 320 pixels',
    async (colorScheme) => {
      const link = await film(more);
      const context = await browser.newContext({ colorScheme, viewport: { width: 320, height: 640 } });
      const page = await context.newPage();
      await page.goto(link.url);
      await page.evaluate(AXE);
      const found = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string }[] }> };
        };
        return (await axe.run()).violations.map((one) => JSON.stringify(one));
      });
      expect(found).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
      await context.close();
    },
  );
});
