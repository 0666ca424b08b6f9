/** `npm run size`: the limits of `.size-limit.mjs`, and what an element is above Lit, which other elements share with it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './packages.ts';

interface Measured {
  name: string;
  size: number;
  sizeLimit: number;
  passed: boolean;
}

const { ABOVE_LIT } = (await import(new URL('../.size-limit.mjs', import.meta.url).href)) as {
  ABOVE_LIT: Record<string, string>;
};
const { stdout, stderr } = spawnSync(
  process.execPath,
  [join(root, 'node_modules', 'size-limit', 'bin.js'), '--json'],
  { cwd: root, encoding: 'utf8' },
);
if (!stdout.trimStart().startsWith('[')) throw new Error(`size-limit failed:\n${stdout}${stderr}`);
const measured = JSON.parse(stdout) as Measured[];
const lit = measured.find(({ name }) => name === 'Lit alone')?.size ?? 0;
const above = Object.entries(ABOVE_LIT).map(([name, limit]): Measured => {
  const whole = measured.find((each) => each.name === name);
  if (!whole) throw new Error(`.size-limit.mjs has no entry "${name}".`);
  const [size, sizeLimit] = [whole.size - lit, parseFloat(limit) * 1024];
  return { name: `${name} above Lit`, size, sizeLimit, passed: size <= sizeLimit };
});
const kib = (bytes: number) => (bytes / 1024).toFixed(2).padStart(7);
for (const { name, size, sizeLimit, passed } of [...measured, ...above])
  console.log(`${passed ? 'ok  ' : 'OVER'} ${kib(size)} of ${kib(sizeLimit)} KiB  ${name}`);
process.exitCode = [...measured, ...above].every(({ passed }) => passed) ? 0 : 1;
