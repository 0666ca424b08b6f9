/**
 * Everything that can be said about the code without running its tests. Each step is an npm script of the same name, so
 * a failing one can be run alone: `npm run lint`.
 */
import { describe, runSteps, type Step, type StepResult } from './steps.ts';

const npm = (script: string, more: Partial<Step> = {}): Step => ({
  name: script,
  command: ['npm', 'run', '--silent', script],
  ...more,
});

/** The slow and the much depended upon come first. */
export const STEPS: Step[] = [
  npm('build'),
  npm('types'),
  npm('exports', { after: ['build'] }),
  npm('lint'),
  npm('format:check'),
  npm('boundaries'),
  npm('dead-code'),
  npm('schema'),
  npm('manifest', { command: ['npm', 'run', '--silent', 'manifest', '--', '--check'], after: ['build'] }),
  npm('size', { after: ['build'] }),
  npm('build:storybook', { after: ['manifest'] }),
];

export function verify(): Promise<StepResult[]> {
  return runSteps(STEPS, (result) => console.log(describe(result)));
}

if (import.meta.main) {
  const results = await verify();
  const failed = results.filter((result) => !result.ok);
  console.log(
    failed.length === 0 ? '\nverified' : `\nnot verified: ${failed.map((result) => result.name).join(', ')}`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}
