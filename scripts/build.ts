/**
 * Builds the published packages: JavaScript by rollup, declarations by tsc, side by side.
 *
 *   node scripts/build.ts                       everything
 *   node scripts/build.ts elements              one package
 *   node scripts/build.ts elements --js-only    no declarations, no manifest: enough to run it in a browser
 *   node scripts/build.ts --if-changed          nothing, when the sources are as they were last time
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { writeManifest } from './manifest.ts';
import { builtEntries, PUBLISHED, root, type PublishedPackage } from './packages.ts';
import { wireTypes } from './wire-types.ts';

const CACHE = join(root, '.cache');

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'if-changed': { type: 'boolean' }, 'js-only': { type: 'boolean' } },
  });
  const unknown = positionals.find((name) => !PUBLISHED.some((known) => known === name));
  if (unknown) throw new Error(`No package "${unknown}" to build. There are: ${PUBLISHED.join(', ')}.`);
  const asked = PUBLISHED.filter((name) => positionals.length === 0 || positionals.includes(name));
  const jsOnly = values['js-only'] ?? false;

  const hash = sourceHash();
  const folders = asked.filter(
    (name) => builtEntries(name).length > 0 && !(values['if-changed'] && isFresh(name, hash, jsOnly)),
  );
  if (folders.length === 0) return;

  const started = Date.now();
  for (const folder of folders) rmSync(stampFile(folder), { force: true });
  await Promise.all([
    run('rollup', ['-c', '--silent'], { PATCHBAY_BUILD: folders.join(',') }),
    jsOnly ? undefined : declarations(folders),
    jsOnly || !folders.includes('elements') ? undefined : writeManifest(),
  ]);
  for (const folder of folders) {
    prune(folder, started, jsOnly);
    mkdirSync(dirname(stampFile(folder)), { recursive: true });
    writeFileSync(stampFile(folder), stamp(hash, jsOnly));
  }
  console.log(`built ${folders.join(', ')} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** One hash for all packages: the elements contain a part of the server kit, and a rebuild takes seconds. */
function sourceHash(): string {
  const files = globSync(
    [
      '{server-kit,elements,carrier-sandbox}/{src/**/*,package.json}',
      'migrations/*',
      'scripts/*.ts',
      '*.{json,mjs}',
    ],
    { cwd: root },
  ).filter((path) => !path.endsWith('.test.ts') && statSync(join(root, path)).isFile());
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

const stampFile = (folder: string) => join(CACHE, 'build', folder);
const stamp = (hash: string, jsOnly: boolean) => `${hash} ${jsOnly ? 'js' : 'all'}`;

function isFresh(folder: string, hash: string, jsOnly: boolean): boolean {
  if (!existsSync(stampFile(folder)) || !existsSync(join(root, folder, 'dist'))) return false;
  const have = readFileSync(stampFile(folder), 'utf8');
  return have === stamp(hash, false) || (jsOnly && have === stamp(hash, true));
}

/** Emits all declarations with one compiler run, then puts them where the exports maps say. */
async function declarations(folders: PublishedPackage[]): Promise<void> {
  const [contract] = await Promise.all([
    folders.includes('elements') ? prettyWireTypes() : undefined,
    // 2: written, in spite of errors. Those are for `npm run types` to tell.
    run('tsc', ['-p', 'tsconfig.build.json'], {}, [0, 2]),
  ]);
  for (const folder of folders) {
    const from = join(CACHE, 'types', folder, 'src');
    for (const file of globSync('**/*.d.ts', { cwd: from })) {
      const source = file.replace(/\.d\.ts$/, '.ts');
      // tsc's incremental output outlives a deleted source.
      if (!existsSync(join(root, folder, 'src', source))) continue;
      write(
        join(root, folder, 'dist', file),
        importable(readFileSync(join(from, file), 'utf8'), folder, file),
      );
    }
  }
  if (!contract) return;
  const place = join(root, 'elements', 'dist', 'contract');
  write(join(place, 'index.d.ts'), contract);
  for (const pure of ['names', 'segments']) {
    const text = readFileSync(join(CACHE, 'types', 'server-kit', 'src', 'contract', `${pure}.d.ts`), 'utf8');
    write(join(place, `${pure}.d.ts`), importable(text, 'elements', `contract/${pure}.d.ts`));
  }
}

/**
 * Declarations keep the sources' specifiers. A package's reader needs `./x.js`, and in the elements the contract's own
 * copy, because their users have no server kit.
 */
function importable(text: string, folder: string, file: string): string {
  return text.replace(
    /((?:from|import)\s*\(?\s*)(['"])([^'"\n]+)\2/g,
    (all, before: string, quote: string, to: string) => {
      if (/^\.\.?\/.*\.ts$/.test(to)) return `${before}${quote}${to.replace(/\.ts$/, '.js')}${quote}`;
      // tsc names where a type comes from; the elements depend on `lit`, which hands on what is in its parts.
      if (folder === 'elements' && /^lit-html(\/|$)/.test(to))
        return `${before}${quote}${to.replace('lit-html', 'lit')}${quote}`;
      const contract = /^@patchbay\/server-kit\/contract(?:\/(\w+))?$/.exec(to);
      if (folder !== 'elements' || !contract) return all;
      const path = posix.relative(posix.dirname(file), `contract/${contract[1] ?? 'index'}.js`);
      return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`;
    },
  );
}

async function prettyWireTypes(): Promise<string> {
  const options = await resolveConfig(join(root, 'package.json'));
  return format(wireTypes(), { ...options, parser: 'typescript' });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Removes what an earlier build left and this one did not write. */
function prune(folder: string, started: number, jsOnly: boolean): void {
  const dist = join(root, folder, 'dist');
  for (const file of globSync('**/*', { cwd: dist })) {
    const path = join(dist, file);
    const { mtimeMs } = statSync(path);
    if (!statSync(path).isFile() || mtimeMs >= started - 1000) continue;
    if (jsOnly && file.endsWith('.d.ts')) continue;
    rmSync(path);
  }
}

function run(command: string, args: string[], env: Record<string, string> = {}, fine = [0]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary(command), ...args], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      fine.includes(code ?? 1) ? resolve() : reject(new Error(`${command} failed.`)),
    );
  });
}

function binary(name: string): string {
  return join(
    root,
    'node_modules',
    ...(name === 'tsc' ? ['typescript', 'bin', 'tsc'] : ['rollup', 'dist', 'bin', 'rollup']),
  );
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
