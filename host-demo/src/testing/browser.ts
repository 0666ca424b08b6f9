/** A browser for the demo's tests and pictures. */
import { chromium, type Browser } from 'playwright-core';
import { chromiumFlags, chromiumPath } from '../../../scripts/chromium.ts';

/** A camera that shows a pattern, and that nobody has to allow. */
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath(), args: [...chromiumFlags, ...CAMERA] });
