import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumFlags, chromiumPath } from '../../../scripts/chromium.ts';
import { createSandbox } from '../index.ts';

const ORIGIN = 'http://sandbox.test';
const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180"><rect width="9" height="9"/></svg>';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: chromiumPath(), args: [...chromiumFlags] });
});
afterAll(() => browser.close());

const pageWith = (video: boolean) => {
  const preview = { url: `${ORIGIN}/m/1`, site: 'Harbor', title: 'Tour', image: '/picture', video };
  return `<link rel="stylesheet" href="/assets/media.css"><body><script type="module">
    import { card } from '/assets/media.js';
    document.body.append(card(${JSON.stringify(preview)}));
  </script>`;
};

/** A page with one card on it, whose picture is answered as told. */
async function show(picture: Promise<'there' | 'gone'>, video = true): Promise<Page> {
  const sandbox = createSandbox();
  const page = await browser.newPage();
  await page.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/card') return route.fulfill({ contentType: 'text/html', body: pageWith(video) });
    if (pathname === '/picture') {
      if ((await picture) === 'gone') return route.abort();
      return route.fulfill({ contentType: 'image/svg+xml', body: PICTURE });
    }
    const answer = await sandbox.fetch(new Request(route.request().url()));
    return route.fulfill({
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    });
  });
  // not until it has loaded: its picture may be made to wait
  await page.goto(`${ORIGIN}/card`, { waitUntil: 'commit' });
  return page;
}
const mark = (page: Page) => page.locator('.card-play');
const frame = (page: Page) => page.locator('.card-picture');

describe('the card under a link', () => {
  it('keeps room for its picture, and says nothing of a film before that is there', async () => {
    let come: (how: 'there') => void = () => undefined;
    const page = await show(new Promise((resolve) => (come = resolve)));
    await frame(page).waitFor();
    expect(await mark(page).isVisible()).toBe(false);
    expect((await frame(page).boundingBox())?.height).toBeGreaterThan(100);
    come('there');
    await mark(page).waitFor({ state: 'visible' });
    expect(await page.locator('.card-picture img').isVisible()).toBe(true);
    await page.close();
  });

  it('of a film whose picture cannot be had shows the mark alone', async () => {
    const page = await show(Promise.resolve('gone'));
    await mark(page).waitFor({ state: 'visible' });
    expect(await page.locator('.card-picture img').count()).toBe(0);
    await page.close();
  });

  it('of a page whose picture cannot be had is words alone', async () => {
    const page = await show(Promise.resolve('gone'), false);
    await frame(page).waitFor({ state: 'detached' });
    expect(await page.locator('.card-title').textContent()).toBe('Tour');
    await page.close();
  });
});
