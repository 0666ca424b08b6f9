/** A day with people: a file comes in, a segment is made of it, tagged, moved over the board, and taken out again. */
import { readFile } from 'node:fs/promises';
import type { Browser, Download, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaints } from './testing/axe.ts';
import { launchBrowser } from './testing/browser.ts';
import { startDemoProcess, type DemoProcess } from './testing/demo-process.ts';
import { askApi, visit, type Visit, type VisitOptions } from './testing/pages.ts';

const WORDING = 'May Harbor Realty text you about homes like this one?';
/** Enough of them that the import can be watched. */
const CROWD = 1_500;

let demo: DemoProcess;
let browser: Browser;
beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemoProcess(), launchBrowser()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await demo?.remove();
});

async function within<T>(options: VisitOptions, work: (visit: Visit) => Promise<T>): Promise<T> {
  const window = await visit(browser, demo.url, options);
  try {
    const result = await work(window);
    expect(window.troubles).toEqual([]);
    return result;
  } finally {
    await window.context.close();
  }
}

const asMarcus = { as: 'marcus', path: '/people' };
const rowOf = (page: Page, says: string): Locator => page.locator('[part~=row]').filter({ hasText: says });
const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
const textOf = async (download: Download): Promise<string> => readFile(await download.path(), 'utf8');

async function find(page: Page, words: string): Promise<Locator> {
  await page.getByRole('searchbox').fill(words);
  await page.getByText(/^1 person$/).waitFor();
  return rowOf(page, words);
}

/** The contact whom a search finds, as the API has it. */
async function contactOf(at: Visit, words: string): Promise<{ id: string } & Record<string, unknown>> {
  const { body } = await askApi(at, 'GET', `/contacts?q=${encodeURIComponent(words)}`);
  const [found] = body['items'] as ({ id: string } & Record<string, unknown>)[];
  if (!found) throw new Error(`Nobody is found by "${words}".`);
  return found;
}

/** The card of that person, or of that deal, in whichever column it is. */
const cardOf = (page: Page, name: string): Locator => page.locator('[part~=card]').filter({ hasText: name });
const columnOf = (page: Page, stage: string): Locator =>
  page.getByRole('region', { name: new RegExp(`^${stage}, \\d+ cards?$`) });

async function middle(of: Locator): Promise<{ x: number; y: number }> {
  const box = await of.boundingBox();
  if (!box) throw new Error('There is nothing to point at.');
  return { x: box.x + box.width / 2, y: box.y + Math.min(30, box.height / 2) };
}

describe('a list of people from an open house', () => {
  const FILE = [
    'First name,Last name,Mobile,Email,Type,Birthday',
    'Ada,Byron,(312) 555-0101,ada@example.com,Buyer,1990-12-10',
    'Bad,Row,12,bad@example.com,Buyer,',
    'Mike,Wilson,(312) 555-0119,mike.wilson@example.com,Seller,',
    'Ada,Byron,+1 312 555 0101,,Buyer,',
    'Grace,Hopper,(312) 555-0102,grace@example.com,Buyer,1992-12-09',
    'Alan,Turing,(312) 555-0103,alan@example.com,Renter,',
    ...Array.from({ length: CROWD }, (_, n) => `Guest,Nr ${n + 1},,guest${n + 1}@example.com,Guest,`),
  ].join('\r\n');

  test('is imported with its consent; what was refused comes back with the reason; a STOP survives', async () => {
    await within(asMarcus, async (at) => {
      const { page } = at;
      await rowOf(page, 'John Smith').waitFor();
      await button(page, 'Import').click();
      await page
        .locator('input[type=file]')
        .setInputFiles({ name: 'open-house.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) });
      await page.getByText('open-house.csv: 6 columns').waitFor();
      expect(await page.getByLabel('Mobile').inputValue()).toBe('phone');
      await page.getByLabel('Type', { exact: true }).selectOption({ label: 'Lead type' });
      expect(await complaints(page)).toEqual([]);
      await button(page, 'Next').click();

      await page.getByLabel('Tag everybody in the file').fill('Autumn');
      await page.getByLabel('Everybody in the file agreed to texts').check();
      expect(await button(page, 'Next').isDisabled()).toBe(true);
      await page.getByLabel('What they were asked').fill(WORDING);
      expect(await complaints(page)).toEqual([]);
      await button(page, 'Next').click();

      const dialog = page.getByRole('dialog', { name: 'Import people' });
      await dialog.getByText('"12" is not a phone number').waitFor();
      expect(await dialog.getByRole('row', { name: /2 New Ada Byron/ }).count()).toBe(1);
      expect(await complaints(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Import', exact: true }).click();

      const job = page.getByRole('group', { name: 'Import' });
      await job.getByRole('progressbar').waitFor();
      const outcome = job.getByRole('status');
      await outcome.waitFor({ timeout: 30_000 });
      expect(await outcome.textContent()).toBe(
        `${(CROWD + 3).toLocaleString('en')} new · 1 updated · 1 unchanged · 1 refused`,
      );
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        job.getByRole('link', { name: 'Download refused rows' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('refused-open-house.csv');
      const refused = await textOf(download);
      expect(refused).toContain('Bad,Row,12,bad@example.com,Buyer');
      expect(refused).toContain('is not a phone number');
      expect(refused.trim().split('\n')).toHaveLength(2);

      const ada = await contactOf(at, 'Byron');
      expect(ada).toMatchObject({ tags: ['Autumn'], birthday: '1990-12-10', lead_type: 'Buyer' });
      const { body } = await askApi(at, 'GET', `/contacts/${ada.id}/consent`);
      expect(body['items']).toMatchObject([
        { action: 'grant', kind: 'express_written', source: 'form', wording: WORDING },
      ]);
      const mike = await contactOf(at, 'Wilson');
      expect(mike['consent']).toMatchObject([{ channel: 'sms', state: 'withdrawn' }]);
      const sent = await askApi(at, 'POST', '/messages', { contact_id: mike.id, body: 'Hello again' });
      expect([sent.status, sent.body['code']]).toEqual([409, 'opted_out']);
    });
  });

  test('shows in the table at once, with who may be texted', async () => {
    await within(asMarcus, async ({ page }) => {
      const ada = await find(page, 'Byron');
      await ada.getByText('Agreed').waitFor();
      await ada.getByText('Autumn').waitFor();
      const mike = await find(page, 'Wilson');
      await mike.getByText('Opted out').waitFor();
    });
  });

  test('becomes a segment by clicks and keys, which counts while it is built', async () => {
    await within({ as: 'marcus', path: '/segments' }, async ({ page }) => {
      await page.getByText(/people match$/).waitFor();
      const before = await page.getByText(/people match$/).textContent();
      await button(page, 'Condition').click();
      // the keys go on where the click has left the focus: about what, how, which
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.type('Autumn');
      await page.keyboard.press('Enter');
      await page.getByText(`${(CROWD + 4).toLocaleString('en')} people match`).waitFor();
      expect(before).not.toContain((CROWD + 4).toLocaleString('en'));

      await button(page, 'Condition').click();
      const second = page.getByRole('group', { name: 'Condition 2' });
      await second.getByLabel('About what').selectOption({ label: 'Lead type' });
      await second.getByLabel('Value').fill('Buyer');
      await page.getByText('2 people match').waitFor();
      await page.getByText('Grace Hopper').waitFor();
      expect(await complaints(page)).toEqual([]);
      await button(page, 'Save as segment').click();
      await page.keyboard.type('Autumn buyers');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Autumn buyers' }).waitFor();
      await page.getByRole('link', { name: 'Autumn buyers 2' }).waitFor();
    });
  });

  test('is tagged as a whole by the bar, and the table says so', async () => {
    await within(asMarcus, async ({ page }) => {
      await page.getByRole('button', { name: /^Autumn buyers/ }).click();
      await page.getByText(/^2 people$/).waitFor();
      await page.getByRole('checkbox', { name: 'Select everybody in this view' }).click();
      await button(page, 'Tag').click();
      await page.getByLabel('Tags, separated by commas').fill('Invited');
      expect(await complaints(page)).toEqual([]);
      await page.keyboard.press('Enter');
      const job = page.getByRole('group', { name: 'Adding tags' });
      await job.getByText('Done: 2 people').waitFor();
      await rowOf(page, 'Ada Byron').getByText('Invited').waitFor();
      await rowOf(page, 'Grace Hopper').getByText('Invited').waitFor();
      await job.getByRole('button', { name: 'Hide' }).click();
    });
  });

  test('goes on the board, where cards are moved by mouse, by keys and by a finger', async () => {
    await within(asMarcus, async (at) => {
      const { id } = await contactOf(at, 'Byron');
      await askApi(at, 'PATCH', `/contacts/${id}`, { stage: 'New lead' });
      const { page } = at;
      await page.goto(`${demo.url}/pipeline`);
      const ada = cardOf(page, 'Ada Byron');
      await ada.waitFor();

      const [from, to] = [await middle(ada), await middle(cardOf(page, '14 Maple Court'))];
      await page.mouse.move(from.x, from.y - 10);
      await page.mouse.down();
      await page.mouse.move(to.x, to.y, { steps: 6 });
      await page.locator('[part~=marker]').waitFor();
      await page.mouse.up();
      await columnOf(page, 'Qualified').getByText('Ada Byron').waitFor();
      await expect.poll(async () => (await contactOf(at, 'Byron'))['stage']).toBe('Qualified');

      await ada.focus();
      await page.keyboard.press('Space');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Space');
      await columnOf(page, 'Touring').getByText('Ada Byron').waitFor();
      await expect.poll(async () => (await contactOf(at, 'Byron'))['stage']).toBe('Touring');
      expect(await ada.evaluate((card) => card.matches(':focus'))).toBe(true);
      // what is lifted and let go of stays where it was
      await page.keyboard.press('Space');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Escape');
      await columnOf(page, 'Touring').getByText('Ada Byron').waitFor();
      expect(await complaints(page)).toEqual([]);
    });

    const hand = { viewport: { width: 1024, height: 768 }, hasTouch: true };
    await within({ as: 'marcus', path: '/pipeline', ...hand }, async (at) => {
      const { page, context } = at;
      const ada = cardOf(page, 'Ada Byron');
      await ada.waitFor();
      await ada.scrollIntoViewIfNeeded();
      const [from, to] = [await middle(ada), await middle(cardOf(page, '14 Maple Court'))];
      const finger = await context.newCDPSession(page);
      const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: { x: number; y: number }) =>
        finger.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [at] : [] });
      await touch('touchStart', { x: from.x, y: from.y - 10 });
      // a finger that rests lifts the card
      await page.locator('[part~=marker]').waitFor();
      for (const part of [0.3, 0.6, 1]) {
        await touch('touchMove', { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part });
      }
      await touch('touchEnd');
      await columnOf(page, 'Qualified').getByText('Ada Byron').waitFor();
      await expect.poll(async () => (await contactOf(at, 'Byron'))['stage']).toBe('Qualified');
    });
  });

  test('and the page of one of them tells all of it, with the note that was just written', async () => {
    await within(asMarcus, async (at) => {
      const { page } = at;
      await (await find(page, 'Byron')).click();
      await page.getByRole('heading', { level: 1, name: 'Ada Byron' }).waitFor();
      await page.getByLabel('Write a note.').fill('Loved the garden. @Da');
      await button(page, '@Dana Reyes').click();
      await page.keyboard.type('please call her.');
      await button(page, 'Save note').click();

      const happened = page.getByRole('region', { name: 'What happened' });
      for (const words of [
        'Loved the garden. @Dana Reyes please call her.',
        'Moved from Touring to Qualified',
        'Moved from Qualified to Touring',
        'Moved from New lead to Qualified',
        'Tag added: Invited',
        'Agreed to texts',
        'Added by an import',
      ]) {
        await happened.getByText(words).first().waitFor();
      }
      const agreed = page.locator('.agreed');
      await agreed.getByText(WORDING).waitFor();
      expect(await complaints(page)).toEqual([]);
    });
    await within({ as: 'dana', path: '/people' }, async (at) => {
      const { body } = await askApi(at, 'GET', '/notifications');
      expect(body['items']).toContainEqual(expect.objectContaining({ kind: 'mention' }));
    });
  });

  test('is taken out again as a file', async () => {
    await within(asMarcus, async ({ page }) => {
      await page.getByRole('button', { name: /^Autumn buyers/ }).click();
      await page.getByText(/^2 people$/).waitFor();
      await page.getByRole('checkbox', { name: 'Select everybody in this view' }).click();
      await button(page, 'Export').click();
      const job = page.getByRole('group', { name: 'Export' });
      const [download] = await Promise.all([
        page.waitForEvent('download', { timeout: 30_000 }),
        job.getByRole('link', { name: 'Download' }).click({ timeout: 30_000 }),
      ]);
      expect(download.suggestedFilename()).toMatch(/\.csv$/);
      const text = await textOf(download);
      // the mark by which Excel knows UTF-8
      expect(text).toMatch(/^\uFEFF/);
      const lines = text.trim().split('\r\n');
      expect(lines).toHaveLength(3);
      expect(lines.join('\n')).toMatch(/Ada.*Byron.*\+13125550101/);
      expect(lines.join('\n')).toMatch(/Grace.*Hopper/);
    });
  });

  test('and the client next door sees none of it', async () => {
    const { contact, job } = await within(asMarcus, async (at) => {
      const { body } = await askApi(at, 'GET', '/jobs');
      const [job] = body['items'] as { id: string }[];
      return { contact: (await contactOf(at, 'Byron')).id, job: job!.id };
    });
    await within({ as: 'elena', path: '/people' }, async (at) => {
      const { page } = at;
      await rowOf(page, 'Owen Hart').waitFor();
      expect(await page.getByRole('button', { name: /^Autumn buyers/ }).count()).toBe(0);
      await page.getByRole('searchbox').fill('Byron');
      await page.getByText('Nobody matches').waitFor();
      for (const path of [
        `/contacts/${contact}`,
        `/contacts/${contact}/timeline`,
        `/contacts/${contact}/consent`,
        `/contacts/${contact}/notes`,
        `/jobs/${job}`,
        `/jobs/${job}/file`,
      ]) {
        expect((await askApi(at, 'GET', path)).status, path).toBe(404);
      }
      for (const path of ['/jobs', '/segments', '/pipelines']) {
        expect(JSON.stringify((await askApi(at, 'GET', path)).body)).not.toMatch(/Autumn|open-house|Touring/);
      }
    });
  });
});

/** Tabs on until what has the focus is called so. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let tabs = 0; tabs < 120; tabs += 1) {
    await page.keyboard.press('Tab');
    const called = await page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      const label = (at as HTMLInputElement | null)?.labels?.[0]?.textContent;
      return (at?.getAttribute('aria-label') ?? label ?? at?.textContent ?? '').replace(/\s+/g, ' ').trim();
    });
    if (name.test(called)) return;
    seen.push(called.slice(0, 40));
  }
  throw new Error(`Tab never came to ${String(name)}, but to: ${seen.join(' | ')}`);
}

test('all of it can be done with a keyboard alone, in the other brand too', async () => {
  await within({ as: 'elena', path: '/people' }, async ({ page }) => {
    const { keyboard } = page;
    const press = async (name: RegExp, key = 'Enter') => {
      await tabTo(page, name);
      await keyboard.press(key);
    };
    await rowOf(page, 'Owen Hart').waitFor();
    await press(/^Import$/);
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      press(/^Choose a file$/, 'Space'),
    ]);
    const file = 'Name,Phone\nRosa Lind,(212) 555-0171\nCarl Weber,(212) 555-0172\n';
    await chooser.setFiles({ name: 'walk-in.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
    await page.getByText('walk-in.csv: 2 columns').waitFor();
    await press(/^Next$/);
    await tabTo(page, /^Tag everybody/);
    await keyboard.type('Walk-in');
    await press(/^Next$/);
    await page.getByRole('cell', { name: /Rosa Lind/ }).waitFor();
    await press(/^Import$/);
    await page.getByText('2 new', { exact: true }).waitFor({ timeout: 30_000 });
    // whoever was in the dialog goes on where it was opened
    await expect(page.getByRole('dialog').count()).resolves.toBe(0);
    expect(await button(page, 'Import').evaluate((one) => one.matches(':focus'))).toBe(true);

    await tabTo(page, /^(People|Patients)$/);
    await keyboard.press('Space');
    await page.getByText('1 selected').first().waitFor();
    await keyboard.press('Shift+ArrowDown');
    await page.getByText('2 selected').first().waitFor();
    await keyboard.press('Escape');
    await page.getByText('2 selected').first().waitFor({ state: 'hidden' });
    await keyboard.press('Home');
    await keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /Carl Weber|Rosa Lind/ }).waitFor();

    await page.goto(`${demo.url}/segments`);
    await page.getByText(/people match$/).waitFor();
    await press(/^Condition$/);
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    await keyboard.type('Walk-in');
    await keyboard.press('Enter');
    await page.getByText('2 people match').waitFor();
    await press(/^Save as segment$/);
    await keyboard.type('Walk-ins');
    await keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Walk-ins' }).waitFor();

    await page.goto(`${demo.url}/pipeline`);
    await cardOf(page, 'Crown, upper left').waitFor();
    await press(/^Crown, upper left .*Owen Hart/, 'Space');
    await keyboard.press('ArrowRight');
    await keyboard.press('Space');
    await columnOf(page, 'Finished').getByText('Crown, upper left').waitFor();
  });
});

test('what somebody switches off on the page behind the link is off: a marketing text is refused', async () => {
  await within({ as: 'dana', path: '/people' }, async (at) => {
    const ask = (path: string, data: object) => askApi(at, 'POST', path, data);
    const { id } = await contactOf(at, 'Rachel Adams');
    const { body } = await ask(`/contacts/${id}/preference-link`, {});
    const page = await at.context.newPage();
    await page.goto(String(body['url']));
    expect(await complaints(page)).toEqual([]);
    await page.getByRole('button', { name: 'Stop everything' }).click();
    await page.getByText('Saved. It counts from now on.').waitFor();
    const sent = await ask('/messages', { contact_id: id, body: 'Two new homes', purpose: 'marketing' });
    expect([sent.status, sent.body['code']]).toEqual([409, 'opted_out']);
    await at.page.goto(`${demo.url}/people/${id}`);
    await at.page
      .getByText(/Opted out/)
      .first()
      .waitFor();
  });
});
