/**
 * Builds the published packages' JavaScript from their exports maps; declarations come from tsc (scripts/build.ts runs
 * both). A source file becomes one output file in the same place under `dist`, so that a host's bundler can drop what
 * it does not use, stack traces name real files, and `new URL('./page/', import.meta.url)` means the same on both sides.
 *
 * PATCHBAY_BUILD=elements,server-kit builds only those.
 */
import { chmodSync, cpSync, existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative, sep } from 'node:path';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import MagicString from 'magic-string';
import esbuild, { minify } from 'rollup-plugin-esbuild';
import { builtEntries, PUBLISHED, readManifest, root } from './scripts/packages.ts';
import { tusBundle } from './scripts/tus-bundle.mjs';

const chosen = process.env.PATCHBAY_BUILD?.split(',').filter(Boolean) ?? PUBLISHED;

/** `@patchbay/server-kit/contract/*` is pure and travels inside the elements, which must not bring a server along. */
const CONTRACT = '@patchbay/server-kit/contract';
const contractFolder = join(root, 'server-kit', 'src', 'contract') + sep;

const transpile = () => esbuild({ target: 'es2022', tsconfig: join(root, 'tsconfig.json'), sourceMap: true });
const resolve = (options = {}) =>
  nodeResolve({
    exportConditions: ['patchbay-source', 'module', 'default'],
    extensions: ['.ts', '.js'],
    ...options,
  });

/** Real dependencies stay imports; anything else that is not ours is a mistake in the package.json, and fails. */
function externals(folder) {
  const manifest = readManifest(folder);
  const names = Object.keys({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  });
  return (id, importer) => {
    if (isBuiltin(id)) return true;
    if (id.startsWith('.') || id.startsWith('/') || id.startsWith('\0')) return false;
    if (names.some((name) => id === name || id.startsWith(`${name}/`))) return true;
    if (folder === 'elements' && (id.startsWith(CONTRACT) || id === TUS)) return false;
    if (!importer) return false;
    throw new Error(
      `${relative(root, importer)} imports ${id}, which ${folder}/package.json does not depend on.`,
    );
  };
}

/** Only the two files without zod may be bundled: the rest of the contract is for types. */
function onlyPureContract() {
  return {
    name: 'only-pure-contract',
    load(id) {
      if (!id.startsWith(contractFolder) || /[\\/](names|segments)\.ts$/.test(id)) return null;
      throw new Error(
        `${relative(root, id)} would be bundled into the elements and bring zod along. ` +
          `Import types from ${CONTRACT} with "import type", values from ${CONTRACT}/names or /segments.`,
      );
    },
  };
}

const TUS = 'tus-js-client';

/**
 * Uploads need tus-js-client, which drags CommonJS packages and Node's half along. So what a browser needs of it is one file of
 * ours, `client/tus-js-client.js`, which nobody loads before the first upload, and hosts install nothing more.
 */
function bundledTus() {
  const file = join(root, 'elements', 'src', 'client', 'tus-js-client.ts');
  return {
    name: 'bundled-tus',
    resolveId: (id) => (id === TUS ? file : null),
    load: (id) => (id === file ? tusBundle() : null),
  };
}

/** In the file for script tags it stays apart: loaded from beside it, when something is uploaded. */
function tusBeside() {
  const sender = join(root, 'elements', 'src', 'client', 'tus.ts');
  return {
    name: 'tus-beside',
    async resolveId(id, importer) {
      if (!id.endsWith('/tus.ts') || !importer) return null;
      const found = await this.resolve(id, importer, { skipSelf: true });
      return found?.id === sender ? { id: './tus.js', external: true } : null;
    },
  };
}

/**
 * Takes the indentation out of the elements' templates and styles, which no minifier of JavaScript may touch: nearly 4 % of an
 * inbox after compression. Between words one blank stays, so nothing moves closer together than it was.
 */
function tidyTemplates() {
  const tidy = {
    html: (text) => text.replace(/\s*\n\s*/g, ' '),
    svg: (text) => text.replace(/\s*\n\s*/g, ' '),
    css: (text) =>
      text
        .replace(/\/\*[^]*?\*\//g, '')
        .replace(/\s+/g, ' ')
        .replace(/ ?([{};]) ?/g, '$1')
        .replace(/([:,]) /g, '$1'),
  };
  return {
    name: 'tidy-templates',
    transform(code, id) {
      if (!id.includes(`${sep}elements${sep}src${sep}`) || !/\b(html|svg|css)`/.test(code)) return null;
      const magic = new MagicString(code);
      walk(this.parse(code), (node) => {
        const way =
          node.type === 'TaggedTemplateExpression' && node.tag.type === 'Identifier' && tidy[node.tag.name];
        if (!way) return;
        for (const { start, end, value } of node.quasi.quasis) {
          const text = way(value.raw);
          if (text !== value.raw) magic.update(start, end, text);
        }
      });
      return { code: magic.toString(), map: magic.generateMap({ hires: 'boundary' }) };
    },
  };
}

function walk(node, visit) {
  visit(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child.type === 'string') walk(child, visit);
    }
  }
}

/** Commands can be run as they are. */
function executableCommands(folder) {
  const commands = builtEntries(folder).filter((entry) => entry.bin);
  return {
    name: 'executable-commands',
    renderChunk(code, chunk) {
      const command = commands.some((entry) => chunk.facadeModuleId === join(root, folder, entry.source));
      return command && !code.startsWith('#!') ? { code: `#!/usr/bin/env node\n${code}`, map: null } : null;
    },
    writeBundle() {
      for (const entry of commands) chmodSync(join(root, folder, entry.output), 0o755);
    },
  };
}

/** Files that the code reads beside itself: pages, styles, SQL. */
function assets(folder, paths) {
  return {
    name: 'assets',
    writeBundle() {
      for (const [from, to] of paths) {
        const source = join(root, from);
        if (!existsSync(source)) continue;
        cpSync(source, join(root, folder, to), {
          recursive: true,
          filter: (path) => !path.endsWith('.ts'),
          preserveTimestamps: false,
        });
      }
    },
  };
}

const ASSETS = {
  'server-kit': [
    ['migrations', 'migrations'],
    ['server-kit/src/media/play', 'dist/media/play'],
    ['server-kit/src/workflows/library', 'dist/workflows/library'],
  ],
  'carrier-sandbox': [['carrier-sandbox/src/page', 'dist/page']],
  elements: [],
};

function library(folder) {
  const source = join(root, folder, 'src') + sep;
  const place = (id) =>
    id.startsWith(contractFolder) ? join('contract', relative(contractFolder, id)) : relative(source, id);
  return {
    input: builtEntries(folder).map((entry) => join(root, folder, entry.source)),
    external: externals(folder),
    // Registering an element is a side effect; package.json says which files have one.
    treeshake: { moduleSideEffects: true },
    plugins: [
      ...(folder === 'elements' ? [onlyPureContract(), bundledTus()] : []),
      resolve(),
      transpile(),
      ...(folder === 'elements' ? [tidyTemplates()] : []),
      executableCommands(folder),
      assets(folder, ASSETS[folder]),
    ],
    output: {
      dir: join(root, folder, 'dist'),
      format: 'es',
      sourcemap: true,
      sourcemapExcludeSources: false,
      preserveModules: true,
      entryFileNames: (chunk) => {
        const path = place(chunk.facadeModuleId);
        if (path.startsWith('..')) throw new Error(`${chunk.facadeModuleId} is outside ${folder}/src`);
        return path.replace(/\.ts$/, '.js');
      },
    },
  };
}

const EVERYTHING = '\0everything';

/** `elements/dist/cdn/patchbay.js`: all elements, registered, with Lit inside, for a plain script tag. */
function browserBundle() {
  // Registering is a side effect, and package.json has to name those.
  const { sideEffects } = readManifest('elements');
  const registering = builtEntries('elements').filter((entry) => sideEffects.includes(`./${entry.source}`));
  const main = builtEntries('elements').find((entry) => entry.key === '.');
  const path = (entry) => JSON.stringify(join(root, 'elements', entry.source));
  return {
    input: { patchbay: EVERYTHING },
    plugins: [
      {
        name: 'everything',
        resolveId: (id) => (id === EVERYTHING ? id : null),
        load: (id) =>
          id === EVERYTHING
            ? [
                ...registering.map((entry) => `import ${path(entry)};`),
                ...(main ? [`export * from ${path(main)};`] : []),
              ].join('\n')
            : null,
      },
      tusBeside(),
      onlyPureContract(),
      resolve({ browser: true }),
      transpile(),
      tidyTemplates(),
      minify({ target: 'es2022', legalComments: 'none' }),
    ],
    output: {
      dir: join(root, 'elements', 'dist', 'cdn'),
      format: 'es',
      sourcemap: true,
      inlineDynamicImports: true,
    },
  };
}

function browserTus() {
  return {
    input: { tus: join(root, 'elements', 'src', 'client', 'tus.ts') },
    plugins: [
      bundledTus(),
      resolve({ browser: true }),
      transpile(),
      minify({ target: 'es2022', legalComments: 'none' }),
    ],
    output: { dir: join(root, 'elements', 'dist', 'cdn'), format: 'es', sourcemap: true },
  };
}

export default chosen.flatMap((folder) => {
  if (builtEntries(folder).length === 0) return [];
  return folder === 'elements' ? [library(folder), browserBundle(), browserTus()] : [library(folder)];
});
