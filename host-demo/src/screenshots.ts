/**
 * Pictures of every view, for the documents and for whoever wants to look at them all:
 *
 *   npm run screenshots --workspace @patchbay/host-demo -- <folder>
 *
 * A demo of its own is started and ended; the elements have to be built.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './testing/browser.ts';
import { startDemoProcess } from './testing/demo-process.ts';
import {
  isBlocked,
  openConversation,
  PHONE_SIZE,
  row,
  visit,
  type Visit,
  type VisitOptions,
} from './testing/pages.ts';

interface Picture extends VisitOptions {
  name: string;
  prepare?: (visit: Visit) => Promise<unknown>;
}

const messages = { path: '/messages' };
const withoutPhone = async ({ page }: Visit) => page.locator('#phone [data-toggle=phone]').click();
/** A line in the composer, so that its counter shows. */
const write = async ({ inbox }: Visit, text: string) => inbox.locator('[part~=input]').fill(text);

const openPerson = async ({ page }: Visit, name: string) => {
  await page.locator('[part~=row]').filter({ hasText: name }).click();
  await page.locator('[part~=entry]').first().waitFor();
};

const board = async ({ page }: Visit) => page.locator('[part~=card]').first().waitFor();
/** A card in the hand, over another column. */
const drag = async (at: Visit) => {
  await board(at);
  const boxes = await Promise.all(
    ['14 Maple Court', '9 Maple Court'].map((name) =>
      at.page.locator('[part~=card]', { hasText: name }).first().boundingBox(),
    ),
  );
  const [from, to] = boxes;
  if (!from || !to) throw new Error('The cards to drag are not there.');
  await at.page.mouse.move(from.x + 90, from.y + 12);
  await at.page.mouse.down();
  await at.page.mouse.move(to.x + 120, to.y + to.height + 20, { steps: 8 });
};

const DESK: Picture[] = [
  { name: 'login' },
  { name: 'listings', as: 'dana' },
  { name: 'today', as: 'priya' },
  { name: 'people', as: 'dana', path: '/people' },
  { name: 'patients', as: 'elena', path: '/people' },
  { name: 'person', as: 'dana', path: '/people', prepare: (at) => openPerson(at, 'John Smith') },
  { name: 'patient', as: 'elena', path: '/people', prepare: (at) => openPerson(at, 'Owen Hart') },
  { name: 'segments', as: 'dana', path: '/segments' },
  { name: 'pipeline', as: 'dana', path: '/pipeline', prepare: board },
  { name: 'pipeline-drag', as: 'dana', path: '/pipeline', prepare: drag },
  { name: 'pipeline-other-brand', as: 'priya', path: '/pipeline', prepare: board },
  { name: 'settings', as: 'dana', path: '/settings' },
  { name: 'messages', as: 'dana', ...messages, prepare: ({ inbox }) => row(inbox, 'Sarah Jones').waitFor() },
  {
    name: 'inbox',
    as: 'dana',
    ...messages,
    prepare: async (at) => {
      await withoutPhone(at);
      await openConversation(at.inbox, 'John Smith');
      await write(at, 'Great, I will put you down for Saturday at 10. Could you bring');
    },
  },
  {
    name: 'inbox-and-phone',
    as: 'dana',
    ...messages,
    prepare: ({ inbox }) => openConversation(inbox, 'John Smith'),
  },
  {
    name: 'opted-out',
    as: 'marcus',
    ...messages,
    prepare: async ({ inbox }) => {
      await openConversation(inbox, 'Mike Wilson');
      await isBlocked(inbox).waitFor();
    },
  },
  {
    name: 'not-delivered',
    as: 'dana',
    ...messages,
    prepare: ({ inbox }) => openConversation(inbox, 'Tom Becker'),
  },
  {
    name: 'picture',
    as: 'marcus',
    ...messages,
    prepare: async ({ inbox }) => {
      await inbox.getByRole('tab', { name: /Waiting/ }).click();
      await openConversation(inbox, 'Nora Olsen');
      await inbox.locator('[part~=image] img').waitFor();
    },
  },
  {
    name: 'other-brand',
    as: 'priya',
    ...messages,
    prepare: ({ inbox }) => openConversation(inbox, 'Owen Hart'),
  },
];

const HAND: Picture[] = [
  { name: 'login' },
  { name: 'listings', as: 'dana' },
  { name: 'today', as: 'priya' },
  { name: 'people', as: 'dana', path: '/people' },
  { name: 'person', as: 'dana', path: '/people', prepare: (at) => openPerson(at, 'John Smith') },
  { name: 'pipeline', as: 'dana', path: '/pipeline', prepare: board },
  { name: 'pipeline-other-brand', as: 'elena', path: '/pipeline', prepare: board },
  { name: 'settings', as: 'elena', path: '/settings' },
  { name: 'menu', as: 'dana', prepare: ({ page }) => page.locator('#menu').tap() },
  { name: 'messages', as: 'dana', ...messages, prepare: ({ inbox }) => row(inbox, 'Sarah Jones').waitFor() },
  { name: 'thread', as: 'dana', ...messages, prepare: ({ inbox }) => openConversation(inbox, 'John Smith') },
  {
    name: 'opted-out',
    as: 'dana',
    ...messages,
    prepare: ({ inbox }) => openConversation(inbox, 'Mike Wilson'),
  },
  {
    name: 'other-brand',
    as: 'priya',
    ...messages,
    prepare: ({ inbox }) => openConversation(inbox, 'Owen Hart'),
  },
  {
    name: 'demo-phone',
    as: 'dana',
    ...messages,
    prepare: async ({ inbox, page }) => {
      await openConversation(inbox, 'Sarah Jones');
      await page.locator('.bar [data-toggle=phone]').tap();
    },
  },
];

const SIZES: { prefix: string; pictures: Picture[]; options: VisitOptions }[] = [
  { prefix: 'desktop', pictures: DESK, options: { viewport: { width: 1440, height: 900 } } },
  {
    prefix: 'phone',
    pictures: HAND,
    options: { viewport: PHONE_SIZE, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  },
];

/** Pictures are of working hours: of the world's zones, the one in which it is the middle of the afternoon. */
function afternoonZone(): string {
  const minutesThere = (timeZone: string) => {
    const parts = new Intl.DateTimeFormat('en', {
      timeZone,
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    });
    const [hour, minute] = parts.format(new Date()).split(':').map(Number);
    return (hour ?? 0) * 60 + (minute ?? 0);
  };
  const distance = (timeZone: string) => Math.abs(minutesThere(timeZone) - 15 * 60);
  const zones = ['America/Chicago', ...Intl.supportedValuesOf('timeZone')];
  return zones.reduce((best, zone) => (distance(zone) < distance(best) ? zone : best));
}

async function take(browser: Browser, url: string, folder: string, timezoneId: string): Promise<number> {
  let count = 0;
  for (const { prefix, pictures, options } of SIZES) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const { name, prepare, ...view } of pictures) {
        const window = await visit(browser, url, { ...options, ...view, colorScheme, timezoneId });
        await prepare?.(window);
        await settled(window);
        const file = [prefix, name, ...(colorScheme === 'dark' ? ['dark'] : [])].join('-');
        await window.page.screenshot({ path: join(folder, `${file}.png`) });
        await window.context.close();
        count += 1;
      }
    }
  }
  return count;
}

/** Fonts and pictures are there, the phone shows its texts, and two frames have been drawn since. */
async function settled({ page, phone }: Visit): Promise<void> {
  if (await page.locator('#phone iframe').isVisible()) await phone.getByRole('log').waitFor();
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}

const [where] = process.argv.slice(2);
if (where === undefined) {
  console.error('Name a folder for the pictures, such as ../docs/images.');
  process.exit(1);
}
const folder = resolve(where);
mkdirSync(folder, { recursive: true });
const zone = afternoonZone();
const [demo, browser] = await Promise.all([startDemoProcess({ TZ: zone }), launchBrowser()]);
try {
  console.log(`${await take(browser, demo.url, folder, zone)} pictures in ${folder}`);
} finally {
  await browser.close();
  await demo.remove();
}
