/**
 * `npm test`: verify, then every suite. Ends on one line, `N passed, N failed`; a verify step counts as one test, and a
 * suite that crashes, hangs or finds no tests counts as a failed one.
 *
 *   npm test                    all
 *   npm test -- unit elements   only these suites
 *   npm run test:long           with the long versions of the fault and load suites (PATCHBAY_LONG=1), from another seed each time
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './packages.ts';
import { POSTGRES_VERSIONS, postgresBinaries } from './postgres.ts';
import { describe, indent, runSteps, type Step, type StepResult } from './steps.ts';
import { STEPS } from './verify.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Suite extends Step {
  report: string;
  read: (file: string) => Counts;
  /** What failed and why; left out, or empty, where the suite's own output says it. */
  failures?: (file: string) => string;
}

const REPORTS = join(root, '.cache', 'reports');

function vitest(name: string, more: Partial<Step> = {}): Suite {
  const report = join(REPORTS, `${name}.json`);
  return {
    name,
    report,
    read: readVitest,
    failures: vitestFailures,
    weight: 2,
    command: [
      'vitest',
      'run',
      '--project',
      name,
      '--reporter=dot',
      '--reporter=json',
      // what passed has nothing to say, and would bury what failed
      '--silent=passed-only',
      `--outputFile.json=${report}`,
    ],
    ...more,
  };
}

function browser(name: string): Suite {
  const report = join(REPORTS, `${name}.json`);
  return {
    name,
    report,
    read: (file) => JSON.parse(readFileSync(file, 'utf8')) as Counts,
    weight: 2,
    command: ['web-test-runner', '--config', 'web-test-runner.config.mjs', '--group', name],
    env: { PATCHBAY_REPORT: report },
  };
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
}

/** Each failed test by name, with the beginning of its message: a log that is cut shall not be cut before them. */
function vitestFailures(file: string): string {
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  return report.testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, message, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === 'failed');
      const said = failed.map(({ fullName, failureMessages }) => [fullName, failureMessages.join('\n')]);
      return (failed.length > 0 ? said : [['could not be loaded', message]]).map(
        ([test, why]) => `${relative(root, name)} > ${test}\n${indent(why!.slice(0, 1_500))}`,
      );
    })
    .join('\n\n');
}

function readVitest(file: string): Counts {
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  // A file that could not even be loaded has no tests to fail.
  const broken = report.testResults.filter(
    (result) =>
      result.status === 'failed' && !result.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests,
  };
}

function postgresSuites(): Suite[] {
  const given = (process.env['PATCHBAY_TEST_DATABASE_URLS'] ?? '').split(',').filter(Boolean);
  if (given.length > 0) return given.map((_, index) => vitest(`postgres-given-${index + 1}`));
  return POSTGRES_VERSIONS.flatMap((version) => {
    if (postgresBinaries(version)) return [vitest(`postgres-${version}`)];
    console.log(`--    postgres-${version}    left out: there is no Postgres ${version} on this machine`);
    return [];
  });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { long: { type: 'boolean', default: false } },
});
if (values.long) {
  process.env['PATCHBAY_LONG'] = '1';
  process.env['PATCHBAY_SEED'] ??= String(Date.now() % 1_000_000);
  console.log(`seed ${process.env['PATCHBAY_SEED']} (PATCHBAY_SEED repeats it)`);
}
const minutes = values.long ? 120 : 15;

const started = performance.now();
rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });

const all: Suite[] = [
  vitest('unit'),
  ...postgresSuites(),
  browser('elements'),
  browser('stories'),
  // these two wait more than they work, and so run side by side
  vitest('fault', { limit: minutes, weight: 1 }),
  vitest('e2e', { after: ['build'], limit: minutes, weight: 1 }),
];
const known = ['verify', ...all.map((suite) => suite.name)];
const unknown = positionals.find((name) => !known.includes(name));
if (unknown) throw new Error(`No suite "${unknown}". There are: ${known.join(', ')}.`);
const wanted = (name: string) => positionals.length === 0 || positionals.includes(name);
const suites = all.filter((suite) => wanted(suite.name));
const needsBuild = suites.some((suite) => suite.after?.includes('build'));
const steps = wanted('verify') ? STEPS : STEPS.filter((step) => step.name === 'build' && needsBuild);

const totals: Counts = { passed: 0, failed: 0, skipped: 0 };
const summary: string[] = [];

function record(result: StepResult): void {
  const suite = suites.find((item) => item.name === result.name);
  const counts = suite
    ? count(suite, result)
    : { passed: Number(result.ok), failed: Number(!result.ok), skipped: 0 };
  totals.passed += counts.passed;
  totals.failed += counts.failed;
  totals.skipped += counts.skipped;
  const ok = result.ok && counts.failed === 0;
  const why = suite && result.ok && counts.passed === 0 ? '\nNo tests ran.' : '';
  const named = !ok && suite?.failures && existsSync(suite.report) ? suite.failures(suite.report) : '';
  console.log(
    describe({ ...result, ok, output: named ? `${named}\n\n${result.output}` : result.output + why }),
  );
  if (!suite) return;
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  const time = `${result.seconds.toFixed(0)} s`;
  summary.push(
    `${suite.name.padEnd(14)} ${counts.passed} passed, ${counts.failed} failed${skipped} (${time})`,
  );
}

/** What the suite's own report says; at least one failure when the suite as a whole did not end well. */
function count(suite: Suite, result: StepResult): Counts {
  const none = { passed: 0, failed: 0, skipped: 0 };
  const counts = existsSync(suite.report) ? suite.read(suite.report) : none;
  const crashed = !result.ok && counts.failed === 0;
  const empty = result.ok && counts.passed + counts.failed === 0;
  return { ...counts, failed: counts.failed + Number(crashed || empty) };
}

const results = await runSteps([...steps, ...suites], record);
const verified = results.filter((result) => steps.some((step) => step.name === result.name));
if (verified.length > 0) {
  const good = verified.filter((result) => result.ok).length;
  summary.unshift(`${'verify'.padEnd(14)} ${good} passed, ${verified.length - good} failed`);
}
console.log(`\n${summary.join('\n')}`);
console.log(`\nin ${((performance.now() - started) / 60_000).toFixed(1)} minutes`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 ? 0 : 1;
