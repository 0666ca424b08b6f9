/** A video's whole way, in a real browser: recorded, cut off while it goes up, sent, watched on a phone, counted. */
import { createServer, connect, type Socket } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject as _inject, it } from 'vitest';
import { launchBrowser } from './testing/browser.ts';
import { startDemoProcess, type DemoProcess } from './testing/demo-process.ts';
import { askApi, openConversation, visit, type Visit } from './testing/pages.ts';

const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

let demo: DemoProcess;
let browser: Browser;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemoProcess(), launchBrowser()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await demo?.remove();
});
