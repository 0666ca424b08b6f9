/**
 * One run, several projects. A file's name says where it belongs:
 *
 *   *.test.ts        unit         no database, no browser
 *   *.pg.test.ts     postgres-NN  a real Postgres, once for every supported version
 *   *.fault.test.ts  fault        kills processes and servers; Postgres with fsync on
 *   *.e2e.test.ts    e2e          the demo host in a real browser
 *
 * Tests of elements and stories run in a browser instead: see web-test-runner.config.mjs.
 */
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { POSTGRES_VERSIONS, postgresBinaries } from './scripts/postgres.ts';

const CONDITION = 'patchbay-source';
const SOURCES = '{server-kit,carrier-sandbox,host-demo,scripts,bench}';
const SPECIAL = ['**/*.pg.test.ts', '**/*.fault.test.ts', '**/*.e2e.test.ts'];
const OUTSIDE = ['**/node_modules/**', '**/dist/**'];

function project(
  name: string,
  include: string[],
  more: { database?: string; timeout?: number; exclude?: string[]; alone?: boolean } = {},
): TestProjectConfiguration {
  // a property takes seconds, and on a busy machine many: only what hangs shall end here
  const { database, timeout = 60_000, exclude = [], alone = false } = more;
  return {
    extends: true,
    test: {
      name,
      include,
      exclude: [...OUTSIDE, ...exclude],
      testTimeout: timeout,
      hookTimeout: Math.max(timeout, 30_000),
      fileParallelism: !alone,
      // Processes that a test spawns resolve our packages as this one does: to their sources.
      env: {
        NODE_OPTIONS: `--conditions=${CONDITION} --disable-warning=ExperimentalWarning`,
        ...(database ? { PATCHBAY_PROJECT_DATABASE_URL: database } : {}),
      },
      globalSetup: name === 'unit' ? [] : ['./scripts/vitest-postgres.ts'],
    },
  };
}

/** PATCHBAY_TEST_DATABASE_URLS (comma separated, superusers) replaces the servers that the suites start themselves. */
function postgresProjects(): TestProjectConfiguration[] {
  const include = [`${SOURCES}/**/*.pg.test.ts`];
  const given = (process.env['PATCHBAY_TEST_DATABASE_URLS'] ?? '').split(',').filter(Boolean);
  if (given.length > 0) {
    return given.map((database, index) => project(`postgres-given-${index + 1}`, include, { database }));
  }
  return POSTGRES_VERSIONS.filter((version) => postgresBinaries(version)).map((version) =>
    project(`postgres-${version}`, include),
  );
}

// not 'import': it would become a condition of Node itself, and a CommonJS package's require() would get ES modules
const conditions = [CONDITION, 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: [CONDITION, 'node'] } },
  test: {
    pool: 'forks',
    execArgv: [`--conditions=${CONDITION}`],
    maxWorkers: 2,
    unstubEnvs: true,
    unstubGlobals: true,
    restoreMocks: true,
    projects: [
      project('unit', [`${SOURCES}/**/*.test.ts`, 'elements/src/{stores,client,words}/**/*.test.ts'], {
        exclude: SPECIAL,
      }),
      ...postgresProjects(),
      project('fault', [`${SOURCES}/**/*.fault.test.ts`], { timeout: 120_000, alone: true }),
      project('e2e', [`${SOURCES}/**/*.e2e.test.ts`], { timeout: 60_000, alone: true }),
    ],
  },
});
