/**
 * Tests that need a real browser: the elements (group "elements") and every story (group "stories").
 *
 *   npm run browser                            all
 *   npm run browser -- --group elements        one group
 *   PATCHBAY_FILES='<glob>' npm run browser     one file
 *   npm run browser -- --watch
 *
 * PATCHBAY_REPORT=<file> also writes the counts as JSON, for `npm test`.
 */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultReporter } from '@web/test-runner';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { playwrightLauncher } from '@web/test-runner-playwright';
import { build } from 'esbuild';
import { chromiumFlags, chromiumPath } from './scripts/chromium.ts';
import { tusBundle } from './scripts/tus-bundle.mjs';

const ELEMENTS = [
  'elements/src/**/*.test.ts',
  // Free of the DOM, so Vitest runs them: see vitest.config.ts.
  '!elements/src/{stores,client,words}/**',
  '!**/node_modules/**',
];

/**
 * A story file is a test file: asked for as the test of a session, it answers with the runner instead, which imports the
 * stories themselves. A new story is tested because it exists.
 */
function storiesAsTests() {
  return {
    name: 'stories-as-tests',
    serve(context) {
      if (!context.path.endsWith('.stories.ts') || !context.url.includes('wtr-session-id')) return undefined;
      const stories = JSON.stringify(context.path);
      const runner = JSON.stringify('/stories/src/testing/run.ts');
      return {
        type: 'js',
        body: `import * as stories from ${stories};\nimport { testStories } from ${runner};\ntestStories(stories);\n`,
      };
    },
  };
}

/**
 * Storybook's modules contain CommonJS, which a browser cannot import as it is; so they are bundled, once a run. In one go
 * with split chunks, because they share state. Lit stays outside: elements and stories have to share it.
 */
function bundledStorybook() {
  const modules = {
    test: 'storybook/test',
    'preview-api': 'storybook/preview-api',
    axe: 'axe-core',
    renderer: '@storybook/web-components/entry-preview',
  };
  const folder = '/__storybook/';
  let files;
  const bundle = async () => {
    const { outputFiles } = await build({
      entryPoints: modules,
      absWorkingDir: fileURLToPath(new URL('./stories/', import.meta.url)),
      bundle: true,
      splitting: true,
      write: false,
      format: 'esm',
      target: 'es2022',
      external: ['lit', 'lit/*'],
      define: { 'process.env.NODE_ENV': '"test"' },
      outdir: 'out',
      logLevel: 'error',
    });
    return new Map(outputFiles.map((file) => [basename(file.path), file.text]));
  };
  return {
    name: 'bundled-storybook',
    resolveImport({ source }) {
      const name = Object.keys(modules).find((key) => modules[key] === source);
      return name && `${folder}${name}.js`;
    },
    async serve(context) {
      if (!context.path.startsWith(folder)) return undefined;
      files ??= bundle();
      const body = (await files).get(basename(context.path));
      return body === undefined ? undefined : { type: 'js', body };
    },
  };
}

/** tus-js-client asks for CommonJS packages of its own: bundled here as in a build, see rollup.config.mjs. */
function bundledTus() {
  let text;
  return {
    name: 'bundled-tus',
    resolveImport: ({ source }) => (source === 'tus-js-client' ? '/__tus.js' : undefined),
    async serve(context) {
      if (context.path !== '/__tus.js') return undefined;
      return { type: 'js', body: await (text ??= tusBundle()) };
    },
  };
}

/** Counts the tests of a finished run, and every file that did not load as a failure. */
function countReporter(file) {
  const count = (suite) =>
    suite.suites.reduce(
      (sum, inner) => {
        const { passed, failed, skipped } = count(inner);
        return { passed: sum.passed + passed, failed: sum.failed + failed, skipped: sum.skipped + skipped };
      },
      {
        passed: suite.tests.filter((test) => test.passed && !test.skipped).length,
        failed: suite.tests.filter((test) => !test.passed && !test.skipped).length,
        skipped: suite.tests.filter((test) => test.skipped).length,
      },
    );
  return {
    onTestRunFinished({ sessions }) {
      const total = { passed: 0, failed: 0, skipped: 0, files: 0 };
      for (const session of sessions) {
        const tests = count(session.testResults ?? { suites: [], tests: [] });
        const broken = !session.passed && tests.failed === 0 ? 1 : 0;
        total.files += 1;
        total.passed += tests.passed;
        total.skipped += tests.skipped;
        total.failed += tests.failed + broken;
      }
      writeFileSync(file, JSON.stringify(total));
    },
  };
}

const report = process.env.PATCHBAY_REPORT;
const only = process.env.PATCHBAY_FILES;

export default {
  rootDir: fileURLToPath(new URL('.', import.meta.url)),
  middleware: [
    // Pictures of the fixtures, where Storybook's `staticDirs` has them too.
    (context, next) => {
      if (context.url.startsWith('/fixtures/')) context.url = `/stories/public${context.url}`;
      return next();
    },
  ],
  nodeResolve: { exportConditions: ['patchbay-source', 'browser', 'development', 'module'] },
  plugins: [
    storiesAsTests(),
    bundledStorybook(),
    bundledTus(),
    esbuildPlugin({
      ts: true,
      json: true,
      target: 'es2022',
      tsconfig: fileURLToPath(new URL('./tsconfig.json', import.meta.url)),
    }),
  ],
  browsers: [
    playwrightLauncher({
      product: 'chromium',
      launchOptions: { executablePath: chromiumPath(), args: [...chromiumFlags] },
    }),
  ],
  groups: only
    ? [{ name: 'chosen', files: [only] }]
    : [
        { name: 'elements', files: ELEMENTS },
        { name: 'stories', files: ['stories/src/**/*.{stories,test}.ts', '!**/node_modules/**'] },
      ],
  concurrency: 2,
  // Lit says once per page that it is in dev mode, which is why it is: the tests want its warnings.
  filterBrowserLogs: ({ args }) => !args.some((text) => String(text).includes('lit.dev/msg/dev-mode')),
  testsStartTimeout: 60_000,
  testsFinishTimeout: 180_000,
  testFramework: { config: { ui: 'bdd', timeout: 10_000 } },
  testRunnerHtml: (testFramework) => `<!doctype html>
<html lang="en">
  <head><title>Patchbay tests</title></head>
  <body><script type="module" src="${testFramework}"></script></body>
</html>`,
  reporters: [defaultReporter({ reportTestProgress: false }), ...(report ? [countReporter(report)] : [])],
};
