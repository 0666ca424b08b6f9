/** A page of `bench/pages` in a real Chromium: bundled as a host would, served under a strict policy. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';
import { chromiumFlags, chromiumPath } from '../../scripts/chromium.ts';
import type {} from '../pages/scenes.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "worker-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types lit-html bench",
  // isolated pages have clocks of 5 µs instead of 100
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cache-control': 'no-store',
};
const TYPES: Record<string, string> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };

/** The pages' files by their address. */
async function bundle(): Promise<Map<string, { type: string; body: string }>> {
  const { outputFiles } = await build({
    entryPoints: [at('../pages/scenes.ts'), at('../pages/server.ts')],
    conditions: ['patchbay-source', 'browser'],
    tsconfig: at('../../tsconfig.json'),
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: process.env['PATCHBAY_BENCH_READABLE'] === undefined,
    write: false,
    outdir: 'out',
    logLevel: 'error',
  });
  const files = new Map(
    outputFiles.map((file) => [`/${basename(file.path)}`, { type: TYPES['js']!, body: file.text }]),
  );
  for (const name of ['index.html', 'page.css']) {
    const type = TYPES[name.split('.').at(-1)!]!;
    files.set(`/${name}`, { type, body: readFileSync(at(`../pages/${name}`), 'utf8') });
  }
  return files;
}

async function serve(): Promise<{ url: string; stop(): Promise<void> }> {
  const files = await bundle();
  const server = createServer((request, response) => {
    const file = files.get(request.url === '/' ? '/index.html' : (request.url ?? ''));
    response.writeHead(file ? 200 : 404, { ...HEADERS, 'content-type': file?.type ?? 'text/plain' });
    response.end(file?.body ?? '');
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath(), args: [...chromiumFlags] });

export interface Stage {
  browser: Browser;
  /** A fresh page with `window.scenes`. An error on it, or in its console, ends the figure. */
  open(): Promise<Page>;
}

/** Gives `work` a browser and its pages, and clears them away. */
export async function onStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const server = await serve();
  const browser = await launch();
  let fail: (error: Error) => void;
  const trouble = new Promise<never>((_, reject) => (fail = reject));
  const stage: Stage = {
    browser,
    async open() {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      page.on('pageerror', (error) => fail(error));
      page.on('console', (message) => {
        if (message.type() === 'error') fail(new Error(`The page says: ${message.text()}`));
      });
      await page.goto(server.url);
      await page.waitForFunction(() => 'scenes' in window);
      return page;
    },
  };
  try {
    return await Promise.race([work(stage), trouble]);
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Bytes in use on the page's heap, after all garbage has been collected. */
export async function heap(session: CDPSession): Promise<number> {
  // what the first collection lets finalize, the second takes away
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Time on a core, in µs. */
  tdur?: number;
  args: { name?: string };
}

/** What the page's main thread was given of a core in its longest task, in ms: a frame that waits for one is not counted. */
export async function longestTask<T>(session: CDPSession, work: () => Promise<T>): Promise<[T, number]> {
  const events: TraceEvent[] = [];
  const collect = ({ value }: { value: object[] }) => void events.push(...(value as TraceEvent[]));
  session.on('Tracing.dataCollected', collect);
  const complete = new Promise<void>((done) => session.once('Tracing.tracingComplete', () => done()));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel'] },
  });
  const result = await work();
  await session.send('Tracing.end');
  await complete;
  session.off('Tracing.dataCollected', collect);
  const main = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events.filter(({ ph, pid, tid }) => ph === 'X' && main.has(`${pid} ${tid}`));
  return [result, Math.max(0, ...tasks.map(({ tdur }) => (tdur ?? 0) / 1000))];
}

/** The elements as they are published, built when their sources have changed. */
export function buildElements(): void {
  const built = spawnSync(
    process.execPath,
    [at('../../scripts/build.ts'), 'elements', '--if-changed', '--js-only'],
    { cwd: at('../..'), encoding: 'utf8' },
  );
  if (built.status !== 0) throw new Error(`The elements could not be built:\n${built.stderr}`);
}
