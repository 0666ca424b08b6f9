/** A text typed on the phone, to its bubble in a real browser: through the carrier, the webhook, Postgres and the feed. */
import { CLIENTS, NEW_LEAD } from '../../host-demo/src/agency.ts';
import { startDemoProcess } from '../../host-demo/src/testing/demo-process.ts';
import { openConversation, row, takePhone, typeOnPhone, visit } from '../../host-demo/src/testing/pages.ts';
import { buildElements, launch } from '../harness/browser.ts';
import { median, percentile, tidy, type Figure } from '../harness/figure.ts';
import type { Frame, Page } from 'playwright-core';

const TEXTS = 40;

declare global {
  interface Window {
    /** When Enter was pressed last, in ms of the machine's clock. */
    entered: number;
    /** When the bubble with this text was on the screen, in ms of the machine's clock. */
    shown(text: string): Promise<number>;
  }
}

/** The phone is a frame of another origin: each document says when, on the clock that they share. */
async function watchEnter(frame: Frame): Promise<void> {
  await frame.evaluate(() => {
    const note = (event: KeyboardEvent) => {
      if (event.key === 'Enter') window.entered = performance.timeOrigin + event.timeStamp;
    };
    document.addEventListener('keydown', note, { capture: true });
  });
}

async function watchBubbles(page: Page, inbox: string): Promise<void> {
  await page.evaluate((tag) => {
    const thread = document.querySelector(tag)!.shadowRoot!.querySelector('.thread')!.shadowRoot!;
    const painted = () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve();
          port2.postMessage(null);
        });
      });
    window.shown = (text) =>
      new Promise((resolve) => {
        const look = () => {
          const bubbles = [...thread.querySelectorAll('[part~=bubble]')];
          if (!bubbles.some((bubble) => bubble.textContent?.includes(text))) return;
          watcher.disconnect();
          void painted().then(() => resolve(performance.timeOrigin + performance.now()));
        };
        const watcher = new MutationObserver(look);
        watcher.observe(thread, { childList: true, subtree: true, characterData: true });
        look();
      });
  }, inbox);
}

export const phoneToBubble: Figure = {
  name: 'phone-to-bubble',
  title: `p95 of ${TEXTS} texts, from Enter on the phone to the bubble in the inbox`,
  unit: 'ms',
  goal: { atMost: 500 },
  async measure(bench) {
    buildElements();
    const demo = await startDemoProcess();
    const browser = await launch();
    try {
      const { page, phone, inbox } = await visit(browser, demo.url, { as: 'dana', path: '/messages' });
      await takePhone(page, NEW_LEAD);
      await typeOnPhone(phone, 'Is somebody there?');
      await row(inbox, 'Is somebody there?').waitFor();
      await openConversation(inbox, 'Is somebody there?');
      await watchBubbles(page, `${CLIENTS.harbor.prefix}-inbox`);
      const screen = page.frames().find((frame) => frame.url().startsWith(demo.sandboxUrl))!;
      await watchEnter(screen);

      const p95s: number[] = [];
      for (let round = 0; round < bench.rounds; round += 1) {
        const spent: number[] = [];
        for (let n = 0; n < TEXTS; n += 1) {
          const text = `Text ${n} of round ${round}.`;
          const shown = page.evaluate((words) => window.shown(words), text);
          await typeOnPhone(phone, text);
          const entered = await screen.evaluate(() => window.entered);
          spent.push((await shown) - entered);
        }
        p95s.push(percentile(spent, 0.95));
        bench.note(`median ${tidy(median(spent))}, longest ${tidy(Math.max(...spent))} ms`);
      }
      return p95s;
    } finally {
      await browser.close();
      await demo.remove();
    }
  },
};
