/**
 * Packs the published packages as they go to npm, into `.cache/pack/`:
 *
 *   node scripts/pack.ts && npm publish .cache/pack/patchbay-elements-1.2.3.tgz
 *
 * What is packed differs from the folder in two ways. `patchbay-source`, by which this repository runs from its
 * sources, is taken out of the exports map, since the sources are not in the package. And the licence goes along.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PUBLISHED, readManifest, root, type PublishedPackage } from './packages.ts';

const folder = join(root, '.cache', 'pack');

export interface PackedPackage {
  folder: PublishedPackage;
  name: string;
  tarball: string;
  /** What the tarball was made from: exactly its contents. */
  contents: string;
}

/** Packs one built package and says where the tarball is. */
export function pack(name: PublishedPackage): PackedPackage {
  const manifest = readManifest(name);
  const contents = join(folder, name);
  rmSync(contents, { recursive: true, force: true });
  mkdirSync(contents, { recursive: true });
  for (const path of [...(manifest.files ?? []), 'README.md', 'CHANGELOG.md']) {
    const source = join(root, name, path);
    if (existsSync(source)) cpSync(source, join(contents, path), { recursive: true });
  }
  copyFileSync(join(root, 'LICENSE'), join(contents, 'LICENSE'));

  const published = { ...manifest, devDependencies: undefined };
  published.exports = Object.fromEntries(
    Object.entries(manifest.exports ?? {}).map(([key, target]) => {
      if (typeof target === 'string') return [key, target];
      const rest = { ...target };
      delete rest['patchbay-source'];
      return [key, rest];
    }),
  );
  writeFileSync(join(contents, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);

  const result = spawnSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, contents],
    {
      cwd: root,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    },
  );
  if (result.status !== 0) throw new Error(`npm pack failed for ${name}:\n${result.stderr}`);
  const file = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
  return { folder: name, name: manifest.name, tarball: join(folder, file), contents };
}

if (import.meta.main) {
  for (const name of PUBLISHED) console.log(pack(name).tarball);
}
