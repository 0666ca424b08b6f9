/** The page that people open from a text, in a real browser: without signing in, without script, in a hand, in the dark. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaints } from './testing/axe.ts';
import { launchBrowser } from './testing/browser.ts';
import { startDemoProcess, type DemoProcess } from './testing/demo-process.ts';
import { askApi, visit } from './testing/pages.ts';

let demo: DemoProcess;
let browser: Browser;
let address: string;
beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemoProcess(), launchBrowser()]);
  address = await asDana(async (ask, id) => {
    const { body } = await ask('POST', `/contacts/${id}/preference-link`, {});
    return String(body['url']);
  });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await demo?.remove();
});

type Ask = (...request: [method: string, path: string, data?: object]) => ReturnType<typeof askApi>;

/** Asks the API as a member who is logged in, about John. */
async function asDana<T>(work: (ask: Ask, john: string) => Promise<T>): Promise<T> {
  const dana = await visit(browser, demo.url, { as: 'dana' });
  const ask: Ask = (...request) => askApi(dana, ...request);
  const { body } = await ask('GET', '/contacts?q=John');
  const result = await work(ask, (body['items'] as { id: string }[])[0]!.id);
  await dana.context.close();
  return result;
}

async function open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 320, height: 700 }, ...options });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test('it is accessible, fits a small phone, and keeps to its policy', async () => {
    for (const [url, heading] of [
      [address, /^What .+ may send you$/],
      [`${address.slice(0, -3)}xyz`, 'This link is not valid'],
    ] as const) {
      const page = await open(url, { colorScheme, bypassCSP: true });
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      expect(await complaints(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
      const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(dark).toBe(colorScheme === 'dark' ? 'rgb(15, 18, 22)' : 'rgb(246, 247, 249)');
      await page.context().close();
    }
  });
});

test('without script and by keyboard alone, somebody stops everything and starts texts again', async () => {
  const page = await open(address, { javaScriptEnabled: false });
  await page.getByRole('button', { name: 'Stop everything' }).press('Enter');
  await page.getByText('Saved. It counts from now on.').waitFor();
  const texts = page.getByRole('checkbox', { name: /^Texts to the number ending in/ });
  expect(await texts.isChecked()).toBe(false);
  await texts.press('Space');
  await page.getByRole('button', { name: 'Save' }).press('Enter');
  await page.getByText('Saved. It counts from now on.').waitFor();
  expect(await texts.isChecked()).toBe(true);
  await page.context().close();
  const ledger = await asDana(async (ask, id) => (await ask('GET', `/contacts/${id}/consent`)).body['items']);
  expect(ledger).toMatchObject([
    { action: 'grant', kind: 'express_written', source: 'form', ip: '127.0.0.1' },
    { action: 'withdraw', source: 'form', wording: 'Stop everything', ip: '127.0.0.1' },
    { action: 'grant' },
  ]);
});
