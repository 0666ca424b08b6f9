/** A browser for the demo's tests and pictures. */
import { chromium, type Browser } from 'playwright-core';
import { chromiumFlags, chromiumPath } from '../../../scripts/chromium.ts';

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath(), args: [...chromiumFlags] });
