/** Every view, in both brands, in light and dark, on a desk and in a hand: accessible, calm, within its policy. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaints } from './testing/axe.ts';
import { launchBrowser } from './testing/browser.ts';
import { startDemoProcess, type DemoProcess } from './testing/demo-process.ts';
import {
  isBlocked,
  openConversation,
  PHONE_SIZE,
  row,
  visit,
  type Visit,
  type VisitOptions,
} from './testing/pages.ts';

let demo: DemoProcess;
let browser: Browser;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemoProcess(), launchBrowser()]);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await demo?.remove();
});

interface View extends VisitOptions {
  name: string;
  ready: (visit: Visit) => Promise<unknown>;
}

const list = ({ inbox }: Visit, who: string) => row(inbox, who).waitFor();
const VIEWS: View[] = [
  { name: 'login', ready: ({ page }) => page.getByRole('heading', { level: 1 }).waitFor() },
  { name: 'listings', as: 'dana', ready: ({ page }) => page.getByText('14 Maple Court').waitFor() },
  { name: 'today', as: 'priya', ready: ({ page }) => page.getByText('Peter Novak').waitFor() },
  {
    name: 'people',
    as: 'dana',
    path: '/people',
    ready: ({ page }) => page.getByText('Amira Khalil', { exact: true }).waitFor(),
  },
  {
    name: 'people who are chosen',
    as: 'marcus',
    path: '/people',
    ready: async ({ page }) => {
      await page.locator('[part~=row]').filter({ hasText: 'Sarah Jones' }).locator('[data-tick]').click();
      await page.getByRole('group', { name: 'Do with the selected people' }).waitFor();
    },
  },
  {
    name: 'the import of people',
    as: 'elena',
    path: '/people',
    ready: async ({ page }) => {
      await page.getByRole('button', { name: 'Import' }).click();
      await page.getByText('Drop a CSV file here').waitFor();
    },
  },
  {
    name: 'the filter beside people',
    as: 'dana',
    path: '/people',
    ready: async ({ page }) => {
      await page.getByRole('button', { name: 'Filter' }).click();
      await page.getByText('people match').waitFor();
    },
  },
  {
    name: 'a person',
    as: 'dana',
    path: '/people',
    ready: async ({ page }) => {
      await page.getByText('John Smith', { exact: true }).click();
      await page.locator('[part~=entry]').first().waitFor();
      await page.getByText('Texts allowed').waitFor();
    },
  },
  {
    name: 'segments',
    as: 'priya',
    path: '/segments',
    ready: ({ page }) => page.getByText('people match').waitFor(),
  },
  {
    name: 'a segment',
    as: 'dana',
    path: '/segments',
    ready: async ({ page }) => {
      await page.getByRole('link', { name: /Buyers who agreed/ }).click();
      await page.getByRole('heading', { level: 1, name: /Buyers who agreed/ }).waitFor();
      await page.getByText('people match').waitFor();
    },
  },
  {
    name: 'the board',
    as: 'dana',
    path: '/pipeline',
    ready: ({ page }) => page.locator('[part~=card]').first().waitFor(),
  },
  {
    name: 'the board of the other brand',
    as: 'priya',
    path: '/pipeline',
    ready: ({ page }) => page.locator('[part~=card]').first().waitFor(),
  },
  {
    name: 'settings',
    as: 'elena',
    path: '/settings',
    ready: ({ page }) => page.getByText('Appearance').waitFor(),
  },
  {
    name: 'not found',
    as: 'dana',
    path: '/nowhere',
    ready: ({ page }) => page.getByText('There is no such page').waitFor(),
  },
  { name: 'conversations', as: 'dana', path: '/messages', ready: (at) => list(at, 'Sarah Jones') },
  {
    name: 'conversations of the other brand',
    as: 'priya',
    path: '/messages',
    ready: (at) => list(at, 'Grace Liu'),
  },
  {
    name: 'a thread',
    as: 'dana',
    path: '/messages',
    ready: ({ inbox }) => openConversation(inbox, 'John Smith'),
  },
  {
    name: 'a blocked thread',
    as: 'dana',
    path: '/messages',
    ready: async ({ inbox }) => {
      await openConversation(inbox, 'Mike Wilson');
      await isBlocked(inbox).waitFor();
    },
  },
];

const SETTINGS: { name: string; options: VisitOptions }[] = [
  { name: 'light', options: { colorScheme: 'light' } },
  { name: 'dark', options: { colorScheme: 'dark' } },
  {
    name: 'light, on a phone',
    options: { colorScheme: 'light', viewport: PHONE_SIZE, isMobile: true, hasTouch: true },
  },
];

describe.each(SETTINGS)('in $name', ({ options }) => {
  test.each(VIEWS)('$name has no barrier, and breaks no policy', async ({ name: _name, ready, ...view }) => {
    const watched = await visit(browser, demo.url, { ...view, ...options });
    await ready(watched);
    // the browser itself notes an answer of 404
    expect(watched.troubles.filter((line) => !line.includes('status of 404'))).toEqual([]);
    expect(await complaints(watched.page)).toEqual([]);
    expect(await watched.page.title()).toMatch(/ · /);
    await watched.context.close();
  });
});

test.each(['light', 'dark'] as const)('the phone on the screen has no barrier in %s', async (colorScheme) => {
  const { page, phone, context } = await visit(browser, demo.url, {
    as: 'dana',
    path: '/messages',
    colorScheme,
  });
  await phone.getByRole('log').waitFor();
  const frame = page.frames().find((one) => one.url().startsWith(demo.sandboxUrl));
  expect(frame).toBeDefined();
  expect(await complaints(frame!)).toEqual([]);
  await context.close();
});

test('the policy allows nothing inline and nothing from elsewhere', async () => {
  const policy = (await fetch(`${demo.url}/login`)).headers.get('content-security-policy') ?? '';
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("style-src 'self';");
  expect(policy).toContain("connect-src 'self';");
  expect(policy).toContain(`frame-src ${demo.sandboxUrl};`);
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toMatch(/unsafe|script-src[^;]*\*/);
});

test('nothing moves while the page with the inbox loads', async () => {
  const { page, context, inbox } = await visit(browser, demo.url, { as: 'dana', path: '/messages' });
  await row(inbox, 'Sarah Jones').waitFor();
  const shift = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let total = 0;
        new PerformanceObserver((entries) => {
          for (const entry of entries.getEntries() as (PerformanceEntry & { value: number })[])
            total += entry.value;
        }).observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(total)));
      }),
  );
  expect(shift).toBeLessThan(0.02);
  await context.close();
});

describe('the dark mode of the portal', () => {
  test('reaches the elements, stays after a reload, and goes again', async () => {
    const { page, context, inbox } = await visit(browser, demo.url, {
      as: 'dana',
      path: '/messages',
      colorScheme: 'light',
    });
    await row(inbox, 'Sarah Jones').waitFor();
    const background = () => inbox.evaluate((element) => getComputedStyle(element).backgroundColor);
    const light = await background();
    await page.getByRole('button', { name: 'Dark mode' }).click();
    await expect.poll(background).not.toBe(light);
    const dark = await background();
    await page.reload();
    await row(inbox, 'Sarah Jones').waitFor();
    expect(await background()).toBe(dark);
    await page.getByRole('button', { name: 'Dark mode' }).click();
    await expect.poll(background).toBe(light);
    await context.close();
  });
});

describe('the session', () => {
  const token = (headers: Record<string, string>) =>
    fetch(`${demo.url}/session/token`, { method: 'POST', headers });

  test('a token is minted for nobody, for a forged cookie, for a form or for another site never', async () => {
    const { context } = await visit(browser, demo.url, { as: 'dana' });
    const cookie = (await context.cookies()).find(({ name }) => name === 'portal_session');
    await context.close();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
    const good = `portal_session=${cookie?.value}`;
    const other = good.replace('dana', 'elena');

    expect((await token({ cookie: good, 'x-portal': 'token' })).status).toBe(200);
    expect((await token({ 'x-portal': 'token' })).status).toBe(401);
    expect((await token({ cookie: other, 'x-portal': 'token' })).status).toBe(401);
    expect((await token({ cookie: good })).status).toBe(403);
    expect(
      (await token({ cookie: good, 'x-portal': 'token', origin: 'https://elsewhere.example' })).status,
    ).toBe(403);
    expect((await token({ cookie: good, 'x-portal': 'token', 'sec-fetch-site': 'cross-site' })).status).toBe(
      403,
    );
  });

  test('pages lead to the login without one, and away from it after logging out', async () => {
    const { page, context } = await visit(browser, demo.url, { as: 'dana' });
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL('**/login');
    await page.goto(`${demo.url}/messages`);
    expect(new URL(page.url()).pathname).toBe('/login');
    await context.close();
  });
});
