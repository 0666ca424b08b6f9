/** What the published packages contain, read from their own package.json files. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Folders of the packages that go to npm, in the order that they are built. */
export const PUBLISHED = ['server-kit', 'elements', 'carrier-sandbox'] as const;
export type PublishedPackage = (typeof PUBLISHED)[number];

interface ExportTarget {
  'patchbay-source'?: string;
  types?: string;
  default?: string;
}

export interface Manifest {
  name: string;
  version: string;
  bin?: Record<string, string>;
  files?: string[];
  sideEffects?: boolean | string[];
  exports?: Record<string, ExportTarget | string>;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

export interface Entry {
  /** As the host writes it: `@patchbay/elements/inbox`. */
  specifier: string;
  /** Key in the exports map, or the name of a command. */
  key: string;
  /** From the package's folder: `src/inbox.ts`. */
  source: string;
  /** From the package's folder: `dist/inbox.js`. */
  output: string;
  bin: boolean;
}

/** Every entry that is built from a source: the exports with a `patchbay-source`, and the commands. */
export function entries(folder: string): Entry[] {
  const manifest = readManifest(folder);
  const found: Entry[] = [];
  for (const [key, target] of Object.entries(manifest.exports ?? {})) {
    if (typeof target === 'string' || !target['patchbay-source'] || !target.default) continue;
    for (const star of stars(folder, target['patchbay-source'])) {
      const fill = (text: string) => text.replace('*', star).replace(/^\.\//, '');
      found.push({
        specifier: join(manifest.name, fill(key)).replace(/\/\.?$/, ''),
        key: key.replace('*', star),
        source: fill(target['patchbay-source']),
        output: fill(target.default),
        bin: false,
      });
    }
  }
  for (const [key, output] of Object.entries(manifest.bin ?? {})) {
    const path = output.replace(/^\.\//, '');
    const source = path.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts');
    found.push({ specifier: key, key, source, output: path, bin: true });
  }
  return found;
}

/** What `*` stands for in an exports pattern; one empty string for a plain path. */
function stars(folder: string, pattern: string): string[] {
  if (!pattern.includes('*')) return [''];
  const [before = '', after = ''] = pattern.replace(/^\.\//, '').split('*');
  return globSync(`${before}*${after}`, { cwd: join(root, folder) })
    .filter((path) => !path.endsWith('.test.ts'))
    .map((path) => path.slice(before.length, path.length - after.length));
}

/** Entries whose source is there; a package in the making may name more than it has. */
export function builtEntries(folder: string): Entry[] {
  return entries(folder).filter((entry) => existsSync(join(root, folder, entry.source)));
}
