/** The page that people open from a text, in a real browser: no sign-in, no script, by keyboard, in a hand, in the dark. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './testing/browser.ts';
import { startDemoProcess, type DemoProcess } from './testing/demo-process.ts';
