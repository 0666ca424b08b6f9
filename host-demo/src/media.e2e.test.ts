/** A video's whole way in a real browser: recorded, cut off while it goes up, sent, watched on a phone, counted. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { complaints } from './testing/axe.ts';
import { launchBrowser } from './testing/browser.ts';
import { startDemoProcess, type DemoProcess } from './testing/demo-process.ts';
import { askApi, openConversation, visit, type Visit } from './testing/pages.ts';
import { lineTo, type Line } from './testing/proxy.ts';

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
const WORDS = 'I have recorded something for you.';
/** On a machine that does four other things at once. */
const PATIENCE = { timeout: 30_000, interval: 100 };

let demo: DemoProcess;
let browser: Browser;
let line: Line;
beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemoProcess(), launchBrowser()]);
  line = await lineTo(demo.url);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await line?.close();
  await demo?.remove();
});

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const items = async (at: Visit, path: string) => (await askApi(at, 'GET', path)).body['items'] as Found[];
type Found = Record<string, unknown> & { id: string; url?: string };

async function record(page: Page, seconds: number): Promise<void> {
  await button(page, 'Record').click();
  await button(page, 'Start recording').click();
  await page.getByRole('timer').getByText(`0:0${seconds}`).waitFor();
  await button(page, 'Stop').click();
  await page.getByLabel('Your recording').waitFor();
}

const timeOf = (page: Page) => page.evaluate(() => document.querySelector('video')!.currentTime);
const playedTo = (page: Page, second: number) =>
  vi.waitFor(async () => expect(await timeOf(page)).toBeGreaterThan(second), PATIENCE);

describe('a recording', () => {
  let assetId = '';
  let link = '';

  test('survives a line that is cut while it goes up', async () => {
    const at = await visit(browser, line.url, { as: 'dana', path: '/media' });
    const { page } = at;
    await page.locator('[part~=asset]').first().waitFor();
    const offsets: number[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
    });
    await record(page, 6);
    const cut = line.cutAfter(220_000);
    await button(page, 'Use this video').click();
    await cut;
    await page.getByText('No connection').waitFor(PATIENCE);
    expect(await complaints(page)).toEqual([]);
    line.mend();
    await page.locator('[part~=transfer][data-state=done]').waitFor(PATIENCE);
    const [asset] = await items(at, '/assets?q=Recording');
    expect(asset).toMatchObject({ kind: 'video', state: 'ready', poster_url: expect.any(String) });
    expect(asset?.['duration_ms']).toBeGreaterThan(4_000);
    assetId = asset!.id;
    // it went on, and did not begin again
    expect({ offsets, size: asset?.['size'] }).toMatchObject({
      offsets: expect.arrayContaining([expect.toSatisfy((each: number) => each > 0)]),
    });
    await at.context.close();
  }, 120_000);

  test('goes up again after a reload, without being chosen again', async () => {
    const at = await visit(browser, line.url, { as: 'dana', path: '/media' });
    const { page } = at;
    await page.locator('[part~=asset]').first().waitFor();
    await record(page, 3);
    const cut = line.cutAfter(60_000);
    await button(page, 'Use this video').click();
    await cut;
    await page.getByText('No connection').waitFor(PATIENCE);
    line.mend();
    const before = (await items(at, '/assets?q=Recording')).length;
    await page.close();
    const again = await at.context.newPage();
    await again.goto(`${line.url}/media`);
    await vi.waitFor(
      async () => expect((await items(at, '/assets?q=Recording')).length).toBe(before + 1),
      PATIENCE,
    );
    await at.context.close();
  }, 120_000);

  test('is sent from the thread, and stands in it', async () => {
    const at = await visit(browser, demo.url, { as: 'dana', path: '/messages' });
    const { page, inbox } = at;
    await openConversation(inbox, 'Sarah Jones');
    await inbox.getByRole('button', { name: 'Send a video' }).first().click();
    await button(page, 'From the library').click();
    await page.locator(`[part~=asset][data-id="${assetId}"] .face`).click();
    await page.locator('textarea[name=text]').fill(WORDS);
    await page.locator('dialog .foot button').click();
    const bubble = inbox.locator('[part~=message]').filter({ hasText: WORDS });
    await bubble.locator('figure video').waitFor(PATIENCE);
    const [conversation] = await items(at, '/conversations?q=Sarah');
    await vi.waitFor(async () => {
      const all = await items(at, `/conversations/${conversation!.id}/messages`);
      const sent = all.find(({ body }) => String(body).startsWith(WORDS));
      // small enough to go inside the message
      expect(sent).toMatchObject({ status: 'delivered', media: [{ sent_as: 'attachment' }] });
    }, PATIENCE);
    const request = { asset_id: assetId, conversation_id: conversation!.id, as: 'link' };
    expect((await askApi(at, 'POST', '/messages/send-video', request)).status).toBe(201);
    const links = await items(at, `/assets/${assetId}/links`);
    link = links.find(({ contact_id, purpose }) => contact_id !== null && purpose === 'page')?.url ?? '';
    expect(link).toMatch(/\/m\/\w+/);
    expect(at.troubles).toEqual([]);
    await at.context.close();
  }, 120_000);

  test('is not seen by a scanner that opens its link', async () => {
    const agents = ['', 'proofpoint', 'Mozilla/5.0 (compatible; SafeLinks/1.0)', 'facebookexternalhit/1.1'];
    for (const agent of agents) {
      for (const method of ['HEAD', 'GET']) {
        const answer = await fetch(link, { method, headers: { 'user-agent': agent } });
        expect(answer.status).toBe(200);
        await fetch(`${link}/file`, { method, headers: { 'user-agent': agent, range: 'bytes=0-1' } });
      }
    }
    const at = await visit(browser, demo.url, { as: 'dana' });
    expect(await items(at, `/assets/${assetId}/views?by=human`)).toEqual([]);
    await at.context.close();
  }, 60_000);

  test('is played on the phone with seeks, and counted as what was seen by whom', async () => {
    const context = await browser.newContext({
      userAgent: IPHONE,
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    const page = await context.newPage();
    await page.goto(link);
    await page.getByRole('button', { name: /^Play / }).click();
    await playedTo(page, 2.2);
    await page.evaluate(() => (document.querySelector('video')!.currentTime = 0.2));
    await playedTo(page, 3.2);

    const at = await visit(browser, demo.url, { as: 'dana', path: '/media' });
    await vi.waitFor(async () => {
      const [view] = await items(at, `/assets/${assetId}/views?by=human`);
      expect(view).toMatchObject({ contact_name: 'Sarah Jones', by: 'human' });
    }, PATIENCE);
    await page.close({ runBeforeUnload: true });
    await vi.waitFor(async () => {
      const [view, ...others] = await items(at, `/assets/${assetId}/views?by=human`);
      expect(others).toEqual([]);
      expect(view?.['share']).toBeGreaterThan(0.4);
      expect(view?.['share']).toBeLessThan(0.95);
    }, PATIENCE);
    await at.page.locator(`[part~=asset][data-id="${assetId}"] .face`).click();
    await at.page.locator('[part~=viewer]').filter({ hasText: 'Sarah Jones' }).waitFor();
    await context.close();
    await at.context.close();
  }, 120_000);
});
