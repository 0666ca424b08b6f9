/**
 * Pictures of every view, for the documents and for whoever wants to look at them all:
 *
 *   npm run screenshots --workspace @patchbay/host-demo -- <folder> [part of a picture's name]
 *
 * A demo of its own is started and ended; the elements have to be built.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './testing/browser.ts';
import { startDemoProcess } from './testing/demo-process.ts';
import {
  askApi,
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
/** Somebody in the middle of a workflow: the thread's header says so. */
const followedUp = async ({ inbox }: Visit) => {
  await openConversation(inbox, 'Sarah Jones');
  await inbox.getByRole('group', { name: 'Automation' }).waitFor();
};
const withoutPhone = async ({ page }: Visit) => page.locator('#phone [data-toggle=phone]').click();
/** A line in the composer, so that its counter shows. */
const write = async ({ inbox }: Visit, text: string) => inbox.locator('[part~=input]').fill(text);

const people = ({ page }: Visit) => page.locator('[part~=row]').first().waitFor();
const openPerson = async (at: Visit, name: string) => {
  const { page } = at;
  await people(at);
  await page.getByRole('searchbox').fill(name);
  await page.getByText(/^1 person$/).waitFor();
  await page.locator('[part~=row]').filter({ hasText: name }).click();
  await page.locator('[part~=entry]').first().waitFor();
};
const choose = async (at: Visit) => {
  await people(at);
  for (const nth of [1, 2, 4]) await at.page.locator('[part~=row]').nth(nth).locator('[data-tick]').click();
  await at.page.getByRole('group', { name: 'Do with the selected people' }).waitFor();
};
const startWorkflow = async (at: Visit) => {
  await choose(at);
  await at.page.getByRole('button', { name: 'Start workflow…' }).click();
  const dialog = at.page.getByRole('dialog');
  await dialog.getByRole('combobox').selectOption({ index: 1 });
  await dialog.locator('.counted b').waitFor();
};
const filter = async (at: Visit) => {
  await people(at);
  const { page } = at;
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByRole('button', { name: 'Condition' }).click();
  await page.getByLabel('Value').fill('Qualified');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Filter: on' }).waitFor();
  await page.getByText('11 people match').waitFor();
};
const segment = async ({ page }: Visit, name: RegExp) => {
  await page.getByRole('link', { name }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.getByText(/people match$/).waitFor();
};

const STEPS = ['file', 'columns', 'rules', 'check'] as const;
const GUESTS = `First name,Last name,Mobile,Email,Interested in,Signed up
Ada,Byron,(312) 555-0101,ada@example.com,Two bedrooms,2026-11-14
Grace,Hopper,(312) 555-0102,grace@example.com,Garden,2026-11-14
Alan,Turing,12,alan@example.com,Lake view,2026-11-14
John,Smith,(312) 555-1234,john.smith@example.com,Garage,2026-11-14
`;
const importTo = async (at: Visit, last: (typeof STEPS)[number]) => {
  await people(at);
  const { page } = at;
  const next = page.getByRole('button', { name: 'Next', exact: true });
  await page.getByRole('button', { name: 'Import' }).click();
  await page.getByText('Drop a CSV file here').waitFor();
  if (last === 'file') return;
  const file = { name: 'open-house.csv', mimeType: 'text/csv', buffer: Buffer.from(GUESTS) };
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByText('6 columns').waitFor();
  if (last === 'columns') return;
  await next.click();
  await page.getByLabel('Everybody in the file agreed to texts').check();
  await page.getByLabel('What they were asked').fill('May we text you about homes like this one?');
  if (last === 'rules') return;
  await next.click();
  await page.getByText('is not a phone number').waitFor();
};
const importing = (as: string): Picture[] =>
  STEPS.map((step, nth) => ({
    name: `import-${nth + 1}-${step}`,
    as,
    path: '/people',
    prepare: (at) => importTo(at, step),
  }));

/** The page that somebody opens from a text. */
const preferences = async (at: Visit) => {
  const { body } = await askApi(at, 'GET', '/contacts?q=John');
  const [john] = body['items'] as { id: string }[];
  const link = await askApi(at, 'POST', `/contacts/${john?.id}/preference-link`, {});
  await at.page.goto(String(link.body['url']));
};

const board = async ({ page }: Visit) => page.locator('[part~=card]').first().waitFor();
const media = { path: '/media' };
const library = async ({ page }: Visit) => {
  const pictures = page.locator('[part~=asset] img');
  await pictures.first().waitFor();
  await pictures.evaluateAll((all) => Promise.all(all.map((one) => (one as HTMLImageElement).decode())));
};
const asset = async (at: Visit, name: string) => {
  await library(at);
  await at.page.getByRole('button', { name: `Open ${name}` }).click();
  await at.page.getByText('Who watched').waitFor();
};
/** Half of it is there, and the line is cut. */
const uploading = async (at: Visit) => {
  await library(at);
  const { page } = at;
  const file = (name: string) => ({ name, mimeType: 'video/mp4', buffer: Buffer.alloc(20_000_000) });
  await page.route(/media\/uploads\/[^/]+$/, (route) => route.abort());
  await page.locator('.files').setInputFiles([file('open-house.mp4'), file('kitchen.mov')]);
  await page.getByText('No connection').first().waitFor();
};
const recording = async (at: Visit) => {
  await library(at);
  const { page } = at;
  await page.getByRole('button', { name: 'Record' }).click();
  await page.getByRole('button', { name: 'Start recording' }).click();
  await page.getByText('0:02').waitFor();
};
const sendVideo = async (at: Visit) => {
  await openConversation(at.inbox, 'Sarah Jones');
  const { page } = at;
  await at.inbox.locator('[part~=video][aria-haspopup]').first().click();
  await page.getByRole('button', { name: 'From the library' }).click();
  await page.getByRole('button', { name: 'Choose 14 Maple Court' }).click();
  await page.locator('textarea[name=text]').fill('Here is a walkthrough of the one next door.');
};
const watched = async (at: Visit) => {
  await openConversation(at.inbox, 'John Smith');
  await at.inbox.locator('figure video').first().waitFor();
};
/** What the person with the phone sees. */
const playing = async (at: Visit) => {
  const { body } = await askApi(at, 'GET', '/assets?q=walkthrough');
  const [first] = body['items'] as { url: string }[];
  await at.page.goto(String(first?.url));
  await at.page.locator('video').waitFor();
};
const videos = (as: string, name: string): Picture[] => [
  { name: 'media', as, ...media, prepare: library },
  { name: 'media-details', as, ...media, prepare: (at) => asset(at, name) },
  { name: 'media-uploading', as, ...media, prepare: uploading },
];

const workflows = { path: '/workflows' };
const flows = async ({ page }: Visit) => {
  await page.locator('[part~=workflow]').first().waitFor();
  await page.locator('[part~=run]').first().waitFor();
};
const flow = async (at: Visit) => {
  await flows(at);
  await at.page.getByRole('button', { name: 'Details of Five Days of Joy' }).click();
  await at.page.getByText('Here now').waitFor();
};
const called = async (at: Visit) => {
  await flow(at);
  await at.page.getByRole('button', { name: 'Copy secret: website-form' }).scrollIntoViewIfNeeded();
};
const traced = async (at: Visit) => {
  await flows(at);
  await at.page.getByRole('button', { name: 'Skip step: Five Days of Joy' }).click();
  await at.page.getByRole('button', { name: 'What happened: Five Days of Joy' }).click();
  await at.page.locator('[part=trace]').waitFor();
};
const due = async (at: Visit) => {
  await flows(at);
  const list = at.page.locator('[part~=workflow]', { hasText: 'Five Days of Joy' });
  const resume = list.getByRole('button', { name: 'Resume' });
  // paused already by the picture before
  if (!(await resume.isVisible())) await list.getByRole('button', { name: 'Pause' }).click();
  await resume.click();
  await at.page.locator('dialog[open] .choice, dialog[open] .end').first().waitFor();
};
const flowing = (as: string, other: string): Picture[] => [
  { name: 'workflows', as, ...workflows, prepare: flows },
  { name: 'workflows-details', as, ...workflows, prepare: flow },
  { name: 'workflows-webhook', as, ...workflows, prepare: called },
  { name: 'workflows-trace', as, ...workflows, prepare: traced },
  { name: 'workflows-resume', as, ...workflows, prepare: due },
  { name: 'workflows-other-brand', as: other, ...workflows, prepare: flow },
];

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
/** A card that is lifted by keys: on a phone, with one column in view. */
const lift = async (at: Visit) => {
  await board(at);
  await at.page.locator('[part~=card]').nth(2).focus();
  await at.page.keyboard.press('Space');
  await at.page.keyboard.press('ArrowUp');
};

const DESK: Picture[] = [
  { name: 'login' },
  { name: 'listings', as: 'dana' },
  { name: 'today', as: 'priya' },
  { name: 'people', as: 'marcus', path: '/people', prepare: people },
  { name: 'people-chosen', as: 'marcus', path: '/people', prepare: choose },
  { name: 'people-enroll', as: 'marcus', path: '/people', prepare: startWorkflow },
  { name: 'people-filter', as: 'marcus', path: '/people', prepare: filter },
  ...importing('marcus'),
  { name: 'patients', as: 'elena', path: '/people', prepare: people },
  { name: 'patients-chosen', as: 'elena', path: '/people', prepare: choose },
  { name: 'person', as: 'dana', path: '/people', prepare: (at) => openPerson(at, 'John Smith') },
  { name: 'patient', as: 'elena', path: '/people', prepare: (at) => openPerson(at, 'Owen Hart') },
  {
    name: 'segments',
    as: 'dana',
    path: '/segments',
    prepare: ({ page }) => page.getByText('people match').waitFor(),
  },
  { name: 'segment', as: 'dana', path: '/segments', prepare: (at) => segment(at, /Buyers who agreed/) },
  {
    name: 'segment-other-brand',
    as: 'elena',
    path: '/segments',
    prepare: (at) => segment(at, /Check-up due/),
  },
  { name: 'pipeline', as: 'dana', path: '/pipeline', prepare: board },
  { name: 'pipeline-drag', as: 'dana', path: '/pipeline', prepare: drag },
  { name: 'pipeline-other-brand', as: 'priya', path: '/pipeline', prepare: board },
  { name: 'preferences', as: 'dana', prepare: preferences },
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
  { name: 'follow-up', as: 'dana', ...messages, prepare: followedUp },
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
  ...videos('marcus', '14 Maple Court'),
  ...flowing('marcus', 'elena'),
  { name: 'media-recorder', as: 'dana', ...media, prepare: recording },
  { name: 'media-other-brand', as: 'elena', ...media, prepare: library },
  { name: 'send-video', as: 'dana', ...messages, prepare: sendVideo },
  { name: 'thread-video', as: 'dana', ...messages, prepare: watched },
  { name: 'play-page', as: 'dana', prepare: playing },
];

const HAND: Picture[] = [
  { name: 'login' },
  { name: 'listings', as: 'dana' },
  { name: 'today', as: 'priya' },
  { name: 'people', as: 'dana', path: '/people', prepare: people },
  { name: 'people-chosen', as: 'marcus', path: '/people', prepare: choose },
  { name: 'people-filter', as: 'marcus', path: '/people', prepare: filter },
  ...importing('elena'),
  { name: 'person', as: 'dana', path: '/people', prepare: (at) => openPerson(at, 'John Smith') },
  {
    name: 'segments',
    as: 'dana',
    path: '/segments',
    prepare: ({ page }) => page.getByText('people match').waitFor(),
  },
  { name: 'segment', as: 'elena', path: '/segments', prepare: (at) => segment(at, /Check-up due/) },
  { name: 'pipeline', as: 'dana', path: '/pipeline', prepare: board },
  { name: 'pipeline-lift', as: 'dana', path: '/pipeline', prepare: lift },
  { name: 'pipeline-other-brand', as: 'elena', path: '/pipeline', prepare: board },
  { name: 'preferences', as: 'dana', prepare: preferences },
  ...videos('dana', '14 Maple Court'),
  ...flowing('marcus', 'elena'),
  { name: 'media-other-brand', as: 'elena', ...media, prepare: library },
  { name: 'send-video', as: 'dana', ...messages, prepare: sendVideo },
  { name: 'thread-video', as: 'dana', ...messages, prepare: watched },
  { name: 'play-page', as: 'dana', prepare: playing },
  { name: 'settings', as: 'elena', path: '/settings' },
  { name: 'menu', as: 'dana', prepare: ({ page }) => page.locator('#menu').tap() },
  { name: 'messages', as: 'dana', ...messages, prepare: ({ inbox }) => row(inbox, 'Sarah Jones').waitFor() },
  { name: 'thread', as: 'dana', ...messages, prepare: ({ inbox }) => openConversation(inbox, 'John Smith') },
  { name: 'follow-up', as: 'dana', ...messages, prepare: followedUp },
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
        const file = [prefix, name, ...(colorScheme === 'dark' ? ['dark'] : [])].join('-');
        if (which !== undefined && !file.includes(which)) continue;
        const window = await visit(browser, url, { ...options, ...view, colorScheme, timezoneId });
        await prepare?.(window);
        await settled(window);
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

const [where, which] = process.argv.slice(2);
if (where === undefined) {
  console.error(
    'Name a folder for the pictures, such as ../docs/images; then part of a name, if not all are wanted.',
  );
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
