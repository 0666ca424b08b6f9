/** A workflow's whole way in a real browser: put in, published, set off by a text, steered by a person, ended by STOP. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CLIENTS } from './agency.ts';
import { complaints } from './testing/axe.ts';
import { launchBrowser } from './testing/browser.ts';
import { startDemoProcess, type DemoProcess } from './testing/demo-process.ts';
import { askApi, onPhone, takePhone, typeOnPhone, visit, type Visit } from './testing/pages.ts';

const NAME = 'Joy by keyword';
const FIRST = 'Hello Amira, here is your first small joy.';
const SECOND = 'And here is the second one, Amira.';
const NEVER = 'Glad that you like them.';
/** It waits for their answer when STOP comes: a text that ends a run is no answer to it. */
const WORKFLOW = `version: 1
key: joy-by-keyword
name: ${NAME}
triggers:
  - { on: message.received, keyword: JOY }
settings: { purpose: conversation, stop_on_reply: false }
steps:
  - { id: hello, kind: send_sms, body: 'Hello {{ first_name }}, here is your first small joy.' }
  - { id: a-day, kind: wait, for: 1 day }
  - { id: second, kind: send_sms, body: 'And here is the second one, {{ first_name }}.' }
  - { id: sent, kind: add_tag, tags: [Joy_Sent] }
  - id: their-answer
    kind: wait
    for_event: { type: message.received, timeout: 2 days }
  - { id: thanks, kind: send_sms, body: '${NEVER}' }
`;
const LAST = 'Nothing else, have a good day.';
const AFTER = `version: 1
key: anything-else
name: Anything else
triggers:
  - { on: message.received, keyword: Anything else? }
settings: { purpose: conversation }
steps:
  - { id: last, kind: send_sms, body: '${LAST}' }
`;
const AMIRA = '+18475550190';
/** On a machine that does four other things at once. */
const PATIENCE = { timeout: 30_000, interval: 100 };

let demo: DemoProcess;
let browser: Browser;
beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemoProcess(), launchBrowser()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await demo?.remove();
});

type Found = Record<string, unknown> & { id: string };
const items = async (at: Visit, path: string) => (await askApi(at, 'GET', path)).body['items'] as Found[];
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const workflow = (page: Page, name: string): Locator =>
  page.locator('[part~=workflow]').filter({ hasText: name });
/** The run as the page beside the list shows it. */
const run = (page: Page): Locator => page.locator('[part~=run]').filter({ hasText: NAME });
const asMarcus = (path: string) => visit(browser, demo.url, { as: 'marcus', path });

/** A window with the workflows of Amira, and one with her phone. */
async function both<T>(work: (at: Visit, texting: Visit) => Promise<T>): Promise<T> {
  const texting = await asMarcus('/messages');
  const [amira] = await items(texting, `/contacts?q=${encodeURIComponent(AMIRA)}`);
  const at = await asMarcus(`/workflows?person=${amira!.id}`);
  await takePhone(texting.page, AMIRA);
  const result = await work(at, texting);
  expect([...at.troubles, ...texting.troubles]).toEqual([]);
  await at.context.close();
  await texting.context.close();
  return result;
}

describe('a workflow that a manager puts in', () => {
  test('is checked, kept and published in the page', async () => {
    const at = await asMarcus('/workflows');
    const { page } = at;
    // what the demo begins with
    const joy = workflow(page, 'Five Days of Joy');
    await joy.getByText('Active', { exact: true }).waitFor();
    await joy.getByText(/^Version 1 ·/).waitFor();

    const file = { name: 'joy.yaml', mimeType: 'application/yaml', buffer: Buffer.from(WORKFLOW) };
    await page.locator('input[type=file][accept*=yaml]').setInputFiles(file);
    await page.locator('dialog').getByText(`“${NAME}” is new`).waitFor();
    expect(await complaints(page)).toEqual([]);
    await button(page, 'Keep as draft').click();
    const kept = workflow(page, NAME);
    await kept.getByText('Draft', { exact: true }).waitFor();
    await button(page, `Publish: ${NAME}`).click();
    await kept.getByText('Active', { exact: true }).waitFor();
    expect(at.troubles).toEqual([]);
    await at.context.close();
  });

  test('begins with a keyword on the phone, and says how far it is and what it waits for', async () => {
    await both(async ({ page }, { phone }) => {
      await typeOnPhone(phone, ' joy');
      await onPhone(phone, FIRST).waitFor(PATIENCE);
      await run(page)
        .getByText(/Step 2 of 6/)
        .waitFor(PATIENCE);
      await run(page)
        .getByText(/^Waiting until .+/)
        .waitFor();
      await workflow(page, NAME).getByText('1 in it · 1 waiting').waitFor(PATIENCE);
      expect(await complaints(page)).toEqual([]);
    });
  });

  test('stands still for one person and goes on, and a wait that is passed over is over', async () => {
    await both(async (at, { phone }) => {
      const { page } = at;
      await button(page, `Pause: ${NAME}`).last().click();
      await run(page).getByText('Paused', { exact: true }).waitFor();
      await button(page, `Resume: ${NAME}`).click();
      await run(page).getByText('Waiting', { exact: true }).waitFor();
      // it waits for the same day as before, and has sent nothing
      await run(page)
        .getByText(/Step 2 of 6/)
        .waitFor();
      expect(await onPhone(phone, SECOND).count()).toBe(0);

      await button(page, `Skip step: ${NAME}`).click();
      await onPhone(phone, SECOND).waitFor(PATIENCE);
      await run(page)
        .getByText(/Step 5 of 6/)
        .waitFor(PATIENCE);
      await run(page)
        .getByText(/^Waiting for .+, until .+ at the latest/)
        .waitFor();
      const [amira] = await items(at, `/contacts?q=${encodeURIComponent(AMIRA)}`);
      expect(amira?.['tags']).toContain('Joy_Sent');
      await button(page, `What happened: ${NAME}`).click();
      await page
        .locator('[part=trace]')
        .getByText(/[Ss]kipped/)
        .first()
        .waitFor();
    });
  });

  test('is ended by STOP, and nothing more of it comes', async () => {
    await both(async (at, { phone }) => {
      const words = CLIENTS.harbor.settings?.keyword_replies;
      await typeOnPhone(phone, 'STOP');
      await onPhone(phone, words?.stop ?? '').waitFor(PATIENCE);
      await at.page
        .getByText('1 earlier run', { exact: false })
        .or(at.page.getByText(/\d earlier runs/))
        .click();
      await run(at.page)
        .getByText(/^Ended because they opted out/)
        .waitFor(PATIENCE);

      // neither a way back to texts nor the same keyword begins it again; what comes after those two has been heard
      // after them
      const { body: after } = await askApi(at, 'POST', '/workflows', { source: AFTER });
      expect((await askApi(at, 'POST', `/workflows/${String(after['id'])}/publish`)).status).toBe(200);
      await typeOnPhone(phone, 'START');
      await onPhone(phone, words?.start ?? '').waitFor(PATIENCE);
      await typeOnPhone(phone, 'JOY');
      await typeOnPhone(phone, 'Anything else?');
      await onPhone(phone, LAST).waitFor(PATIENCE);
      const [amira] = await items(at, `/contacts?q=${encodeURIComponent(AMIRA)}`);
      await vi.waitFor(async () => {
        const runs = await items(at, `/contacts/${amira!.id}/enrollments`);
        const ofJoy = runs.filter((one) => (one['workflow'] as { name: string }).name === NAME);
        expect(ofJoy).toMatchObject([{ state: 'canceled', end_reason: 'opted_out' }]);
      }, PATIENCE);
      expect(await onPhone(phone, NEVER).count()).toBe(0);
      expect(await onPhone(phone, FIRST).count()).toBe(1);
    });
  });
});
