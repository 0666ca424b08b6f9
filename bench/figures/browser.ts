/** P15 and P18: the inbox in a real browser, with a hundred thousand conversations and a thread of fifty thousand. */
import type { Page } from 'playwright-core';
import { median, paired, percentile, tidy, type Figure } from '../harness/figure.ts';
import { phoneToBubble } from './browser-phone.ts';
import { inboxSize } from './browser-size.ts';
import { heap, longestTask, onStage, type Stage } from '../harness/browser.ts';

const MANY = 100_000;
const LONG = 50_000;
const FEW = 100;
/** First paints of a round: their median counts, because one more frame of 16.7 ms is a third of one. */
const PAINTS = 7;
const APPENDS = 200;
const UPDATES = 2_000;
/** Left on the server, so that a scroll to the far end loads pages of the usual size there. */
const LEFT_TO_LOAD = 3_000;
/** A frame of the browser may take so many ms. */
const FRAME = 50;

async function medianOf(times: number, measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let n = 0; n < times; n += 1) values.push(await measure());
  return median(values);
}

type Paint = 'inboxFirstPaint' | 'threadFirstPaint';
const paint = (page: Page, scene: Paint, count: number) =>
  medianOf(PAINTS, () => page.evaluate(([name, n]) => window.scenes[name](n), [scene, count] as const));

const firstPaint = (name: string, title: string, scene: Paint, many: number): Figure => ({
  name,
  title,
  unit: 'ratio',
  goal: { atMost: 1.3 },
  measure: (bench) =>
    onStage(async (stage) => {
      const page = await stage.open();
      for (const count of [many, FEW]) await paint(page, scene, count);
      return paired(
        bench,
        () => paint(page, scene, many),
        () => paint(page, scene, FEW),
      );
    }),
});

const inboxFirstPaint = firstPaint(
  'inbox-first-paint',
  'ms to the second frame of an inbox with 100,000 conversations ÷ with 100',
  'inboxFirstPaint',
  MANY,
);

const threadFirstPaint = firstPaint(
  'thread-first-paint',
  'ms to the second frame of a thread of 50,000 messages ÷ of 100',
  'threadFirstPaint',
  LONG,
);

/** An inbox with everything in it that a page can have loaded, but for the last rows of both. */
async function openLarge(stage: Stage): Promise<Page> {
  const page = await stage.open();
  await page.evaluate(([crowd, messages, left]) => window.scenes.openInbox(crowd, messages, left), [
    MANY,
    LONG,
    LEFT_TO_LOAD,
  ] as const);
  return page;
}

const threadAppend: Figure = {
  name: 'thread-append',
  title: 'ms of script, style and layout for a text that arrives in an open thread of 50,000',
  unit: 'ms',
  goal: { atMost: 2 },
  measure: (bench) =>
    onStage(async (stage) => {
      const page = await stage.open();
      await page.evaluate((messages) => window.scenes.openThread(messages), LONG);
      // the first texts find code that has not been compiled
      await page.evaluate((count) => window.scenes.appends(count), APPENDS / 4);
      const values: number[] = [];
      for (let round = 0; round < bench.rounds; round += 1) {
        const { worked, painted, idle } = await page.evaluate((n) => window.scenes.appends(n), APPENDS);
        values.push(median(worked));
        bench.note(
          `p95 ${tidy(percentile(worked, 0.95))}; with painting ${tidy(median(painted))}, an empty frame ${tidy(median(idle))} ms`,
        );
      }
      return values;
    }),
};

const scrollFrames: Figure = {
  name: 'scroll-frames',
  title: 'longest frame while a list of 100,000 and a thread of 50,000 are scrolled',
  unit: 'ms',
  goal: { atMost: FRAME },
  measure: (bench) =>
    onStage(async (stage) => {
      const page = await openLarge(stage);
      const longest: number[] = [];
      for (let round = 0; round < bench.rounds; round += 1) {
        const { frames, still } = await page.evaluate(() => window.scenes.scroll(20));
        longest.push(Math.max(...frames));
        const over = frames.filter((ms) => ms > FRAME).length;
        bench.note(
          `p99 ${tidy(percentile(frames, 0.99))} ms, ${over} of ${frames.length} over ${FRAME}; ` +
            `longest while nothing moves ${tidy(Math.max(...still))} ms`,
        );
      }
      return longest;
    }),
};

const domRows: Figure = {
  name: 'dom-rows',
  title: 'most rows of list and thread in the DOM while both are scrolled',
  unit: 'rows',
  goal: { atMost: 150 },
  measure: () =>
    onStage(async (stage) => {
      const page = await openLarge(stage);
      const { rows } = await page.evaluate(() => window.scenes.scroll(30, { counted: true }));
      return [rows];
    }),
};

const PEOPLE = 1_000_000;

const contactsScroll: Figure = {
  name: 'contacts-scroll',
  title: 'longest frame while a table of 1,000,000 people is scrolled and jumped through',
  unit: 'ms',
  goal: { atMost: FRAME },
  measure: (bench) =>
    onStage(async (stage) => {
      const page = await stage.open();
      const session = await page.context().newCDPSession(page);
      const length = await page.evaluate((crowd) => window.scenes.openContacts(crowd), PEOPLE);
      if (length < PEOPLE) throw new Error(`The table ends after ${length} people.`);
      const longest: number[] = [];
      for (let round = 0; round < bench.rounds; round += 1) {
        const [{ frames, still, rows }, work] = await longestTask(session, () =>
          page.evaluate(() => window.scenes.scrollContacts(20)),
        );
        const [bare, bareWork] = await longestTask(session, () =>
          page.evaluate(() => window.scenes.scrollBare(20)),
        );
        longest.push(Math.max(...frames));
        const over = frames.filter((ms) => ms > FRAME).length;
        // a core that others share makes any frame long: what the page itself took, and what a bare table is given
        bench.note(
          `p99 ${tidy(percentile(frames, 0.99))} ms, ${over} of ${frames.length} over ${FRAME}; ${rows} rows at most; ` +
            `longest task ${tidy(work)} ms on its core; a bare table's longest frame ${tidy(Math.max(...bare.frames))} ms, ` +
            `task ${tidy(bareWork)}; longest while nothing moves ${tidy(Math.max(...still))} ms`,
        );
      }
      return longest;
    }),
};

const inboxMemory: Figure = {
  name: 'inbox-memory',
  title: 'the page’s heap after 2,000 live updates and scrolling ÷ before',
  unit: 'ratio',
  goal: { atMost: 1.2 },
  measure: (bench) =>
    onStage(async (stage) => {
      const ratios: number[] = [];
      for (let round = 0; round < bench.rounds; round += 1) {
        const page = await stage.open();
        const session = await page.context().newCDPSession(page);
        await page.evaluate(([crowd, messages]) => window.scenes.openInbox(crowd, messages), [
          1_000, 1_000,
        ] as const);
        // all of it once, small: what is loaded, measured and compiled on the way is there before
        await page.evaluate(() => window.scenes.scroll(5));
        await page.evaluate((count) => window.scenes.liveUpdates(count), UPDATES / 20);
        const before = await heap(session);
        await page.evaluate((count) => window.scenes.liveUpdates(count), UPDATES);
        await page.evaluate(() => window.scenes.scroll(5));
        const after = await heap(session);
        ratios.push(after / before);
        bench.note(`${tidy(before / 2 ** 20)} MiB before, ${tidy(after / 2 ** 20)} after`);
        await page.close();
      }
      return ratios;
    }),
};

export const browserFigures: Figure[] = [
  inboxFirstPaint,
  threadFirstPaint,
  threadAppend,
  scrollFrames,
  domRows,
  contactsScroll,
  inboxMemory,
  inboxSize,
  phoneToBubble,
];
