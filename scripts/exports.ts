/**
 * Looks at the packages from outside, as someone who has just installed them: each is packed, laid out in a folder with
 * nothing but its declared dependencies, and then
 *
 *  - publint and are-the-types-wrong read the tarball,
 *  - plain Node imports every entry of the exports map (for elements that is server-side rendering: it must not throw),
 *  - a strict TypeScript project imports every entry and has no error inside the package,
 *  - every command prints its help.
 *
 * Needs `npm run build` before.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  cpSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { pack, type PackedPackage } from './pack.ts';
import { entries, PUBLISHED, readManifest, root } from './packages.ts';

const problems: string[] = [];
const modules = join(root, 'node_modules');

function run(file: string, args: string[], cwd: string): { ok: boolean; output: string } {
  const env = { ...process.env };
  // This is about what others see, so nothing may lead to our sources.
  delete env['NODE_OPTIONS'];
  const result = spawnSync(process.execPath, [file, ...args], {
    cwd,
    encoding: 'utf8',
    env,
    timeout: 120_000,
  });
  return { ok: result.status === 0, output: `${result.stdout}${result.stderr}`.trim() };
}

async function lint(packed: PackedPackage): Promise<void> {
  const tarball = readFileSync(packed.tarball);
  const { messages, pkg } = await publint({
    pack: { tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength) },
  });
  for (const message of messages) {
    if (message.type === 'suggestion') continue;
    problems.push(
      `publint, ${packed.name}: ${formatMessage(message, pkg, { color: false }) ?? message.code}`,
    );
  }
}

function typesResolve(packed: PackedPackage): void {
  const cli = join(modules, '@arethetypeswrong', 'cli', 'dist', 'index.js');
  // ESM only is a decision, so the columns for CommonJS and for Node 10 do not count.
  const args = [packed.tarball, '--profile', 'esm-only', '--no-emoji', '--no-color', '--format', 'ascii'];
  const { ok, output } = run(cli, args, root);
  if (!ok) problems.push(`are-the-types-wrong, ${packed.name}:\n${output}`);
}

/** A folder where only this package and what it says it depends on can be found. */
function install(packed: PackedPackage): string {
  const home = mkdtempSync(join(tmpdir(), 'patchbay-exports-'));
  cpSync(packed.contents, join(home, 'node_modules', packed.name), { recursive: true });
  const manifest = readManifest(packed.folder);
  // Node's own types are every TypeScript host's; zod's and pg's are where their package says.
  const wanted = {
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    '@types/node': '*',
    '@types/pg': '*',
  };
  for (const name of Object.keys(wanted)) {
    const source = [join(root, packed.folder, 'node_modules', name), join(modules, name)].find((path) =>
      existsSync(path),
    );
    if (!source) {
      problems.push(`${packed.name} depends on ${name}, which is not installed.`);
      continue;
    }
    const target = join(home, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(source, target);
  }
  return home;
}

function importEverywhere(packed: PackedPackage): number {
  const home = install(packed);
  const all = entries(packed.folder);
  const specifiers = all.filter((entry) => !entry.bin).map((entry) => entry.specifier);
  try {
    for (const specifier of specifiers) {
      const file = join(home, 'import.mjs');
      writeFileSync(file, `await import(${JSON.stringify(specifier)});\nprocess.exit(0);\n`);
      const { ok, output } = run(file, [], home);
      if (!ok) problems.push(`import '${specifier}' in plain Node failed:\n${output}`);
    }
    for (const entry of all.filter((item) => item.bin)) {
      const { ok, output } = run(join('node_modules', packed.name, entry.output), ['--help'], home);
      if (!ok) problems.push(`${entry.key} --help failed:\n${output}`);
    }
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: 'es2022',
      lib: ['es2024', 'dom', 'dom.iterable'],
      module: 'nodenext',
      types: packed.folder === 'elements' ? [] : ['node'],
    };
    writeFileSync(join(home, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['host.ts'] }));
    writeFileSync(
      join(home, 'host.ts'),
      specifiers
        .map((specifier, index) => `import * as entry${index} from '${specifier}';\nvoid entry${index};`)
        .join('\n'),
    );
    const { output } = run(join(modules, 'typescript', 'bin', 'tsc'), ['--pretty', 'false'], home);
    // Other packages' declarations have faults of their own.
    const ours = output.split('\n').filter((line) => /^host\.ts|^node_modules\/@patchbay\//.test(line));
    if (ours.length > 0)
      problems.push(`A TypeScript host of ${packed.name} gets errors:\n${ours.join('\n')}`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  return all.length;
}

let count = 0;
for (const folder of PUBLISHED) {
  const missing = entries(folder).filter((entry) => !existsSync(join(root, folder, entry.output)));
  if (missing.length > 0) {
    const list = missing.map((entry) => `${entry.key} (${entry.output})`).join(', ');
    problems.push(
      `${folder}/package.json names what the build did not make: ${list}. Is the build up to date?`,
    );
    continue;
  }
  const packed = pack(folder);
  await lint(packed);
  typesResolve(packed);
  count += importEverywhere(packed);
}
for (const problem of problems) console.error(`${problem}\n`);
console.log(`${count} entries of ${PUBLISHED.length} packages looked at, ${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;
