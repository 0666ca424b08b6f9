/** The whole loop as people live it: a phone, two windows of the portal, another client next door. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLIENTS, NEW_LEAD } from './agency.ts';
import { launchBrowser } from './testing/browser.ts';
import { startDemoProcess, type DemoProcess } from './testing/demo-process.ts';
import {
  answer,
  askApi,
  bubble,
  isBlocked,
  onPhone,
  openConversation,
  PHONE_SIZE,
  row,
  takePhone,
  tick,
  typeOnPhone,
  visit,
  type Visit,
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

async function within<T>(open: () => Promise<Visit>, work: (visit: Visit) => Promise<T>): Promise<T> {
  const window = await open();
  try {
    const result = await work(window);
    expect(window.troubles).toEqual([]);
    return result;
  } finally {
    await window.context.close();
  }
}

const asDana = (more = {}) => visit(browser, demo.url, { as: 'dana', path: '/messages', ...more });

describe('a lead texts Harbor Realty', () => {
  test('the text is in two windows within a second, without a reload', async () => {
    await within(asDana, async (one) => {
      await within(
        () => visit(browser, demo.url, { as: 'marcus', path: '/messages' }),
        async (other) => {
          await takePhone(one.page, NEW_LEAD);
          await row(other.inbox, 'John Smith').waitFor();
          let quickest = Infinity;
          for (const text of [
            'Hi! Is 61 Harbor Street still on the market?',
            'We could come by today',
            'Or tomorrow',
          ]) {
            const began = performance.now();
            await typeOnPhone(one.phone, text);
            await Promise.all([row(one.inbox, text).waitFor(), row(other.inbox, text).waitFor()]);
            quickest = Math.min(quickest, performance.now() - began);
          }
          expect(quickest).toBeLessThan(1000);
          expect(await one.page.title()).toMatch(/^\(\d+\) Messages · Harbor Realty$/);
        },
      );
    });
  });

  test('the answer is on the phone, and its ticks move to sent and delivered', async () => {
    await within(asDana, async (window) => {
      const { inbox, phone, page } = window;
      await takePhone(page, NEW_LEAD);
      // the phone is out of reach for a moment, so that "sent" can be seen
      const delivery = `${demo.sandboxUrl}/sandbox/phones/${encodeURIComponent(NEW_LEAD)}/delivery`;
      const switchTo = (mode: string) =>
        fetch(delivery, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ mode }),
        });
      await openConversation(inbox, 'Or tomorrow');
      await switchTo('sent');
      await answer(inbox, 'It is. Tomorrow at 3?');
      await tick(inbox, 'It is. Tomorrow at 3?', 'sent').waitFor();
      await switchTo('deliver');
      await answer(inbox, 'Or at 5, if that is better.');
      await tick(inbox, 'Or at 5, if that is better.', 'delivered').waitFor();
      await onPhone(phone, 'Or at 5, if that is better.').waitFor();
    });
  });

  test('STOP is confirmed once in the client’s own words, blocks the composer and the API, and START lifts it', async () => {
    await within(asDana, async (window) => {
      const { inbox, phone, page } = window;
      await takePhone(page, NEW_LEAD);
      await openConversation(inbox, 'Or at 5');
      await typeOnPhone(phone, 'Stop');
      const words = CLIENTS.harbor.settings?.keyword_replies;
      await onPhone(phone, words?.stop ?? '').waitFor();
      await isBlocked(inbox).waitFor();
      expect(await isBlocked(inbox).innerText()).toMatch(/opted out of texts[\s\S]+until they text START/);
      expect(await inbox.locator('[part~=input]').count()).toBe(0);

      const id = new URL(page.url()).searchParams.get('conversation');
      const refused = await askApi(window, 'POST', '/messages', {
        conversation_id: id,
        body: 'Just one more thing',
      });
      expect(refused.body).toMatchObject({ code: 'opted_out' });
      expect(
        (await askApi(window, 'POST', '/messages', { to: NEW_LEAD, body: 'And another' })).body,
      ).toMatchObject({
        code: 'opted_out',
      });

      await typeOnPhone(phone, 'START');
      await onPhone(phone, words?.start ?? '').waitFor();
      await isBlocked(inbox).waitFor({ state: 'detached' });
      await answer(inbox, 'Good to have you back.');
      await onPhone(phone, 'Good to have you back.').waitFor();
      // one confirmation, and nothing that was refused came through after all
      expect(await onPhone(phone, words?.stop ?? '').count()).toBe(1);
      expect(await phone.getByText('Just one more thing').count()).toBe(0);
      expect(await phone.getByText('And another').count()).toBe(0);
    });
  });

  test('the client next door sees nothing of it, in the inbox or by the API', async () => {
    const id = await within(asDana, async (window) => {
      const found = await askApi(window, 'GET', `/conversations?q=${encodeURIComponent(NEW_LEAD)}`);
      return (found.body['items'] as { id: string }[])[0]?.id;
    });
    expect(id).toBeDefined();
    await within(
      () => visit(browser, demo.url, { as: 'elena', path: '/messages' }),
      async (window) => {
        await row(window.inbox, 'Grace Liu').waitFor();
        expect(await row(window.inbox, 'Good to have you back').count()).toBe(0);
        expect(await row(window.inbox, 'John Smith').count()).toBe(0);
        const found = await askApi(window, 'GET', `/conversations?q=${encodeURIComponent(NEW_LEAD)}`);
        expect(found.body['items']).toEqual([]);
        for (const path of [`/conversations/${id}`, `/conversations/${id}/messages`]) {
          expect((await askApi(window, 'GET', path)).status).toBe(404);
        }
      },
    );
  });
});

test('Lakeside’s carrier answers STOP itself, so the kit does not', async () => {
  await within(
    () => visit(browser, demo.url, { as: 'priya', path: '/messages' }),
    async ({ inbox, phone, page }) => {
      await takePhone(page, '+17185550152');
      const log = phone.getByRole('log');
      await openConversation(inbox, 'Owen Hart');
      await typeOnPhone(phone, 'STOP');
      await isBlocked(inbox).waitFor();
      await log.getByText(/You have successfully been unsubscribed/).waitFor();
      expect(await log.getByText(/unsubscribed/).count()).toBe(1);
      expect(await log.getByText(/^Lakeside Dental:/).count()).toBe(0);
      await typeOnPhone(phone, 'START');
      await isBlocked(inbox).waitFor({ state: 'detached' });
    },
  );
});

test('the same on a phone: list, thread with a way back, composer in reach, the demo’s phone behind a button', async () => {
  await within(
    () => asDana({ viewport: PHONE_SIZE, isMobile: true, hasTouch: true }),
    async ({ inbox, phone, page }) => {
      const lead = '+13125550177';
      await row(inbox, '(312) 555-0177').waitFor();
      expect(await page.locator('#phone').isVisible()).toBe(false);
      await page.locator('.bar [data-toggle=phone]').tap();
      await takePhone(page, lead);
      await typeOnPhone(phone, 'And is there parking?');
      await onPhone(phone, 'And is there parking?').waitFor();
      await page.locator('#phone [data-toggle=phone]').tap();

      await openConversation(inbox, 'And is there parking?');
      await answer(inbox, 'Right behind the house.');
      await tick(inbox, 'Right behind the house.', 'delivered').waitFor();
      const composer = await inbox.locator('[part~=input]').boundingBox();
      expect(composer && composer.y + composer.height).toBeLessThanOrEqual(PHONE_SIZE.height);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE_SIZE.width);

      await page.locator('.bar [data-toggle=phone]').tap();
      await onPhone(phone, 'Right behind the house.').waitFor();
      await typeOnPhone(phone, 'stop');
      await page.locator('#phone [data-toggle=phone]').tap();
      await isBlocked(inbox).waitFor();
      await page.locator('.bar [data-toggle=phone]').tap();
      await typeOnPhone(phone, 'start');
      await page.locator('#phone [data-toggle=phone]').tap();
      await isBlocked(inbox).waitFor({ state: 'detached' });
      await bubble(inbox, 'And is there parking?').first().waitFor();
      await inbox.getByRole('button', { name: 'Back' }).tap();
      await row(inbox, 'John Smith').waitFor();
    },
  );
});

test('under a name of its own nothing shows whose elements they are', async () => {
  await within(asDana, async ({ inbox, page }) => {
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    await openConversation(inbox, 'John Smith');
    const found = await page.evaluate(() => {
      const tags = new Set<string>();
      const texts: string[] = [];
      const walk = (root: Document | ShadowRoot) => {
        for (const element of root.querySelectorAll('*')) {
          tags.add(element.localName);
          for (const { name, value } of element.attributes) texts.push(`${name}=${value}`);
          if (element.shadowRoot) walk(element.shadowRoot);
        }
      };
      walk(document);
      const globals = Object.getOwnPropertyNames(globalThis);
      const registered = ['provider', 'inbox', 'thread'].filter((name) =>
        customElements.get(`patchbay-${name}`),
      );
      return { tags: [...tags], texts, globals, registered, html: document.documentElement.outerHTML };
    });
    expect(found.tags).toEqual(
      expect.arrayContaining(['acme-provider', 'acme-inbox', 'acme-thread', 'acme-composer']),
    );
    const everything = [...found.tags, ...found.texts, ...found.globals, found.html, ...said].join('\n');
    expect(everything).not.toMatch(/patchbay/i);
    expect(found.registered).toEqual([]);
  });
});
