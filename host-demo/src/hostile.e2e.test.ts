/** What people and lines do to the portal that they should not: script in texts and names, a feed cut in mid-event. */
import type { Browser, Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLIENTS } from './agency.ts';
import { launchBrowser } from './testing/browser.ts';
import { startDemoProcess, type DemoProcess } from './testing/demo-process.ts';
import { HOSTILE_TEXTS } from './testing/hostile-texts.ts';
import { askApi, bubble, row, takePhone, thread, visit, type Visit } from './testing/pages.ts';
import { lineTo } from './testing/proxy.ts';

let demo: DemoProcess;
let browser: Browser;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemoProcess(), launchBrowser()]);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await demo?.remove();
});

async function text(from: string, body: string): Promise<void> {
  const answered = await fetch(`${demo.sandboxUrl}/sandbox/phones/${encodeURIComponent(from)}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ to: CLIENTS.harbor.number, body }),
  });
  expect(answered.status).toBe(201);
}

async function inTens<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += 10) {
    await Promise.all(items.slice(start, start + 10).map((item, index) => work(item, start + index)));
  }
}

describe('script in what people write and are called', () => {
  const WRITER = '+13125550150';
  const strangers = HOSTILE_TEXTS.map((name, index) => ({ name, number: `+1415555${String(1000 + index)}` }));

  /** What must not be there after hostile texts were drawn: marks that script leaves, and addresses that would run. */
  const traces = (place: Frame) =>
    place.evaluate(() => {
      const found: string[] = 'pwned' in globalThis ? ['script ran'] : [];
      const walk = (root: Document | ShadowRoot) => {
        for (const element of root.querySelectorAll('*')) {
          if (element.shadowRoot) walk(element.shadowRoot);
          for (const { name, value } of element.attributes) {
            if (name.startsWith('on')) found.push(`${element.localName} ${name}`);
            const runs =
              /^(href|src|action|formaction|data)$/.test(name) &&
              /^\s*(javascript|data:text|vbscript)/i.test(value);
            if (runs) found.push(`${element.localName} ${name}=${value}`);
          }
        }
      };
      walk(document);
      return found;
    });

  /** Everything that the window asked for and that is neither the portal nor the sandbox. */
  function strayRequests({ page }: Visit): string[] {
    const stray: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (
        ![demo.url, demo.sandboxUrl].some((ours) => url.startsWith(`${ours}/`)) &&
        !/^(data|blob):/.test(url)
      )
        stray.push(url);
    });
    return stray;
  }

  beforeAll(async () => {
    expect(HOSTILE_TEXTS.length).toBeGreaterThanOrEqual(200);
    // each of them once as a text in one long thread, and once as the name of somebody who has written
    for (const body of HOSTILE_TEXTS) await text(WRITER, body);
    await inTens(strangers, ({ number }, index) => text(number, `I am number ${index}`));
    const window = await visit(browser, demo.url, { as: 'dana' });
    await inTens(strangers, async ({ name, number }) => {
      const found = await askApi(window, 'GET', `/contacts?q=${encodeURIComponent(number)}`);
      const [contact] = found.body['items'] as { id: string }[];
      const key = name.slice(0, 100);
      const change = { first_name: name, last_name: '<b>', tags: [key], fields: { [key]: name } };
      expect((await askApi(window, 'PATCH', `/contacts/${contact?.id}`, change)).status).toBe(200);
    });
    await window.context.close();
  }, 120_000);

  test('does nothing in the list, a thread, the panel, the portal’s own pages or on the phone', async () => {
    const window = await visit(browser, demo.url, { as: 'dana', path: '/messages' });
    const stray = strayRequests(window);
    const { inbox, page } = window;
    await row(inbox, 'I am number').waitFor();

    // the list from its newest to its oldest row
    const list = inbox.locator('[part~=list] [part~=list]');
    const seen = new Set<string>();
    await expect
      .poll(
        async () => {
          for (const name of await inbox.locator('[part~=row] [part~=name]').allInnerTexts()) seen.add(name);
          await list.evaluate((element) => element.scrollBy(0, element.clientHeight / 2));
          return inbox.locator('[part~=row]').filter({ hasText: 'Tom Becker' }).count();
        },
        { timeout: 60_000, interval: 20 },
      )
      .toBeGreaterThan(0);
    expect(seen.size).toBeGreaterThan(190);
    await list.evaluate((element) => element.scrollTo(0, 0));

    for (const index of [200, 160, 120, 80, 40]) {
      await inbox.locator('[part~=search]').fill(strangers[index]?.number ?? '');
      await row(inbox, `I am number ${index}`).click();
      await bubble(inbox, `I am number ${index}`).waitFor();
    }

    await inbox.locator('[part~=search]').fill(WRITER);
    await row(inbox, '(312) 555-0150').click();
    await thread(inbox).waitFor();
    const oldest = HOSTILE_TEXTS[0] ?? '';
    const log = inbox.locator('[part~=log]').first();
    await expect
      .poll(
        async () => {
          await log.evaluate((element) => element.scrollTo(0, 0));
          return bubble(inbox, oldest).count();
        },
        { timeout: 30_000, interval: 50 },
      )
      .toBeGreaterThan(0);
    await page.frameLocator('#phone iframe').getByRole('log').getByText('acme-provider').first().waitFor();
    for (const frame of page.frames()) expect(await traces(frame)).toEqual([]);

    await page.goto(`${demo.url}/people`);
    await page.locator('[part~=row]').nth(12).waitFor();
    expect(await traces(page.mainFrame())).toEqual([]);

    expect(stray).toEqual([]);
    expect(window.troubles).toEqual([]);
    await window.context.close();
  }, 120_000);
});

describe('a feed that is cut in the middle of an event', () => {
  test('is taken up again where it broke: nothing is missing, nothing is there twice', async () => {
    const line = await lineTo(demo.url);
    const window = await visit(browser, line.url, { as: 'dana', path: '/messages' });
    const { inbox, page } = window;
    const lead = '+13125550177';
    await takePhone(page, lead);
    await inbox.locator('[part~=search]').fill(lead);
    await row(inbox, '(312) 555-0177').click();
    await text(lead, 'before the cut');
    await bubble(inbox, 'before the cut').waitFor();

    const cut = line.cutNextEvent();
    await text(lead, 'while it breaks');
    await cut;
    await text(lead, 'while it is broken');
    await bubble(inbox, 'while it is broken').waitFor();
    for (const said of ['before the cut', 'while it breaks', 'while it is broken']) {
      expect(await bubble(inbox, said).count()).toBe(1);
    }
    await window.context.close();
    await line.close();
  });
});
